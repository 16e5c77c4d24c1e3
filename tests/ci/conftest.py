"""A small real project in git, for what CI does with it: its workflow broken, and mended."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def proved(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, committed."""
    folder = tmp_path_factory.mktemp("committed") / "demo"
    shutil.copytree(proved, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


@pytest.fixture
def shell() -> Shell:
    """Run a script as a CI job does, in a folder and with variables of its own."""

    def ran(script: str, folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", *(options or ("-eo", "pipefail")), "-c", script],
            cwd=folder,
            env=environment(variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return ran


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What a job starts with: the tools, and no more than it is given."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": tools, "HOME": os.environ.get("HOME", "/"), **variables}


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")
