"""The quarterly review: its figures, each with a formula in words, n and the records that it rests on."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self

from incident2eval.model.incident import Moment

_WRITTEN = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three calendar months, by the days of UTC."""

    year: int
    number: int
    """1 to 4."""

    @classmethod
    def of(cls, moment: Moment) -> Self:
        """The quarter of a moment: of a time its day in UTC, of a bare date that day."""
        day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A quarter as people write it, such as `2026-Q4`; raises ValueError."""
        found = _WRITTEN.fullmatch(text.strip())
        if not found or not 1 < int(found[1]) < date.max.year:
            raise ValueError("a quarter is written as 2026-Q4")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> datetime:
        """The moment at which it is over, UTC: the midnight after its last day."""
        after = date(self.year + self.number // 4, self.number * 3 % 12 + 1, 1)
        return datetime(after.year, after.month, after.day, tzinfo=UTC)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.end - timedelta(days=1)).date()

    @property
    def before(self) -> "Quarter":
        """The one before it."""
        return Quarter.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


class Unit(StrEnum):
    """What a figure's value counts."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1."""
    HOURS = "hours"
    DAYS = "days"
    ANSWER = "yes_or_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A part of a figure, such as one workflow of all."""

    label: str
    value: int | float | None
    """In the figure's unit; a figure that answers yes or no counts here."""
    n: int
    ids: tuple[str, ...] = ()
    near_misses: int | None = None
    """How many of the records are near misses; None where records are no incidents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: what it says, how it was worked out and from which records."""

    id: str
    name: str
    formula: str
    """In words."""
    unit: Unit
    value: int | float | str | None
    """None where it cannot be worked out; then `because` says why."""
    n: int
    """How many records it was worked out over."""
    ids: tuple[str, ...] = ()
    """The records that it counts, in order."""
    unknown: tuple[str, ...] = ()
    """Records that belong to it and do not say what it takes; they are in no n."""
    rows: tuple[FigureRow, ...] = ()
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPart:
    """Figures that answer one question."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All figures of a quarter. The same files give the same review, whenever it is asked for."""

    schema: str = "incident2eval/review/1"
    quarter: str
    first: date
    last: date
    as_of: datetime
    """When what is overdue was read, UTC: the quarter's end, today in a running one, or the day asked for."""
    parts: tuple[ReviewPart, ...]
    unreadable: tuple[str, ...] = ()
    """Incidents that are in no figure but one, as their files cannot be read."""

    def figure(self, name: str) -> Figure:
        """The figure of that id; raises KeyError."""
        for part in self.parts:
            for one in part.figures:
                if one.id == name:
                    return one
        raise KeyError(name)
