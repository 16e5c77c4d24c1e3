"""Which time a look-back asks about, and which its runs cover: a gap is stated, never hidden."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from incident2eval.model import Incident, Moment
from incident2eval.model.look_back import Window

_STILL_RUNS = "throttled"
"""The one way to contain a workflow after which it still runs by itself."""

_DAY, _WEEKEND = timedelta(days=1), timedelta(days=3)
"""From one day to the next; from a Friday to a Monday, which is no gap anywhere."""


def asked_window(incident: Incident, since: Moment | timedelta | None, now: datetime) -> Window:
    """The time that a look-back has to cover.

    It ends when the workflow was stopped, or today. It begins with `since`, else with the latest change that
    the incident names from before it happened, else with the first run.

    Args:
        incident: File and log together.
        since: A moment, or how long before the incident.
        now: This moment, UTC.
    """
    happened = incident.when.happened or incident.when.noticed
    stops = [
        row.at for row in incident.containment if row.action != _STILL_RUNS and not _after(happened, row.at)
    ]
    end = min(stops, default=now.date())
    if isinstance(since, timedelta):
        return Window(start=happened - since, end=end, because=f"{since.days} days before it happened")
    if since is not None:
        return Window(start=since, end=end, because="as asked")
    changes = [change for change in incident.changes if not _after(change.at, happened)]
    if not changes:
        return Window(start=None, end=end, because="the incident names no change, so since the first run")
    latest = max(changes, key=lambda change: _sortable(change.at))
    what = f": {latest.what}" if latest.what else ""
    return Window(start=latest.at, end=end, because=f"the last change before it, {latest.kind}{what}")


def _after(one: Moment, other: Moment) -> bool:
    """Whether it is later for certain: of two on the same day where one is a bare date, neither is."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one > other
    return _day(one) > _day(other)


def _sortable(at: Moment) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)


def _day(at: Moment) -> date:
    return at.date() if isinstance(at, datetime) else at


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The time that the judged runs are from; the incident's own is none of them."""

    window: Window
    undated: int
    """Judged runs that do not say when they were."""
    first: datetime | None
    last: datetime | None
    days: frozenset[date]
    """Those of the time asked about that a run is from."""

    @classmethod
    def of(cls, window: Window, times: Iterable[datetime | None]) -> "Coverage":
        """The time that runs are from.

        Args:
            window: What is asked about.
            times: When the runs were, UTC.
        """
        said = Counter(times)
        undated = said.pop(None, 0)
        known = [at for at in said if at is not None]
        return cls(
            window=window,
            undated=undated,
            first=min(known, default=None),
            last=max(known, default=None),
            days=frozenset(at.date() for at in known if window.surely_holds(at)),
        )

    @property
    def is_begun(self) -> bool:
        """Whether any judged run is known to be from the time asked about."""
        return bool(self.days)

    @property
    def pause(self) -> tuple[date, date] | None:
        """The days around the longest stretch without a run; None where no day is without one."""
        around = max(pairwise(sorted(self.days)), key=_length, default=None)
        return around if around and _length(around) > _DAY else None

    @property
    def is_interrupted(self) -> bool:
        """Whether that stretch is long for this workflow, and so a gap."""
        return self.pause is not None and self._is_long(self.pause)

    @property
    def gap(self) -> str | None:
        """What of the time asked about no judged run is from, in words; None where nothing is open."""
        return "; ".join(self._gaps()) or None

    def _gaps(self) -> Iterator[str]:
        if self.first is None:
            yield "no judged run says when it was"
            return
        if self.days:
            yield from self._open_stretches()
        else:
            yield "no judged run is from the time asked about"
        if self.undated:
            were = "run does not say when it was" if self.undated == 1 else "runs do not say when they were"
            yield f"{self.undated:,} {were}"

    def _open_stretches(self) -> Iterator[str]:
        start, end = self.window.start, _day(self.window.end)
        first, last = min(self.days), max(self.days)
        if start is None:
            yield f"how long before {first} it may have gone on is not known"
        elif first > _day(start):
            yield f"no run from {_day(start)} to {first}, the first one's day"
        if self.is_interrupted and self.pause:
            number = sum(map(self._is_long, pairwise(sorted(self.days))))
            more = f", the longest of {number} such pauses" if number > 1 else ""
            yield f"no run between {self.pause[0]} and {self.pause[1]}{more}"
        if end - last > self._usual:
            yield f"no run after {last}, up to {end}"

    @property
    def _usual(self) -> timedelta:
        """How far apart the days with runs are as a rule: nine of ten times no further, weekends and all."""
        lengths = sorted(map(_length, pairwise(sorted(self.days))))
        return lengths[9 * (len(lengths) - 1) // 10] if len(lengths) > 1 else _DAY

    def _is_long(self, around: tuple[date, date]) -> bool:
        return _length(around) > max(2 * self._usual, _WEEKEND)


def _length(around: tuple[date, date]) -> timedelta:
    return around[1] - around[0]
