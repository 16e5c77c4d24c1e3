"""`check` says what is missing."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from pipeline.signatures import ANA

from incident2eval.model import BadInput
from incident2eval.pipeline.check import check as check_at
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project

check = partial(check_at, coverage=False, now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


def settings(folder: Path, old: str, new: str) -> None:
    path = folder / "incident2eval.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def project(project: Path) -> Path:
    """The demo once one of its people put in a key: it ships without, for nobody but they have any."""
    settings(project, '# public_key = "(what is in ruth.pub)"', f'public_key = "{ANA.line}"')
    return project


def test_nothing_is_missing_in_the_demo(project: Path) -> None:
    answer = check(project=project, workflow=None)

    assert (answer.exit_code, answer.data["missing"]) == (0, [])


def test_where_nobody_has_a_key_nobody_could_sign(proved: Path) -> None:
    answer = check(project=proved, workflow=None)

    (line,) = answer.data["missing"]
    assert line.startswith("[[approvers]]: nobody has a public_key, and from level 2 on a restart is signed")
    assert (answer.exit_code, [each["ready"] for each in answer.data["workflows"]]) == (1, [False])


def test_a_line_of_a_log_that_nobody_can_read_is_named(project: Path) -> None:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    entry = '{"at": "2026-11-12T10:00:00Z", "event": "note", "by": "Ruth Calloway"}\n'
    log.write_text(f'{entry}{{"at": "2026-\n{entry}')
    answer = check(project=project, workflow=None)

    (line,) = answer.data["missing"]
    assert line.startswith(f"incidents/{INCIDENT}/log.jsonl:2: ")
    assert line not in answer.notes


def test_a_last_line_that_was_cut_short_is_a_note(project: Path) -> None:
    (project / "incidents" / INCIDENT / "log.jsonl").write_text('{"at": "2026-')
    answer = check(project=project, workflow=None)

    assert answer.data["missing"] == []
    assert any(f"incidents/{INCIDENT}/log.jsonl:1: was cut short" in note for note in answer.notes)


def test_a_workflow_without_a_plan_is_not_ready(project: Path) -> None:
    settings(project, "fallback =", "log_location_of_old =")
    answer = check(project=project, workflow="monthly-summary")

    assert answer.exit_code == 1
    assert answer.data["missing"] == [
        "workflow monthly-summary: fallback is not set (how the work is done without it)"
    ]
    assert answer.data["workflows"] == [
        {
            "workflow": "monthly-summary",
            "ready": False,
            "missing": [
                {"field": "fallback", "why": "fallback is not set (how the work is done without it)"}
            ],
        }
    ]


@pytest.mark.requirement("R7")
def test_a_workflow_without_a_published_policy_is_not_ready(project: Path) -> None:
    (project / "POLICY.md").unlink()
    answer = check(project=project, workflow="monthly-summary")

    (line,) = answer.data["missing"]
    assert line.startswith("POLICY.md is not there")
    assert [each["ready"] for each in answer.data["workflows"]] == [False]


@pytest.mark.requirement("R146")
def test_a_review_that_is_overdue_and_a_rule_past_its_date_are_named(project: Path) -> None:
    answer = check(project=project, workflow=None, now=datetime(2029, 11, 23, 9, 0, tzinfo=UTC))

    said = "\n".join(answer.data["missing"])
    assert "its review is overdue since 2027-02-16" in said
    assert "rule ukgdpr-33-1 was checked on" in said


@pytest.mark.requirement("R18")
def test_coverage_names_what_no_case_guards_and_is_no_thing_missing(project: Path) -> None:
    add = """
[[workflows.monthly-summary.integrations]]
name = "ticketing"
recovery = "by hand"
retry = "never"
escalation = "Ben Strand"
"""
    path = project / "incident2eval.toml"
    path.write_text(path.read_text().replace("[[approvers]]", f"{add}\n[[approvers]]", 1))
    answer = check(project=project, workflow=None, coverage=True)

    (seen,) = answer.data["coverage"]
    assert answer.exit_code == 0
    assert len(seen["types"]["data_exposure"]) >= 1
    assert seen["types"]["workflow_drift"] == []
    assert len(seen["integrations"]["CRM"]) >= 1
    assert seen["integrations"]["ticketing"] == []
    assert "integration ticketing              NO CASE" in answer.text


def test_a_case_that_was_edited_stands_no_guard(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_bytes(path.read_bytes() + b"\n")

    (seen,) = check(project=project, workflow=None, coverage=True).data["coverage"]
    assert not any(seen["types"].values())


def test_faults_of_an_incident_file_and_absent_evidence_are_named(project: Path) -> None:
    (project / "incidents" / INCIDENT / "evidence" / "trace.json").unlink()
    broken = project / "incidents" / "INC-2026-0143"
    broken.mkdir()
    (broken / "incident.yaml").write_text("id: INC-2026-0143\n")
    answer = check(project=project, workflow=None)

    assert answer.exit_code == 1
    said = "\n".join(answer.data["missing"])
    assert "evidence/trace.json" in said
    assert "INC-2026-0143" in said
    assert "title" in said


def test_an_unknown_workflow_is_bad_input(project: Path) -> None:
    with pytest.raises(BadInput):
        check(project=project, workflow="nothing")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"cases/{INCIDENT}/case.yaml", "case.yaml changed"),
        (f"incidents/{INCIDENT}/evidence/draft.txt", "changed after it was sealed"),
    ],
)
def test_what_changed_since_it_was_proved_or_sealed_is_named(project: Path, path: str, said: str) -> None:
    (project / path).write_bytes((project / path).read_bytes() + b"\n")
    answer = check(project=project, workflow=None)

    assert answer.exit_code == 1
    assert any(said in line for line in answer.data["missing"])


TRIFLE = f"""\
id: {INCIDENT}
title: A comma too many
workflow: monthly-summary
what_happened: The draft had a comma too many, and nobody saw it.
severity: 1
when: {{noticed: 2026-11-18T10:05:00Z}}
impact: {{acted_on: "no"}}
questions: {{left_company: "no", exposed_information: "no", took_action: "no", approved_wrongly: "no",
  could_affect_more: "no", recent_change: "no", obligation_possible: "no"}}
