"""The jobs that ship are valid YAML, and their scripts judge a real project as a CI job would."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci.conftest import ROOT, Shell, commit, git

Judged = Callable[..., subprocess.CompletedProcess[str]]
Recorded = tuple[Path, Callable[[], list[list[str]]]]

WORKFLOW = "monthly-summary"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
SKELETON = yaml.safe_load(
    files("incident2eval").joinpath("skeleton", ".github", "workflows", "incident2eval.yml").read_text()
)
DOCS = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"(?ms)^```yaml\n(.*?)^```$", DOCS)]


def step(steps: list[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next(each for each in steps if each.get("name") == name)


SCRIPTS = {
    "action": step(ACTION["runs"]["steps"], "Gate")["run"],
    "gitlab": GITLAB["incident2eval"]["script"][-1],
    "skeleton": step(SKELETON["jobs"]["gate"]["steps"], "Gate every workflow")["run"],
}
INPUTS = {
    name.upper(): str(given["default"]) for name, given in ACTION["inputs"].items() if name != "artifact"
}


@pytest.fixture(params=SCRIPTS)
def judged(request: pytest.FixtureRequest, shell: Shell) -> Judged:
    """Run one of the three scripts in a project, with what its job sets."""

    def ran(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"INCIDENT2EVAL_PROJECT": ".", "CI_PROJECT_DIR": str(folder)}
        return shell(SCRIPTS[request.param], folder, **{**INPUTS, **given, **variables})

    return ran


def test_a_faulty_project_is_blocked(judged: Judged, faulty: Path) -> None:
    blocked = judged(faulty)

    assert blocked.returncode == 1, blocked.stderr
    assert "BLOCKED: monthly-summary" in blocked.stdout


def test_a_mended_project_passes(judged: Judged, project: Path) -> None:
    passed = judged(project)

    assert passed.returncode == 0, passed.stderr
    assert "PASS: monthly-summary" in passed.stdout


def test_settings_without_a_workflow_are_red(judged: Judged, tmp_path: Path) -> None:
    (tmp_path / "incident2eval.toml").write_text("[project]\n")

    done = judged(tmp_path)

    assert (done.returncode, done.stdout) == (
        1,
        "incident2eval.toml names no workflow, so nothing was judged\n",
    )


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """A tool that writes down how it was called, ends as the workflow is named, and reads all its input."""
    tools = tmp_path / "tools"
    tools.mkdir()
    log = tmp_path / "calls.jsonl"
    (tools / "incident2eval").write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(log)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "sys.stdin.read()\n"
        "sys.exit(int(sys.argv[2].partition(' ')[0]))\n"
    )
    (tools / "incident2eval").chmod(0o755)
    return tools, lambda: [json.loads(line) for line in log.read_text().splitlines()]


def test_every_workflow_is_judged_whatever_became_of_the_one_before(
    judged: Judged,
    tmp_path: Path,
    recorded: Recorded,
) -> None:
    tools, calls = recorded
    (tmp_path / "incident2eval.toml").write_text(
        '[workflows."0 first"]\n[workflows."3 of $(touch x); `touch x`"]\n[workflows."0"]\n'
    )

    done = judged(tmp_path, PATH=f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}")

    assert done.returncode == 3
    assert [call[:2] for call in calls()] == [
        ["gate", "0 first"],
        ["gate", "3 of $(touch x); `touch x`"],
        ["gate", "0"],
    ]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("name", "variables", "options"),
    [
        ("action", {"GITHUB_BASE_REF": "main"}, ["--project", ".", "--since", "origin/main"]),
        ("action", {"GITHUB_BASE_REF": "main", "SINCE": "v1"}, ["--project", ".", "--since", "v1"]),
        (
            "action",
            {"TRIALS": "7", "JOBS": "2", "PROJECT": "./", "WORKFLOW": "0"},
            ["--project", "./", "--trials", "7", "--jobs", "2"],
        ),
        ("skeleton", {"GITHUB_BASE_REF": "a b; touch x"}, ["--since", "origin/a b; touch x"]),
        ("gitlab", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "3fa9"}, ["--since", "3fa9"]),
    ],
)
def test_what_a_job_is_given_reaches_the_gate_as_it_is(
    shell: Shell,
    tmp_path: Path,
    recorded: Recorded,
    name: str,
    variables: Mapping[str, str],
    options: list[str],
) -> None:
    tools, calls = recorded
    (tmp_path / "incident2eval.toml").write_text('[workflows."0"]\n')
    path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {"INCIDENT2EVAL_PROJECT": ".", "CI_PROJECT_DIR": str(tmp_path), "PATH": path}

    done = shell(SCRIPTS[name], tmp_path, **{**INPUTS, **given, **variables})

    assert done.returncode == 0, done.stderr
    (call,) = calls()
    assert call[: 2 + len(options)] == ["gate", "0", *options]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_change_that_drops_a_case_is_blocked_by_what_the_base_branch_has(
    shell: Shell, project: Path, name: str
) -> None:
    commit(project)
    git(project, "update-ref", "refs/remotes/origin/main", "HEAD")
    lock = project / "cases" / "cases.lock"
    rows = json.loads(lock.read_text())
    rows["cases"] = [row for row in rows["cases"] if not row["test"].endswith("_no_other_customer")]
    lock.write_text(json.dumps(rows))
    base = {"GITHUB_BASE_REF": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main"}
    given = {"INCIDENT2EVAL_PROJECT": ".", "CI_PROJECT_DIR": str(project)}

    done = shell(SCRIPTS[name], project, **{**INPUTS, **given, **base})

    assert done.returncode == 1, done.stderr
    assert "test_draft_names_no_other_customer" in done.stdout


def test_junit_lands_where_the_jobs_look_for_it(shell: Shell, project: Path) -> None:
    given = {"INCIDENT2EVAL_PROJECT": ".", "CI_PROJECT_DIR": str(project), "JUNIT": "junit"}
    for name in ("action", "gitlab"):
        shutil.rmtree(project / "junit", ignore_errors=True)

        shell(SCRIPTS[name], project, **{**INPUTS, **given})

        assert ET.parse(project / "junit" / "1.xml").getroot().get("failures") == "0"
    assert GITLAB["incident2eval"]["artifacts"]["reports"]["junit"] == "junit/*.xml"


def test_the_daily_job_of_the_docs_brings_its_record_back(
    shell: Shell, project: Path, tmp_path: Path
) -> None:
    daily = next(page["jobs"]["monitor"] for page in BLOCKS if "monitor" in page.get("jobs", {}))
    script = step(daily["steps"], "Run the cases, and keep what came of it")["run"]
    commit(project)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(project, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(project, "push", "--quiet", "--set-upstream", "origin", "main")

    done = shell(script, project, WORKFLOW=WORKFLOW)

    assert done.returncode == 0, done.stderr
    names = subprocess.run(
        ["git", "--git-dir", "origin.git", "ls-tree", "-r", "--name-only", "main"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert re.search(r"(?m)^reports/monthly-summary/\S+\.json$", names)
    assert "evidence/" not in names


class TestExitCode:
    def test_is_kept_in_a_pipe(self, shell: Shell, faulty: Path) -> None:
        script = f"incident2eval gate {WORKFLOW} | tee gate.log"

        assert shell(script, faulty, "-euo", "pipefail").returncode == 1
        assert "BLOCKED" in (faulty / "gate.log").read_text()

    def test_is_kept_where_the_reader_leaves_early(self, shell: Shell, faulty: Path) -> None:
        assert shell(f"incident2eval gate {WORKFLOW} | true", faulty, "-euo", "pipefail").returncode == 1

    def test_is_lost_without_pipefail_as_the_docs_say(self, shell: Shell, faulty: Path) -> None:
        script = f"incident2eval gate {WORKFLOW} | tee gate.log"

        assert shell(script, faulty, "-e").returncode == 0
        assert shell(f'{script}; exit "${{PIPESTATUS[0]}}"', faulty, "-e").returncode == 1


class TestHooks:
    def test_name_what_is_there(self) -> None:
        assert list(HOOKS) == ["incident2eval-cases", "incident2eval-check"]
        for hook in HOOKS.values():
            assert hook["language"] == "python"
            assert hook["pass_filenames"] is False
            assert re.compile(hook["files"]).search("cases/INC-2026-0142/case.yaml")

    def test_an_edit_of_a_case_without_its_lock_is_refused(self, shell: Shell, project: Path) -> None:
        hook = HOOKS["incident2eval-cases"]["entry"]
        assert shell(hook, project).returncode == 0

        case = next((project / "cases").glob("*/case.yaml"))
        case.write_text(case.read_text() + "# looks harmless\n")
        done = shell(hook, project)

        assert done.returncode == 1
        assert f"cases/{case.parent.name}/case.yaml changed" in done.stderr
        assert "incident2eval prove" in done.stderr

    def test_a_case_that_is_gone_but_for_its_lock_is_refused(self, shell: Shell, project: Path) -> None:
        shutil.rmtree(next((project / "cases").glob("INC-*")))

        assert shell(HOOKS["incident2eval-cases"]["entry"], project).returncode == 1

    def test_a_draft_may_be_committed(self, shell: Shell, project: Path) -> None:
        folder = next((project / "cases").glob("INC-*"))
        draft = folder.with_name("INC-2026-0999")
        draft.mkdir()
        text = (folder / "case.yaml").read_text()
        text = text.replace(folder.name, draft.name).replace("observes:", "draft: true\nobserves:")
        (draft / "case.yaml").write_text(text)

        done = shell(HOOKS["incident2eval-cases"]["entry"], project)

        assert (done.returncode, done.stderr) == (0, "")

    def test_without_a_project_it_is_bad_input(self, shell: Shell, tmp_path: Path) -> None:
        assert shell(HOOKS["incident2eval-cases"]["entry"], tmp_path).returncode == 2

    def test_the_other_one_is_the_check(self, shell: Shell, project: Path) -> None:
        done = shell(HOOKS["incident2eval-check"]["entry"], project)

        assert done.returncode in {0, 1}
        assert "Traceback" not in done.stderr


def jobs() -> Iterator[Mapping[str, Any]]:
    """Every job of GitHub Actions that ships or stands in the docs, and the action's own steps."""
    yield ACTION["runs"]
    for page in (SKELETON, *BLOCKS):
        if isinstance(page, dict):
            yield from (job for job in page.get("jobs", {}).values() if "steps" in job)


class TestTrust:
    def test_every_action_of_others_is_pinned_by_its_commit(self) -> None:
        used = [each["uses"] for job in jobs() for each in job["steps"] if "uses" in each]

        others = [name for name in used if not name.startswith("your-group/incident2eval@")]
        assert others
        assert [name for name in others if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name)] == []

    def test_no_script_is_made_of_what_a_stranger_can_name(self) -> None:
        scripts = [each["run"] for job in jobs() for each in job["steps"] if "run" in each]

        assert scripts
        assert [script for script in scripts if "${{" in script] == []

    def test_nothing_runs_on_pull_request_target(self) -> None:
        for page in (SKELETON, *BLOCKS):
            # YAML 1.1 reads the key `on` as true.
            events = page.get(True, {}) if isinstance(page, dict) else {}
            assert "pull_request_target" not in events

    def test_the_job_that_judges_a_change_may_write_nothing(self) -> None:
        assert SKELETON["permissions"] == {"contents": "read"}
        checkout = SKELETON["jobs"]["gate"]["steps"][0]
        assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
