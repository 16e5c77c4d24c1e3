"""Write the tests of a case.

Plain pytest that reads as if a colleague wrote it, and holds no word of the incident.
"""

import re
from collections.abc import Mapping, Sequence

from incident2eval.checks import Check
from incident2eval.model import INCIDENT_ID, IncidentType

LINE = 110

TITLES: Mapping[IncidentType | None, str] = {
    IncidentType.DATA_EXPOSURE: "an output written for one customer held what belongs to another",
    IncidentType.INCORRECT_EXTERNAL_OUTPUT: "an output said what nothing it was given says",
    IncidentType.UNAUTHORISED_ACTION: "the workflow did what nobody had allowed it to do",
    IncidentType.BIASED_OR_INCONSISTENT_DECISION: "like cases were not decided alike",
    IncidentType.WORKFLOW_DRIFT: "the workflow drifted from what it used to do",
    IncidentType.HUMAN_REVIEW_FAILURE: "a review let through what it should have stopped",
    None: "the workflow failed as it must not fail again",
}
"""What the first line of a test file says of each type of incident: our words, never the incident's."""


def file_name(incident: str) -> str:
    """The name of an incident's test file: `test_inc_2026_0142.py`."""
    return f"test_{incident.lower().replace('-', '_')}.py"


def test_name(check: Check) -> str:
    """The name of a check's test function."""
    return f"test_{check.words.test}"


test_name.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test of ours


def write_tests(
    incident: str, kind: IncidentType | None, checks: Sequence[Check], *, at: str | None = None
) -> bytes:
    """The test file of a case, formatted as ruff formats it.

    Args:
        incident: The incident's id.
        kind: Its primary type.
        checks: The checks to test, controls first.
        at: The name of the input whose run is judged, a name of ours; None is the first one.

    Raises:
        ValueError: The id does not have the form of an incident id, or there is nothing to test.
    """
    if not re.fullmatch(INCIDENT_ID, incident) or not checks:
        raise ValueError(f"no test file for {incident!r} with {len(checks)} checks")
    names = sorted(check.name for check in checks)
    head = [
        f'"""{incident}: {TITLES[kind]}."""',
        "",
        "import pytest",
        "",
        *_import(names),
        "",
        f'pytestmark = pytest.mark.incident("{incident}")',
    ]
    body = [line for check in checks for line in ("", "", *_test(check, at))]
    return ("\n".join([*head, *body]) + "\n").encode("ascii")


def _import(names: Sequence[str]) -> list[str]:
    line = f"from incident2eval.checks import {', '.join(names)}"
    if len(line) <= LINE:
        return [line]
    return ["from incident2eval.checks import (", *(f"    {name}," for name in names), ")"]


def _test(check: Check, at: str | None) -> list[str]:
    fixtures = ["replay", "case", *(["customers"] if "customers" in check.parameters else [])]
    words = check.words
    return [
        f"def {test_name(check)}({', '.join(fixtures)}):",
        _replayed(check, at),
        "",
        *_call(words.found, check),
        "",
        f'    assert not {words.found}, f"{words.message}:\\n{{{words.found}}}"',
    ]


def _replayed(check: Check, at: str | None) -> str:
    if check.all_runs:
        return "    runs = replay.all()"
    return f'    run = replay("{at}")' if at else "    run = replay()"


def _call(variable: str, check: Check) -> list[str]:
    facts = (f"{name}={_argument(check, name)}" for name in check.parameters)
    arguments = ["runs" if check.all_runs else "run", *facts]
    line = f"    {variable} = {check.name}({', '.join(arguments)})"
    if len(line) <= LINE:
        return [line]
    inner = f"        {', '.join(arguments)}"
    middle = [inner] if len(inner) <= LINE else [f"        {argument}," for argument in arguments]
    return [f"    {variable} = {check.name}(", *middle, "    )"]


def _argument(check: Check, parameter: str) -> str:
    if parameter == "customer":
        return "case.customer_id"
    return "customers" if parameter == "customers" else f'case["{check.fact(parameter)}"]'
