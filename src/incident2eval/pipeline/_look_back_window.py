"""Which time a look-back asks about, and which its runs cover: a gap is stated, never hidden."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from incident2eval.model import Incident, Moment, Run
from incident2eval.pipeline._archive import precedes
from incident2eval.pipeline._layout import counted

_STILL_RUNS = "throttled"
"""The one way to contain a workflow after which it still runs by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is asked about."""

    start: Moment | None
    """None: since the first run."""
    end: Moment
    because: str
    """Why it begins there."""

    def holds(self, run: Run) -> bool:
        """Whether a run may be of that time: one that does not say when it was may."""
        return self.start is None or run.started is None or not precedes(run.started, self.start)


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


@dataclass(slots=True, kw_only=True)
class Coverage:
    """The time that the judged runs, and the incident's own, are from."""

    window: Window
    undated: int = 0
    """Judged runs that do not say when they were."""
    first: datetime | None = None
    last: datetime | None = None
    days: set[date] = field(default_factory=set)

    def add(self, run: Run) -> None:
        """Take a run in."""
        if run.started is None:
            self.undated += 1
            return
        self.first = min(self.first or run.started, run.started)
        self.last = max(self.last or run.started, run.started)
        self.days.add(run.started.date())

    @property
    def pause(self) -> tuple[date, date] | None:
        """The days around the longest stretch without a run; None where no day is without one."""
        days = sorted(self.days)
        around = max(pairwise(days), key=lambda two: two[1] - two[0], default=None)
        return around if around and around[1] - around[0] > timedelta(days=1) else None

    @property
    def gap(self) -> str | None:
        """What of the time asked about no judged run is from, in words; None where nothing is open."""
        return "; ".join(self._gaps()) or None

    def _gaps(self) -> Iterator[str]:
        start, end = self.window.start, self.window.end
        if self.first is None or self.last is None:
            yield "no judged run says when it was"
            return
        if start is None:
            yield f"how long before {self.first.date()} it may have gone on is not known"
        elif self.first.date() > _day(start):
            yield f"no run from {_day(start)} to {self.first.date()}, the first one's day"
        if self.last.date() < _day(end):
            yield f"no run after {self.last.date()}, up to {_day(end)}"
        if self.undated:
            were = "does not say when it was" if self.undated == 1 else "do not say when they were"
            yield f"{counted(self.undated, 'run')} {were}"
