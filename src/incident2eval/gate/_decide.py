"""The decision over a workflow: pass only if every locked case was seen to pass, or a signature waives it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident2eval.gate._outcome import Calls, outcome_of
from incident2eval.gate._tolerance import Tolerance
from incident2eval.model import CaseOutcome, Decision, EvalCase, Outcome, Result, Ruling, Verdict

COUNTED = (
    Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.TIMEOUT, Outcome.VACUOUS, Outcome.SKIPPED,
    Outcome.NOT_RUN, Outcome.FLAKY, Outcome.EDITED, Outcome.BLIND,
)  # fmt: skip

QUARANTINED = "quarantined"
"""Counts the cases that somebody put aside: each is counted under its own outcome too."""

COULD_NOT_JUDGE = {Outcome.ERRORED, Outcome.TIMEOUT}
"""Outcomes that make the decision `error`.

Every other one but a pass makes it `blocked` (contract section 7).
"""


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
    """Incidents of the workflow that no locked case stands for, and nobody signed for."""
    strangers: tuple[str, ...] = ()
    """What concerns this workflow without being covered by the lock, in words."""
    changed: tuple[str, ...] = ()
    """Cases that are gone or others since people signed, and nobody signed for that, in words."""
    tolerated: Mapping[str, Tolerance] = field(default_factory=dict)
    """Case -> how many trials may fail, where somebody signed for it."""
    quarantined: Mapping[str, str] = field(default_factory=dict)
    """Case -> who signed that it does not count, why and until when."""


def decide(seen: Seen) -> Decision:
    """Judge a workflow by its locked cases: pass only if every one of them was seen to pass, in every trial.

    What somebody signed for is left aside: a case in quarantine, a failed trial that is tolerated. Of cases
    that are left aside alone nothing is seen to work.

    Args:
        seen: The lock, the calls, the verdicts and what is missing.
    """
    outcomes = _outcomes(seen)
    counting = [outcome for outcome in outcomes if not outcome.waived]
    missing = _missing(seen, counting)
    wrong = [outcome for outcome in counting if outcome.outcome is not Outcome.PASSED]
    if missing or {outcome.outcome for outcome in wrong} - COULD_NOT_JUDGE:
        ruling = Ruling.BLOCKED
    else:
        ruling = Ruling.ERROR if wrong else Ruling.PASS
    tally = Counter(outcome.outcome for outcome in outcomes)
    counts = {
        "expected": len(outcomes),
        **{outcome.value: tally[outcome] for outcome in COUNTED},
        QUARANTINED: len(outcomes) - len(counting),
    }
    return Decision(
        workflow=seen.workflow,
        decision=ruling,
        reasons=(*missing, *(f"{outcome.id}: {outcome.message}" for outcome in wrong)),
        counts=counts,
        cases=outcomes,
    )


def _outcomes(seen: Seen) -> tuple[CaseOutcome, ...]:
    verdicts = {(verdict.case, verdict.runs): verdict for verdict in seen.verdicts}
    calls = {
        incident: Calls.of(seen.calls.get(incident, ()), trials=max(1, seen.trials.get(incident, 1)))
        for incident in {case.incident for case in seen.cases}
    }
    return tuple(
        replace(
            outcome_of(
                case,
                verdicts,
                calls[case.incident],
                edited=seen.edited.get(case.incident),
                tolerance=seen.tolerated.get(case.id),
            ),
            waived=seen.quarantined.get(case.id, ""),
        )
        for case in seen.cases
    )


def _missing(seen: Seen, counting: Sequence[CaseOutcome]) -> list[str]:
    """What no case tells of, and shuts the gate all the same."""
    reasons = []
    if not seen.cases:
        reasons.append("no case is locked for this workflow, so nothing shows that it works")
    elif not counting:
        reasons.append("every case of this workflow is in quarantine, so nothing shows that it works")
    reasons += [
        f"{incident}: this incident has no locked case, and no approver signed a reason for none"
        for incident in seen.uncovered
    ]
    return [*reasons, *seen.strangers, *seen.changed]


def exit_code(decision: Decision) -> int:
    """0 pass, 1 blocked, 3 could not be judged."""
    return {Ruling.PASS: 0, Ruling.BLOCKED: 1, Ruling.ERROR: 3}[decision.decision]
