"""How long it took to detect, to stop and to start again (R19, R28, R147)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident2eval.model import Incident, LogEntry, Moment
from incident2eval.stages._log import restarts, stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """How long an incident dwelt. None: a time is missing, is a bare date, or contradicts the other."""

    to_detect: timedelta | None = None
    """From when it happened until it was noticed."""
    to_contain: timedelta | None = None
    """From when it was noticed until it was first stopped."""
    to_restart: timedelta | None = None
    """From the first stop until the last restart: how long the workflow stood still; None while it does."""


def times(incident: Incident, entries: Sequence[LogEntry], as_of: datetime | None = None) -> Dwell:
    """How long it took to detect, to contain and to restart.

    Args:
        incident: File and log together.
        entries: Its log.
        as_of: When it is looked at, UTC: an emergency override that has ended by then is no restart.

    Returns:
        Elapsed times, as UTC counts them; a bare date gives none, because it is never read as midnight.
    """
    own = incident.workflow.name
    stop = min((row.at for row in incident.containment), default=None)
    again = restarts(entries, own) if own not in stopped(entries, own, as_of) else []
    return Dwell(
        to_detect=_between(incident.when.happened, incident.when.noticed),
        to_contain=_between(incident.when.noticed, stop),
        to_restart=_between(stop, again[-1].at if again else None),
    )


def _between(start: Moment | None, end: Moment | None) -> timedelta | None:
    if not isinstance(start, datetime) or not isinstance(end, datetime) or end < start:
        return None
    return end - start
