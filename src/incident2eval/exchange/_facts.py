"""Facts of an incident that more than one target asks for, in the plainest form."""

from collections import Counter
from datetime import UTC, datetime

from incident2eval.model import JSON, IncidentFile, Moment


def title(file: IncidentFile) -> JSON:
    """The title."""
    return file.incident.title


def what_happened(file: IncidentFile) -> JSON:
    """What happened, as people wrote it."""
    return file.incident.what_happened.strip()


def day(moment: Moment | None) -> JSON:
    """The day, of a time the one in UTC; None where there is none."""
    if moment is None:
        return None
    at = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return at.isoformat()


def happened(file: IncidentFile) -> JSON:
    """The day on which it happened; when it was noticed is another day and does not stand in for it."""
    return day(file.incident.when.happened)


def affected(file: IncidentFile) -> JSON:
    """What kinds of people and things were affected, each with its number where that is known.

    References stay at home: they say who it was.
    """
    numbers = Counter[str]()
    uncounted: dict[str, bool] = {}
    for one in file.incident.affected:
        uncounted[one.kind] = uncounted.get(one.kind, False) or one.count is None
        numbers[one.kind] += one.count or 0
    return [
        {"kind": kind, "count": None if not_known else numbers[kind]} for kind, not_known in uncounted.items()
    ]


def control(file: IncidentFile) -> JSON:
    """The control that failed, where it sits and why it failed; only where a person said so."""
    stated = file.incident.root_cause.failed_control if file.incident.root_cause else None
    confirmed = file.cause.control if file.cause and file.cause_confirmed else None
    failed = stated or confirmed
    return "; ".join(filter(None, (failed.name, failed.where, failed.why))) if failed else None


def done(file: IncidentFile) -> JSON:
    """What was done to stop it and to put it right, in the words of those who did it."""
    stopped = (row.did or (row.action or "").replace("_", " ") for row in file.incident.containment)
    mended = (row.text for row in file.incident.actions if row.done_at is not None)
    return list(dict.fromkeys(filter(None, (*stopped, *mended))))
