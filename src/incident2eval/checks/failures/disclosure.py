"""What an output leaves open: the sentences and fields that say that something could not be told."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from incident2eval.checks.failures.calls import FailedCall, calls
from incident2eval.checks.failures.failure import failure
from incident2eval.checks.failures.openness import leaves_open
from incident2eval.checks.failures.topics import speak_alike, value_words, words
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Run, is_empty

_PART = re.compile(
    r"(?<=[.!?])\s+|;|\n|<(?:/?(?:li|p|tr|div|h[1-6])|br ?/?)>"
    r"|(?:,\s|\s)(?:but|while|whereas|although|though)\s"
)
_NUMBER = re.compile(r"[-+\d.,%\s]*")
_MARKUP = re.compile(r"[*_`~]{1,3}")
_ERROR_KEYS = vocabulary("error errors exception failure fault")
_YES_KEYS = vocabulary(
    "checked verified available complete completed confirmed answered reachable searched known"
)
_CODE = re.compile(r"(?<!\d)[45]\d\d(?!\d)")
_LONGEST = 2_000
_SHORT = 60
_MOST_EMPTY = 50
_NUMBERED = re.compile(r"\.\d+\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sentence of an output, or a field of it."""

    text: str
    path: str
    empty: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Its words and those of the keys it stands under."""
        return frozenset((*_keys(self.path), *words(self.text)))

    def is_open(self, echoes: Collection[str] = ()) -> bool:
        """Whether it names a failure or leaves something open, in other words than some that it repeats."""
        if _NUMBER.fullmatch(self.text):
            return False
        keys = _keys(self.path) if self.path else ()
        said = f"{' '.join(keys)}: {self.text}" if keys else self.text
        if not leaves_open(said):
            return False
        for echo in echoes:
            said = re.sub(re.escape(echo), " ", said, flags=re.IGNORECASE)
        return leaves_open(said)


def parts(output: JSON) -> Iterator[Part]:
    """The sentences and fields of an output, in order."""
    value = (embedded(output) or output) if isinstance(output, str) else output
    for path, leaf in leaves(value):
        if isinstance(leaf, str) and not is_empty(leaf):
            flat = _MARKUP.sub(" ", plain(leaf).replace("\u2019", "'"))
            pieces = (piece.strip() for piece in _PART.split(flat))
            yield from (Part(text=piece[:_LONGEST], path=path) for piece in pieces if piece)
        else:
            yield Part(text=_as_word(path, leaf), path=path, empty=leaf is None or leaf == "")


def _as_word(path: str, leaf: JSON) -> str:
    """A value that is no text: `checked: false` reads as `not checked`."""
    if isinstance(leaf, bool):
        last = key_words(path)[-1:]
        positive = bool(_YES_KEYS.intersection(last))
        return f"not {last[0]}" if positive and not leaf else "" if positive or not leaf else "yes"
    return "" if leaf is None else str(leaf)


def _keys(path: str) -> tuple[str, ...]:
    return tuple(word for key in path.split(".") if not key.isdigit() for word in key_words(key))


def undisclosed(failed: Sequence[FailedCall], run: Run) -> tuple[FailedCall, ...]:
    """The failed calls that the output of a run does not own up to; an empty output says nothing wrong.

    A part that leaves something open speaks of the calls that it names, by a word that not all of them go
    by; where it names none, of all of them.
    """
    if not failed or run.is_empty:
        return ()
    said, echoes = tuple(parts(run.output)), _echoes(run)
    names = [call.topics | value_words(call.step) for call in failed]
    common = frozenset.intersection(*names) if len(names) > 1 else frozenset()
    covered: set[int] = set()
    for part in said:
        if len(covered) == len(failed):
            return ()
        if part.is_open(echoes):
            named = {at for at, own in enumerate(names) if speak_alike(own - common, part.words)}
            covered |= named or set(range(len(failed)))
    return tuple(call for at, call in enumerate(failed) if at not in covered and not _owned_up_to(call, said))


def _echoes(run: Run) -> frozenset[str]:
    """Short values that read as if something were open and that a call which answered gave: a status."""
    given = (leaf for step in calls(run) if failure(step) is None for _, leaf in leaves(step.output))
    short = {leaf.strip() for leaf in given if isinstance(leaf, str) and 3 < len(leaf.strip()) <= _SHORT}
    return frozenset(leaf for leaf in short if leaves_open(leaf))


def _owned_up_to(call: FailedCall, said: Sequence[Part]) -> bool:
    """Whether a part gives the error's own code, or a field is left empty that the call was to fill."""
    codes = set(_CODE.findall(call.error[:_LONGEST]))
    if codes and any(not codes.isdisjoint(_CODE.findall(part.text)) for part in said):
        return True
    empty = [part for part in said if part.empty and _ERROR_KEYS.isdisjoint(_keys(part.path))]
    return any(
        speak_alike(call.topics, frozenset(_keys(part.path))) or _is_filled_elsewhere(part, call, said)
        for part in empty[:_MOST_EMPTY]
    )


def _is_filled_elsewhere(part: Part, call: FailedCall, said: Sequence[Part]) -> bool:
    """Whether the item of a list that the call was about lacks what other items of the list have."""
    item, _, key = part.path.rpartition(".")
    column = _NUMBERED.sub(".*.", f".{part.path}.")
    if column.count("*") == 0:
        return False
    others = any(one.text and _NUMBERED.sub(".*.", f".{one.path}.") == column for one in said)
    row = frozenset(word for one in said if one.path.startswith(f"{item}.") for word in words(one.text))
    return bool(others and key and value_words(call.step) & row)
