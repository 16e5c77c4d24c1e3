"""The parts of a look-back as a whole: the same whatever made them, and in whatever order they were ready."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from incident2eval.lookback._hits import Said
from incident2eval.lookback._likeness import NONE_ALIKE
from incident2eval.lookback._part import UNDATED, Fate, Outcome, PartResult
from incident2eval.lookback._reviewed import reached, reviewed
from incident2eval.lookback._window import Coverage
from incident2eval.model import Fault, Moment
from incident2eval.model.look_back import (
    Day,
    Hit,
    Left,
    LookBackReport,
    Mark,
    Review,
    Version,
    Window,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOTHING_TO_SEE = "none of these runs reports anything that it looks at"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The runs of all parts, each once, in the order of the parts."""

    times: "NDArray[np.int64]"
    outcomes: "NDArray[np.int64]"
    versions: "NDArray[np.int64]"


@dataclass(slots=True, kw_only=True)
class _Known:
    """What the numbers in the columns stand for."""

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)
    versions: dict[Said, int] = field(default_factory=dict)

    def of(self, part: PartResult) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """From a part's own numbers to those that hold for all."""
        import numpy as np  # noqa: PLC0415 - only where past runs are judged

        for outcome, first in zip(part.outcomes, part.first, strict=True):
            if outcome not in self.outcomes:
                self.outcomes[outcome] = len(self.outcomes)
                self.first.append(first)
        for said in part.versions:
            self.versions.setdefault(said, len(self.versions))
        outcomes = [self.outcomes[one] for one in part.outcomes]
        versions = [self.versions[one] for one in part.versions]
        return np.array(outcomes, dtype=np.int64), np.array(versions, dtype=np.int64)


