"""The trials of several cases, over one pool of jobs."""

from pathlib import Path

import pytest

from incident2eval.model import BadInput, CaseFile, NotJudged
from incident2eval.pipeline.replay import replay_all, replay_today
from incident2eval.store import Project

SETTINGS = """
[workflows.summary]
target = "python:flows:run"
targets = {review = "command:cat"}
"""

FLOWS = """
import os, time

open("imports", "a").write(".")

def run(input):
    time.sleep(input.get("for", 0))
    return {"n": input["n"]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "incident2eval.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    return Project.find(tmp_path)


CASES = {
    "one": CaseFile(incident="INC-1", workflow="summary", customer_id="A1", input={"n": 1, "for": 0.2}),
    "two": CaseFile(incident="INC-2", workflow="summary", inputs={"first": {"n": 2}, "second": {"n": 3}}),
    "three": CaseFile(incident="INC-3", workflow="summary", target="review", input={"n": 4}),
}


def test_every_case_gets_its_trials_whatever_ends_first(project: Project) -> None:
    told: list[int] = []

    found = replay_all(project, CASES, {"one": 3, "two": 2, "three": 1}, jobs=2, told=told.append)

    said = {
        name: [[one.run and one.run.output for one in trial] for trial in trials]
        for name, trials in found.items()
    }
    assert said == {"one": [[{"n": 1}]] * 3, "two": [[{"n": 2}, {"n": 3}]] * 2, "three": [[{"n": 4}]]}
    assert told == [1, 2, 3, 4, 5, 6]
    assert len((project.root / "imports").read_text()) == 2, "once in each of the two workers"
    ((run,), *_) = [[one.run for one in trial] for trial in found["one"]]
    assert run is not None
    assert (run.customer_id, run.workflow) == ("A1", "summary")


def test_one_case_alone_is_replayed_alike(project: Project) -> None:
    ((alone,),) = replay_today(project, CASES["three"], trials=1)
    ((among,),) = replay_all(project, CASES, dict.fromkeys(CASES, 1))["three"]

    assert alone.run is not None
    assert among.run is not None
    assert (alone.run.output, alone.run.input) == (among.run.output, among.run.input)


def test_where_one_target_cannot_be_called_none_is(project: Project) -> None:
    cases = {**CASES, "four": CaseFile(incident="INC-4", workflow="summary", target="gone", input={"n": 5})}

    with pytest.raises(BadInput, match="name no such target"):
        replay_all(project, cases, dict.fromkeys(cases, 1))

    assert not (project.root / "imports").exists()


def test_a_paused_workflow_is_not_called(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "paused", lambda *_: "INC-1")

    with pytest.raises(NotJudged, match="is paused"):
        replay_all(project, CASES, dict.fromkeys(CASES, 1))

    assert not (project.root / "imports").exists()
