"""What a run had to go by: the figures and dates of its sources, and what honest arithmetic makes of them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from incident2eval.checks.figures.figures import Figure, figures, plain_numbers, together
from incident2eval.checks.figures.stock import Fits, Place, Stock
from incident2eval.checks.figures.tables import Row, derived, longest, number_in, placed, rows_in, tables
from incident2eval.checks.figures.units import UNITS, Unit, tells_apart
from incident2eval.detection.dates import Day, days
from incident2eval.detection.text.wording import embedded, key_words, leaves, with_plain_digits
from incident2eval.model import JSON, Record, Run, Step, StepKind

_READING = {StepKind.TOOL, StepKind.RETRIEVAL, StepKind.HANDOFF}
_DAY, _PERCENT = UNITS["days"], UNITS["%"]
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_LONG = 100_000
"""Letters from which on a text is read for its bare numbers."""
_IN_WORDS = re.compile(r"\b(?:half|full|fully|entire|whole)\b", re.IGNORECASE)
"""Words for half of something or all of it."""
_DEEPEST = 100
"""Nothing that a tool says in earnest is nested deeper."""
_MOST_TOLD = 200
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
    long = [text for text in told if len(text) >= 20][:_MOST_TOLD]

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
        self._in_unit: dict[Unit, Stock] = defaultdict(Stock)
        self._of_kind: dict[str, Stock] = defaultdict(Stock)
        self._numbers = Stock()
        self._open = Stock()
        """Numbers that say nothing of their unit: they may have any."""
        self._worked_out: dict[str, Stock] = defaultdict(Stock)
        self._days: dict[int, set[tuple[int | None, int, int | None]]] = defaultdict(set)
        for source in sources:
            self._take(embedded(source) or source if isinstance(source, str) else source)
        for moment in days_of_run:
            if moment is not None:
                self._days[moment.month].add((moment.year, moment.month, moment.day))
        self._deadlines = frozenset(self._reached())

    def hold(self, figure: Figure, *, fits: Fits | None = None, worked_out: bool = True) -> bool:
        """Whether it stands in the sources, rounds what stands there, or is worked out from their rows.

        Args:
            figure: The figure.
            fits: Which places may hold it; without it, any.
            worked_out: Whether it may also be worked out.
        """
        value, unit, tolerance = figure.value, figure.unit, figure.tolerance
        if worked_out and self._works_out(figure):
            return True
        if unit is None:
            return self._numbers.holds(value, tolerance, fits)
        if self._in_unit[unit].holds(value, tolerance, fits) or self._open.holds(value, tolerance, fits):
            return True
        if unit.kind == "%" and self._open.holds(value / 100, tolerance / 100, fits):
            return True
        exact = min(tolerance, abs(value) * (0.1 if figure.about else 0.02)) * unit.size
        return self._of_kind[unit.kind].holds(value * unit.size, exact, fits) or self._holds_months(
            figure, fits
        )

    def _works_out(self, figure: Figure) -> bool:
        value, unit, tolerance = figure.value, figure.unit, figure.tolerance
        if unit is None:
            counted = value.is_integer() and 0 <= value <= self._count
            return counted or self._worked_out[""].holds(value, tolerance)
        if self._worked_out[unit.kind].holds(value * unit.size, tolerance * unit.size):
            return True
        return unit.is_money and self._worked_out[""].holds(value, tolerance)

    def _holds_months(self, figure: Figure, fits: Fits | None) -> bool:
        """Whether a length in days or weeks is one in months of the sources, or the other way about."""
        unit = figure.unit
        if unit is not None and unit.kind == "time" and unit.size >= _DAY.size:
            length = figure.value * unit.size / _DAY.size
            least, most = length / _LONGEST_MONTH, length / _SHORTEST_MONTH
            return self._of_kind["months"].holds((least + most) / 2, (most - least) / 2, fits)
        if unit is not None and unit.kind == "months":
            months = figure.value * unit.size * _DAY.size
            least, most = months * _SHORTEST_MONTH, months * _LONGEST_MONTH
            return self._of_kind["time"].holds((least + most) / 2, (most - least) / 2, fits)
        return False

    def hold_day(self, day: Day) -> bool:
        """Whether it stands in the sources, is the run's own, or lies a length of time from one of them."""
        if any(
            day.is_said_by(Day(year=y, month=m, day=d, start=0, end=0)) for y, m, d in self._days[day.month]
        ):
            return True
        return any(day.is_said_by(deadline) for deadline in self._deadlines)

    def _take(self, source: JSON) -> None:
        for path, given, beside in placed(source):
            leaf = with_plain_digits(given) if isinstance(given, str) else given
            if isinstance(leaf, str):
                for day in days(leaf):
                    self._days[day.month].add((day.year, day.month, day.day))
            if value := number_in(path, leaf):
                self._add(value.number, value.unit, Place(str(leaf), 0, 0, beside), bare=True)
            elif isinstance(leaf, str) and not tells_apart(key_words(path)):
                self._read(leaf, beside)
        self._count = max(self._count, longest(source))
        self._work_out(tables(source))

    def _read(self, text: str, beside: str) -> None:
        """Take in the figures of a text; of a very long one, every number with what stands behind it."""
        if len(text) > _LONG:
            for number, unit in plain_numbers(text):
                self._add(number, unit, None, bare=unit is None)
            return
        found = figures(text)
        for figure in (*found, *(whole for whole, _ in together(text, found))):
            place = Place(text, figure.start, figure.end, beside)
            self._add(figure.value, figure.unit, place, bare=figure.bare)
        for share in _IN_WORDS.finditer(text):
            self._add(
                50 if share[0].casefold() == "half" else 100, _PERCENT, Place(text, *share.span(), beside)
            )
        self._work_out(rows_in(text))

    def _work_out(self, several: Iterable[Sequence[Row]]) -> None:
        for rows in several:
            for value in derived(rows):
                kind, size = (value.unit.kind, value.unit.size) if value.unit else ("", 1.0)
                self._worked_out[kind].add(value.number * size, None)

    def _add(self, number: float, unit: Unit | None, place: Place | None, *, bare: bool = False) -> None:
        if unit is not None:
            self._in_unit[unit].add(number, place)
            self._of_kind[unit.kind].add(number * unit.size, place)
        elif bare:
            self._open.add(number, place)
        self._numbers.add(number, place)

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
