"""A small report to render, and one whose every text field holds the same text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incident2eval.model import (
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
    ids = [f"{text}::{text}", f"{text}::{text} again"]
    return Report(
        decision=Decision(
            workflow=text,
            decision=Ruling.BLOCKED,
            reasons=(text, f"{text} too"),
            counts={"expected": 2, "failed": 1, "passed": 1},
            cases=(
                CaseOutcome(id=ids[0], outcome=Outcome.FAILED, trials=5, failed_trials=5, message=text),
                CaseOutcome(id=ids[1], outcome=Outcome.PASSED, trials=5, message=text),
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
        ),
        CaseOutcome(
            id=failed,
            outcome=Outcome.FAILED,
            trials=5,
            failed_trials=5,
            message="another customer's records were fetched:\n  - s2: fetched note-877",
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
