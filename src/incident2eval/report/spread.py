"""How hits spread over time and over versions: what a chart and a table of a look-back are made from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from incident2eval.model import Moment
from incident2eval.model.look_back import LookBackReport, Mark, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, week, month or year; or several of them, one after the other, without a run."""

    first: date
    runs: int = 0
    hits: int = 0
    marks: tuple[Mark, ...] = ()
    number: int = 1

    @property
    def is_pause(self) -> bool:
        """Whether nothing is known of it."""
        return not self.runs and not self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The judged runs and the hits over time."""

    unit: str
    """`day`, `week`, `month` or `year`."""
    periods: tuple[Period, ...]
    """Without gap: a stretch of them without a run is one."""
    earlier: int
    """Runs from before the first of these."""

    @property
    def most_hits(self) -> int:
        """Of any period."""
        return max((one.hits for one in self.periods), default=0)

    @property
    def most_runs(self) -> int:
        """Of any period."""
        return max((one.runs for one in self.periods), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The runs that say the same of one thing."""

    said: str | None
    """None: they do not say."""
    runs: int
    hits: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One thing that differs between the runs: the model, a prompt, a permission."""

    name: str
    values: tuple[Value, ...]
    """By their first run."""
    others: int
    """So many values that are not among these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    name: str
    number: Callable[[date], int]
    """Which period a day is in, counted from somewhere."""
    first: Callable[[int], date]
    """Its first day."""


_UNITS = (
    _Unit(name="day", number=date.toordinal, first=date.fromordinal),
    # the first day that can be written is a Monday
    _Unit(
        name="week",
        number=lambda day: (day.toordinal() - 1) // 7,
        first=lambda number: date.fromordinal(number * 7 + 1),
    ),
    _Unit(
        name="month",
        number=lambda day: day.year * 12 + day.month - 1,
        first=lambda number: date(number // 12, number % 12 + 1, 1),
    ),
    _Unit(name="year", number=lambda day: day.year, first=lambda number: date(number, 1, 1)),
)


def spread(report: LookBackReport, most: int) -> Spread:
    """The runs and hits by the shortest of day, week, month and year that needs no more than so many rows.

    Args:
        report: What the look-back came to.
        most: If even years are more, the latest ones are kept.
    """
    rows: list[Period] = []
    for unit in _UNITS:
        rows = list(_periods(report, unit))
        if len(rows) <= most:
            return Spread(unit=unit.name, periods=tuple(rows), earlier=0)
    kept = rows[-most:]
    return Spread(unit="year", periods=tuple(kept), earlier=sum(one.runs for one in rows[:-most]))


def differing(report: LookBackReport, most: int) -> tuple[Differing, ...]:
    """What differs between the runs' versions, each with the values that runs have of it.

    Args:
        report: What the look-back came to.
        most: So many values at most are named: those with the most hits, then with the most runs.
    """
    names = dict.fromkeys(name for one in report.versions for name, _ in one.said)
    found = ((name, _values(report.versions, name)) for name in names)
    return tuple(_differing(name, values, most) for name, values in found if len(values) > 1)


@dataclass(slots=True)
class _Counts:
    runs: int = 0
    hits: int = 0
    marks: list[Mark] = field(default_factory=list)


def _periods(report: LookBackReport, unit: _Unit) -> Iterator[Period]:
    """Every period with a run or a mark, and each stretch between two of them."""
    counts: dict[int, _Counts] = {}
    for day in report.days:
        one = counts.setdefault(unit.number(day.day), _Counts())
        one.runs += day.runs
        one.hits += day.hits
    for mark in report.marks if counts else ():
        counts.setdefault(unit.number(day_of(mark.at)), _Counts()).marks.append(mark)
    before = min(counts, default=0) - 1
    for number, one in sorted(counts.items()):
        if number - before > 1:
            yield Period(first=unit.first(before + 1), number=number - before - 1)
        yield Period(first=unit.first(number), runs=one.runs, hits=one.hits, marks=tuple(one.marks))
        before = number


def day_of(at: Moment) -> date:
    """The day of a moment, UTC; a bare date is that day."""
    return at.astimezone(UTC).date() if isinstance(at, datetime) else at


def _values(versions: Sequence[Version], name: str) -> list[Value]:
    """The runs by what they say of one thing."""
    by_value: dict[str | None, list[Version]] = {}
    for one in versions:
        by_value.setdefault(_said(one, name), []).append(one)
    return [
        Value(
            said=said,
            runs=sum(one.runs for one in some),
            hits=sum(one.hits for one in some),
            first=min((one.first for one in some if one.first), default=None),
            last=max((one.last for one in some if one.last), default=None),
        )
        for said, some in by_value.items()
    ]


def _said(version: Version, name: str) -> str | None:
    return ", ".join(value for other, value in version.said if other == name) or None


def _differing(name: str, values: Sequence[Value], most: int) -> Differing:
    kept = sorted(values, key=lambda one: (-one.hits, -one.runs))[:most]
    return Differing(name=name, values=tuple(sorted(kept, key=_by_first)), others=len(values) - len(kept))


def _by_first(value: Value) -> tuple[bool, str, str]:
    return value.first is None, str(value.first), value.said or ""
