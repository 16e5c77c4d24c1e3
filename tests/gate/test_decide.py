"""The gate's decision: only a seen pass is a pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident2eval.gate import Seen, decide, differences, exit_code
from incident2eval.model import EvalCase, Outcome, Result, Ruling, Run, Verdict

INCIDENT = "INC-2026-0142"
CASE = EvalCase(
    id=f"{INCIDENT}::test_reads_own_records",
    incident=INCIDENT,
    workflow="monthly-summary",
    path=f"cases/{INCIDENT}/test_inc_2026_0142.py",
    test="test_reads_own_records",
    check="foreign_records",
    red=True,
    green=True,
)


def verdict(runs: str, outcome: Outcome, message: str = "") -> Verdict:
    return Verdict(case=CASE.id, runs=runs, outcome=outcome, message=message)


def seen(*live: Outcome, trials: int | None = None) -> Seen:
    """A sound case, and what its trials came to."""
    trials = len(live) if trials is None else trials
    return Seen(
        workflow="monthly-summary",
        cases=(CASE,),
        trials={INCIDENT: trials},
        calls={INCIDENT: tuple((Result(run=Run(output="text")),) for _ in live)},
        verdicts=(
            verdict("recorded", Outcome.FAILED),
            verdict("corrected", Outcome.PASSED),
            *(verdict(f"live-{number}", outcome, "said") for number, outcome in enumerate(live, 1)),
        ),
    )


def test_every_trial_passed() -> None:
    decision = decide(seen(Outcome.PASSED, Outcome.PASSED))

    assert decision.decision is Ruling.PASS
    assert decision.reasons == ()
    assert decision.counts["passed"] == decision.counts["expected"] == 1
    assert exit_code(decision) == 0


@pytest.mark.parametrize(
    ("live", "outcome", "ruling"),
    [
        ([Outcome.FAILED, Outcome.FAILED], Outcome.FAILED, Ruling.BLOCKED),
        ([Outcome.PASSED, Outcome.FAILED], Outcome.FLAKY, Ruling.BLOCKED),
        ([Outcome.VACUOUS, Outcome.PASSED], Outcome.VACUOUS, Ruling.BLOCKED),
        ([Outcome.SKIPPED], Outcome.SKIPPED, Ruling.BLOCKED),
        ([Outcome.ERRORED, Outcome.PASSED], Outcome.ERRORED, Ruling.ERROR),
        ([Outcome.ERRORED, Outcome.FAILED], Outcome.FAILED, Ruling.BLOCKED),
    ],
)
def test_anything_but_a_pass_in_one_trial(live: list[Outcome], outcome: Outcome, ruling: Ruling) -> None:
    decision = decide(seen(*live))

    assert decision.cases[0].outcome is outcome
    assert decision.decision is ruling
    assert decision.counts[outcome.value] == 1


@pytest.mark.requirement("R119", "R140")
def test_a_trial_too_few_is_not_run() -> None:
    decision = decide(seen(Outcome.PASSED, trials=5))

    assert decision.cases[0].outcome is Outcome.NOT_RUN
    assert decision.decision is Ruling.BLOCKED


def test_no_locked_case_blocks() -> None:
    decision = decide(Seen(workflow="monthly-summary", cases=(), trials={}))

    assert decision.decision is Ruling.BLOCKED
    assert "no case is locked" in decision.reasons[0]


def test_an_incident_without_a_case_blocks() -> None:
    decision = decide(replace(seen(Outcome.PASSED), uncovered=("INC-2026-0143",)))

    assert decision.decision is Ruling.BLOCKED
    assert decision.reasons[0].startswith("INC-2026-0143")


def test_a_case_that_cannot_fail_is_blind() -> None:
    blind = replace(
        seen(Outcome.PASSED),
        verdicts=(
            verdict("recorded", Outcome.PASSED),
            verdict("corrected", Outcome.PASSED),
            verdict("live-1", Outcome.PASSED),
        ),
    )

    assert decide(blind).cases[0].outcome is Outcome.BLIND
    assert decide(blind).decision is Ruling.BLOCKED


def test_a_case_that_cannot_pass_blocks() -> None:
    hopeless = replace(
        seen(Outcome.PASSED),
        verdicts=(
            verdict("recorded", Outcome.FAILED),
            verdict("corrected", Outcome.FAILED, "still there"),
            verdict("live-1", Outcome.PASSED),
        ),
    )

    assert decide(hopeless).decision is Ruling.BLOCKED


@pytest.mark.parametrize(
    ("outcome", "ruling"), [(Outcome.ERRORED, Ruling.ERROR), (Outcome.TIMEOUT, Ruling.ERROR)]
)
def test_a_workflow_that_gives_no_answer_is_never_a_pass(outcome: Outcome, ruling: Ruling) -> None:
    silent = replace(
        seen(Outcome.PASSED), calls={INCIDENT: ((Result(outcome=outcome, message="index is down"),),)}
    )

    assert decide(silent).cases[0].outcome is outcome
    assert decide(silent).decision is ruling
    assert exit_code(decide(silent)) == 3


def test_an_edited_case_blocks_whatever_it_says() -> None:
    edited = replace(seen(Outcome.PASSED), edited={INCIDENT: "case.yaml changed"})

    assert decide(edited).cases[0].outcome is Outcome.EDITED
    assert decide(edited).decision is Ruling.BLOCKED


outcomes = st.sampled_from([o for o in Outcome if o not in {Outcome.FLAKY, Outcome.EDITED, Outcome.BLIND}])


@given(
    recorded=st.none() | outcomes,
    corrected=st.none() | outcomes,
    live=st.lists(st.none() | outcomes, max_size=4),
    trials=st.integers(1, 5),
    called=st.integers(0, 5),
    edited=st.booleans(),
    uncovered=st.booleans(),
)
def test_pass_means_everything_was_seen_to_pass(
    recorded: Outcome | None,
    corrected: Outcome | None,
    live: list[Outcome | None],
    trials: int,
    called: int,
    edited: bool,
    uncovered: bool,
) -> None:
    told = [
        ("recorded", recorded),
        ("corrected", corrected),
        *((f"live-{n}", o) for n, o in enumerate(live, 1)),
    ]
    decision = decide(
        Seen(
            workflow="monthly-summary",
            cases=(CASE,),
            trials={INCIDENT: trials},
            calls={INCIDENT: ((Result(run=Run(output="x")),),) * called},
            verdicts=tuple(verdict(name, outcome) for name, outcome in told if outcome is not None),
            edited={INCIDENT: "changed"} if edited else {},
            uncovered=("INC-2026-0999",) if uncovered else (),
        )
    )

    right = (
        recorded is Outcome.FAILED
        and corrected is Outcome.PASSED
        and called >= trials
        and live[:trials] == [Outcome.PASSED] * trials
        and not edited
        and not uncovered
    )
    assert (decision.decision is Ruling.PASS) == right
    assert (exit_code(decision) == 0) == right
    assert right or decision.reasons
    assert sum(decision.counts[o.value] for o in Outcome) == decision.counts["expected"] == 1


@given(
    st.dictionaries(st.sampled_from(["A/x", "A/y", "B/z"]), st.sampled_from(["1", "2"])),
    st.dictionaries(st.sampled_from(["A/x", "A/y", "B/z"]), st.sampled_from(["1", "2"])),
)
def test_every_difference_from_the_lock_is_named(locked: dict[str, str], found: dict[str, str]) -> None:
    words = differences(locked, found)

    changed = {path for path in {*locked, *found} if locked.get(path) != found.get(path)}
    assert set(words) == {path[0] for path in changed}
    assert all(path in words[path[0]] for path in changed)
