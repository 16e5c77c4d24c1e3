"""Waivers: a signature opens one thing, as it is now, and no longer than it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident2eval.gate import (
    GONE,
    Before,
    Seen,
    Tolerance,
    Waivers,
    bound,
    changes_since,
    decide,
    intolerable,
)
from incident2eval.model import (
    Approval,
    EvalCase,
    IncidentType,
    Matter,
    Outcome,
    Result,
    Ruling,
    Run,
    Verdict,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
INCIDENT = "INC-2026-0142"
CASE_ID = f"{INCIDENT}::test_figures"
WORD = Approval(
    matter=Matter.QUARANTINE,
    subject=CASE_ID,
    digest="aa",
    by="Ana Pereira",
    role="workflow_owner",
    at=NOW - timedelta(hours=1),
    reason="the fixture data moved",
    until=NOW + timedelta(days=1),
)


def given_by(*words: Approval, digest: str | None = "aa") -> Approval | None:
    return Waivers(words=words, now=NOW).given(Matter.QUARANTINE, CASE_ID, digest)


def test_an_approval_holds_for_the_thing_as_it_was() -> None:
    assert given_by(WORD) is WORD
    assert given_by(WORD, digest="bb") is None
    assert given_by(WORD, digest=None) is None


@pytest.mark.parametrize(
    "spent",
    [
        {"until": NOW},
        {"until": None},
        {"reason": " "},
        {"decision": "refused"},
        {"matter": Matter.TOLERANCE},
        {"subject": INCIDENT},
    ],
)
def test_what_has_ended_or_is_about_something_else_opens_nothing(spent: dict[str, object]) -> None:
    assert given_by(replace(WORD, **spent)) is None  # type: ignore[arg-type]


def test_a_later_refusal_takes_it_back_and_an_earlier_one_does_not() -> None:
    refusal = replace(WORD, by="Lee Okafor", decision="refused", until=None)

    assert given_by(WORD, replace(refusal, at=WORD.at + timedelta(minutes=1))) is None
    assert given_by(WORD, refusal) is None
    assert given_by(WORD, replace(refusal, at=WORD.at - timedelta(minutes=1))) is WORD


def test_a_case_that_is_gone_or_another_one_needs_a_word_from_after_that_report() -> None:
    before = Before(source="the report", cases={"a": "1", "b": "2", "c": "3"}, at=NOW - timedelta(hours=2))
    gone = replace(WORD, matter=Matter.CHANGED_CASE, subject="b", digest=GONE, until=None)

    def approved(*words: Approval, before: Before = before) -> dict[str, bool]:
        changes = changes_since(before, {"a": "1", "c": "9"}, Waivers(words=words, now=NOW))
        return {change.case: change.approval is not None for change in changes}

    assert approved() == {"b": False, "c": False}
    assert approved(gone) == {"b": True, "c": False}
    assert approved(replace(gone, at=NOW - timedelta(hours=3))) == {"b": False, "c": False}
    assert approved(gone, before=replace(before, spent=frozenset({gone}))) == {"b": False, "c": False}


def test_leaks_and_actions_are_never_tolerated() -> None:
    figures, wrong = ["ungrounded_figures"], IncidentType.INCORRECT_EXTERNAL_OUTPUT

    assert intolerable([wrong], figures) is None
    assert "data exposure" in (intolerable([wrong, IncidentType.DATA_EXPOSURE], figures) or "")
    assert "data exposure" in (intolerable([wrong], [*figures, "foreign_records"]) or "")
    assert "unauthorised action" in (intolerable([wrong], ["unauthorised_tools"]) or "")
    assert intolerable([], figures)
    assert intolerable([wrong], [])
    assert intolerable([wrong], ["helper", *figures])


@pytest.mark.requirement("R140")
def test_the_bound_is_the_exact_one_of_clopper_and_pearson() -> None:
    assert bound(1) == pytest.approx(0.95)
    assert bound(5) == pytest.approx(1 - 0.05 ** (1 / 5), abs=1e-6)


CASES = tuple(
    EvalCase(
        id=f"{INCIDENT}::test_{name}", incident=INCIDENT, workflow="w", path="p", test=name, check="c",
        red=True, green=True,
    )
    for name in ("a", "b")
)  # fmt: skip
live = st.lists(
    st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.VACUOUS, Outcome.ERRORED]),
    min_size=3,
    max_size=3,
)


@given(
    trials=st.tuples(live, live),
    blind=st.tuples(st.booleans(), st.booleans()),
    tolerated=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    quarantined=st.tuples(st.booleans(), st.booleans()),
    changed=st.booleans(),
)
def test_pass_means_every_case_was_seen_to_pass_or_somebody_signed(
    trials: tuple[list[Outcome], list[Outcome]],
    blind: tuple[bool, bool],
    tolerated: tuple[int, int],
    quarantined: tuple[bool, bool],
    changed: bool,
) -> None:
    told = [
        Verdict(case=case.id, runs=name, outcome=outcome)
        for case, outcomes, is_blind in zip(CASES, trials, blind, strict=True)
        for name, outcome in [
            ("recorded", Outcome.PASSED if is_blind else Outcome.FAILED),
            ("corrected", Outcome.PASSED),
            *((f"live-{number}", one) for number, one in enumerate(outcomes, 1)),
        ]
    ]
    decision = decide(
        Seen(
            workflow="w",
            cases=CASES,
            trials={INCIDENT: 3},
            calls={INCIDENT: ((Result(run=Run(output="x")),),) * 3},
            verdicts=tuple(told),
            changed=("a case is gone",) if changed else (),
            tolerated={
                case.id: Tolerance(failures=n, words="Ana")
                for case, n in zip(CASES, tolerated, strict=True)
                if n
            },
            quarantined={case.id: "Ana" for case, aside in zip(CASES, quarantined, strict=True) if aside},
        )
    )

    def passed(at: int) -> bool:
        failures = trials[at].count(Outcome.FAILED)
        seen = {*trials[at]} <= {Outcome.PASSED, Outcome.FAILED} and Outcome.PASSED in trials[at]
        return not blind[at] and seen and failures <= tolerated[at]

    right = not changed and not all(quarantined) and all(quarantined[at] or passed(at) for at in (0, 1))
    assert (decision.decision is Ruling.PASS) == right
    assert right or decision.reasons
    assert decision.counts["quarantined"] == sum(quarantined)
    assert sum(decision.counts[outcome.value] for outcome in Outcome) == 2
    for case, outcomes in zip(decision.cases, trials, strict=True):
        assert (case.bound is not None) == (case.trials == 3 and outcomes == [Outcome.PASSED] * 3)
