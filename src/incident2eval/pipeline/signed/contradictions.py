"""What a report says against itself: its decision has to follow from its counts, and they from its cases."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from incident2eval.gate import COUNTED, QUARANTINED
from incident2eval.model import CaseOutcome, Matter, Outcome, Report, Ruling

_NONCE = re.compile(r"[0-9a-f]{32,64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NO_FAILURE = 0.05
"""With this chance, or a smaller one, a workflow that fails more often than the bound shows no failure."""
_ROUNDED = 2e-6


def contradictions(report: Report) -> Iterator[str]:
    """Everything about a report that cannot be, in words; nothing where it is all of a piece.

    Args:
        report: As it was read.
    """
    yield from _of_counts(report)
    yield from _of_lists(report)
    yield from _of_times(report)
    if report.decision.decision is Ruling.PASS:
        yield from _of_pass(report)


def _of_counts(report: Report) -> Iterator[str]:
    cases = report.decision.cases
    tally = Counter(case.outcome for case in cases)
    counted = {
        "expected": len(cases),
        **{outcome.value: tally[outcome] for outcome in COUNTED},
        QUARANTINED: sum(bool(case.waived) for case in cases),
    }
    for name in sorted({*counted, *report.decision.counts}):
        said = report.decision.counts.get(name)
        if said != counted.get(name):
            yield f"counts {said} cases as {name}, and lists {counted.get(name)}"


def _of_lists(report: Report) -> Iterator[str]:
    """Cases, proofs and incidents have to be about the same, each once."""
    ids = [case.id for case in report.decision.cases]
    notes = [note.id for note in report.incidents]
    for words, found in (
        ("case", ids),
        ("proof of", [proof.id for proof in report.proofs]),
        ("incident", notes),
    ):
        yield from (f"lists the {words} {name} more than once" for name in _twice(found))
    if {proof.id for proof in report.proofs} != {*ids}:
        yield "the cases are not those that it lists as locked"
    if {*report.case_digests} != {*ids}:
        yield "the cases are not those that it holds digests of"
    if strange := {name.partition("::")[0] for name in ids} - {*notes}:
        yield f"lists cases of {', '.join(sorted(strange))}, and not the incident"
    if report.severity != max((note.severity for note in report.incidents), default=None):
        yield "its severity is not the highest of its incidents"
    yield from (
        f"{proof.id} is a case of the workflow {proof.workflow}"
        for proof in report.proofs
        if proof.workflow != report.decision.workflow
    )


def _of_times(report: Report) -> Iterator[str]:
    if report.started > report.finished:
        yield "ended before it began"
    if report.expires is not None and report.expires <= report.finished:
        yield "expired before it was there"
    if not _NONCE.fullmatch(report.nonce):
        yield "its nonce is none"
    if report.commit is not None and not _COMMIT.fullmatch(report.commit):
        yield "its commit is none"
    if report.dirty and report.commit is None:
        yield "differs from a commit, and names none"


def _of_pass(report: Report) -> Iterator[str]:
    """What no passing report holds."""
    cases = report.decision.cases
    if report.decision.reasons:
        yield "passes, and gives reasons against it"
    if all(case.waived for case in cases):
        yield "passes, and no case counts"
    signed = _signed(report)
    covered = {case.id.partition("::")[0] for case in cases} | signed[Matter.NO_CASE]
    yield from (
        f"passes without a case for {note.id}, and without a signed reason"
        for note in report.incidents
        if note.id not in covered
    )
    yield from (
        f"passes with the proof of {proof.id} that is not red on the incident and green on what was right"
        for proof in report.proofs
        if not (proof.red and proof.green)
    )
    for case in cases:
        if case.waived and case.id not in signed[Matter.QUARANTINE]:
            yield f"leaves {case.id} aside without a signed quarantine"
        elif not case.waived:
            yield from (f"passes, and {case.id} {why}" for why in _no_pass(case, signed[Matter.TOLERANCE]))


def _no_pass(case: CaseOutcome, tolerated: Iterable[str]) -> Iterator[str]:
    """Why a case that counts is no passed one."""
    if case.outcome is not Outcome.PASSED:
        yield f"did not: {case.outcome}"
    if case.recorded is not Outcome.FAILED:
        yield "was not red on the incident itself"
    if case.corrected is not Outcome.PASSED:
        yield "was not green on the corrected run"
    if case.trials < 1 or len(case.outputs) < case.trials:
        yield "holds fewer outputs than trials"
    if case.failed_trials and case.id not in tolerated:
        yield f"failed in {case.failed_trials} trials, which nobody signed for"
    if not 0 <= case.failed_trials < max(case.trials, 1):
        yield "did not pass in any trial"
    if case.bound != _bound(case):
        yield "states another bound than its trials give"


def _bound(case: CaseOutcome) -> float | None:
    """The bound that the trials give, as it is stated if that is it but for rounding."""
    if case.failed_trials or case.trials < 1:
        return None
    exact: float = 1 - _NO_FAILURE ** (1 / case.trials)
    return case.bound if case.bound is not None and abs(case.bound - exact) < _ROUNDED else exact


def _signed(report: Report) -> Mapping[Matter, set[str]]:
    """What the approvals that it lists are about, by matter; those that had ended do not count."""
    found: dict[Matter, set[str]] = {matter: set() for matter in Matter}
    for word in report.approvals:
        if word.decision == "approved" and (word.until is None or word.until > report.finished):
            found[word.matter].add(word.subject)
    return found


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)
