"""Restarts for which everything is there, to take one thing away from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from incident2eval.clearance import Ask, Concern, Demand, Neighbour, Shown, demands
from incident2eval.model import (
    LEVELS,
    Answer,
    Approval,
    Approver,
    Category,
    Decision,
    Event,
    FailedControl,
    Incident,
    IncidentFile,
    Level,
    LogEntry,
    Matter,
    Report,
    Ruling,
    Severity,
    SignedApproval,
    Trust,
    WorkflowSettings,
)
from incident2eval.model.incident import Action, Questions, StatedCause, When, WorkflowVersion

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FLOW = "monthly-summary"
DIGEST = "d" * 64
NO = Questions(**dict.fromkeys(Questions.__dataclass_fields__, Answer.NO))
DONE = Action(kind="corrective", text="Scope of the search narrowed", done_at=NOW - timedelta(days=1))
LOOKED = LogEntry(at=NOW, event=Event.LOOKED_BACK, checked=120, hits=0)
SIGNERS = {
    Severity.LOW: (("Ana", "workflow_owner"),),
    Severity.MATERIAL_CAUGHT: (("Ana", "workflow_owner"), ("Lee", "functional_leader")),
    Severity.IMPACT: (("Kim", "executive_sponsor"), ("Noor", "legal"), ("Tom", "security")),
    Severity.SEVERE: (("Kim", "executive"), ("Eve", "executive"), ("Noor", "legal")),
}


def word(name: str, role: str, **more: Any) -> SignedApproval:
    said = {"matter": Matter.RESTART, "subject": FLOW, "digest": DIGEST, "by": name, "role": role, "at": NOW}
    return SignedApproval(approval=Approval(**(said | more)), key="SHA256:x", file="approvals/x.dsse.json")


def concern(level: Severity, **more: Any) -> Concern:
    """An incident of which everything is done; `incident` and `file` take other fields."""
    incident = Incident(
        id="INC-2026-0001",
        title="A stranger's note",
        workflow=WorkflowVersion(name=FLOW),
        when=When(noticed=NOW - timedelta(days=3)),
        what_happened="It named another customer.",
        severity=level,
        questions=NO,
        actions=(DONE,),
        root_cause=StatedCause(
            category=Category.WORKFLOW_DESIGN, failed_control=FailedControl(name="retrieval scope")
        ),
    )
    incident = replace(incident, **more.pop("incident", {}))
    told = Level(suggested=level, given=level, highest=level, counts=level)
    file = IncidentFile(incident=incident, level=told, sealed=3, entries=(LOOKED,))
    file = replace(file, **more.pop("file", {}))
    complete = {"file": file, "questions": NO, "cases": ("INC-2026-0001::test_a",)}
    return Concern(**(complete | {"look_back": LEVELS[level].look_back} | more))


def report(**more: Any) -> Shown:
    made = Report(
        decision=Decision(workflow=FLOW, decision=Ruling.PASS),
        started=NOW,
        finished=NOW,
        nonce="0",
        tool="1",
        python="3.12",
        commit="c" * 40,
    )
    made = replace(made, **more.pop("report", {}))
    return Shown(**({"report": made, "path": "reports/x.json", "digest": DIGEST, "is_signed": True} | more))


def ask(level: Severity, **more: Any) -> Ask:
    """Everything that a level asks for, but for what is given otherwise."""
    names = dict.fromkeys(name for signers in SIGNERS.values() for name, _ in signers)
    roles = {
        name: [role for pairs in SIGNERS.values() for who, role in pairs if who == name] for name in names
    }
    approvers = tuple(Approver(name=name, roles=tuple(held), public_key=name) for name, held in roles.items())
    related = Neighbour(workflow="letters", shares=("the tool search",), is_stopped=True, looked_back=True)
    complete = Ask(
        workflow=FLOW,
        now=NOW,
        severity=level,
        policy=LEVELS[level],
        settings=WorkflowSettings(owner="Ana", safe_to_reenable="All cases pass"),
        concerns=(concern(level),),
        report=report(),
        runners=("a", "b"),
        words=tuple(word(name, role) for name, role in SIGNERS[level]),
        trust=Trust(approvers=approvers, owners=("Ana",)),
        fixers=("Kit", "kit@example.org"),
        neighbours=(related,),
        safe="All cases passed",
        throttle="a tenth of the accounts",
    )
    return replace(complete, **more)


def missing(asked: Ask) -> dict[str, Demand]:
    """The demands that are not met, by name."""
    return {one.name: one for one in demands(asked) if not one.met}
