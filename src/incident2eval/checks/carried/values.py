"""Values that mean the same in any dress: dates, times of day, ids, figures, and terms for the rest."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from incident2eval.checks.failures.topics import speak_alike, words
from incident2eval.checks.figures.figures import Figure, figures
from incident2eval.detection.dates import Day, days
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import with_plain_digits

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = re.compile(rf"\b(?:{'|'.join(name.capitalize() for name in _MONTHS)})\b")
_WORD_TOO = re.compile(
    r"\b(?:in|of|for|since|until|by|from|to|last|this|next|during|end|start|early|late)\s\Z"
)
_NUMERIC_DAY = re.compile(r"(?<![\d./-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])(?: ?(?P<half>[ap])\.?m\b)?"
    r"|(?<![\d:.])(?P<bare>1[0-2]|[1-9]) ?(?:(?P<side>[ap])\.?m\b|o'clock)",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?<![\w@-])(?=[A-Za-z0-9_/-]{0,30}\d)(?=[A-Za-z0-9_/-]{0,30}[A-Za-z])"
    r"[A-Za-z0-9]{1,20}(?:[-/_][A-Za-z0-9]{1,20}){0,5}(?![\w@-])"
    r"|(?<![\w@.-])[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}|(?<![\w.,-])\d{6,18}(?![\w.,-]\d)"
)
_NO_ID = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|[a-z]{1,3}|h\d\d)|\d{4}-\d\d(?:-\d\d)?(?:t\d.*)?|\d{1,2}/\d{1,2}/\d{4}",
    re.IGNORECASE,
)
_RUNS = re.compile(r"[A-Za-z]+|\d+")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w'\u2019-]{2,30}(?: [A-Z][\w'\u2019-]{1,30}){0,3}")

_BOUND = re.compile(
    r"\b(?:before|after|until|till|by|from|least|most|than|under|over|below|above|to|within|max|min|maximum|"
    r"minimum|limit|budget|earliest|latest|around|about|approximately)\b(?: of| is)?[^\w.]{1,3}\Z",
    re.IGNORECASE,
)
"""What comes before a limit: an answer may keep to it and show another figure."""


class Kind(StrEnum):
    """What sort of value it is."""

    DATE = "date"
    TIME = "time"
    ID = "id"
    FIGURE = "figure"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as a text shows it."""

    kind: Kind
    shown: str

    def is_rival_of(self, other: "Value") -> bool:
        """Whether it is of the same kind and means something else: another month, another order's number."""
        if self.kind is not other.kind or self.kind is Kind.TERM or Said(self.shown).holds(other):
            return False
        if self.kind is Kind.ID:
            return _shape(self.shown) == _shape(other.shown)
        if self.kind is Kind.FIGURE:
            mine, theirs = (Said(text).figures for text in (self.shown, other.shown))
            return bool(mine and theirs) and mine[0].unit is not None and mine[0].unit == theirs[0].unit
        return True


def values(text: str) -> Iterator[Value]:
    """The dates, times, ids and figures of a text, and the names in it; limits are none of them."""
    said = Said(text)
    taken: list[tuple[int, int]] = []
    for kind, start, end in sorted(said.spans(), key=lambda found: (found[1], -found[2])):
        if not any(start < stop and begin < end for begin, stop in taken[-5:]):
            taken.append((start, end))
            ahead = said.text[max(0, start - 24) : start]
            if kind not in {Kind.TIME, Kind.FIGURE} or not _BOUND.search(ahead):
                yield Value(kind=kind, shown=said.text[start:end].strip(" .,"))


def value(text: str) -> Value:
    """The value that a text consists of; a term where it is none of the others."""
    found = next(values(text), None)
    whole = found is not None and len(found.shown) >= 0.6 * len(text.strip())
    return found if found is not None and whole else Value(kind=Kind.TERM, shown=text.strip())


