"""One step of a checklist: what to do, who does it, how soon, and what shows that it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum

from incident2eval.model import Approver, IncidentFile, Moment, Severity, Stage, TaskKind
from incident2eval.triage._facts import Barred, Shown, never, nothing_shows


class Pace(Enum):
    """Hours from when it was noticed to when a step is due, at levels 1 to 4. All are our choice."""

    AT_ONCE = (24, 4, 1, 1)
    """Stop it, keep the evidence."""
    NEXT = (72, 24, 24, 12)
    """Look after those it hit, while the 72 hours of a data-protection notice run."""
    REVIEW = (14 * 24, 7 * 24, 5 * 24, 3 * 24)
    """Find the cause, put things right."""
    FIX = (30 * 24, 30 * 24, 14 * 24, 14 * 24)
    """Change what let it happen."""


class Whose(StrEnum):
    """Who does a step. Where the settings name nobody for it, the workflow's owner coordinates (R67)."""

    OWNER = "workflow_owner"
    SWITCH = "switch_off_by"
    LEADER = "functional_leader"
    SPONSOR = "executive_sponsor"
    EXECUTIVE = "executive"
    LEGAL = "legal"
    SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, before it is anybody's."""

    id: str
    kind: TaskKind
    text: str
    stage: Stage
    """The stage that is not reached while it is open."""
    whose: Whose = Whose.OWNER
    pace: Pace = Pace.AT_ONCE
    shown: Shown = nothing_shows
    barred: Barred = never
    """Whether it is open whatever a person says."""


def owner_of(file: IncidentFile, whose: Whose) -> str | None:
    """Who does a step of this incident; None where the settings name nobody.

    Args:
        file: The incident's file, with the workflow's settings and the approvers.
        whose: Whose step it is.
    """
    workflow = file.workflow
    owner = workflow.owner if workflow else None
    if whose is Whose.OWNER:
        return owner
    if whose is Whose.SWITCH:
        return (workflow.switch_off_by if workflow else None) or owner
    return _first_with(whose, file.approvers) or owner


def due_after(noticed: Moment, pace: Pace, level: Severity) -> Moment | None:
    """When a step is due; None past the end of the calendar.

    Args:
        noticed: When it was noticed. From a bare date whole days are counted, up to the day on which the
            hours are over at the latest: a bare date is never midnight.
        pace: How soon.
        level: The level that counts.

    Returns:
        A time in UTC, or a bare date after a bare date.
    """
    hours = pace.value[level - 1]
    try:
        if isinstance(noticed, datetime):
            return noticed.astimezone(UTC) + timedelta(hours=hours)
        return noticed + timedelta(days=-(-hours // 24))
    except OverflowError:
        return None


def _first_with(role: str, approvers: Sequence[Approver]) -> str | None:
    return next((one.name for one in approvers if role in one.roles), None)
