"""What to expect of an output: the values that the corrected run has and the recorded one lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from incident2eval.checks.figures.units import UNITS
from incident2eval.checks.values.alignment import Pair, pairs
from incident2eval.checks.values.cells import holds
from incident2eval.checks.values.differences import Difference, differences
from incident2eval.checks.values.expectation import Expectation, Item
from incident2eval.checks.values.moments import INSTANT
from incident2eval.checks.values.notation import is_english
from incident2eval.checks.values.reading import cell_value
from incident2eval.checks.values.told import Passage, passage_of, read
from incident2eval.checks.values.value import Code, Found, Value, Word, same
from incident2eval.checks.values.volatile import is_own_moment, is_volatile, says_of_the_run
from incident2eval.checks.values.words import TOKEN, content, stem
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.roster import Names
from incident2eval.detection.names.use import CALENDAR
from incident2eval.detection.text.wording import Span, key_words, vocabulary
from incident2eval.model import JSON, Run

_WORDING = vocabulary(
    "reason reasons comment comments note notes text description summary message title explanation rationale "
    "remark subject body detail details justification name narrative advice headline wording greeting"
)
"""Last words of keys under which people write freely: a single word there is wording too."""
_CHOICES = vocabulary(
    "status state decision class classification category type outcome result verdict priority severity level "
    "grade tier rating recommendation action risk queue route plan flag label tag"
)
"""Last words of keys whose values are choices, whatever stands in other rows."""
_MOST_WORDS = 8
_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The two runs, and what people said of them."""

    recorded: Run
    corrected: Run
    wrong: Sequence[str]
    """Words of the output that are wrong."""
    right: Sequence[str]
    """Words that should have been there."""
    names: Names

    @cached_property
    def wordy(self) -> frozenset[str]:
        """Last words of keys that hold text of several words in either output: one word is text there."""
        places = (place for run in (self.recorded, self.corrected) for place in read(run.output).sheet.places)
        return frozenset(
            place.words[-1]
            for place in places
            if place.words
            and isinstance(place.cell, str)
            and len(place.cell.split()) > 1
            and cell_value(place.cell, place.words) is None
        )


def expected(sides: Sides) -> Iterator[Expectation]:
    """What the output should hold where the recorded one held something else.

    What only the corrected run says counts if the words that should have been there say it.
    """
    old, new = sides.recorded.output, sides.corrected.output
    found = list(differences(old, new))
    if not found and isinstance(old, str) is not isinstance(new, str):
        found = [Difference(item=(), path="", old=read(old).passage.text, new=read(new).passage.text)]
    for one in map(_at_its_point, found):
        item = tuple((key, _id_of(own, sides.names)) for key, own in one.item)
        value = cell_value(one.new, key_words(one.path)) if one.path or one.item else None
        if value is None and isinstance(one.new, str):
            yield from _of_text(one, item, sides)
        elif value is not None and _is_expected(one, value, sides):
            old = (
                one.old
                if isinstance(one.old, (bool, int, float, str)) and len(str(one.old)) <= _LONGEST
                else None
            )
            yield Expectation(item=item, path=one.path, value=one.new, instead_of=old)


def _at_its_point(one: Difference) -> Difference:
    """The difference itself: of two moments of one day, the time of day."""
    old, new = (INSTANT.fullmatch(text) if isinstance(text, str) else None for text in (one.old, one.new))
    if old is None or new is None or old["day"] != new["day"]:
        return one
    return replace(one, old=old["clock"], new=new["clock"])


def _id_of(own: str, names: Names) -> str:
    """What an item is called in a fact: a customer by the customer's id, never by name."""
    owners = names.owners(own)
    return next(iter(owners)) if len(owners) == 1 else own


def _is_expected(one: Difference, value: Value, sides: Sides) -> bool:
    """Whether a field's new value is to be expected: no wording, not the run's own, in another's place."""
    if isinstance(value, (Word, Code)) and not _is_choice(one, value, sides):
        return False
    if _is_named(one.new, one.path, sides.right):
        return True
    old = cell_value(one.old, key_words(one.path))
    if one.old is None or (old is not None and same(value, old)):
        return False
    if _is_named(one.old, one.path, sides.wrong):
        return True
    return not is_volatile(one.path, one.new) and not _is_own_moment(one.old, one.new, sides)


