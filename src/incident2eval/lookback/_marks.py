"""What happened meanwhile: the moments that hits over time are read against."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from incident2eval.model import Incident
from incident2eval.model.look_back import Mark


def marks_of(incident: Incident) -> tuple[Mark, ...]:
    """The changes, the incident and what contained it, by time.

    Args:
        incident: File and log together.
    """
    return tuple(sorted(dict.fromkeys(_marks(incident)), key=_sortable))


def _marks(incident: Incident) -> Iterator[Mark]:
    for change in incident.changes:
        what = f": {change.what}" if change.what else ""
        yield Mark(at=change.at, what=f"{change.kind} changed{what}")
    if incident.when.happened:
        yield Mark(at=incident.when.happened, what="the incident")
    for row in incident.containment:
        yield Mark(at=row.at, what=row.action or "contained")


def _sortable(mark: Mark) -> tuple[datetime, str]:
    at = mark.at
    return at if isinstance(at, datetime) else datetime.combine(at, time(), UTC), mark.what
