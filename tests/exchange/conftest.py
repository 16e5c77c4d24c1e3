"""An incident file to make records of, and one that says next to nothing."""

from datetime import UTC, date, datetime

from incident2eval.model import (
    Answer,
    Category,
    Evidence,
    FailedControl,
    Happened,
    Incident,
    IncidentFile,
    IncidentType,
    Level,
    RootCause,
    Severity,
)
from incident2eval.model.incident import (
    Action,
    Affected,
    Containment,
    Impact,
    Questions,
    Reporter,
    When,
    WorkflowVersion,
)

LEVEL = Level(
    suggested=Severity.MATERIAL_CAUGHT,
    given=Severity.MATERIAL_CAUGHT,
    highest=Severity.MATERIAL_CAUGHT,
    counts=Severity.MATERIAL_CAUGHT,
)

BARE = IncidentFile(
    incident=Incident(
        id="INC-2026-0001",
        title="A wrong sum",
        workflow=WorkflowVersion(name="quotes"),
        when=When(noticed=datetime(2026, 11, 12, 9, 20, tzinfo=UTC)),
        what_happened="The sum was wrong.",
    ),
    level=LEVEL,
)

FULL = IncidentFile(
    incident=Incident(
        id="INC-2026-0142",
        title="A draft spoke of somebody else",
        workflow=WorkflowVersion(name="monthly-summary", version="2026.10.1", model="m-4.10"),
        when=When(
            happened=datetime(2026, 11, 12, 9, 12, tzinfo=UTC),
            noticed=datetime(2026, 11, 12, 9, 20, tzinfo=UTC),
        ),
        what_happened="One sentence was about another customer.\n",
        type=(IncidentType.DATA_EXPOSURE,),
        failure_modes=("scope_too_broad", "wrong_recipient"),
        outcome=Happened.NEAR_MISS,
        severity=Severity.MATERIAL_CAUGHT,
        reporter=Reporter(name="Hana Osei", role="account manager"),
        noticed_by="reviewer",
        affected=(
            Affected(kind="customer", ref="K-102", count=1),
            Affected(kind="record", ref="note-877", count=2),
            Affected(kind="record", ref="note-878"),
        ),
        impact=Impact(domains=("customer",), text="Nothing was sent.", acted_on=Answer.NO),
        questions=Questions(left_company=Answer.NO, exposed_information=Answer.YES),
        evidence=(
            Evidence(file="evidence/trace.json", kind="trace"),
            Evidence(kind="approval", absent_reason="none is kept"),
        ),
        containment=(
            Containment(
                at=datetime(2026, 11, 12, 11, 50, tzinfo=UTC), by="Ruth Calloway", action="workflow_disabled"
            ),
        ),
        actions=(
            Action(kind="corrective", text="scope narrowed", done_at=date(2026, 11, 13)),
            Action(kind="preventive", text="not done yet"),
        ),
    ),
    types=(IncidentType.DATA_EXPOSURE,),
    level=LEVEL,
    cause=RootCause(
        category=Category.WORKFLOW_DESIGN,
        control=FailedControl(name="retrieval scope", where="search_notes", why="whole workspace"),
    ),
    cause_confirmed=True,
    cases=("INC-2026-0142::test_own_records",),
)
