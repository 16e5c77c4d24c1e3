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


def test_a_command_is_split_as_a_shell_would_split_it(tmp_path: Path) -> None:
    target = target_for(WorkflowSettings(target="command:./draft --as 'two words'"), project=tmp_path)

    assert target.words == ("./draft", "--as", "two words")
    assert not target.is_server


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080/draft", "https://a.example/d?dry=1", "http://[::1]:8080/draft", "http://crm"],
)
def test_a_server_is_called_at_its_address(address: str, tmp_path: Path) -> None:
    settings = WorkflowSettings(target="python:a:b", targets={"draft": address}, receiver=14318)

    target = target_for(settings, project=tmp_path, name="draft")

    assert (target.address, target.receiver, target.words) == (address, 14318, ())
    assert target.is_server


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("command:", "names no command"),
        ("command:  ", "names no command"),
        ("command:''", "names no command"),
        ("command:./draft 'half", "is no command: no closing quotation"),
        ("command:./draft\nrm", "holds a control character"),
        ("command:./draft \x1b[31m", "holds a control character"),
        ("http://", "is not the address of a workflow"),
        ("http:///draft", "is not the address of a workflow"),
        ("http:127.0.0.1", "is not the address of a workflow"),
        ("http://127.0.0.1:http/", "is no address: port could not be cast"),
        ("http://127.0.0.1:99999/", "is no address: port out of range"),
        ("http://[::1/", "is no address: invalid ipv6 url"),
        ("http://a.example/a b", "is not the address of a workflow"),
        ("http://a.example/draft#two", "holds a #"),
        ("ftp://a.example/draft", "is not the address of a workflow"),
    ],
)
def test_what_cannot_be_called_is_told_in_one_line(address: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        target_for(WorkflowSettings(target=address), project=tmp_path)

    (fault,) = caught.value.faults
    assert why in fault.message
    assert "\n" not in str(fault)
    assert "\x1b" not in str(fault)


def test_a_login_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds a login") as caught:
        target_for(WorkflowSettings(target="https://me:hunter2@a.example/"), project=tmp_path)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_is_one(port: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no port"):
        target_for(WorkflowSettings(target="http://127.0.0.1:1/", receiver=port), project=tmp_path)


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
