"""An incident of which only what a test names is known, and a firm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from incident2eval.model import (
    Circumstances,
    Duty,
    DutyNote,
    Incident,
    Moment,
    Organisation,
)
from incident2eval.model.incident import Questions, When, WorkflowVersion

AWARE = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)

ANSWERS = set(Questions.__dataclass_fields__)

Judge = Callable[..., dict[str, Duty]]


def incident_with(
    *notes: DutyNote,
    aware: datetime | None = AWARE,
    noticed: Moment = AWARE,
    **facts: object,
) -> Incident:
    """An incident with these answers, moments and notes; everything else is unknown."""
    asked = {name: value for name, value in facts.items() if name in ANSWERS}
    rest = {name: value for name, value in facts.items() if name not in ANSWERS}
    return Incident(
        id="INC-2026-0142",
        title="Another customer's note in a summary",
        workflow=WorkflowVersion(name="summary"),
        when=When(noticed=noticed, aware=aware),
        what_happened="The draft ended with somebody else's news.",
        questions=replace(Questions(), **asked),
        circumstances=replace(Circumstances(), **rest),
        duties=notes,
    )


def firm(*jurisdictions: str, **roles: str) -> Organisation:
    """A firm that declares these places and roles."""
    return Organisation(jurisdictions=jurisdictions or None, roles=roles)
