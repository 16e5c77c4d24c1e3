"""The case study in this repository is what the tool writes today."""

import shutil
from pathlib import Path

import pytest

from incident2eval.pipeline import run
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project

HERE = Path(__file__).resolve().parents[2]


def cases(folder: Path) -> dict[str, bytes]:
    kinds = {".yaml", ".json", ".py", ".lock"}
    files = (path for path in (folder / "cases").rglob("*") if path.suffix in kinds)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_cases_are_as_the_tool_writes_them(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENT2EVAL_KEY", "5d" * 32)  # as docs/case_study.py has it
    shutil.rmtree(project / "cases")
    run.run(project=project, incident=INCIDENT)

    assert cases(HERE) == cases(project), "run python docs/case_study.py and look at the difference"


def test_the_evidence_stays_outside_and_its_digests_do_not(proved: Path) -> None:
    incident = Project.find(HERE).incident_ids()[0]
    here, there = Project.find(HERE).sealed(incident), Project.find(proved).sealed(incident)

    assert [(entry.file, entry.sha256) for entry in here] == [(entry.file, entry.sha256) for entry in there]


def test_it_has_a_report_that_says_pass() -> None:
    reports = sorted((HERE / "reports" / "monthly-summary").glob("*.json"))

    assert reports
    assert b'"decision": "pass"' in reports[-1].read_bytes()
