"""Small projects with a workflow in them, and a look at which processes are still there."""

import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.workflows import Target


@pytest.fixture
def workflow(tmp_path: Path) -> Callable[..., Target]:
    """Write `flows.py` into an empty project; the target is its function `run`."""

    def write(
        code: str, *, function: str = "run", timeout: float = 10.0, python: str | None = None
    ) -> Target:
        (tmp_path / "flows.py").write_text(textwrap.dedent(code), encoding="utf-8")
        return Target(address=f"python:flows:{function}", project=tmp_path, python=python, timeout=timeout)

    return write


@pytest.fixture
def noted_pids(tmp_path: Path) -> Callable[[], list[int]]:
    """The process ids that a workflow has written into `pids`, one a line."""

    def read() -> list[int]:
        return [int(line) for line in (tmp_path / "pids").read_text(encoding="utf-8").split()]

    return read


@pytest.fixture
def is_alive() -> Callable[[int], bool]:
    """Whether a process still runs a moment from now; one that has ended and awaits its parent does not."""

    def look(pid: int) -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] not in "ZX"

    def look_twice(pid: int) -> bool:
        if not look(pid):
            return False
        time.sleep(0.05)
        return look(pid)

    return look_twice
