"""The gate: from the lock and what was seen to one decision. Anything but a seen pass is none."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from incident2eval.model import CaseOutcome, Decision, EvalCase, Outcome, Result, Ruling, Verdict

COUNTED = (
    Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.TIMEOUT, Outcome.VACUOUS, Outcome.SKIPPED,
    Outcome.NOT_RUN, Outcome.FLAKY, Outcome.EDITED, Outcome.BLIND,
)  # fmt: skip

COULD_NOT_JUDGE = {Outcome.ERRORED, Outcome.TIMEOUT}
"""Outcomes that make the decision `error`.

Every other one but a pass makes it `blocked` (contract section 7).
"""

WORST_FIRST = (
    Outcome.FAILED,
    Outcome.VACUOUS,
    Outcome.SKIPPED,
    Outcome.NOT_RUN,
    Outcome.TIMEOUT,
    Outcome.ERRORED,
)
"""Which outcome speaks for a case whose trials came out differently, none of them a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything the gate saw of one workflow before it decides."""

    workflow: str
    cases: tuple[EvalCase, ...]
    """The locked cases of the workflow: what must have passed."""
    trials: Mapping[str, int]
    """Incident -> trials that its severity asks for."""
    calls: Mapping[str, Sequence[Sequence[Result]]] = field(default_factory=dict)
    """Incident -> what calling the workflow came to: one entry a trial, one result an input."""
    verdicts: tuple[Verdict, ...] = ()
    edited: Mapping[str, str] = field(default_factory=dict)
    """Incident -> which of its files differ from the lock, in words."""
    uncovered: tuple[str, ...] = ()
    """Incidents of the workflow that no locked case stands for."""
    strangers: tuple[str, ...] = ()
    """What concerns this workflow without being covered by the lock, in words."""


def decide(seen: Seen) -> Decision:
    """Judge a workflow by its locked cases: pass only if every one of them was seen to pass, in every trial.

    Args:
        seen: The lock, the calls, the verdicts and what is missing.
    """
    verdicts = {(verdict.case, verdict.runs): verdict for verdict in seen.verdicts}
    outcomes = tuple(_outcome(case, seen, verdicts) for case in seen.cases)
    reasons = [
        *_missing(seen),
        *(
            f"{outcome.id}: {outcome.message}"
            for outcome in outcomes
            if outcome.outcome is not Outcome.PASSED
        ),
    ]
    bad = {outcome.outcome for outcome in outcomes} - {Outcome.PASSED}
    if _missing(seen) or bad - COULD_NOT_JUDGE:
        ruling = Ruling.BLOCKED
    elif bad:
        ruling = Ruling.ERROR
    else:
        ruling = Ruling.PASS
    tally = Counter(outcome.outcome for outcome in outcomes)
    counts = {"expected": len(outcomes), **{outcome.value: tally[outcome] for outcome in COUNTED}}
    return Decision(
        workflow=seen.workflow, decision=ruling, reasons=tuple(reasons), counts=counts, cases=outcomes
    )


def _missing(seen: Seen) -> list[str]:
    reasons = []
    if not seen.cases:
        reasons.append("no case is locked for this workflow, so nothing shows that it works")
    reasons += [
        f"{incident}: this incident has no locked case, and no approver signed a reason for none"
        for incident in seen.uncovered
    ]
    return [*reasons, *seen.strangers]


def _outcome(case: EvalCase, seen: Seen, verdicts: Mapping[tuple[str, str], Verdict]) -> CaseOutcome:
    trials = max(1, seen.trials.get(case.incident, 1))
    if case.incident in seen.edited:
        return _named(case, Outcome.EDITED, seen.edited[case.incident])
    control = _control(case, verdicts)
    if control is not None:
        return control
    calls = seen.calls.get(case.incident, ())
    per_trial = [_trial(case, number, calls, verdicts) for number in range(1, trials + 1)]
    failed = sum(outcome is not Outcome.PASSED for outcome, _ in per_trial)
    outcome, message = _together(per_trial)
    return CaseOutcome(id=case.id, outcome=outcome, trials=trials, failed_trials=failed, message=message)


def _named(case: EvalCase, outcome: Outcome, message: str) -> CaseOutcome:
    return CaseOutcome(id=case.id, outcome=outcome, message=message)


def _control(case: EvalCase, verdicts: Mapping[tuple[str, str], Verdict]) -> CaseOutcome | None:
    """The two control replays.

    A test that cannot fail on the evidence, or pass on the fix, judges nothing.
    """
    red, green = verdicts.get((case.id, "recorded")), verdicts.get((case.id, "corrected"))
    if red is None or green is None:
        return _named(case, Outcome.NOT_RUN, "the locked test did not run")
    if red.outcome is not Outcome.FAILED:
        return _named(case, Outcome.BLIND, f"the test does not fail on the incident itself ({red.outcome})")
    if green.outcome is Outcome.SKIPPED:
        return _named(case, Outcome.SKIPPED, green.message or "the test was skipped")
    if green.outcome is not Outcome.PASSED:
        return _named(
            case, Outcome.FAILED, f"the test does not pass on the corrected run: {_first_line(green.message)}"
        )
    return None


def _trial(
    case: EvalCase,
    number: int,
    calls: Sequence[Sequence[Result]],
    verdicts: Mapping[tuple[str, str], Verdict],
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


def _together(per_trial: Sequence[tuple[Outcome, str]]) -> tuple[Outcome, str]:
    """One outcome for all trials of a case: all must pass, and a case that sometimes fails is flaky."""
    seen = {outcome for outcome, _ in per_trial}
    if seen == {Outcome.PASSED}:
        return Outcome.PASSED, next((message for _, message in per_trial if message), "")
    worst = next((outcome for outcome in WORST_FIRST if outcome in seen), Outcome.ERRORED)
    message = next(message for outcome, message in per_trial if outcome is worst) or str(worst)
    bad = sum(outcome is worst for outcome, _ in per_trial)
    if worst is Outcome.FAILED and Outcome.PASSED in seen:
        return Outcome.FLAKY, f"in {bad} of {len(per_trial)} trials: {message}"
    return worst, message if len(per_trial) == 1 else f"in {bad} of {len(per_trial)} trials: {message}"


def differences(locked: Mapping[str, str], found: Mapping[str, str]) -> Mapping[str, str]:
    """What differs between the lock and the files under cases/, in words, by incident.

    Args:
        locked: Path relative to cases/ -> sha256, as the lock has it.
        found: The same, as the files are now.
    """
    words: dict[str, list[str]] = {}
    for path in sorted({*locked, *found}):
        if locked.get(path) == found.get(path):
            continue
        what = (
            "changed"
            if path in locked and path in found
            else "is gone"
            if path in locked
            else "is not in the lock"
        )
        words.setdefault(path.split("/", 1)[0], []).append(f"cases/{path} {what}")
    return {
        incident: f"edited since it was proved: {', '.join(lines)} (undo it, or accept it: "
        f'incident2eval prove {incident} --reason "why" --by "name")'
        for incident, lines in words.items()
    }


def exit_code(decision: Decision) -> int:
    """0 pass, 1 blocked, 3 could not be judged."""
    return {Ruling.PASS: 0, Ruling.BLOCKED: 1, Ruling.ERROR: 3}[decision.decision]


def incidents_without_case(incidents: Iterable[str], cases: Sequence[EvalCase]) -> tuple[str, ...]:
    """The incidents that no locked case stands for, in order."""
    covered = {case.incident for case in cases}
    return tuple(incident for incident in incidents if incident not in covered)


def _sentence(message: str) -> str:
    """What an assertion said, with the findings that it lists, on one line."""
    said, *found = [
        line.strip().removeprefix("- ") for line in message.strip().splitlines() if line.strip()
    ] or [""]
    return f"{said} {'; '.join(found)}".strip()


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no message"
