"""Writing a case is a search.

Ask every check to propose, keep what is proved, say what was thrown away and why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from incident2eval import checks
from incident2eval.checks import Check, Judged, Known
from incident2eval.evalcase._reason import Reason, right_reason
from incident2eval.model import (
    JSON,
    CannotJudge,
    FalseAlarms,
    Finding,
    Findings,
    Observation,
    Origin,
    RootCause,
    Run,
)

Again = Callable[[Run], tuple[Finding, ...] | None]
"""Judges a run as the recorded one was judged; None where one of the checks cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A check with the facts it proposed, and how it did."""

    check: Check
    facts: Mapping[str, JSON]
    findings: Findings
    confirmed: bool
    made: tuple[Judged, ...] = ()
    """Variants of the failure that the check made."""

    def reds(self, runs: Sequence[Judged], known: Known) -> frozenset[int]:
        """Which of the runs the check finds something in, by position."""
        return frozenset(index for index, run in enumerate(runs) if judge(self.check, run, self.facts, known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A check that was tried and is not among the tests."""

    check: str
    because: str
    red: bool = True
    """Whether it sees the failure; a check that does not was never a candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What the search came to."""

    kept: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """What saw the failure and is not among the tests all the same, in words."""
        return tuple(f"left out {one.check}: {one.because}" for one in self.dropped if one.red)

    @property
    def facts(self) -> Mapping[str, JSON]:
        """The facts that the kept checks need, for case.yaml."""
        return {name: value for candidate in self.kept for name, value in candidate.facts.items()}


def judge(
    check: Check, run: Judged, facts: Mapping[str, JSON], known: Known, *, customer_id: str | None = None
) -> Findings | None:
    """The check's findings in a run of the case's customer (or of `customer_id`).

    None where it cannot judge, or judges another number of runs than these.
    """
    if isinstance(run, tuple) is not check.all_runs:
        return None
    try:
        return check(
            run, facts=facts, customer_id=customer_id or known.customer_id, customers=known.customers
        )
    except CannotJudge:
        return None


def suspicions(known: Known) -> tuple[Findings, ...]:
    """What every check that proposes finds in the recorded run: the ground that the root cause stands on."""
    found = []
    for check in checks.SHELF:
        facts = check.propose(known)
        findings = judge(check, _recorded(check, known), facts, known) if facts is not None else None
        if findings is not None and (findings or findings.doubtful):
            found.append(findings)
    return tuple(found)


def telling(known: Known, found: Sequence[Findings]) -> tuple[Findings, ...]:
    """The suspicions that tell the incident from how it should have been.

    What a check finds in the corrected run as well was there when all went right: no cause and no type.
    A run that we repaired ourselves proves nothing of the kind.
    """
    if known.corrected is None or known.origin in {None, Origin.REPAIRED}:
        return tuple(found)
    by_name = {check.name: check for check in checks.SHELF}
    return tuple(
        findings
        for findings in found
        if findings and not _red_on_corrected(by_name[findings[0].check], known, known.corrected)
    )


def again(known: Known, found: Sequence[Findings]) -> Again:
    """A judge of other runs in the recorded one's place: the checks that were red, with their facts.

    Args:
        known: The incident.
        found: What the checks found in the recorded run.

    Returns:
        A function from a run to what is found in it, or to None where one of the checks cannot judge it.
    """
    red = {findings[0].check for findings in found if findings}
    asked = [(check, check.propose(known)) for check in checks.SHELF if check.name in red]

    def judged(run: Run) -> tuple[Finding, ...] | None:
        runs = tuple(run if one is known.recorded else one for one in known.recorded_runs)
        seen = [
            judge(check, check.of(run, runs), facts, known) for check, facts in asked if facts is not None
        ]
        return None if None in seen else tuple(one for findings in seen for one in findings or ())

    return judged


def _red_on_corrected(check: Check, known: Known, corrected: Run) -> bool:
    facts = check.propose(known)
    return facts is not None and bool(judge(check, check.of(corrected, known.corrected_runs), facts, known))


