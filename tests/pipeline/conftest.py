"""A demo project that was taken through `run`, to be copied and changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.pipeline import gate, run
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo
from incident2eval.store import sha256


@pytest.fixture(scope="session")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with its case proved and locked; never change it, take a `project`."""
    folder = tmp_path_factory.mktemp("proved") / "demo"
    write_demo(folder)
    answer = run.run(project=folder, incident=INCIDENT)
    assert answer.exit_code == 0, answer.text
    return folder


@pytest.fixture
def project(proved: Path, tmp_path: Path) -> Path:
    """A copy of one's own, with the workflow mended."""
    shutil.copytree(proved, tmp_path / "demo")
    set_state(tmp_path / "demo", "fixed")
    return tmp_path / "demo"


@pytest.fixture
def faulty(project: Path) -> Path:
    """A copy of one's own, with the workflow as it was at the incident."""
    set_state(project, "faulty")
    return project


@pytest.fixture
def ask() -> Callable[[Path], Answer]:
    """Ask the gate."""
    return lambda folder: gate.gate(project=folder, workflow=WORKFLOW, trials=None, junit=None, report=None)


def relock(folder: Path) -> None:
    """What an attacker who can write the lock would do: make its digests fit the files as they are now."""
    lock = folder / "cases" / "cases.lock"
    content = json.loads(lock.read_text())
    files = (
        path
        for path in (folder / "cases").rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.name != ".lock"
    )
    content["files"] = {
        path.relative_to(folder / "cases").as_posix(): sha256(path.read_bytes()) for path in files
    }
    lock.write_text(json.dumps(content))
