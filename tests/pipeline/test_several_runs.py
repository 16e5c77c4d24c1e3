"""Incidents that took several runs: what one run leaves behind shows in the next."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident2eval.pipeline import gate, run

ID = "INC-2026-0301"

FLOWS = """
import json

REMEMBERED = {}


def letter(input, forget):
    if forget:
        REMEMBERED.clear()
    matter, own = input["matter"], {"M-1": "EUR 48,310", "M-2": "EUR 9,775"}[input["matter"]]
    figures = REMEMBERED or {matter: own}
    REMEMBERED.setdefault(matter, own)
    owner = next(iter(figures))
    return {
        "output": f"The deposit in this matter is {figures[owner]}.",
        "steps": [
            {"kind": "retrieval", "name": "recall", "records": [
                {"id": f"f-{key}", "owner": {"M-1": "C1", "M-2": "C2"}[key], "text": f"Deposit: {value}"}
                for key, value in figures.items()]},
        ],
    }


def buggy(input):
    return letter(input, forget=False)


def fixed(input):
    return letter(input, forget=True)
"""


def trace(name: str, matter: str, owner: str, figure: str) -> dict[str, Any]:
    return {
        "schema": "incident2eval/run/1",
        "id": name,
        "workflow": "letters",
        "started": f"2026-11-02T10:0{name[-1]}:00Z",
        "input": {"matter": matter},
        "output": f"The deposit in this matter is {figure}.",
        "subject": {"customer_id": {"M-1": "C1", "M-2": "C2"}[matter]},
        "steps": [
            {
                "id": f"{name}.recall",
                "kind": "retrieval",
                "name": "recall",
                "records": [{"id": f"f-{owner}", "owner": owner, "text": f"Deposit: {figure}"}],
            }
        ],
    }


@pytest.fixture
def bleeding(tmp_path: Path) -> Path:
    """A workflow that remembers in one matter what it read in another, and its incident of two runs."""
    folder = tmp_path / "incidents" / ID
    (folder / "evidence").mkdir(parents=True)
    (tmp_path / "flows.py").write_text(FLOWS)
    (tmp_path / "customers.csv").write_text("id,name,aliases\nC1,Orrin Mills,\nC2,Tavy Foods,\n")
    (tmp_path / "incident2eval.toml").write_text(
        '[workflows.letters]\ntarget = "python:flows:buggy"\nreplay_safe = true\n'
    )
    runs = [trace("r1", "M-1", "C1", "EUR 48,310"), trace("r2", "M-2", "C1", "EUR 48,310")]
    for one in runs:
        (folder / "evidence" / f"{one['id']}.json").write_text(json.dumps(one))
    right = trace("r3", "M-2", "C2", "EUR 9,775")
    (folder / "evidence" / "right.json").write_text(json.dumps(right))
    incident = {
        "id": ID,
        "title": "One client's deposit in another client's letter",
        "workflow": "letters",
        "when": {"noticed": "2026-11-02T12:00:00Z"},
        "what_happened": "The second letter of the morning quoted the first one's deposit.",
        "wrong": ["The deposit in this matter is EUR 48,310."],
        "subject": {"customer_id": "C2"},
        "evidence": [
            {"file": "evidence/r1.json", "kind": "trace", "run": "r1"},
            {"file": "evidence/r2.json", "kind": "trace", "run": "r2"},
            {"file": "evidence/right.json", "kind": "corrected_trace"},
        ],
    }
    (folder / "incident.yaml").write_text(yaml.safe_dump(incident))
    return tmp_path


def test_the_case_replays_all_runs_in_order_and_judges_the_one_that_went_wrong(bleeding: Path) -> None:
    answer = run.run(project=bleeding, incident=ID)

    assert answer.exit_code == 0, answer.text
    case = yaml.safe_load((bleeding / "cases" / ID / "case.yaml").read_text())
    assert case["inputs"] == {"run-1": {"matter": "M-1"}, "run-2": {"matter": "M-2"}}
    assert case["wrong_at"] == "run-2"
    written = next((bleeding / "cases" / ID).glob("test_*.py")).read_text()
    assert 'run = replay("run-2")' in written


@pytest.mark.requirement("R127")
def test_state_that_bleeds_from_one_run_into_the_next_is_caught(bleeding: Path) -> None:
    run.run(project=bleeding, incident=ID)

    assert ask(bleeding).data["decision"] == "blocked"

    settings = bleeding / "incident2eval.toml"
    settings.write_text(settings.read_text().replace("buggy", "fixed"))
    answer = ask(bleeding)
    assert answer.data["decision"] == "pass", answer.text


def test_the_runs_may_lie_in_one_file(bleeding: Path) -> None:
    evidence = bleeding / "incidents" / ID / "evidence"
    lines = [json.loads((evidence / f"{name}.json").read_text()) for name in ("r1", "r2")]
    for name in ("r1", "r2"):
        (evidence / f"{name}.json").unlink()
    (evidence / "log.jsonl").write_text("\n".join(map(json.dumps, lines)))
    path = bleeding / "incidents" / ID / "incident.yaml"
    incident = yaml.safe_load(path.read_text())
    for row in incident["evidence"][:2]:
        row["file"] = "evidence/log.jsonl"
    path.write_text(yaml.safe_dump(incident))

    assert run.run(project=bleeding, incident=ID).exit_code == 0
    case = yaml.safe_load((bleeding / "cases" / ID / "case.yaml").read_text())
    assert case["inputs"] == {"run-1": {"matter": "M-1"}, "run-2": {"matter": "M-2"}}


def test_runs_that_nobody_names_are_not_guessed_to_belong_together(bleeding: Path) -> None:
    path = bleeding / "incidents" / ID / "incident.yaml"
    incident = yaml.safe_load(path.read_text())
    for row in incident["evidence"]:
        row.pop("run", None)
    path.write_text(yaml.safe_dump(incident))

    assert run.run(project=bleeding, incident=ID).exit_code == 0
    case = yaml.safe_load((bleeding / "cases" / ID / "case.yaml").read_text())
    assert case["input"] == {"matter": "M-2"}


def ask(project: Path) -> Any:
    return gate.gate(project=project, workflow="letters", trials=None, junit=None, report=None)
