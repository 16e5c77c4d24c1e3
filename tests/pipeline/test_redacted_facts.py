"""Facts that identify somebody: today's right answer passes, the wrong one does not, git holds neither."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from incident2eval.pipeline import gate, run
from incident2eval.store import Project

ID = "INC-2026-0001"
KEY = "11" * 32
"""Numbers for stories stand for numbers: with a key made of chance a piece of one may be as it was."""
SETTINGS = """
[workflows.letters]
target = "python:flow:answer"
replay_safe = true
"""
FLOW = """
import json
from pathlib import Path


def answer(input):
    return {"output": json.loads(Path("live.json").read_text())}
"""
CASES = {
    "IBAN": ("Please pay to GB82 WEST 1234 5698 7654 32.", "Please pay to DE89 3704 0044 0532 0130 00."),
    "telephone": ("Call us on 020 7946 0958 any day.", "Call us on 020 7946 0123 any day."),
    "street": (
        "Your refund goes to 14 Elm Street, Leeds LS1 4AP.",
        "Your refund goes to 27 Oak Road, York YO1 7HH.",
    ),
    "NHS number": ("The NHS number is 943 476 5919.", "The NHS number is 401 023 2137."),
    "person": ("Your manager is Hana Osei, as agreed.", "Your manager is Tom Brindle, as agreed."),
}


def project(folder: Path, wrong: str, right: str) -> Path:
    """A workflow that answered the one, and should have answered the other."""
    place = folder / "incidents" / ID
    (place / "evidence").mkdir(parents=True)
    (folder / "incident2eval.toml").write_text(SETTINGS)
    (folder / "flow.py").write_text(FLOW)
    (folder / ".incident2eval").mkdir()
    (folder / ".incident2eval" / "key").write_text(KEY)
    for name, output in (("trace", wrong), ("corrected_trace", right)):
        trace = {"schema": "incident2eval/run/1", "id": name, "input": {"ask": "who"}, "output": output}
        (place / "evidence" / f"{name}.json").write_text(json.dumps(trace))
    told = {"id": ID, "title": "T", "workflow": "letters", "what_happened": "It was wrong.", "wrong": [wrong]}
    told |= {"when": {"noticed": "2026-11-18T10:05:00Z"}, "right": [right], "severity": 1}
    (place / "incident.yaml").write_text(yaml.safe_dump(told))
    return folder


def decision(folder: Path, output: str) -> str:
    (folder / "live.json").write_text(json.dumps(output))
    answer = gate.gate(project=folder, workflow="letters", trials=1, junit=None, report=None)
    return str(answer.data["decision"])


@pytest.mark.parametrize("kind", CASES)
def test_a_fact_that_identifies_somebody_judges_as_it_would_in_clear(tmp_path: Path, kind: str) -> None:
    wrong, right = CASES[kind]
    folder = project(tmp_path, wrong, right)

    assert run.run(project=folder, incident=ID).exit_code == 0

    assert decision(folder, right) == "pass"
    assert decision(folder, wrong) == "blocked"
    telling = [word for word in (*wrong.split(), *right.split()) if word[:1].isdigit() and len(word) > 3]
    written = "".join(path.read_text() for path in (folder / "cases" / ID).glob("*.[jy]*"))
    assert not [word for word in telling if word.rstrip(".") in written]


def test_two_machines_with_the_same_key_judge_alike(tmp_path: Path) -> None:
    folder = project(tmp_path / "one", *CASES["person"])
    run.run(project=folder, incident=ID)

    shutil.copytree(folder, tmp_path / "two", ignore=shutil.ignore_patterns("evidence"))

    assert Project.find(tmp_path / "two").key() == Project.find(folder).key()
    assert decision(tmp_path / "two", CASES["person"][1]) == "pass"
    assert decision(tmp_path / "two", CASES["person"][0]) == "blocked"
