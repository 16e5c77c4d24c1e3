"""Prove the tests of a case.

Once each, in one child pytest, on the incident, on its correction and on every variant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from incident2eval import evalcase
from incident2eval.checks import SHELF, Judged, Known
from incident2eval.model import (
    CaseFile,
    EvalCase,
    FalseAlarms,
    Outcome,
    Run,
    RunSet,
    Variants,
    Verdict,
    flat_text,
    visible,
)
from incident2eval.proving import CaseSheet, prove

TIMEOUT = 120.0
"""Seconds that judging one case may take; a child that takes longer is killed and proves nothing."""

SHOWN, LONGEST_FACE = 4, 90
"""How many variants that a test misses are shown, and how long each may be."""

CHECKS = {check.name: check for check in SHELF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of proving the tests of one case."""

    tests: tuple[EvalCase, ...]
    missed: tuple[str, ...]
    """Variants that a test does not catch, in words."""
    faults: tuple[str, ...]
    """Why the case is not proved, in words; empty where every test is red and green as it must be."""
    objections: tuple[str, ...] = ()
    """What the proofreader finds in the test files: they are not proved either, unless somebody signed."""


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
        missed=tuple(_missed(tests, made, verdicts, known)),
        faults=tuple(_faults(case, tests, verdicts)),
        objections=tuple(
            f"{name}: {fault}" for name, source in files.items() for fault in evalcase.proofread(source)
        ),
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
    known: Known,
) -> list[str]:
    missed = []
    for test in tests:
        variants = made.get(test.check, ())
        got_by = [
            variant
            for number, variant in enumerate(variants, start=1)
            if not _red(verdicts.get((test.id, _variant(test.check, number))))
        ]
        if got_by:
            faces = "; ".join(f"'{_face(variant, known)}'" for variant in got_by[:SHOWN])
            more = f" and {len(got_by) - SHOWN} more" if len(got_by) > SHOWN else ""
            missed.append(
                f"{test.test} misses {len(got_by)} of {len(variants)} variants of the failure: {faces}{more}"
            )
    return missed


def _face(variant: Judged, known: Known) -> str:
    """What a variant has that the recorded runs have not, as far as it fits on a line."""
    seen = {line for run in known.recorded_runs for line in _lines(run)}
    runs = variant if isinstance(variant, tuple) else (variant,)
    new = next((line for run in runs for line in _lines(run) if line not in seen), "with something left out")
    return visible(new if len(new) <= LONGEST_FACE else f"{new[: LONGEST_FACE - 3]}...")


def _lines(run: Run) -> Iterator[str]:
    yield from flat_text(run.output).splitlines()
    for step in run.steps:
        yield from (step.name, *flat_text(step.input).splitlines(), *step.content.splitlines())


def _red(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.outcome is Outcome.FAILED


def _faults(
    case: CaseFile, tests: Sequence[EvalCase], verdicts: Mapping[tuple[str, str], Verdict]
) -> list[str]:
    faults = [] if tests else [f"cases/{case.incident} holds no test"]
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
