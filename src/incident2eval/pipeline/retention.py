"""`retention`: until when each incident is kept, and on what basis; nothing is ever deleted."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from incident2eval.model import JSON, Fault, Incident, Incident2EvalError
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.shown.layout import table
from incident2eval.store import Project


def retention(*, project: Path | None) -> Answer:
    """List what expires, soonest first, and the incidents that do not say until when they are kept.

    Returns:
        Exit code 0, or 3 where an incident file cannot be read: it may be the next to expire.

    Raises:
        BadInput: There is no project, or an incident stands in a folder whose name is no id.
    """
    home, today = Project.find(project), datetime.now(UTC).date()
    days: dict[str, date | None] = {}
    bases: dict[str, str | None] = {}
    faults: list[Fault] = []
    for incident_id in home.incident_ids():
        try:
            incident = home.incident(incident_id).incident
        except Incident2EvalError as error:
            faults += error.faults
        else:
            days[incident_id] = _last_day(incident)
            bases[incident_id] = incident.retention.basis if incident.retention else None
    expiring: list[Mapping[str, JSON]] = [
        {
            "incident": incident_id,
            "until": day.isoformat(),
            "basis": bases[incident_id],
            "expired": day < today,
            "days": (day - today).days,
        }
        for day, incident_id in sorted((day, incident_id) for incident_id, day in days.items() if day)
    ]
    without = [incident_id for incident_id, day in days.items() if day is None]
    return Answer(
        data={"expiring": expiring, "without": without},
        text=_text(expiring, without),
        exit_code=3 if faults else 0,
        notes=tuple(map(str, faults)),
    )


def _last_day(incident: Incident) -> date | None:
    """The last day on which it is kept, in UTC; a bare date is that day."""
    until = incident.retention.until if incident.retention else None
    return until.astimezone(UTC).date() if isinstance(until, datetime) else until


def _text(expiring: list[Mapping[str, JSON]], without: list[str]) -> str:
    lines = []
    if expiring:
        rows = [
            (
                row["incident"],
                row["until"],
                "EXPIRED" if row["expired"] else f"in {row['days']} days",
                row["basis"] or "no basis given",
            )
            for row in expiring
        ]
        lines.append(table(("incident", "kept until", "", "on what basis"), rows))
    if without:
        lines.append(f"without a date under retention.until: {', '.join(without)}")
    return "\n\n".join(lines) or "there are no incidents"
