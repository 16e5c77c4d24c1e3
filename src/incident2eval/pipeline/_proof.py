"""Prove the tests of a case.

Once each, in one child pytest, on the incident, on its correction and on every variant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from incident2eval import evalcase
from incident2eval.checks import SHELF, Judged, Known
from incident2eval.model import CaseFile, EvalCase, FalseAlarms, Outcome, Run, RunSet, Variants, Verdict
from incident2eval.proving import CaseSheet, prove

TIMEOUT = 120.0
"""Seconds that judging one case may take; a child that takes longer is killed and proves nothing."""

CHECKS = {check.name: check for check in SHELF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of proving the tests of one case."""

    tests: tuple[EvalCase, ...]
    missed: tuple[str, ...]
    """Variants that a test does not catch, in words."""
    faults: tuple[str, ...]
    """Why the case is not proved, in words; empty where every test is red and green as it must be."""


def prove_case(
    sheet: CaseSheet, known: Known, alarms: Mapping[str, FalseAlarms], *, timeout: float = TIMEOUT
) -> Proof:
    """Prove a case as its files stand.

    Args:
        sheet: What case.yaml says, the test files, and the runs called `recorded` and `corrected`.
        known: The incident with its recorded and its corrected run; variants are made from it.
        alarms: Check -> false alarms over known-good and past runs.
        timeout: Seconds that judging may take.
    """
    case, files = sheet.case, sheet.tests
    called = {
        (name, test): check for name, source in files.items() for test, check in evalcase.checks_in(source)
    }
    made = {
        name: tuple(CHECKS[name].variants(known)) for name in dict.fromkeys(called.values()) if name in CHECKS
    }
    verdicts = _verdicts(sheet, known, made, timeout)
    tests = tuple(
        _tested(case, name, test, check, len(made.get(check, ())), verdicts, alarms.get(check, FalseAlarms()))
        for (name, test), check in called.items()
    )
    return Proof(
        tests=tests,
        missed=tuple(_missed(tests, made, verdicts)),
        faults=tuple(_faults(case, files, tests, verdicts)),
    )


def _verdicts(
    sheet: CaseSheet, known: Known, made: Mapping[str, Sequence[Judged]], timeout: float
) -> dict[tuple[str, str], Verdict]:
    altered = tuple(
        RunSet(name=_variant(check, number), runs=_altered(sheet, variant))
        for check, variants in made.items()
        for number, variant in enumerate(variants, 1)
    )
    laid = replace(sheet, sets=(*sheet.sets, *altered))
    seen = prove({sheet.case.incident: laid}, customers=known.customers, timeout=timeout)
    return {(verdict.case, verdict.runs): verdict for verdict in seen}


def _altered(sheet: CaseSheet, variant: Judged) -> Mapping[str, Run]:
    """The recorded runs with a variant in place of the one that went wrong, or of them all."""
    if isinstance(variant, tuple):
        return {f"run-{number}": run for number, run in enumerate(variant, start=1)}
    return {**sheet.runs("recorded").runs, sheet.case.faulty: variant}


def _variant(check: str, number: int) -> str:
    return f"variant-{check}-{number}"


def _tested(  # noqa: PLR0913, PLR0917 - a row of the lock has that many columns
    case: CaseFile,
    name: str,
    test: str,
    check: str,
    made: int,
    verdicts: Mapping[tuple[str, str], Verdict],
    alarms: FalseAlarms,
) -> EvalCase:
    case_id = f"{case.incident}::{test}"

    def came_to(runs: str) -> Outcome:
        verdict = verdicts.get((case_id, runs))
        return verdict.outcome if verdict else Outcome.NOT_RUN

    return EvalCase(
        id=case_id,
        incident=case.incident,
        workflow=case.workflow,
        path=f"cases/{case.incident}/{name}",
        test=test,
        check=check,
        red=came_to("recorded") is Outcome.FAILED,
        green=came_to("corrected") is Outcome.PASSED,
        variants=Variants(
            made=made, caught=sum(came_to(_variant(check, n)) is Outcome.FAILED for n in range(1, made + 1))
        ),
        false_alarms=alarms,
    )


def _missed(
    tests: Sequence[EvalCase],
    made: Mapping[str, Sequence[Judged]],
    verdicts: Mapping[tuple[str, str], Verdict],
) -> list[str]:
    missed = []
    for test in tests:
        numbers = range(1, len(made.get(test.check, ())) + 1)
        got_by = [n for n in numbers if not _red(verdicts.get((test.id, _variant(test.check, n))))]
        if got_by:
            which = "all" if len(got_by) == len(numbers) else ", ".join(map(str, got_by))
            missed.append(f"{test.test} misses variants of the failure: {which} of {len(numbers)}")
    return missed


def _red(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.outcome is Outcome.FAILED


def _faults(
    case: CaseFile,
    files: Mapping[str, bytes],
    tests: Sequence[EvalCase],
    verdicts: Mapping[tuple[str, str], Verdict],
) -> list[str]:
    faults = [f"{name}: {fault}" for name, source in files.items() for fault in evalcase.proofread(source)]
    if not tests:
        faults.append(f"cases/{case.incident} holds no test")
    for test in tests:
        if test.blind:
            faults.append(
                f"{test.id} is blind: {_said(verdicts, test.id, 'recorded')} on the incident, not red"
            )
        if not test.green:
            faults.append(
                f"{test.id} is not green on the corrected run: {_said(verdicts, test.id, 'corrected')}"
            )
    return faults


def _said(verdicts: Mapping[tuple[str, str], Verdict], case_id: str, runs: str) -> str:
    verdict = verdicts.get((case_id, runs))
    return (
        f"{verdict.outcome} {' '.join(verdict.message.split())[:200]}".strip()
        if verdict
        else "it did not run"
    )
