"""What became of a failure type: open, resolved or back again; rising or falling."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from incident2eval.model import Moment, TypeStatus
from incident2eval.store import Restart

DAYS = 90
"""How long a quarter is; a trend compares two of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """One incident, as far as the history of its type is concerned."""

    incident: str
    workflow: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a type, and why that is said."""

    status: TypeStatus
    because: str
    came_back: tuple[str, ...] = ()
    """Incidents that came after a restart that should have ended them, the latest last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How often in the last quarter, which ends with the last incident of all, and in the one before."""

    recent: int
    before: int
    until: date
    direction: str
    """`new`, `rising`, `steady`, `falling` or `quiet`."""

    def __str__(self) -> str:
        return (
            f"{self.direction}: {self.recent} in the {DAYS} days up to {self.until}, "
            f"{self.before} in the {DAYS} before"
        )


def day(at: Moment) -> date:
    """The day of a moment in UTC; a bare date is its day."""
    return at.astimezone(UTC).date() if isinstance(at, datetime) else at


def order(one: Struck) -> tuple[date, str, str]:
    """Sorts by time; what has only a date comes first on its day."""
    clock = one.at.astimezone(UTC).isoformat() if isinstance(one.at, datetime) else ""
    return day(one.at), clock, one.incident


def is_after(at: Moment, other: Moment) -> bool:
    """Whether a moment is certainly later than another; of a bare date only another day is."""
    if isinstance(at, datetime) and isinstance(other, datetime):
        return at > other
    return day(at) > day(other)


def fate_of(members: Sequence[Struck], restarts: Sequence[Restart]) -> Fate:
    """What became of a type.

    It is resolved where every workflow was restarted after its last incident, and regressed where an open
    incident came after such a restart whose time is known: the restart passed on the cases of that time.

    Args:
        members: Its incidents, at least one.
        restarts: Of all workflows.
    """
    members = sorted(members, key=order)
    unsettled = [one for one in members if _closing(one, restarts) is None]
    back = {one.incident: restart for one in members if (restart := _broken(one, members, restarts))}
    came_back = tuple(back)
    again = [one for one in unsettled if one.incident in back]
    if again:
        because = _regressed(again[-1], back[again[-1].incident])
        return Fate(status=TypeStatus.REGRESSED, because=because, came_back=came_back)
    if unsettled:
        last = {one.workflow: one.incident for one in unsettled}
        said = "; ".join(f"{workflow} was not restarted since {last[workflow]}" for workflow in sorted(last))
        return Fate(status=TypeStatus.OPEN, because=said, came_back=came_back)
    because = "; ".join(_ends(members, restarts))
    return Fate(status=TypeStatus.RESOLVED, because=because, came_back=came_back)


def closed(one: Struck, restarts: Sequence[Restart]) -> str:
    """What became of one incident, in words: `open`, or by which restart it was closed."""
    closing = _closing(one, restarts)
    return f"closed: {one.workflow} was restarted{_when(closing)}" if closing else "open"


def trend(members: Sequence[Struck], until: date) -> Trend:
    """How a type develops.

    Args:
        members: Its incidents.
        until: The day of the project's last incident, so that the same files always say the same.
    """
    quarters = Counter((until - day(one.at)).days // DAYS for one in members)
    recent, before = quarters[0], quarters[1]
    if recent == len(members):
        direction = "new"
    elif recent > before:
        direction = "rising"
    elif recent < before:
        direction = "falling"
    else:
        direction = "steady" if recent else "quiet"
    return Trend(recent=recent, before=before, until=until, direction=direction)


def quarter_before(until: date) -> date:
    """The first day of the quarter that ends with this one."""
    return until - timedelta(days=DAYS - 1)


def _closing(one: Struck, restarts: Sequence[Restart]) -> Restart | None:
    """The first restart of its workflow that an incident did not come after."""
    after = [row for row in restarts if row.workflow == one.workflow and not is_after(one.at, row.at)]
    return min(after, key=lambda row: day(row.at), default=None)


def _broken(one: Struck, members: Sequence[Struck], restarts: Sequence[Restart]) -> Restart | None:
    """The last restart before an incident that followed an earlier one of the same type and workflow."""
    held = [
        restart
        for restart in restarts
        if restart.workflow == one.workflow
        and restart.dated
        and is_after(one.at, restart.at)
        and any(other.workflow == one.workflow and not is_after(other.at, restart.at) for other in members)
    ]
    return max(held, key=lambda row: day(row.at), default=None)


def _regressed(one: Struck, restart: Restart) -> str:
    return (
        f"{one.incident} came on {day(one.at)}, after {one.workflow} was restarted{_when(restart)}: "
        "the fix did not hold"
    )


def _ends(members: Sequence[Struck], restarts: Sequence[Restart]) -> Iterator[str]:
    last = {one.workflow: one for one in members}
    for workflow in sorted(last):
        closing = _closing(last[workflow], restarts)
        if closing:
            yield f"{workflow} was restarted{_when(closing)}, after {last[workflow].incident}"


def _when(restart: Restart) -> str:
    return f" on {day(restart.at)}" if restart.dated else f" (approved in {restart.incident}, without a date)"
