"""Which workflow the settings mean, and what is said of settings that mean none."""

from pathlib import Path

import pytest

from incident2eval.model import BadInput, WorkflowSettings
from incident2eval.workflows import Target, target_for


def test_the_workflow_itself(tmp_path: Path) -> None:
    settings = WorkflowSettings(
        target="python:acme.flows:draft_summary", python=".venv/bin/python", timeout=20
    )

    assert target_for(settings, project=tmp_path) == Target(
        address="python:acme.flows:draft_summary", project=tmp_path, python=".venv/bin/python", timeout=20
    )


def test_a_part_of_the_workflow_by_name(tmp_path: Path) -> None:
    settings = WorkflowSettings(target="python:acme:whole", targets={"review": "python:acme:Desk.review"})

    assert target_for(settings, project=tmp_path, name="review").address == "python:acme:Desk.review"


def test_no_target_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        target_for(WorkflowSettings(), project=tmp_path)

    (fault,) = caught.value.faults
    assert (fault.file, fault.field) == ("incident2eval.toml", "target")
    assert "python:package.module:function" in str(fault.hint)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    settings = WorkflowSettings(target="python:a:b", targets={"review": "python:a:r", "draft": "python:a:d"})

    with pytest.raises(BadInput, match=r"targets\.reveiw.*draft, review"):
        target_for(settings, project=tmp_path, name="reveiw")


@pytest.mark.parametrize(
    "address", ["command:./draft --json", "http://127.0.0.1:8080/draft", "https://a.example/d"]
)
def test_other_ways_to_call_are_known_but_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="calls python: targets only"):
        target_for(WorkflowSettings(target=address), project=tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "acme.flows:draft",
        "python:acme.flows",
        "python:acme/flows.py:draft",
        "python::draft",
        "python:a:b:c",
        "python:a.:b",
        "python:a:b()",
        "python:1a:b",
        "python:a:b\n",
        "Python:a:b",
    ],
)
def test_anything_else_is_no_address(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not the address of a workflow"):
        target_for(WorkflowSettings(target=address), project=tmp_path)


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_limit_is_a_positive_number_of_seconds(timeout: float, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no time limit"):
        target_for(WorkflowSettings(target="python:a:b", timeout=timeout), project=tmp_path)
