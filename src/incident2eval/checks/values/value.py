"""Values: an amount, a date, a time of day, yes or no, an id, a word; and when two of a kind are the same."""

from dataclasses import dataclass, replace

from incident2eval.checks.figures.units import Unit
from incident2eval.checks.values.words import alike
from incident2eval.detection.dates import Day

LENGTHS = frozenset({"time", "months"})
"""Kinds of units that say how long: they do not convert, yet one may stand in the other's place."""
_MOST_ROUNDED = 0.05
"""What is further away than this share of a figure is no rounding of it, however roughly it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So much, of a unit where one is said."""

    number: float
    unit: Unit | None = None
    slack: float = 0.0
    """How far from it a number may be that it rounds."""

    def is_like(self, other: "Amount") -> bool:
        """Whether the two may speak of the same quantity: of one kind, as far as both say."""
        return self.unit is None or other.unit is None or self.unit.kind == other.unit.kind

    def distance(self, other: "Amount") -> float:
        """How far the other one is from it, in its own unit."""
        factor = other.unit.size / self.unit.size if self.unit and other.unit else 1.0
        return abs(self.number - other.number * factor)

    def is_said_by(self, other: "Amount") -> bool:
        """Whether the other one is this amount: exactly, rounded, in another unit, as a share of one."""
        if not self.is_like(other):
            return False
        shares = {self.unit.kind if self.unit else None, other.unit.kind if other.unit else None} == {
            "%",
            None,
        }
        if shares and self._is_near(other, 100.0 if other.unit is None else 0.01):
            return True
        return self._is_near(other, 1.0)

    def _is_near(self, other: "Amount", times: float) -> bool:
        factor = times * (other.unit.size / self.unit.size if self.unit and other.unit else 1.0)
        slack = min(max(self.slack, other.slack * factor), abs(self.number) * _MOST_ROUNDED)
        return abs(self.number - other.number * factor) <= slack + 1e-9 * max(1.0, abs(self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day, or a month of a year, as far as it is said."""

    day: Day

    def is_said_by(self, other: "Date") -> bool:
        """Whether the other one is the same date; it may leave the year out, or add it."""
        one, two = self.day, other.day
        return (one.month, one.day) == (two.month, two.day) and (
            one.year is None or two.year is None or one.year == two.year
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day."""

    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Yes or no."""

    yes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An id: letters and digits, without what stands between them."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A single word, or several written as one (`needs_review`), by their stems."""

    stems: tuple[str, ...]


Value = Amount | Date | Clock | Flag | Code | Word
Told = Amount | Date | Clock
"""What can be told from running text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value where a text says it."""

    value: Told
    start: int
    end: int
    sure: bool = True
    """Whether it says how much or when for certain, rather than which."""
    counts: bool = False
    """Whether the word behind a plain number says what it counts: `21 people`."""

    @property
    def is_measured(self) -> bool:
        """Whether it can be no id: a date, a time, a number with a unit."""
        return not isinstance(self.value, Amount) or self.value.unit is not None


def same(right: Value, other: Value) -> bool:
    """Whether the other value is the right one in whatever clothes."""
    if isinstance(right, Amount) and isinstance(other, Amount):
        return right.is_said_by(other)
    if isinstance(right, Date) and isinstance(other, Date):
        return right.is_said_by(other)
    if isinstance(right, Word) and isinstance(other, Word):
        return alike(right.stems, other.stems)
    return right == other


def unsigned(value: Value) -> Value:
    """The value without its sign: a text says `15% less`, a table -15%."""
    return replace(value, number=abs(value.number)) if isinstance(value, Amount) else value


def is_right(live: Value, right: Value, old: Value | None) -> bool:
    """Whether a value is the right one rather than the old one, where rounding would let it pass for both."""
    if not same(right, live):
        return False
    if old is None or not same(old, live):
        return True
    if isinstance(right, Amount) and isinstance(old, Amount) and isinstance(live, Amount):
        return live.distance(right) < live.distance(old)
    return isinstance(right, Word) and right == live
