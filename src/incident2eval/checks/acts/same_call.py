"""Whether two calls ask for the same in other words, without what belongs to one attempt only."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache

from incident2eval.checks.acts.writes import given
from incident2eval.detection.dates import days
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import JSON, Step

_ATTEMPT = vocabulary(
    "idempotency idempotent nonce attempt attempts retry retries dedup dedupe deduplication timestamp ts now "
    "trace span correlation"
)
_ATTEMPT_KEYS = {
    *(("request", "id"), ("call", "id"), ("client", "token"), ("run", "id"), ("session", "id")),
    *(("execution", "id"), ("message", "id"), ("thread", "id")),
}
_WHEN = vocabulary("requested sent created submitted called issued triggered updated generated")
_OWN_REFERENCES = {("reference",), ("ref",), ("uuid",), ("guid",), ("external", "id"), ("transaction", "id")}
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,64}", re.IGNORECASE)
_TOKEN_OF_ITS_OWN = re.compile(r"(?:[a-z]{1,4}[-_])?[0-9a-f]{6,64}|" + _UUID.pattern, re.IGNORECASE)
"""What stands under a bare `key` when it is made for one attempt: `k-9fac4b`."""
_EXPLANATIONS = vocabulary(
    "reason reasons note notes comment comments justification explanation why rationale remark remarks "
    "thought reasoning"
)
_WRAPPERS = vocabulary("arguments args kwargs input params parameters payload json")
_CURRENCY = re.compile(r"[£$€¥]|\b(?:gbp|usd|eur|jpy|chf|sek|dkk|nok|pln|cad|aud)\b", re.IGNORECASE)
_CODES = {"£": "gbp", "$": "usd", "€": "eur", "¥": "jpy"}
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:[,. '\u00a0]\d{3})+|\d{1,15})(?:[.,]\d{1,4})?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.{0,20})?\Z")
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:[-_]?\d[\w-]*)?|\w+")
_NO_CONTENT = vocabulary(
    "a an the of for to in on at by with from and or but is are was were be been it its this that these "
    "those we you your our their his her i us them has have had will would can please as again not no do "
    "does did"
)
_LONGEST_TEXT = 20_000
_LONGEST_FIGURE = 40
_CLOSE = 0.75
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount or a count, and its currency where it has one."""

    value: Decimal
    currency: str = ""

    def agrees(self, other: object) -> bool:
        """Whether nothing in the two differs."""
        return (
            isinstance(other, Figure)
            and self.value == other.value
            and (not self.currency or not other.currency or self.currency == other.currency)
        )


@dataclass(frozen=True, slots=True)
class Term:
    """An id, a date, a name, a choice: one word or two."""

    text: str

    def agrees(self, other: object) -> bool:
        """Whether they are the same but for case and punctuation."""
        return self == other


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of several words: what it tells, and how it says it."""

    facts: frozenset[str]
    words: frozenset[str]

    def agrees(self, other: object) -> bool:
        """Whether one of the texts tells nothing else than the other, in nearly the same words."""
        return isinstance(other, Wording) and self.tells_no_other(other) and self._is_close(other)

    def tells_no_other(self, other: "Wording") -> bool:
        """Whether one text's figures and ids are among the other's."""
        return self.facts <= other.facts or other.facts <= self.facts

    def _is_close(self, other: "Wording") -> bool:
        if self.words == other.words:
            return True
        states = {word for word in self.words if word.endswith("ed")}
        other_states = {word for word in other.words if word.endswith("ed")}
        if states and other_states and states.isdisjoint(other_states):
            return False  # packed and shipped are two messages
        fewest = min(len(self.words), len(other.words))
        return fewest >= _FEWEST_WORDS and len(self.words & other.words) >= _CLOSE * fewest


@dataclass(frozen=True, slots=True)
class Choice:
    """Yes or no: it tells no two calls apart where only one of them says it."""

    yes: bool

    def agrees(self, other: object) -> bool:
        """Whether they are the same."""
        return self == other


@dataclass(frozen=True, slots=True)
class Row:
    """An object in a list: its fields with what they hold."""

    fields: tuple[tuple[str, "Held"], ...]

    def agrees(self, other: object) -> bool:
        """Whether every field of one is that of the other."""
        return (
            isinstance(other, Row)
            and [key for key, _ in self.fields] == [key for key, _ in other.fields]
            and all(_agree(one, two) for (_, one), (_, two) in zip(self.fields, other.fields, strict=True))
        )


Value = Figure | Term | Wording | Choice | Row
Held = tuple[Value, ...]


@dataclass(frozen=True)
class Call:
    """A call as it is compared: its arguments without what belongs to one attempt only."""

    step: Step

    @cached_property
    def arguments(self) -> Mapping[str, Held]:
        """What identifies the call: dotted key -> values, lists in no order."""
        return {key: held for key, held in self.said.items() if not _explains(key)}

    @cached_property
    def signature(self) -> frozenset[tuple[str, Held]]:
        """The same as something to look up by."""
        return frozenset(self.arguments.items())

    @cached_property
    def idempotency_key(self) -> str | None:
        """The key by which the receiver tells a second attempt from a second call, if there is one."""
        for source in (given(self.step), dict(self.step.attributes)):
            for key, value in _flat(source):
                words = frozenset(key.replace(".", "_").split("_"))
                if words & {"idempotency", "idempotent", "dedup", "dedupe", "deduplication"} and value:
                    return str(value)
        return None

    def is_again(self, other: "Call") -> bool:
        """Whether the call asks once more for what another asked for.

        What only one of the two says (an option, a note) is no difference as long as they share enough.
        """
        mine, theirs = self.said, other.said
        shared = mine.keys() & theirs.keys()
        if any(not _same(key, mine[key], theirs[key]) for key in shared):
            return False
        telling = [key for key in shared if not _explains(key) and not _is_choice(mine[key])]
        extra = [
            [key for key in one.keys() - shared if not _explains(key) and not _is_choice(one[key])]
            for one in (mine, theirs)
        ]
        if not telling or all(extra):
            return False
        return not any(extra) or len(telling) > 1

    @cached_property
    def said(self) -> Mapping[str, Held]:
        """Every argument, explanations too, but nothing that belongs to the attempt."""
        found: dict[str, Held] = {}
        for key, value in _flat(given(self.step)):
            if held := _held(key, value):
                found[key] = tuple(sorted((*found.get(key, ()), *held), key=repr))
        return found


def held_by(row: JSON) -> frozenset[tuple[str, Held]]:
    """The values of an object (or of a value alone, under no key) as arguments are compared."""
    return frozenset((key, held) for key, value in _flat(row) if (held := _held(key, value)))


def agree(one: Held, other: Held) -> bool:
    """Whether two arguments hold the same."""
    return _agree(one, other)


def _same(key: str, one: Held, other: Held) -> bool:
    if _explains(key):
        return all(
            mine.tells_no_other(theirs)
            for mine in one
            for theirs in other
            if isinstance(mine, Wording) and isinstance(theirs, Wording)
        )
    return _agree(one, other)


def _agree(one: Held, other: Held) -> bool:
    return len(one) == len(other) and (
        one == other or all(mine.agrees(theirs) for mine, theirs in zip(one, other, strict=True))
    )


def _is_choice(held: Held) -> bool:
    return all(isinstance(value, Choice) for value in held)


@lru_cache(maxsize=4_000)
def _explains(key: str) -> bool:
    return not _EXPLANATIONS.isdisjoint(key.rpartition(".")[2].split("_")[-1:])


def _flat(value: JSON, path: tuple[str, ...] = ()) -> Iterable[tuple[str, JSON]]:
    """Every value of nested objects under its dotted key, lists whole."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = "_".join(key_words(str(key))) or str(key)[:60]
            yield from _flat(inner, path if name in _WRAPPERS else (*path, name))
    else:
        yield ".".join(path), value