def whole(  # noqa: PLR0913 - what a look-back is put together from
    incident: str,
    window: Window,
    parts: Iterable[PartResult],
    *,
    unreadable: Sequence[Fault] = (),
    reviews: Mapping[str, Review] | None = None,
    marks: Sequence[Mark] = (),
) -> LookBackReport:
    """What all parts of a look-back come to.

    A run that comes twice, by its key, counts once: as it came first. What was in doubt and a person
    confirmed is a hit.

    Args:
        incident: Its id.
        window: The time that was asked about.
        parts: In the order of what was read; each is dropped once it was taken in.
        unreadable: What is not in any part.
        reviews: Mark of a hit, or of what is in doubt -> what a person said of it.
        marks: What happened meanwhile.
    """
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    known = _Known()
    keys, times, outcomes, versions = [], [], [], []
    hits: dict[int | str, Hit] = {}
    doubtful: dict[int | str, Hit] = {}
    faults = [*unreadable]
    alike: dict[str, int] = {}
    for part in parts:
        new_outcomes, new_versions = known.of(part)
        columns = part.columns
        keys.append(np.frombuffer(columns.keys, dtype=np.uint64))
        times.append(np.frombuffer(columns.times, dtype=np.int64))
        outcomes.append(new_outcomes[np.frombuffer(columns.outcomes, dtype=np.uint32)])
        versions.append(new_versions[np.frombuffer(columns.versions, dtype=np.uint32)])
        for key, hit in (*part.hits, *part.compared):
            place = key or hit.run
            hits[place] = _both(hits[place], hit) if place in hits else hit
        alike.update(dict(part.alike))
        for key, doubt in part.doubtful:
            doubtful.setdefault(key or doubt.run, doubt)
        faults += part.faults
    kept, twice = _once(keys)
    rows = _Rows(
        times=_joined(times)[kept],
        outcomes=_joined(outcomes)[kept],
        versions=_joined(versions)[kept],
    )
    open_doubts = [doubt for place, doubt in doubtful.items() if place not in hits]
    found, doubts = reviewed(hits.values(), open_doubts, reviews or {})
    return _report(
        _Whole(
            incident=incident,
            window=window,
            known=known,
            rows=rows,
            hits=tuple(found),
            doubtful=tuple(doubts),
            faults=tuple(dict.fromkeys(faults)),  # several parts of a file may have the same
            twice=twice,
            marks=tuple(marks),
            alike=alike,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    incident: str
    window: Window
    known: _Known
    rows: _Rows
    hits: tuple[Hit, ...]
    doubtful: tuple[Hit, ...]
    faults: tuple[Fault, ...]
    twice: int
    marks: tuple[Mark, ...]
    alike: Mapping[str, int]


def _both(one: Hit, other: Hit) -> Hit:
    """A run that is a hit by itself and beside others, or comes twice, as one hit."""
    return replace(
        one,
        exposed=tuple(sorted({*one.exposed, *other.exposed})),
        checks=tuple(dict.fromkeys((*one.checks, *other.checks))),
        affected=tuple(sorted({*one.affected, *other.affected})),
        records=tuple(sorted({*one.records, *other.records}, key=lambda shown: (shown.owner, shown.id))),
    )


def _once(keys: "list[NDArray[np.uint64]]") -> "tuple[NDArray[np.intp], int]":
    """The rows of runs that come for the first time, in order, and how many others there are."""
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    every = np.concatenate(keys) if keys else np.empty(0, dtype=np.uint64)
    nameless = np.flatnonzero(every == 0)
    _, first = np.unique(every, return_index=True)
    kept = np.union1d(nameless, first)
    return kept, int(len(every) - len(kept))


def _joined(columns: "list[NDArray[np.int64]]") -> "NDArray[np.int64]":
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    return np.concatenate(columns) if columns else np.empty(0, dtype=np.int64)


def _report(found: _Whole) -> LookBackReport:
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    outcomes, rows = list(found.known.outcomes), found.rows
    counts = np.bincount(rows.outcomes, minlength=len(outcomes)).tolist()
    judged: Counter[tuple[str, ...]] = Counter()
    looked: set[str] = set()
    for outcome, count in zip(outcomes, counts, strict=True):
        if outcome.judged and count:
            judged[outcome.judged] += count
            looked.update(outcome.looked)
    looked.update(name for name, cases in found.alike.items() if cases)
    blind = {name for names in judged for name in names} - looked
    counting = [bool(one.judged) and not blind.issuperset(one.judged) for one in outcomes]
    in_judged = np.array(counting, dtype=bool)[rows.outcomes] if outcomes else np.empty(0, dtype=bool)
    coverage = _coverage(found.window, rows.times[in_judged])
    unjudged = sum(
        count
        for one, count in zip(outcomes, counts, strict=True)
        if one.fate is Fate.ASKED and blind.issuperset(one.judged) and not one.is_silent
    )
    checked = int(in_judged.sum())
    counted = [hit for hit in found.hits if hit.counts]
    return LookBackReport(
        incident=found.incident,
        checked=checked,
        checks=tuple(sorted({name for names in judged for name in names} - blind)),
        hits=found.hits,
        doubtful=found.doubtful,
        affected=tuple(reached(counted)),
        days=tuple(_days(rows.times[in_judged], counted)),
        versions=tuple(_versions(found, in_judged)),
        window=found.window,
        first=coverage.first,
        last=coverage.last,
        gap=coverage.gap,
        longest_pause=None if coverage.is_interrupted else coverage.pause,
        not_judged=tuple(_left(found, counts, judged, blind)),
        unreadable=found.faults,
        own=_of_fate(outcomes, counts, Fate.OWN),
        earlier=_of_fate(outcomes, counts, Fate.EARLIER),
        twice=found.twice,
        unjudged=unjudged,
        is_begun=coverage.is_begun,
        is_complete=bool(checked) and not found.faults and not unjudged and coverage.is_begun,
        marks=found.marks,
    )


def _of_fate(outcomes: Sequence[Outcome], counts: Sequence[int], fate: Fate) -> int:
    return sum(count for one, count in zip(outcomes, counts, strict=True) if one.fate is fate)


def _coverage(window: Window, times: "NDArray[np.int64]") -> Coverage:
    """The time that runs are from; each day's first run since the window's beginning tells of that day."""
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    undated = int((times == UNDATED).sum())
    dated = np.sort(times[times != UNDATED])
    since = dated if window.start is None else dated[dated >= _microseconds(window.start)]
    _, first_of_day = np.unique(since // _DAY, return_index=True)
    telling = [*dated[:1].tolist(), *dated[-1:].tolist(), *since[first_of_day].tolist()]
    return Coverage.of(window, [*[None] * undated, *map(_at, telling)])


def _microseconds(moment: Moment) -> int:
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)
    return (at - _EPOCH) // timedelta(microseconds=1)


def _at(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _left(
    found: _Whole, counts: Sequence[int], judged: Counter[tuple[str, ...]], blind: set[str]
) -> Iterator[Left]:
    """What was not judged and why, the most runs first."""
    runs: Counter[tuple[str | None, str]] = Counter()
    first: dict[tuple[str | None, str], str] = {}
    for (outcome, name), count in zip(
        zip(found.known.outcomes, found.known.first, strict=True), counts, strict=True
    ):
        for reason in outcome.left if count else ():
            runs[reason] += count
            first.setdefault(reason, name)
    rows = [
        Left(check=check, why=why, runs=number, first=first[check, why])
        for (check, why), number in runs.items()
    ]
    for name in blind:
        number = sum(count for names, count in judged.items() if name in names)
        why = NONE_ALIKE if name in found.alike else NOTHING_TO_SEE
        rows.append(Left(check=name, why=why, runs=number, first=None))
    yield from sorted(rows, key=lambda row: (-row.runs, row.check or "", row.why))


def _days(times: "NDArray[np.int64]", hits: Sequence[Hit]) -> Iterator[Day]:
    """The judged runs by day; those that do not say when they were are of none."""
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    days, runs = np.unique(times[times != UNDATED] // _DAY, return_counts=True)
    hit = Counter(one.at.date() for one in hits if one.at)
    for number, count in zip(days.tolist(), runs.tolist(), strict=True):
        day = _EPOCH.date() + timedelta(days=number)
        yield Day(day=day, runs=count, hits=hit[day])


def _versions(found: _Whole, judged: "NDArray[np.bool_]") -> Iterator[Version]:
    """The judged runs by what they say of model, prompt and permissions, in the order of their first run."""
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    rows, hits = found.rows, Counter(hit.version for hit in found.hits if hit.counts)
    every: list[Version] = []
    for said, number in found.known.versions.items():
        mine = judged & (rows.versions == number)
        count = int(mine.sum())
        if not count:
            continue
        times = rows.times[mine]
        times = times[times != UNDATED]
        every.append(
            Version(
                said=said,
                runs=count,
                hits=hits[said],
                first=_at(int(np.min(times))) if len(times) else None,
                last=_at(int(np.max(times))) if len(times) else None,
            )
        )
    yield from sorted(every, key=lambda one: (one.first is None, one.first or _EPOCH, one.said))
