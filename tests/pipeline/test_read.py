"""`read` and `root-cause --run`: what is in a file, with or without a project."""

import json
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline import explain, intake
from incident2eval.pipeline.project import INCIDENT


def evidence(project: Path, name: str) -> Path:
    return project / "incidents" / INCIDENT / "evidence" / name


def test_a_run_is_shown_as_a_tree_with_owners(project: Path) -> None:
    answer = intake.read(project=project, files=(evidence(project, "trace.json"),), format=None)

    assert answer.data["format"] == "otlp"
    assert len(answer.data["runs"]) == 1
    assert "6 records of K-101, K-102" in answer.text
    assert "Pellworth & Wren (K-101)" in answer.text


def test_several_files_are_told_apart(project: Path) -> None:
    archive = next((project / "archive").glob("*.gz"))
    answer = intake.read(project=project, files=(evidence(project, "trace.json"), archive), format=None)

    assert answer.data["format"] == "otlp, run"
    assert len(answer.data["runs"]) > 10


def test_a_file_is_read_outside_a_project_too(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone = tmp_path / "elsewhere"
    lone.mkdir()
    (lone / "trace.json").write_bytes(evidence(project, "trace.json").read_bytes())
    monkeypatch.chdir(lone)

    assert intake.read(project=None, files=(Path("trace.json"),), format=None).data["runs"]


def test_no_run_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    path.write_text(json.dumps({"hello": "world"}))

    with pytest.raises(BadInput, match=r"nothing\.json"):
        intake.read(project=None, files=(path,), format=None)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="gone"):
        intake.read(project=None, files=(tmp_path / "gone.json",), format=None)


def test_the_cause_in_a_file_that_nobody_wrote_up(project: Path) -> None:
    answer = explain.root_cause(project=project, incident=None, run=evidence(project, "trace.json"))

    cause = answer.data["root_cause"]
    assert answer.exit_code == 0
    assert (cause["name"], cause["category"]) == ("search_notes", "workflow_design")


def test_nothing_wrong_is_said_with_exit_code_1(project: Path) -> None:
    answer = explain.root_cause(project=project, incident=None, run=evidence(project, "trace_after_fix.json"))

    assert answer.exit_code == 1
    assert answer.data["root_cause"]["step"] is None


def test_traces_are_copied_in_and_sealed(project: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra-trace.json"
    extra.write_bytes(evidence(project, "trace_after_fix.json").read_bytes())
    before = intake.collect(project=project, incident=INCIDENT, traces=()).data["sealed"]
    after = intake.collect(project=project, incident=INCIDENT, traces=(extra,)).data["sealed"]

    assert after["files"] == before["files"] + 1
    assert after["sha256"] != before["sha256"]
    assert evidence(project, extra.name).read_bytes() == extra.read_bytes()