def search(
    known: Known,
    cause: RootCause,
    *,
    observes: Sequence[Observation] | None = None,
) -> Search:
    """Find the tests that are red on the incident for the right reason and green on how it should have been.

    Args:
        known: Incident, recorded run, corrected run (needed: repair one first) and what the project says.
        cause: The root cause, as far as it is known.
        observes: What the target reports of itself; None where no target was asked, then everything is
            taken as seen.
    """
    found: list[Candidate] = []
    dropped: list[Dropped] = []
    for check in checks.SHELF:
        facts = check.propose(known)
        if facts is None:
            continue
        outcome = _prove(check, facts, known, cause, observes)
        if isinstance(outcome, Candidate):
            found.append(outcome)
        else:
            dropped.append(outcome)
    kept, spare = _fewest(found, known)
    return Search(kept=tuple(kept), dropped=(*dropped, *spare))


def _recorded(check: Check, known: Known) -> Judged:
    return check.of(known.recorded, known.recorded_runs)


def _prove(
    check: Check,
    facts: Mapping[str, JSON],
    known: Known,
    cause: RootCause,
    observes: Sequence[Observation] | None,
) -> Candidate | Dropped:
    """The candidate, or why it is none."""
    findings = judge(check, _recorded(check, known), facts, known)
    if not findings:
        return Dropped(
            check=check.name, because="green on the incident: it does not see this failure", red=False
        )
    reasons = [right_reason(finding, known, cause) for finding in findings]
    because = _objection(check, facts, known, reasons, observes)
    if because is not None:
        return Dropped(check=check.name, because=because)
    return Candidate(
        check=check,
        facts=facts,
        findings=findings,
        confirmed=any(reason.holds and reason.confirmed for reason in reasons),
        made=tuple(check.variants(known)),
    )


def _objection(
    check: Check,
    facts: Mapping[str, JSON],
    known: Known,
    reasons: Sequence[Reason],
    observes: Sequence[Observation] | None,
) -> str | None:
    """Why a check that is red on the incident cannot be one of its tests; None where it can."""
    missing = [need for need in sorted(check.needs) if observes is not None and need not in observes]
    if missing:
        return f"red on the incident, but the workflow does not report its {' and '.join(missing)}"
    if not any(reason.holds for reason in reasons):
        return f"red on the incident, but not for this reason: {reasons[0].because}"
    if known.corrected is None:
        return "red on the incident, but there is no corrected run to be green on"
    corrected = judge(check, check.of(known.corrected, known.corrected_runs), facts, known)
    if corrected is None or corrected:
        said = corrected[0].message if corrected else "it cannot judge it"
        return f"red on the corrected run too: {said}"
    for run in known.good:
        if _speaks_of(check, facts, run, known) and (
            flagged := judge(check, check.of(run, (run,)), facts, known, customer_id=run.customer_id)
        ):
            return f"flags the known-good run {run.id}: {flagged[0].message}"
    return None


def _speaks_of(check: Check, facts: Mapping[str, JSON], run: Run, known: Known) -> bool:
    """Whether the check's facts hold for another run.

    Facts of this input speak of runs with the same input only, and a check on the run's own customer of runs
    that say whose they are.
    """
    if "customer" in check.parameters and run.customer_id is None:
        return False
    of_this_input = any(facts.get(check.fact(name)) for name in check.this_input)
    return not of_this_input or run.input == known.recorded.input


def _fewest(found: Sequence[Candidate], known: Known) -> tuple[list[Candidate], list[Dropped]]:
    """One control and one harm always stay.

    Another goes only if a kept one falls on every variant that it falls on.
    """
    pool = [run for candidate in found for run in candidate.made]
    kept: list[Candidate] = []
    spare: list[Dropped] = []
    covered: list[tuple[Candidate, frozenset[int]]] = []
    for candidate in sorted(found, key=lambda one: not one.check.control):
        reds = candidate.reds(pool, known)
        first = not any(one.check.control == candidate.check.control for one in kept)
        stronger = next((one for one, caught in covered if reds <= caught), None)
        if first or stronger is None:
            kept.append(candidate)
            covered.append((candidate, reds))
        else:
            because = f"{stronger.check.name} falls on every variant that it falls on"
            spare.append(Dropped(check=candidate.check.name, because=because))
    return kept, spare


def false_alarms(check: Check, facts: Mapping[str, JSON], runs: Sequence[Run], known: Known) -> FalseAlarms:
    """How many past runs a check flags, each with its own subject.

    Facts of this input speak of the same input only.
    """
    judged = flagged = 0
    for run in runs:
        if not _speaks_of(check, facts, run, known):
            continue
        findings = judge(check, check.of(run, (run,)), facts, known, customer_id=run.customer_id)
        judged += findings is not None
        flagged += bool(findings)
    return FalseAlarms(runs=judged, flagged=flagged)
