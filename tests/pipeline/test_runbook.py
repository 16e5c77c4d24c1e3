"""The runbook: what `runbook` prints and writes, and when it says that something is missing."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline.project import WORKFLOW
from incident2eval.pipeline.runbook import runbook as runbook_at

runbook = partial(runbook_at, now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "incident2eval.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.requirement("R71", "R72")
def test_the_four_items_come_first_with_a_name_each(project: Path) -> None:
    answer = runbook(project=project, workflow=WORKFLOW, write=None)

    headings = [line for line in answer.text.splitlines() if line.startswith("## ")]
    assert answer.exit_code == 0
    assert "MISSING" not in answer.text
    assert headings[:4] == [
        "## 1. Who can switch it off",
        "## 2. What is reportable",
        "## 3. Where the logs are",
        "## 4. When it is safe to switch on again",
    ]
    assert "within 72 hours from becoming aware" in " ".join(answer.text.split())
    assert "not legal advice. Rules as checked on 2026-11-22" in " ".join(answer.text.split())


def test_every_decision_and_signature_is_in_the_data(project: Path) -> None:
    (page,) = runbook(project=project, workflow=None, write=None).data["workflows"]

    assert all(each["who"] for each in page["decisions"])
    assert page["restart"]["4"] == [
        "Helen Marsh, executive",
        "Owen Tern, executive",
        "Priya Nair, legal (advises)",
    ]
    assert json.dumps(page)


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_a_missing_name_stands_out_and_is_exit_code_1(project: Path, tmp_path: Path, ending: str) -> None:
    change(project, 'deputy = "Ben Strand"', 'deputy = "TBD"')
    target = tmp_path / f"wall{ending}"
    answer = runbook(project=project, workflow=None, write=target)

    assert answer.exit_code == 1
    assert "deputy is not set" in answer.text
    assert "MISSING" in target.read_text("utf-8")
    assert "who stands in for the owner" in target.read_text("utf-8")


def test_a_queue_in_place_of_a_person_is_missing_too(project: Path) -> None:
    change(project, 'switch_off_by = "Ruth Calloway"', 'switch_off_by = "IT service desk"')
    answer = runbook(project=project, workflow=None, write=None)

    assert answer.exit_code == 1
    assert "MISSING: a person in place of 'IT service desk'" in answer.text


def test_a_runbook_is_written_over_and_nothing_else(project: Path, tmp_path: Path) -> None:
    page, mine = tmp_path / "wall.html", tmp_path / "mine.md"
    mine.write_text("# Mine\n")
    runbook(project=project, workflow=None, write=page)
    first = page.read_bytes()
    runbook(project=project, workflow=None, write=page)

    assert page.read_bytes() == first
    with pytest.raises(BadInput, match="was not written by this command"):
        runbook(project=project, workflow=None, write=mine)
    with pytest.raises(BadInput, match="told by its ending"):
        runbook(project=project, workflow=None, write=tmp_path / "wall.pdf")
    with pytest.raises(BadInput, match="was not written by this command"):
        runbook(project=project, workflow=None, write=project / "RUNBOOK.md")
    with pytest.raises(BadInput, match="does not go there"):
        runbook(project=project, workflow=None, write=project / "cases" / "wall.md")


def test_several_workflows_have_a_sheet_each_and_what_all_lack_is_said_once(
    project: Path, tmp_path: Path
) -> None:
    (project / "POLICY.md").unlink()
    change(project, "[organisation]", '[workflows.other]\nowner = "Ben Strand"\n\n[organisation]')
    answer = runbook(project=project, workflow=None, write=tmp_path / "wall.html")

    assert (tmp_path / "wall.html").read_text("utf-8").count("<article>") == 2
    assert answer.text.count("POLICY.md") == 1
    assert "other: deputy is not set" in answer.text


def test_no_workflow_is_bad_input(project: Path, tmp_path: Path) -> None:
    (tmp_path / "incident2eval.toml").write_text("[project]\n")

    with pytest.raises(BadInput, match="names no workflow"):
        runbook(project=tmp_path, workflow=None, write=None)
    with pytest.raises(BadInput, match="no workflow 'nothing'"):
        runbook(project=project, workflow="nothing", write=None)


def test_a_secret_in_the_settings_is_not_printed_on_the_wall(project: Path, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    change(project, "archive/ and the trace store of the platform team", f"the store, token {secret}")
    runbook(project=project, workflow=None, write=tmp_path / "wall.html")

    assert secret not in (tmp_path / "wall.html").read_text("utf-8")
