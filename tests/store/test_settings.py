"""incident2eval.toml and finding the project."""

from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.store import Project


def test_the_project_is_the_nearest_folder_upward(write: Callable[..., Project]) -> None:
    project = write()
    assert Project.find(project.root / "incidents" / "INC-2026-0142").root == project.root


def test_without_a_project_one_line_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no incident2eval\.toml here or in a folder above"):
        Project.find(tmp_path)
    with pytest.raises(BadInput, match="there is no such folder"):
        Project.find(tmp_path / "nowhere")


def test_a_working_directory_that_is_gone_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    place.rmdir()

    with pytest.raises(BadInput, match="has been deleted"):
        Project.find()


def test_every_key_has_a_default(write: Callable[..., Project]) -> None:
    settings = write(settings="").settings
    assert settings.project.customers == "customers.csv"
    assert settings.workflows == {}


def test_one_path_or_a_list_of_them(write: Callable[..., Project]) -> None:
    text = "[workflows.a.subject]\ncustomer_id = 'user.id'\ncustomer = ['x', 'y']\n"
    assert write(settings=text).workflow("a").subject == {"customer_id": ("user.id",), "customer": ("x", "y")}


FAULTY = """\
[project]
archive = 5

[workflows.summary]
timeout = "30"
replay_safe = "yes"
observes = ["outputs"]
approved_tools = [1]
tagret = "python:a:b"

[workflows.up]

[[approvers]]
roles = ["workflow_owner"]

[[approvers]]
name = "Ana"
roles = ["owner"]

[policy]
trials = {"2" = 0}
"""


def test_every_fault_at_once_with_line_and_field(write: Callable[..., Project], faults: Callable) -> None:
    assert faults(lambda: write(settings=FAULTY).settings) == [
        (2, "project.archive.0", "should be text"),
        (5, "workflows.summary.timeout", "'30' should be a number"),
        (6, "workflows.summary.replay_safe", "'yes' should be true or false"),
        (7, "workflows.summary.observes.0", "'outputs' is not a value that is known here"),
        (8, "workflows.summary.approved_tools.0", "should be text"),
        (13, "approvers.0.name", "is missing"),
        (21, "policy.trials", "'0' is no number of trials"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[workflows.a]\ntimeout = 0", "'0' is no time to wait"),
        ("[workflows.a]\ntimeout = inf", "'inf' is no time to wait"),
        ("[workflows.a]\ntimeout = true", "'True' should be a number"),
        ("[workflows.a.limits]\nrefund = 'much'", "'much' is no limit for 'refund'"),
        ("[workflows.a.limits]\nrefund = {unit = 'GBP'}", "'{'unit': 'GBP'}' is no limit for 'refund'"),
        ('[policy]\ntrials = {"5" = 1}', "'5' is no severity"),
        ("[policy]\ntrials = {1 = true}", "'True' is no number of trials"),
        ("[policy]\ntrials = {1 = 1.5}", "'1.5' is no number of trials"),
        ("[workflows.'../up']", "'../up' cannot name a workflow"),
        ("[workflows.'a/b']", "'a/b' cannot name a workflow"),
        ("workflows = 3", "should hold fields of its own"),
        ("[workflows]\na = 3", "should hold fields of its own"),
    ],
)
def test_what_cannot_be_is_refused(
    write: Callable[..., Project], faults: Callable, text: str, message: str
) -> None:
    ((_, _, found),) = faults(lambda: write(settings=text).settings)
    assert found == message


def test_unknown_keys_and_roles_are_warned_about(write: Callable[..., Project]) -> None:
    text = "[workflows.a]\ntagret = 'x'\n[[approvers]]\nname = 'Ana'\nroles = ['workflow owner']\n[polcy]\n"
    project = write(settings=text)
    assert [warning.split(": ", 2)[:2] for warning in project.warnings] == [
        ["incident2eval.toml:2", "workflows.a.tagret"],
        ["incident2eval.toml:5", "approvers.0.roles.0"],
        ["incident2eval.toml:6", "polcy"],
    ]
    assert "did you mean target?" in project.warnings[0]


def test_a_syntax_error_has_a_line(write: Callable[..., Project], faults: Callable) -> None:
    ((line, _, message),) = faults(lambda: write(settings="[project]\ncustomers = \n").settings)
    assert (line, message) == (2, "is not TOML: Invalid value")
    assert faults(lambda: write(settings="a = 1\na = 2\n").settings)[0][0] == 2