"""


@pytest.mark.parametrize(("severity", "named"), [(1, False), (2, True), (4, True)])
def test_a_kind_of_evidence_without_a_reason_is_missing_from_severity_2_up(
    project: Path, severity: int, named: bool
) -> None:
    path = project / "incidents" / INCIDENT / "incident.yaml"
    lines = [line for line in path.read_text().splitlines() if "absent_reason" not in line]
    text = "\n".join([*lines, f"severity: {severity}"])
    path.write_text(TRIFLE if severity == 1 else text)
    answer = check(project=project, workflow=None)

    said = [line for line in answer.data["missing"] if "user actions: MISSING" in line]
    assert bool(said) == named
    assert answer.exit_code == named


def git(project: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    subprocess.run(command, cwd=project, check=True, capture_output=True)


def test_raw_evidence_past_runs_and_the_key_do_not_belong_in_git(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    before = check(project=project, workflow=None)
    (project / ".incident2eval").mkdir(exist_ok=True)
    (project / ".incident2eval" / "key").write_text("k")
    git(project, "add", "--force", ".")
    answer = check(project=project, workflow=None)

    assert (before.exit_code, before.data["missing"]) == (0, [])
    assert answer.exit_code == 1
    (line,) = answer.data["missing"]
    assert line.startswith("git tracks what must not spread: .incident2eval/key, archive/")
    assert "more (git rm --cached" in line
    assert len(Project.find(project).tracked_evidence().files) == 1 + 3 + 9


def test_a_log_that_lost_a_committed_line_is_named(project: Path) -> None:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    log.write_text('{"at": "2026-11-12T10:00:00Z", "event": "note", "by": "Ruth Calloway"}\n')
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "all")
    before = check(project=project, workflow=None)
    log.write_text("")

    (line,) = check(project=project, workflow=None).data["missing"]
    assert before.data["missing"] == []
    assert "does not begin with what is committed of it" in line


def test_evidence_outside_the_repository_is_not_tracked_by_it(project: Path, tmp_path: Path) -> None:
    settings(project, "[project]", '[project]\nevidence = "../vault"')
    shutil.copytree(project / "incidents", tmp_path / "vault")
    git(project, "init", "--quiet")
    git(project, "add", "incident2eval.toml")

    assert check(project=project, workflow=None).data["missing"] == []


@pytest.mark.parametrize("variable", ["GIT_LITERAL_PATHSPECS", "GIT_DIR", "GIT_INDEX_FILE"])
def test_no_variable_of_git_hides_what_is_tracked(
    project: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "init", "--quiet")
    git(project, "add", "--force", ".")
    monkeypatch.setenv(variable, "1")

    (line,) = check(project=project, workflow=None).data["missing"]
    assert line.startswith("git tracks what must not spread")


def test_a_repository_that_git_cannot_read_is_no_clean_one(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    (project / ".git" / "index").write_text("no index at all")
    answer = check(project=project, workflow=None)

    assert answer.exit_code == 1
    tracked, *others = answer.data["missing"]
    assert tracked.startswith("git could not say what it tracks: fatal: .git/index")
    assert [line for line in others if "git" not in line] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_somebody_else_is_no_clean_one(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    for path in (project, project / ".git"):
        os.chown(path, 12345, 12345)

    (line,) = check(project=project, workflow=None).data["missing"]
    assert line.startswith("git could not say what it tracks: fatal: detected dubious ownership")


def test_evidence_that_another_repository_tracks_is_found(project: Path, tmp_path: Path) -> None:
    settings(project, "[project]", '[project]\nevidence = "../vault"')
    vault = shutil.copytree(project / "incidents", tmp_path / "vault")
    git(vault, "init", "--quiet")
    git(vault, "add", f"{INCIDENT}/evidence/draft.txt", f"{INCIDENT}/incident.yaml")

    assert Project.find(project).tracked_evidence().files == (f"../vault/{INCIDENT}/evidence/draft.txt",)
    assert check(project=project, workflow=None).exit_code == 1


def test_a_target_that_cannot_be_called_is_named(project: Path) -> None:
    settings(project, "python:summaries:draft", "summaries.draft")
    answer = check(project=project, workflow="monthly-summary")

    assert any("target" in line for line in answer.data["missing"])
