"""A level 2 incident that went all the way, and words for taking something away from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from incident2eval.model import (
    Answer,
    Approver,
    Category,
    ClockState,
    Duty,
    Event,
    FailedControl,
    Incident,
    IncidentFile,
    Level,
    LogEntry,
    RestartDecision,
    RootCause,
    Rule,
    Severity,
    Stage,
    Task,
    TaskKind,
    WorkflowSettings,
)
from incident2eval.model.incident import (
    Action,
    Affected,
    Containment,
    Impact,
    Questions,
    Reporter,
    RestartNote,
    Update,
    When,
    WorkflowVersion,
)

NOTICED = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)


def hours(count: float) -> datetime:
    """So many hours after it was noticed."""
    return NOTICED + timedelta(hours=count)


INCIDENT = Incident(
    id="INC-2026-0007",
    title="A neighbour's note in a draft",
    what_happened="The draft quoted another customer.",
    workflow=WorkflowVersion(name="monthly-summary"),
    when=When(happened=hours(-1), noticed=NOTICED, aware=hours(0.1)),
    severity=Severity.MATERIAL_CAUGHT,
    reporter=Reporter(name="Jo Bright"),
    affected=(Affected(kind="customer", ref="A2", count=1),),
    impact=Impact(domains=("customer",), text="None left the firm.", acted_on=Answer.NO),
    questions=Questions(**dict.fromkeys(Questions.__dataclass_fields__, Answer.NO)),
    containment=(
        Containment(
            at=hours(0.25), by="Ana Pereira", action="workflow_disabled", did="people write the drafts"
        ),
    ),
    actions=(
        Action(
            kind="corrective",
            text="Scope by account",
            owner="Femke Vos",
            due=date(2026, 11, 20),
            done_at=hours(20),
        ),
    ),
    updates=(Update(kind="runbook", ref="runbooks/monthly-summary.md"),),
    restart=RestartNote(decision=RestartDecision.APPROVED, report="reports/monthly-summary/1.json"),
)

CLOSED = LogEntry(at=hours(48), event=Event.CLOSED, by="Ana Pereira")

COMPLETE = IncidentFile(
    incident=INCIDENT,
    entries=(CLOSED,),
    level=Level(
        suggested=Severity.MATERIAL_CAUGHT,
        given=Severity.MATERIAL_CAUGHT,
        highest=Severity.MATERIAL_CAUGHT,
        counts=Severity.MATERIAL_CAUGHT,
    ),
    workflow=WorkflowSettings(owner="Ana Pereira"),
    approvers=(
        Approver(name="Ana Pereira", roles=("workflow_owner",)),
        Approver(name="Cy", roles=("legal",)),
    ),
    sealed=3,
    sealed_at=hours(1),
    cause=RootCause(category=Category.WORKFLOW_DESIGN, control=FailedControl(name="retrieval scope")),
    cause_confirmed=True,
    cases=("INC-2026-0007::test_no_foreign_records",),
)


def without(file: IncidentFile = COMPLETE, **changes: Any) -> IncidentFile:
    """The file with fields of the incident replaced."""
    return replace(file, incident=replace(file.incident, **changes))


def at_level(severity: int, file: IncidentFile = COMPLETE) -> IncidentFile:
    """The file at another level that a person gave it."""
    held = Severity(severity)
    level = Level(suggested=held, given=held, highest=held, counts=held)
    return replace(file, level=level, incident=replace(file.incident, severity=held))


def duty(state: ClockState, due: datetime | None = None, **rule: Any) -> Duty:
    """A duty in that state."""
    given = {
        "id": "ukgdpr-33-1",
        "version": "1",
        "name": "Notify the breach",
        "article": "Article 33(1)",
        "quote": "not later than 72 hours",
        "source": "https://www.legislation.gov.uk/eur/2016/679/article/33",
        "seen": "primary",
        "checked": date(2026, 11, 22),
        "review_by": date(2027, 5, 22),
        "tell": "ICO",
    }
    return Duty(rule=Rule(**{**given, **rule}), state=state, because=(), due=due)


def task(stage: Stage = Stage.REMEDIATED, **changes: Any) -> Task:
    """A task that is open."""
    given = {"id": "data_exposure/scope", "kind": TaskKind.FIX, "text": "Tighten the scope", "stage": stage}
    return Task(**{**given, **changes})


def entry(event: str, at: datetime, **fields: Any) -> LogEntry:
    """A line of the log."""
    return LogEntry(event=event, at=at, **fields)
