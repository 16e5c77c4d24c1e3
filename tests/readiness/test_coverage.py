"""Where no case stands guard."""

import pytest

from incident2eval.checks import SHELF
from incident2eval.model import IncidentType, Integration, WorkflowSettings
from incident2eval.readiness import Coverage, Guard, coverage

CRM = Integration(name="CRM", tools=("find_order", "refund"))
LEDGER = Integration(name="ledger")


def seen(*guards: Guard, integrations: tuple[Integration, ...] = ()) -> Coverage:
    (found,) = coverage({"replies": WorkflowSettings(integrations=integrations)}, guards)
    return found


def guard(check: str = "foreign_names", **fields: object) -> Guard:
    return Guard(**{"id": "INC-2026-0001::test_it", "workflow": "replies", "check": check, **fields})  # type: ignore[arg-type]


@pytest.mark.requirement("R18")
def test_without_a_case_nothing_is_guarded() -> None:
    found = seen(integrations=(CRM, LEDGER))

    assert found.open_types == tuple(IncidentType)
    assert found.open_checks == tuple(check.name for check in SHELF)
    assert found.open_integrations == ("CRM", "ledger")


def test_a_case_guards_the_type_that_its_check_speaks_for() -> None:
    found = seen(guard("drifted", types=(IncidentType.DATA_EXPOSURE,)))

    assert found.types[IncidentType.WORKFLOW_DRIFT] == ("INC-2026-0001::test_it",)
    assert IncidentType.DATA_EXPOSURE in found.open_types
    assert "drifted" not in found.open_checks


def test_a_check_without_a_type_guards_that_of_its_incident() -> None:
    found = seen(guard("said_again", types=(IncidentType.INCORRECT_EXTERNAL_OUTPUT,)))

    assert IncidentType.INCORRECT_EXTERNAL_OUTPUT not in found.open_types


def test_a_case_of_another_workflow_guards_nothing_here() -> None:
    assert seen(guard(workflow="other")).open_types == tuple(IncidentType)


def test_an_integration_is_called_by_its_tools_or_by_its_own_name() -> None:
    assert seen(guard(calls=frozenset({"refund"})), integrations=(CRM, LEDGER)).open_integrations == (
        "ledger",
    )
    assert seen(guard(calls=frozenset({"ledger"})), integrations=(CRM, LEDGER)).open_integrations == ("CRM",)
