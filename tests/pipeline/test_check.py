"""`check` says what is missing."""

from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline.check import check
from incident2eval.pipeline.project import INCIDENT


def settings(folder: Path, old: str, new: str) -> None:
    path = folder / "incident2eval.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_nothing_is_missing_in_the_demo(project: Path) -> None:
    answer = check(project=project, workflow=None)

    assert (answer.exit_code, answer.data["missing"]) == (0, [])


def test_a_workflow_without_a_plan_is_not_ready(project: Path) -> None:
    settings(project, "fallback =", "log_location_of_old =")
    answer = check(project=project, workflow="monthly-summary")

    assert answer.exit_code == 1
    assert any("fallback" in line for line in answer.data["missing"])


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


def test_a_target_that_cannot_be_called_is_named(project: Path) -> None:
    settings(project, "python:summaries:draft", "command:./draft")
    answer = check(project=project, workflow="monthly-summary")

    assert any("target" in line for line in answer.data["missing"])
