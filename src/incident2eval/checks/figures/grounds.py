"""What a run had to go by: the figures and dates of its sources, and what honest arithmetic makes of them."""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from incident2eval.checks.figures.dates import Day, days
from incident2eval.checks.figures.figures import Figure, figures
from incident2eval.checks.figures.tables import derived, longest, number_in, tables
from incident2eval.checks.figures.units import UNITS, Unit, tells_apart
from incident2eval.checks.text.wording import embedded, key_words, leaves, with_plain_digits
from incident2eval.model import JSON, Record, Run, Step, StepKind

_READING = {StepKind.TOOL, StepKind.RETRIEVAL, StepKind.HANDOFF}
_DAY = UNITS["days"]
_DEEPEST = 100
"""Nothing that a tool says in earnest is nested deeper."""
_FIT = {"score", "distance", "similarity", "relevance", "rank"}


def held(run: Run) -> tuple[JSON, ...]:
    """What the steps of a run gave it to go by: what tools and retrievals returned, what was handed over.

    What a model wrote is none of it, nor is what a tool only gave back as it had been told. Rows that one
    tool returned call by call are put together.
    """
    found: list[JSON] = []
    returned: dict[str, list[JSON]] = defaultdict(list)
    for step in run.steps:
        if step.kind is StepKind.INPUT:
            found += [step.input, step.output]
        elif step.kind in _READING:
            found += [record.text for record in step.records]
            found.append([row for record in step.records if (row := _told(record))])
            returned[step.name].append(_news(step))
    found += [values[0] if len(values) == 1 else values for values in returned.values()]
    return tuple(value for value in found if value not in (None, "", [], {}))


def _told(record: Record) -> dict[str, JSON]:
    """What is said of a record, without what the search engine says of how well it fits."""
    return {key: value for key, value in record.metadata.items() if key.casefold() not in _FIT}


def as_texts(sources: Iterable[JSON]) -> list[str]:
    """Sources as a case keeps them: texts, JSON where they are more than a text."""
    return [
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for value in sources
    ]


def _news(step: Step) -> JSON:
    """What a step returned without what it had been told: no agent's own figure becomes a source that way."""
    told = {str(leaf).strip() for _, leaf in leaves(step.input) if leaf is not None}
    long = [text for text in told if len(text) >= 20]

    def new(value: JSON, depth: int = 0) -> JSON:
        if depth > _DEEPEST:
            return None
        if isinstance(value, Mapping):
            return {key: new(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [new(inner, depth + 1) for inner in value]
        said = str(value).strip()
        return (
            None
            if said in told or any(text in said or (len(said) >= 20 and said in text) for text in long)
            else value
        )

    output = embedded(step.output) or step.output if isinstance(step.output, str) else step.output
    return new(output)


class Grounds:
    """The figures and dates that an output may hold."""

    def __init__(self, sources: Iterable[JSON], *, days_of_run: Iterable[datetime | None] = ()) -> None:
        """Take in the sources; texts that spell out JSON are read as such."""
        self._count = 0
        self._in_unit: dict[Unit, list[float]] = defaultdict(list)
        self._of_kind: dict[str, list[float]] = defaultdict(list)
        self._numbers: list[float] = []
        self._open: list[float] = []
        """Numbers that say nothing of their unit: they may have any."""
        self._worked_out: list[float] = []
        self._days: dict[int, set[tuple[int | None, int, int | None]]] = defaultdict(set)
        for source in sources:
            self._take(embedded(source) or source if isinstance(source, str) else source)
        for moment in days_of_run:
            if moment is not None:
                self._days[moment.month].add((moment.year, moment.month, moment.day))
        for numbers in (
            *self._in_unit.values(),
            *self._of_kind.values(),
            self._numbers,
            self._open,
            self._worked_out,
        ):
            numbers.sort()
        self._deadlines = frozenset(self._reached())

    def hold(self, figure: Figure) -> bool:
        """Whether it stands in the sources, rounds what stands there, or is worked out from their rows."""
        value, unit, tolerance = figure.value, figure.unit, figure.tolerance
        if unit is None:
            counted = value.is_integer() and 0 <= value <= self._count
            return (
                counted or _near(self._numbers, value, tolerance) or _near(self._worked_out, value, tolerance)
            )
        if _near(self._in_unit[unit], value, tolerance) or _near(self._open, value, tolerance):
            return True
        if unit.kind == "%" and _near(self._open, value / 100, tolerance / 100):
            return True
        if unit.is_money and _near(self._worked_out, value, tolerance):
            return True
        exact = min(tolerance, abs(value) * 0.02) * unit.size
        return _near(self._of_kind[unit.kind], value * unit.size, exact)

    def hold_day(self, day: Day) -> bool:
        """Whether it stands in the sources, is the run's own, or lies a length of time from one of them."""
        if any(
            day.is_said_by(Day(year=y, month=m, day=d, start=0, end=0)) for y, m, d in self._days[day.month]
        ):
            return True
        return any(day.is_said_by(deadline) for deadline in self._deadlines)

    def _take(self, source: JSON) -> None:
        for path, given in leaves(source):
            leaf = with_plain_digits(given) if isinstance(given, str) else given
            if isinstance(leaf, str):
                for day in days(leaf):
                    self._days[day.month].add((day.year, day.month, day.day))
            if value := number_in(path, leaf):
                self._add(value.number, value.unit, bare=True)
            elif isinstance(leaf, str) and not tells_apart(key_words(path)):
                for figure in figures(leaf):
                    self._add(figure.value, figure.unit, bare=figure.bare)
        self._count = max(self._count, longest(source))
        for rows in tables(source):
            for value in derived(rows):
                self._add(value.number, value.unit, bare=False, derived=True)

    def _add(self, number: float, unit: Unit | None, *, bare: bool, derived: bool = False) -> None:
        if unit is not None:
            self._in_unit[unit].append(number)
            self._of_kind[unit.kind].append(number * unit.size)
        elif derived:
            self._worked_out.append(number)
        elif bare:
            self._open.append(number)
        if not derived:
            self._numbers.append(number)

    def _reached(self) -> Iterator[date]:
        """The days that lie a length of time of the sources away from one of their dates."""
        known = sorted(day for parts in self._days.values() for part in parts if (day := _date(part)))
        lengths = sorted(
            {round(seconds / _DAY.size) for seconds in self._of_kind["time"] if seconds >= _DAY.size}
        )
        for day in known[:200]:
            for length in lengths[:50]:
                if length < 4_000:
                    yield day + timedelta(days=length)
                    yield day - timedelta(days=length)


def _date(part: tuple[int | None, int, int | None]) -> date | None:
    year, month, day = part
    return Day(year=year, month=month, day=day, start=0, end=0).complete


def _near(numbers: Sequence[float], value: float, tolerance: float) -> bool:
    """Whether a sorted list holds a number that far from the value at most."""
    slack = tolerance + 1e-9 * max(1.0, abs(value))
    at = bisect_left(numbers, value - slack)
    return at < len(numbers) and numbers[at] <= value + slack
