"""Which trials may fail: k in case.yaml counts only with a signature, and never for leaks or actions."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from incident2eval.gate import Tolerance, Waivers, in_words, intolerable
from incident2eval.model import Approval, EvalCase, IncidentType, Matter
from incident2eval.pipeline.gating.locked import Locked
from incident2eval.proving import CaseSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerated:
    """What k comes to, case by case."""

    cases: Mapping[str, Tolerance] = field(default_factory=dict)
    used: tuple[Approval, ...] = ()
    notes: tuple[str, ...] = ()
    """Where k counts for nothing, and why."""


def tolerated(locked: Locked, sheets: Mapping[str, CaseSheet], waivers: Waivers) -> Tolerated:
    """Look at every locked case whose case.yaml has a k.

    Args:
        locked: The cases, with their digests.
        sheets: Those that are called, by incident.
        waivers: What people signed.
    """
    cases: dict[str, Tolerance] = {}
    used: list[Approval] = []
    notes: list[str] = []
    for case in locked.cases:
        sheet = sheets.get(case.incident)
        if sheet is None or sheet.case.k is None or sheet.case.k >= sheet.case.trials:
            continue
        word = waivers.given(Matter.TOLERANCE, case.id, locked.case_digests.get(case.id))
        why = intolerable(_types(locked, case.incident), _checks(sheet, case))
        if why is None and word is None:
            why = f"no approver signed for it (incident2eval approve {Matter.TOLERANCE} {case.id})"
        if why is None and word is not None:
            # Not k of any n: with more trials than case.yaml names, no more of them may fail.
            failures = sheet.case.trials - sheet.case.k
            cases[case.id] = Tolerance(failures=failures, words=in_words(word))
            used.append(word)
        else:
            notes.append(f"k = {sheet.case.k} counts for nothing in {case.id}: {why}")
    return Tolerated(cases=cases, used=tuple(used), notes=tuple(notes))


def _types(locked: Locked, incident: str) -> set[IncidentType]:
    """Every type that anybody ever said the incident has; none where it is lost."""
    loaded = locked.loaded.get(incident)
    if loaded is None:
        return set()
    written = loaded.written.type if loaded.written else ()
    logged = (one for entry in loaded.entries for one in entry.type)
    return {*loaded.incident.type, *written, *logged}


def _checks(sheet: CaseSheet, case: EvalCase) -> set[str]:
    """Everything that the test of a case calls but its fixtures, by name."""
    trees = (ast.parse(source) for source in sheet.tests.values())
    tests = (
        node
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == case.test
    )
    return {name for test in tests for name in _called(test) if name.partition(".")[0] != "replay"}


def _called(test: ast.FunctionDef) -> Iterator[str]:
    return (ast.unparse(node.func) for node in ast.walk(test) if isinstance(node, ast.Call))
