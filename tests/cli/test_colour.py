"""Colour: the verdict only, on a terminal only, and never against NO_COLOR."""

import os
import pty
import subprocess
import sys

import pytest

CODE = """
from incident2eval.cli import main
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
gate.gate = lambda **_: Answer(data={}, text="PASS w\\nsays: PASS")
main(["gate", "w"])
"""


def on_a_terminal(**environment: str) -> list[str]:
    """What a terminal receives."""
    controller, terminal = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", CODE], stdout=terminal, env={**os.environ, **environment}, check=True
    )
    os.close(terminal)
    received = os.read(controller, 10_000).decode()
    os.close(controller)
    return received.splitlines()


@pytest.fixture(autouse=True)
def neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_the_verdict_at_the_beginning_of_a_line_is_coloured() -> None:
    verdict, rest = on_a_terminal()

    assert verdict.startswith("\x1b[")
    assert rest == "says: PASS"


def test_no_color_is_honoured() -> None:
    assert on_a_terminal(NO_COLOR="1") == ["PASS w", "says: PASS"]