def _held(key: str, value: JSON) -> Held:
    """What a value says, as it is compared; nothing for what belongs to one attempt only."""
    if isinstance(value, (list, tuple)):
        return tuple(sorted((one for inner in value for one in _held(key, inner)), key=repr))
    if isinstance(value, Mapping):
        fields = sorted((name, held) for name, held in held_by(value) if not _explains(name))
        return (Row(tuple(fields)),) if fields else ()
    if value is None or value == "" or _is_of_the_attempt(key, value):
        return ()
    return (Choice(value),) if isinstance(value, bool) else (_value(value),)


def _is_of_the_attempt(key: str, value: JSON) -> bool:
    words = tuple(key.rpartition(".")[2].split("_"))
    if not _ATTEMPT.isdisjoint(words) or words[-2:] in _ATTEMPT_KEYS:
        return True
    if words[-1] == "at" and not _WHEN.isdisjoint(words):
        return True
    if words == ("key",):
        return bool(_TOKEN_OF_ITS_OWN.fullmatch(str(value)))
    return words[-2:] in _OWN_REFERENCES and bool(_UUID.fullmatch(str(value)))


def _value(value: JSON) -> Value:
    if not isinstance(value, str):
        return (
            Figure(Decimal(repr(value)).normalize()) if isinstance(value, (int, float)) else Term(str(value))
        )
    text = value[:_LONGEST_TEXT].strip()
    text = text if text.isascii() else plain(text).strip()
    return _figure(text) or _moment(text) or _worded(text)


def _figure(text: str) -> Figure | None:
    """The amount or count that a text is, whatever its locale; digits behind a zero are an id."""
    if len(text) > _LONGEST_FIGURE:
        return None
    currency = _CURRENCY.search(text)
    number = _CURRENCY.sub("", text).strip()
    if not _NUMBER.fullmatch(number) or (number[0] == "0" and number[1:2].isdigit()):
        return None
    named = currency[0].casefold() if currency else ""
    return Figure(_decimal(number), _CODES.get(named, named))


def _decimal(number: str) -> Decimal:
    """The number that digits are: their last mark is the decimal one unless three digits follow it."""
    mark = max(number.rfind("."), number.rfind(","))
    behind = len(number) - mark - 1
    whole, part = (number[:mark], number[mark + 1 :]) if mark > 0 else (number, "")
    if mark > 0 and behind == 3 and whole not in {"0", "-0"}:
        whole, part = number, ""
    digits = "".join(char for char in whole if char.isdecimal() or char == "-")
    return Decimal(f"{digits}.{part or 0}").normalize()


def _moment(text: str) -> Term | None:
    """A date or time, however it is written."""
    if len(text) > _LONGEST_FIGURE:
        return None
    if _ISO.match(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        return Term(moment.date().isoformat() if len(text) == 10 else moment.isoformat())
    found = days(text)
    day = found[0].complete if len(found) == 1 and text[found[0].start : found[0].end] == text else None
    return Term(day.isoformat()) if day else None


def _worded(text: str) -> Term | Wording:
    tokens = _TOKEN.findall(text.casefold())
    if len(text.split()) <= 2:
        return Term("".join(char for char in text.casefold() if char.isalnum()) or text)
    facts = {_plain_figure(token) for token in tokens if any(char.isdigit() for char in token)}
    words = {token.removesuffix("s") for token in tokens if token.isalpha()} - _NO_CONTENT
    return Wording(frozenset(facts), frozenset(words))


def _plain_figure(token: str) -> str:
    figure = _figure(token)
    return str(figure.value) if figure else token
