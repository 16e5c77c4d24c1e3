"""What came of one case: two control replays first, then every trial of today's workflow."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from incident2eval.gate._tolerance import Tolerance, bound
from incident2eval.model import CaseOutcome, EvalCase, Outcome, Result, Verdict

WORST_FIRST = (
    Outcome.FAILED,
    Outcome.VACUOUS,
    Outcome.SKIPPED,
    Outcome.NOT_RUN,
    Outcome.TIMEOUT,
    Outcome.ERRORED,
)
"""Which outcome speaks for a case whose trials came out differently, none of them a pass."""

Verdicts = Mapping[tuple[str, str], Verdict]
"""(case, set of runs) -> what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What calling the workflow for one incident came to."""

    trials: int
    """How many there have to be."""
    results: Sequence[Sequence[Result]] = ()
    """One entry a trial, one result an input."""
    seconds: float = 0.0
    outputs: tuple[str, ...] = ()

    @classmethod
    def of(cls, results: Sequence[Sequence[Result]], *, trials: int) -> "Calls":
        """The results with what a report says of them."""
        runs = [one.run for trial in results for one in trial if one.run is not None]
        spans = ((run.ended - run.started).total_seconds() for run in runs if run.started and run.ended)
        return cls(
            trials=trials,
            results=results,
            seconds=round(sum(max(0.0, span) for span in spans), 3),
            outputs=tuple(_digest(run.output) for run in runs),
        )


def outcome_of(
    case: EvalCase,
    verdicts: Verdicts,
    calls: Calls,
    *,
    edited: str | None,
    tolerance: Tolerance | None,
) -> CaseOutcome:
    """What came of a case.

    Args:
        case: As it is locked.
        verdicts: Of its test on the recorded runs, the corrected ones and each trial.
        calls: Of its incident's workflow.
        edited: How its files differ from the lock; None where they do not.
        tolerance: How many trials may fail; None where none may.
    """
    told = CaseOutcome(
        id=case.id,
        outcome=Outcome.NOT_RUN,
        recorded=_came_to(verdicts, case, "recorded"),
        corrected=_came_to(verdicts, case, "corrected"),
        seconds=calls.seconds,
        outputs=calls.outputs,
    )
    if edited is not None:
        return replace(told, outcome=Outcome.EDITED, message=edited)
    if fault := _control(case, verdicts):
        return replace(told, outcome=fault[0], message=fault[1])
    per_trial = [_trial(case, number, calls.results, verdicts) for number in range(1, calls.trials + 1)]
    outcome, message = _together(per_trial, tolerance)
    failed = sum(one is not Outcome.PASSED for one, _ in per_trial)
    return replace(
        told,
        outcome=outcome,
        trials=calls.trials,
        failed_trials=failed,
        message=message,
        bound=bound(calls.trials) if not failed else None,
    )


def _came_to(verdicts: Verdicts, case: EvalCase, runs: str) -> Outcome | None:
    verdict = verdicts.get((case.id, runs))
    return verdict.outcome if verdict else None


def _control(case: EvalCase, verdicts: Verdicts) -> tuple[Outcome, str] | None:
    """What is wrong with the two control replays.

    A test that cannot fail on the evidence, or pass on the fix, judges nothing.
    """
    red, green = verdicts.get((case.id, "recorded")), verdicts.get((case.id, "corrected"))
    if red is None or green is None:
        return Outcome.NOT_RUN, "the locked test did not run"
    if red.outcome is not Outcome.FAILED:
        return Outcome.BLIND, f"the test does not fail on the incident itself ({red.outcome})"
    if green.outcome is Outcome.SKIPPED:
        return Outcome.SKIPPED, green.message or "the test was skipped"
    if green.outcome is not Outcome.PASSED:
        return Outcome.FAILED, f"the test does not pass on the corrected run: {_first_line(green.message)}"
    return None


def _trial(
    case: EvalCase, number: int, calls: Sequence[Sequence[Result]], verdicts: Verdicts
) -> tuple[Outcome, str]:
    if number > len(calls) or not calls[number - 1]:
        return Outcome.NOT_RUN, "the workflow was not called"
    for result in calls[number - 1]:
        if result.outcome is not Outcome.PASSED or result.run is None:
            outcome = Outcome.TIMEOUT if result.outcome is Outcome.TIMEOUT else Outcome.ERRORED
            return outcome, f"the workflow gave no answer: {_first_line(result.message)}"
    verdict = verdicts.get((case.id, f"live-{number}"))
    if verdict is None:
        return Outcome.NOT_RUN, "the test did not run on today's workflow"
    return verdict.outcome, _sentence(verdict.message)


def _together(per_trial: Sequence[tuple[Outcome, str]], tolerance: Tolerance | None) -> tuple[Outcome, str]:
    """One outcome for all trials of a case: all must pass, and a case that sometimes fails is flaky.

    Only what was seen to fail is tolerated: a trial that says nothing, or breaks off, is not.
    """
    seen = {outcome for outcome, _ in per_trial}
    if seen == {Outcome.PASSED}:
        return Outcome.PASSED, next((message for _, message in per_trial if message), "")
    worst = next((outcome for outcome in WORST_FIRST if outcome in seen), Outcome.ERRORED)
    message = next(message for outcome, message in per_trial if outcome is worst) or str(worst)
    bad = sum(outcome is worst for outcome, _ in per_trial)
    told = message if len(per_trial) == 1 else f"in {bad} of {len(per_trial)} trials: {message}"
    if seen != {Outcome.FAILED, Outcome.PASSED}:
        return (Outcome.FLAKY if worst is Outcome.FAILED and Outcome.PASSED in seen else worst), told
    if tolerance and bad <= tolerance.failures:
        return Outcome.PASSED, f"{told} ({tolerance.failures} may fail, says {tolerance.words})"
    return Outcome.FLAKY, told


def _digest(output: object) -> str:
    """SHA-256 of an output as canonical JSON."""
    return hashlib.sha256(json.dumps(output, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _sentence(message: str) -> str:
    """What an assertion said, with the findings that it lists, on one line."""
    said, *found = [
        line.strip().removeprefix("- ") for line in message.strip().splitlines() if line.strip()
    ] or [""]
    return f"{said} {'; '.join(found)}".strip()


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no message"
