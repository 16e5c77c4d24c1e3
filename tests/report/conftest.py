"""A small report to render, and one whose every text field holds the same text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incident2eval.model import (
    Approval,
    Approver,
    Area,
    CaseOutcome,
    Category,
    ChangeKind,
    Decision,
    EvalCase,
    Examined,
    FailedControl,
    FalseAlarms,
    IncidentNote,
    Matter,
    Onset,
    Outcome,
    Part,
    Passage,
    Report,
    RootCause,
    Ruling,
    SeenChange,
    Sighting,
    State,
    StepKind,
    TreeRow,
    Trust,
    Variants,
)

STARTED = datetime(2026, 11, 19, 14, 2, 7, tzinfo=UTC)


def report_on(*cases: CaseOutcome, ruling: Ruling = Ruling.BLOCKED, **fields: object) -> Report:
    decision = Decision(
        workflow="monthly-summary",
        decision=ruling,
        reasons=("another customer's records were fetched",),
        counts={"expected": len(cases)}
        | {outcome: sum(case.outcome is outcome for case in cases) for outcome in Outcome},
        cases=cases,
    )
    given = {
        "decision": decision,
        "started": STARTED,
        "finished": STARTED + timedelta(seconds=3),
        "nonce": "6b1f0c",
        "tool": "0.1.0",
        "python": "3.11.7",
    }
    return Report(**(given | fields))


def incident_filled_with(text: str) -> IncidentNote:
    """An incident whose root cause and tree say nothing but the given text."""
    return IncidentNote(
        id=text,
        title=text,
        severity=2,
        origin=text,
        cause=RootCause(
            category=Category.DATA,
            step=text,
            name=text,
            control=FailedControl(name=text, where=text, why=text),
            rules=(text,),
            path=(Passage(step=text, name=text, quote=text),),
            examined=tuple(Examined(area=area, state=State.FAILED, evidence=text) for area in Area),
            changes=(SeenChange(kind=ChangeKind.DATA, what=text, at=STARTED, source=text),),
            onset=Onset(checked=3, hits=1, first_hit=Sighting(run=text, at=STARTED)),
            because=(text,),
            warnings=(text,),
        ),
        stand=(text,),
        tree=tuple(
            TreeRow(kind=StepKind.TOOL, name=text, depth=depth, part=part, note=text, quote=text)
            for depth, part in enumerate((Part.ASIDE, *Part))
        ),
    )


def filled_with(text: str) -> Report:
    """A blocked report in which every text field is the given text."""
    ids = [f"{text}::{text}", f"{text}::{text} again", f"{text}::{text} aside"]
    return Report(
        decision=Decision(
            workflow=text,
            decision=Ruling.BLOCKED,
            reasons=(text, f"{text} too"),
            counts={"expected": 3, "failed": 2, "passed": 1},
            cases=(
                CaseOutcome(id=ids[0], outcome=Outcome.FAILED, trials=5, failed_trials=5, message=text),
                CaseOutcome(id=ids[1], outcome=Outcome.PASSED, trials=5, message=text, bound=0.4507),
                CaseOutcome(
                    id=ids[2], outcome=Outcome.FAILED, trials=5, failed_trials=5, message=text, waived=text
                ),
            ),
        ),
        started=STARTED,
        finished=STARTED,
        nonce=text,
        tool=text,
        python=text,
        commit=text,
        incidents=(incident_filled_with(text),),
        proofs=tuple(
            EvalCase(
                id=case,
                incident=text,
                workflow=text,
                path=text,
                test=text,
                check=text,
                red=True,
                green=False,
                variants=Variants(made=3, caught=2),
                false_alarms=FalseAlarms(runs=4, flagged=1),
            )
            for case in ids
        ),
        digests={text: text},
        overrides=(text,),
        severity=2,
        expires=STARTED,
        previous=text,
        case_digests={text: text},
        trust=Trust(
            approvers=(Approver(name=text, roles=(text,), public_key=text),),
            policy={text: text},
            targets={text: text},
        ),
        approvals=tuple(
            Approval(
                matter=matter,
                subject=text,
                digest=text,
                decision=text,
                by=text,
                role=text,
                at=STARTED,
                reason=text,
                until=STARTED,
            )
            for matter in Matter
        ),
        environment={text: text},
        redaction=text,
        monitor=True,
        notes=(text,),
    )


@pytest.fixture
def make_report() -> Callable[..., Report]:
    return report_on


@pytest.fixture
def filled() -> Callable[[str], Report]:
    return filled_with


@pytest.fixture
def blocked() -> Report:
    """The case study with its fault: one case red, one green."""
    failed, passed = (
        "INC-2026-0007::test_retrieval_fetches_only_this_customers_records",
        "INC-2026-0007::test_draft_names_no_other_customer",
    )
    return report_on(
        CaseOutcome(
            id=passed,
            outcome=Outcome.PASSED,
            trials=5,
            recorded=Outcome.FAILED,
            corrected=Outcome.PASSED,
            bound=0.4507,
        ),
        CaseOutcome(
            id=failed,
            outcome=Outcome.FAILED,
            trials=5,
            failed_trials=5,
            message="another customer's records were fetched:\n  - s2: fetched note-877",
            recorded=Outcome.FAILED,
            corrected=Outcome.PASSED,
        ),
        commit="3fa91c2",
        incidents=(
            IncidentNote(id="INC-2026-0007", title="Another customer's note", severity=2, origin="repaired"),
        ),
        proofs=(
            EvalCase(
                id=failed,
                incident="INC-2026-0007",
                workflow="monthly-summary",
                path="cases/INC-2026-0007/test_inc_2026_0007.py",
                test="test_retrieval_fetches_only_this_customers_records",
                check="foreign_records",
                red=True,
                green=True,
                variants=Variants(made=6, caught=6),
                false_alarms=FalseAlarms(runs=3),
            ),
        ),
        digests={"cases.lock": "a3" * 32},
    )


@pytest.fixture
def quarantined() -> Report:
    """A pass of a daily run that leaves one broken case out, with all that a report may hold."""
    aside, passed = "INC-2026-0007::test_draft_names_no_other_customer", "INC-2026-0011::test_amount"
    ana = Approver(name="Ana Pereira", roles=("workflow_owner",), public_key="ssh-ed25519 AAAA")
    return report_on(
        CaseOutcome(
            id=passed,
            outcome=Outcome.PASSED,
            trials=10,
            recorded=Outcome.FAILED,
            corrected=Outcome.PASSED,
            seconds=1.25,
            bound=0.2589,
        ),
        CaseOutcome(
            id=aside,
            outcome=Outcome.FAILED,
            trials=5,
            failed_trials=5,
            message="another customer's name got out",
            recorded=Outcome.FAILED,
            corrected=Outcome.PASSED,
            waived="by Ana Pereira until 26 November 2026, 09:00 UTC: the roster is being rebuilt",
        ),
        ruling=Ruling.PASS,
        incidents=(
            IncidentNote(id="INC-2026-0007", title="Another customer's note", severity=2),
            IncidentNote(id="INC-2026-0011", title="An amount too much", severity=3),
        ),
        severity=3,
        expires=STARTED + timedelta(hours=24),
        previous="b7" * 32,
        case_digests={passed: "c1" * 32, aside: "c2" * 32},
        trust=Trust(
            approvers=(ana, Approver(name="Lee Okafor", roles=("functional_leader", "security"))),
            targets={"target": "python:flows:draft"},
        ),
        approvals=(
            Approval(
                matter=Matter.QUARANTINE,
                subject=aside,
                digest="c2" * 32,
                by="Ana Pereira",
                role="workflow_owner",
                at=STARTED - timedelta(days=1),
                reason="the roster is being rebuilt",
                until=STARTED + timedelta(days=7),
            ),
        ),
        environment={"runner": "build 4711", "platform": "Linux-6.1-x86_64"},
        overrides=("trials at level 3: 10 instead of 5",),
        redaction="d4" * 32,
        monitor=True,
        digests={"cases.lock": "a3" * 32},
        notes=("INC-2026-0011: fixed before its root cause was confirmed (Lee Okafor: a bank holiday)",),
        commit="3fa91c2",
    )
