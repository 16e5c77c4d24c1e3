"""A server that is not there for real, and an environment without anybody's keys."""

import os
import re
import time
from collections.abc import Iterator

import pytest
from sources.stub import Stub, running

OURS = re.compile(r"(PHOENIX|MLFLOW|LANGFUSE|LANGSMITH)_.*|.*_proxy", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _nobodys_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in filter(OURS.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long would have been waited between attempts."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept
