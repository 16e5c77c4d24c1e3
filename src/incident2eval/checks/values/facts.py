"""The facts that words hold: figures, dates, times, names and ids; their wording is free."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks.values.cells import found_right, has_code
from incident2eval.checks.values.notation import has_decimal_comma, plainly
from incident2eval.checks.values.reading import bare, cell_value, values_in
from incident2eval.checks.values.told import Output
from incident2eval.checks.values.value import Amount, Clock, Date, Told, same
from incident2eval.checks.values.words import TOKEN
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.roster import Names
from incident2eval.detection.names.use import CALENDAR
from incident2eval.detection.text.wording import POSSESSIVE, Span, fold, with_plain_digits
from incident2eval.model import JSON, CannotJudge

KINDS = ("figure", "date", "time", "id", "name", "customer")
"""What a fact may be; a case writes it as `{figure: 30 days}`."""

_QUOTED = 600
_ID = re.compile(
    r"(?<![\w@./-])(?=[\w/-]{0,30}\d)(?=[\w/-]{0,30}[^\W\d_])[^\W_]+(?:[-/_][^\W_]+){0,6}(?![\w@]|[-/]\w)"
)
_NAME = re.compile(r"(?<![^\W_])[^\W\d_a-z][^\W\d_]{2,}(?:[ -][^\W\d_a-z][^\W\d_]{2,}){0,3}(?![^\W_])")
_STARTS = re.compile(r"(?:\A|[.!?:]\s|\n)[\s\"'*(\u201c\u2018-]*\Z")
_SCALED = re.compile(
    r"\d{1,4}(?:st|nd|rd|th|s|x|k|m|mm|cm|kg|km|kwh|gb|mb|tb|ml|am|pm|h|hrs?|min|bn|mn)|[QH][1-4]|\d+-\w+",
    re.IGNORECASE,
)
"""Figures with their units, ordinals and quarters: no ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that an output must hold."""

    kind: str
    said: str
    """The figure, date, name or id as it was said; the id of a customer."""

    @classmethod
    def of(cls, given: JSON) -> "Fact":
        """Read one of the case's facts.

        Raises:
            CannotJudge: if it is none of the kinds.
        """
        if isinstance(given, Mapping) and len(given) == 1:
            kind, said = next(iter(given.items()))
            if kind in KINDS and said not in (None, ""):
                return cls(kind=kind, said=str(said))
        raise CannotJudge(f"a fact that must be said is one of {', '.join(KINDS)}, with its value")

    @property
    def fact(self) -> dict[str, JSON]:
        """The fact as case.yaml holds it."""
        return {self.kind: self.said}


def facts_in(text: str, names: Names) -> Iterator[Fact]:
    """The facts that a text holds, in order of kind; a customer of the roster by id."""
    plain = with_plain_digits(text)
    plain = plainly(plain, decimal_comma=has_decimal_comma(plain))
    customers = [(one.start, one.end, one.customer) for one in names.foreign(plain, "")]
    taken: list[Span] = [(start, end) for start, end, _ in customers]
    ids = [
        one for one in _ID.finditer(plain) if not _SCALED.fullmatch(one[0]) and _is_free(one.span(), taken)
    ]
    for found in values_in(plain):
        span = (found.start, found.end)
        if found.sure and _is_free(span, [*taken, *(one.span() for one in ids)]):
            taken.append(span)
            yield Fact(kind=_kind(found.value), said=plain[found.start : found.end].strip())
    for one in ids:
        if _is_free(one.span(), taken):
            taken.append(one.span())
            yield Fact(kind="id", said=one[0])
    yield from (Fact(kind="name", said=name) for name in _names(plain, taken))
    yield from (Fact(kind="customer", said=own) for own in dict.fromkeys(own for _, _, own in customers))


def _kind(value: Told) -> str:
    return "figure" if isinstance(value, Amount) else "date" if isinstance(value, Date) else "time"


def _is_free(span: Span, taken: Sequence[Span]) -> bool:
    return all(span[1] <= low or span[0] >= high for low, high in taken)


def _names(text: str, taken: Sequence[Span]) -> Iterator[str]:
    """Proper names: words with a capital that are no ordinary words, and those that stand beside one."""
    for match in _NAME.finditer(text):
        words = match[0].split(" ")
        if _STARTS.search(text[max(0, match.start() - 8) : match.start()]) and is_ordinary(
            words[0].casefold()
        ):
            words = words[1:]
        own = [word for word in words if _is_own(word)]
        if own and _is_free(match.span(), taken) and _is_own(words[-1]) | (len(words) > 1):
            yield " ".join(words)


def _is_own(word: str) -> bool:
    """Whether a word is somebody's or something's own name: no English word, no month, no abbreviation."""
    plain = POSSESSIVE.sub("", word)
    folded = fold(plain)
    if folded in CALENDAR or (plain.isupper() and len(plain) < 6):
        return False
    return not any(
        is_ordinary(form) for form in (folded, folded.removesuffix("s"), folded.removesuffix("es"))
    )


def is_said(fact: Fact, output: Output, names: Names) -> bool:
    """Whether an output says a fact, in whatever words and wherever."""
    text = output.passage.text
    if fact.kind == "customer":
        return any(one.customer == fact.said for one in names.foreign(text, ""))
    if fact.kind == "id":
        return has_code(text, bare(fact.said))
    right = cell_value(fact.said)
    if fact.kind == "name" or not isinstance(right, (Amount, Date, Clock)):
        return _says_name(fact.said, output)
    found = found_right(output.passage.found, right, None, text)
    if not isinstance(right, Amount):
        return bool(found)
    return any(_is_meant(right, one.value) for one in found) or any(_cells_with(right, output))


def nearest(fact: Fact, output: Output) -> str:
    """The words where a missing fact may have been expected: those with the one like it, else all."""
    right, passage = cell_value(fact.said), output.passage
    like = [
        one
        for one in passage.found
        if one.sure and type(one.value) is type(right)
        if not (isinstance(right, Amount) and isinstance(one.value, Amount)) or _kinds(right, one.value) == 1
    ]
    return passage.quote(like[0].start, like[0].end) if len(like) == 1 else passage.beginning(_QUOTED)


def _kinds(one: Amount, other: Amount) -> int:
    return len({value.unit.kind if value.unit else None for value in (one, other)})


def _says_name(name: str, output: Output) -> bool:
    """Whether the last word of a name stands there that is nothing but a name, else all of its words."""
    words = TOKEN.findall(name)
    own = [word for word in words if _is_own(word)]
    return bool(words) and all(output.passage.says(word) for word in own[-1:] or words)


def _is_meant(right: Amount, live: Told) -> bool:
    """Whether a figure of a text has the unit that is meant: a plain number is no length of time."""
    if not isinstance(live, Amount) or (right.unit and live.unit):
        return isinstance(live, Amount)
    unit = right.unit or live.unit
    return unit is None or unit.is_money


def _cells_with(right: Amount, output: Output) -> Iterator[bool]:
    """The cells that hold a figure; their keys may say the unit, or nothing of it."""
    for place in output.sheet.places:
        if not any(map(str.isdigit, str(place.cell)[:40])):
            continue
        value = cell_value(place.cell, place.words, decimal_comma=output.decimal_comma)
        if isinstance(value, Amount) and same(right, value) and (right.unit or _is_meant(right, value)):
            yield True
