"""Moments compared for certain: a bare date is a whole day somewhere on Earth, never a midnight."""

from datetime import UTC, datetime, time, timedelta

from incident2eval.model import Moment

_AHEAD = timedelta(hours=14)
"""No clock on Earth is further ahead of UTC."""
_BEHIND = timedelta(hours=12)
"""Nor further behind."""
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def before(moment: Moment, other: Moment) -> bool:
    """Whether a moment came before another whatever the zone of a bare date: in doubt, no."""
    return latest(moment) < earliest(other)


def earliest(moment: Moment) -> datetime:
    """The first instant that it may mean, UTC: of a date, where the day begins first."""
    if isinstance(moment, datetime):
        return moment
    midnight = datetime.combine(moment, time(), UTC)
    return midnight - _AHEAD if midnight - _FIRST >= _AHEAD else _FIRST


def latest(moment: Moment) -> datetime:
    """The last instant that it may mean, UTC: of a date, where the day ends last."""
    if isinstance(moment, datetime):
        return moment
    midnight = datetime.combine(moment, time(), UTC)
    to_its_end = timedelta(days=1) + _BEHIND
    return midnight + to_its_end if _LAST - midnight >= to_its_end else _LAST


def shown(moment: Moment) -> str:
    """A moment in a message: a date as it is, a time to the minute, in UTC."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ', timespec='minutes')} UTC"
