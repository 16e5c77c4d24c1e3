"""What is asked of a project that was taken through `run`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from torture.signed_project import make_attestable

from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import WORKFLOW
from incident2eval.store import Project, sha256


@pytest.fixture(scope="session")
def attestable(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo mended, with keys for its approvers, committed; never change it, take a `home`."""
    folder = tmp_path_factory.mktemp("attestable") / "demo"
    shutil.copytree(proved, folder)
    make_attestable(folder)
    return folder


@pytest.fixture
def home(attestable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of one's own."""
    monkeypatch.setenv("DEMO_MODEL", "summary-template-2")
    shutil.copytree(attestable, tmp_path / "demo")
    return Project.find(tmp_path / "demo")


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
