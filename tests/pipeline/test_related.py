"""Workflows that share something."""

import pytest

from incident2eval.model import Settings, WorkflowSettings
from incident2eval.model.settings import Integration
from incident2eval.pipeline._related import Related, related, switched_off_by

OWN = WorkflowSettings(
    approved_tools=("search",),
    needs_approval=("refund",),
    shares=("crm-index",),
    integrations=(Integration(name="ledger"),),
    deployed={"model": "m-4", "prompt": ["prompts/**"], "data": ["notes.csv"], "permissions": ["acl.json"]},
)


@pytest.mark.requirement("R27")
@pytest.mark.parametrize(
    ("other", "shares"),
    [
        (WorkflowSettings(approved_tools=("refund",)), ("the tool refund",)),
        (WorkflowSettings(shares=("crm-index",)), ("crm-index (shares)",)),
        (WorkflowSettings(integrations=(Integration(name="ledger"),)), ("the integration ledger",)),
        (WorkflowSettings(deployed={"model": "m-4", "data": "x"}), ("the model m-4",)),
        (WorkflowSettings(deployed={"prompt": "prompts/**"}), ("the prompt prompts/**",)),
        (WorkflowSettings(deployed={"data": ["x", "notes.csv"]}), ("the data notes.csv",)),
    ],
)
def test_what_is_shared_is_named(other: WorkflowSettings, shares: tuple[str, ...]) -> None:
    settings = Settings(workflows={"own": OWN, "other": other, "else": WorkflowSettings()})
    assert related(settings, "own") == (Related(workflow="other", shares=shares),)


def test_permissions_in_one_file_and_unknown_workflows_relate_nothing() -> None:
    other = WorkflowSettings(deployed={"permissions": ["acl.json"]})
    assert related(Settings(workflows={"own": OWN, "other": other}), "own") == ()
    assert related(Settings(workflows={"own": OWN}), "nobody") == ()


@pytest.mark.requirement("R30")
def test_who_switches_it_off() -> None:
    named = WorkflowSettings(owner="Inga Holm", deputy="Samir Nasser", switch_off_by="Ops on call")
    assert switched_off_by(named) == "Ops on call can switch it off (deputy: Samir Nasser)"
    assert switched_off_by(WorkflowSettings(owner="Inga Holm")) == "Inga Holm can switch it off"
    assert "Nobody is named" in switched_off_by(None)