def test_an_unknown_workflow_is_named_with_those_there_are(write: Callable[..., Project]) -> None:
    with pytest.raises(
        BadInput, match=r"no workflow 'sumary' \(did you mean summary\? the settings know: summary\)"
    ):
        write().workflow("sumary")


def test_archive_files_are_those_that_the_patterns_name(write: Callable[..., Project]) -> None:
    files = {"archive/2026/b.jsonl": "", "archive/a.jsonl": "", "archive/c.txt": ""}
    project = write(settings="[project]\narchive = ['archive/**/*.jsonl', 'archive/a.*']\n", files=files)
    assert [path.relative_to(project.root).as_posix() for path in project.archive_files()] == [
        "archive/2026/b.jsonl",
        "archive/a.jsonl",
    ]


POLICY_FAULTS = [
    ('report_hours = {"5" = 1}', "policy.report_hours", "'5' is no severity"),
    ('report_hours = {"2" = -1}', "policy.report_hours", "'-1' is no number of hours"),
    ('monitor_days = {"2" = 1.5}', "policy.monitor_days", "'1.5' is no number of days"),
    ('monitor_days = {"2" = true}', "policy.monitor_days", "'True' is no number of days"),
    ('look_back = {"3" = "never"}', "policy.look_back", "'never' is no look-back"),
    ('signatures = {"3" = ["intern"]}', "policy.signatures", "'intern' is no role that signs"),
    ('signatures = {"3" = []}', "policy.signatures", "names nobody who signs"),
    ("override_hours = 73", "policy.override_hours", "'73' is no number of hours"),
    ("override_hours = 0", "policy.override_hours", "'0' is no number of hours"),
]


@pytest.mark.parametrize(("line", "field", "message"), POLICY_FAULTS)
def test_an_override_of_the_policy_that_says_nothing_is_one_clear_line(
    write: Callable[..., Project], faults: Callable, line: str, field: str, message: str
) -> None:
    project = write(settings=f"[policy]\n{line}\n")
    assert faults(lambda: project.settings) == [(2, field, message)]


def test_overrides_of_the_policy_are_read(write: Callable[..., Project]) -> None:
    text = """[policy]
report_hours = {"2" = 12}
monitor_days = {"2" = 0}
look_back = {"2" = "clean"}
signatures = {"2" = ["workflow_owner", "legal"]}
override_hours = 24
"""
    policy = write(settings=text).settings.policy
    level = policy.level(2)
    assert (level.report_hours, level.monitor_days, level.look_back) == (12, 0, "clean")
    assert [one.role for one in level.signatures] == ["workflow_owner", "legal"]
    assert policy.override_hours == 24


ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"
PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"


def approver(name: str, key: str) -> str:
    return f'[[approvers]]\nname = "{name}"\npublic_key = """{key}"""\n'


@pytest.mark.parametrize("key", [ED25519, f"{ED25519} ana@example.org", PEM])
def test_a_key_that_looks_like_one_is_taken(write: Callable[..., Project], key: str) -> None:
    assert write(settings=approver("Ana", key)).settings.approvers[0].public_key


@pytest.mark.parametrize("key", ["", "ssh-rsa AAAAB3", "-----BEGIN PRIVATE KEY-----\nMC4", "ssh-ed25519"])
def test_what_is_no_key_is_named(write: Callable[..., Project], faults: Callable, key: str) -> None:
    ((line, field, message),) = faults(lambda: write(settings=approver("Ana", key)).settings)
    assert (line, field) == (3, "approvers.0.public_key")
    assert message.endswith("is no public key that signs here")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (approver("ana  PEREIRA", f"{ED25519}x"), "two of them have the same name: 'ana pereira'"),
        (approver("Lee", f"{ED25519} lee@example.org"), "two of them have the same public_key: 'AAAAC3"),
    ],
)
def test_two_approvers_who_are_one_are_refused(
    write: Callable[..., Project], faults: Callable, other: str, message: str
) -> None:
    ((_, field, said),) = faults(lambda: write(settings=approver("Ana Pereira", ED25519) + other).settings)
    assert field == "approvers"
    assert said.startswith(message)
