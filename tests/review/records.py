"""Incident files of a small firm, for tests: what is not said of one is as in the first of them."""

from datetime import UTC, datetime
from typing import Any

from incident2eval.model import (
    Happened,
    Incident,
    IncidentFile,
    IncidentType,
    Level,
    Severity,
    WorkflowSettings,
)
from incident2eval.model.incident import When, WorkflowVersion

PLAN = WorkflowSettings(owner="Ana Petrova")


def at(day: str, time: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}:00").replace(tzinfo=UTC)


def incident_file(
    number: int, noticed: Any = None, *, level: int = 2, near: bool = True, **given: Any
) -> IncidentFile:
    """One incident file.

    Args:
        number: Of its id, INC-2026-0001 and so on.
        noticed: When; in the last quarter of 2026 where not given.
        level: The level that counts.
        near: Whether it is a near miss.
        given: Fields of the incident, and `file` with fields of its file.
    """
    of_file = {"workflow": PLAN, "types": (IncidentType.DATA_EXPOSURE,), **given.pop("file", {})}
    workflow = WorkflowVersion(name=given.pop("workflow", "monthly-summary"))
    when = given.pop("when", None) or When(noticed=noticed or at("2026-11-02"))
    incident = Incident(
        id=f"INC-2026-{number:04}",
        title="Another client's note in a draft",
        workflow=workflow,
        when=when,
        what_happened="It did.",
        outcome=Happened.NEAR_MISS if near else Happened.REALISED,
        **given,
    )
    severity = Severity(level)
    held = Level(suggested=severity, given=severity, highest=severity, counts=severity)
    return IncidentFile(**{"incident": incident, "level": held, **of_file})