class Said:
    """A text, asked whether it holds a value in whatever dress."""

    def __init__(self, text: str) -> None:
        self.text = with_plain_digits(plain(text).replace("\u2019", "'"))

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Its dates; a month alone is one, and 3/4/2026 is the third of April and the fourth of March."""
        whole = (*days(self.text), *_numeric(self.text))
        return (*whole, *_months(_blanked(self.text, whole)))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures with their units."""
        return figures(self.text)

    @cached_property
    def times(self) -> frozenset[int]:
        """Its times of day in minutes; the halves of the day are one."""
        return frozenset(_minutes(match) for match in _TIME.finditer(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words as they are compared."""
        return frozenset(words(self.text))

    def spans(self) -> Iterator[tuple[Kind, int, int]]:
        """Where its values stand."""
        yield from ((Kind.DATE, day.start, day.end) for day in self.days)
        yield from ((Kind.TIME, *match.span()) for match in _TIME.finditer(self.text))
        yield from (
            (Kind.ID, *match.span()) for match in _ID.finditer(self.text) if not _NO_ID.fullmatch(match[0])
        )
        yield from ((Kind.FIGURE, figure.start, figure.end) for figure in self.figures)
        yield from ((Kind.TERM, *match.span()) for match in _NAME.finditer(self.text))

    def holds(self, wanted: Value) -> bool:
        """Whether it says the value, in whatever format."""
        meant = Said(wanted.shown)
        match wanted.kind:
            case Kind.DATE:
                return any(day.is_said_by(other) for day in meant.days for other in self.days)
            case Kind.TIME:
                return not meant.times.isdisjoint(self.times)
            case Kind.ID:
                return bool(_spelt(wanted.shown).search(self.text))
            case Kind.FIGURE:
                return any(_same(one, other) for one in meant.figures for other in self.figures)
            case Kind.TERM:
                return all(speak_alike((word,), self.words) for word in meant.words)


def _blanked(text: str, taken: Iterable[Day]) -> str:
    """The text with blanks in place of its whole dates."""
    pieces, done = [], 0
    for day in sorted(taken, key=lambda day: day.start):
        if day.start >= done:
            pieces += [text[done : day.start], " " * (day.end - day.start)]
            done = day.end
    return "".join((*pieces, text[done:]))


def _months(text: str) -> Iterator[Day]:
    for match in _MONTH.finditer(text):
        if match[0] in {"May", "March"} and not _WORD_TOO.search(
            text[max(0, match.start() - 12) : match.start()]
        ):
            continue
        month = _MONTHS.index(match[0].casefold()) + 1
        yield Day(year=None, month=month, day=None, start=match.start(), end=match.end())


def _numeric(text: str) -> Iterator[Day]:
    for match in _NUMERIC_DAY.finditer(text):
        one, other, year = int(match[1]), int(match[3]), int(match[4])
        for day, month in ((one, other), (other, one)):
            if 1 <= month <= 12 and 1 <= day <= 31:
                yield Day(year=year, month=month, day=day, start=match.start(), end=match.end())


def _minutes(match: re.Match[str]) -> int:
    hour = int(match["hour"] or match["bare"])
    return hour % 12 * 60 + int(match["minute"] or 0)


def _same(one: Figure, other: Figure) -> bool:
    if one.unit is None or other.unit is None:
        return one.value == other.value
    size = one.unit.size
    return (
        one.unit.kind == other.unit.kind
        and abs(one.value * size - other.value * other.unit.size) <= 1e-6 * size
    )


def _shape(shown: str) -> tuple[str, ...]:
    """The letters of an id and how many digits stand between them."""
    return tuple(run.casefold() if run.isalpha() else "9" * len(run) for run in _RUNS.findall(shown))


def _spelt(shown: str) -> re.Pattern[str]:
    """An id with any separators, or none, between its letters and its digits."""
    spelling = r"[\W_]{0,2}".join(re.escape(run) for run in _RUNS.findall(shown)) or re.escape(shown)
    return re.compile(rf"(?<![^\W_]){spelling}(?![^\W_])", re.IGNORECASE)