def _is_choice(one: Difference, value: Value, sides: Sides) -> bool:
    """Whether a single word is a choice or an id, and no text, name or address."""
    text = str(one.new)
    if "@" in text or "://" in text or sides.names.owners(text):
        return False
    last = (key_words(one.path) or ("",))[-1]
    if isinstance(value, Code) or last in _CHOICES:
        return True
    return last not in _WORDING and last not in sides.wordy


def _is_named(value: JSON, path: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts that people marked says a value."""
    wanted = Expectation(value=value, path=path) if value is not None else None
    return wanted is not None and any(holds(text, (), wanted) for text in texts)


def _is_own_moment(old: JSON, new: JSON, sides: Sides) -> bool:
    return is_own_moment(old, sides.recorded) and is_own_moment(new, sides.corrected)


def _of_text(one: Difference, item: Item, sides: Sides) -> Iterator[Expectation]:
    """The figures and dates of a text that stand where the old one has others, or that people named."""
    old, new = (passage_of(str(text or "")) for text in (one.old, one.new))
    hidden = [(name.start, name.end) for name in sides.names.foreign(new.text, "")]
    found = sorted(
        (_supported(pair, old, sides) for pair in pairs(old, new)), key=lambda pair: pair.old is None
    )
    for at, pair in enumerate(found):
        if pair.old is None and any(same(pair.new.value, other.new.value) for other in found[:at]):
            continue
        about = _about(pair, new, hidden)
        if pair.old and not pair.is_aligned:
            about = f"{about} {_words_beside(pair.old, old, sides.wrong)}".strip()
        if about and _is_expected_in_text(pair, old, new, sides):
            instead_of = _words(pair.old, old) if pair.old else None
            yield Expectation(item=item, about=about, value=_words(pair.new, new), instead_of=instead_of)


def _supported(pair: Pair, old: Passage, sides: Sides) -> Pair:
    """The pair, if the words around the two or the words marked as wrong speak for it; else half of it."""
    if pair.old is None or pair.is_aligned or _is_named(_words(pair.old, old), "", sides.wrong):
        return pair
    return replace(pair, old=None)


def _words_beside(found: Found, passage: Passage, quotes: Sequence[str]) -> str:
    """What people quoted beside a figure that is wrong: it says what the figure is of."""
    wanted = Expectation(value=_words(found, passage), path="")
    quote = next((text for text in quotes if holds(text, (), wanted)), "")
    told = content(stem(word) for word in TOKEN.findall(quote))
    words = {stem(word): word for word in TOKEN.findall(quote) if word.isalpha() and _is_no_name(word)}
    return " ".join(words[one] for one in told if one in words and words[one].casefold() not in UNITS)


def _words(found: Found, passage: Passage) -> str:
    return passage.text[found.start : found.end].strip()


def _is_expected_in_text(pair: Pair, old: Passage, new: Passage, sides: Sides) -> bool:
    """Whether a figure of the new text is to be expected: in another's place or named, not the run's own."""
    words = _words(pair.new, new)
    named = _is_named(words, "", sides.right)
    if pair.old is None:
        return named and not any(same(pair.new.value, one.value) for one in old.found)
    before = _words(pair.old, old)
    if named or _is_named(before, "", sides.wrong):
        return True
    if says_of_the_run(pair.about, pair.new.value) or _is_own_moment(before, words, sides):
        return False
    return pair.is_plain or not (sides.wrong or sides.right)


def _about(pair: Pair, passage: Passage, hidden: Sequence[Span]) -> str:
    """The words that say what a figure is of, as they stand there; names of people and customers left out."""
    around = passage.around(pair.new.start, pair.new.end)
    own = (pair.new.start, pair.new.end)
    foreign = not is_english(passage.text)  # a capital is no sign of a name in German
    for span in (around.clause, around.sentence):
        spans = passage.written(pair.about, span, but=own)
        said = [passage.text[start:end] for start, end in spans if not _is_within(start, end, hidden)]
        said = [word for word in said if word.casefold() not in UNITS and (foreign or _is_no_name(word))]
        if len(said) > 1 or (said and span == around.sentence):
            return " ".join(said[:_MOST_WORDS])
    return ""


def _is_no_name(word: str) -> bool:
    return word.islower() or is_ordinary(word.casefold()) or word.casefold() in CALENDAR


def _is_within(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(low <= start and end <= high for low, high in spans)
