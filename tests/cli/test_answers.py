"""How an answer reaches a person, a script, and a terminal that cannot show it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from incident2eval.cli import main
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer

BLOCKED = Answer(
    data={"workflow": "monthly-summary", "decision": "blocked", "reasons": ["a case failed"]},
    text="BLOCKED monthly-summary\n  a case failed",
    exit_code=1,
    notes=("the roster is empty",),
)


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate, blocking whatever it is asked."""
    monkeypatch.setattr(gate, "gate", lambda **_: BLOCKED)


def test_a_person_reads_text_and_the_shell_gets_the_code(
    blocked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "monthly-summary"]) == 1

    printed = capsys.readouterr()
    assert printed.out == "BLOCKED monthly-summary\n  a case failed\n"
    assert printed.err == "the roster is empty\n"


def test_json_is_the_only_thing_on_stdout(blocked: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "monthly-summary", "--json"]) == 1

    printed = capsys.readouterr()
    assert json.loads(printed.out) == BLOCKED.data
    assert printed.err == "the roster is empty\n"


def test_options_reach_the_pipeline_as_they_were_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = {}
    monkeypatch.setattr(gate, "gate", lambda **given: asked.update(given) or BLOCKED)

    main(["gate", "w", "--trials", "7", "--junit", "out.xml", "--project", str(tmp_path)])

    assert asked["workflow"] == "w"
    assert asked["trials"] == 7
    assert asked["junit"].name == "out.xml"
    assert asked["report"] is None
    assert asked["project"] == tmp_path


HOSTILE = "title\x1b]0;owned\x07 \x1b[2J \x9b31m \x7f"


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_no_control_character_reaches_the_terminal(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = Answer(data={"title": HOSTILE}, text=HOSTILE, notes=(HOSTILE,))
    monkeypatch.setattr(gate, "gate", lambda **_: hostile)

    main(["gate", "w", *flags])

    printed = "".join(capsys.readouterr())
    assert not [char for char in printed if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]


def test_json_gives_every_text_back_unchanged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["Müller & Söhne", "\ud800 alone", HOSTILE, "\N{PILE OF POO}"]
    monkeypatch.setattr(gate, "gate", lambda **_: Answer(data={"texts": texts}, text=""))

    main(["gate", "w", "--json"])

    assert json.loads(capsys.readouterr().out)["texts"] == texts


SPEAKS_GERMAN = """
import sys
from incident2eval.cli import main
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
gate.gate = lambda **_: Answer(data={}, text={text!r}, exit_code=1)
sys.exit(main(["gate", "w"]))
"""


def run_python(
    code: str, *, stdout: int | IO[bytes] = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def test_a_terminal_that_is_not_utf8_gets_escapes_instead_of_an_error() -> None:
    done = run_python(SPEAKS_GERMAN.replace("{text!r}", ascii("Grüße, \u2713")), PYTHONIOENCODING="ascii")

    assert done.returncode == 1
    assert done.stdout == b"Gr\\xfc\\xdfe, \\u2713\n"


def test_a_reader_who_leaves_early_changes_nothing_but_the_silence() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as nobody_reads:
        done = run_python(SPEAKS_GERMAN.replace("{text!r}", "'line\\n' * 100_000"), stdout=nobody_reads)

    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
def test_an_answer_that_cannot_be_written_is_no_answer() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = run_python(SPEAKS_GERMAN.replace("{text!r}", "'PASS'"), stdout=full)

    assert done.returncode == 3
    assert b"error: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
@pytest.mark.parametrize("face", [[], ["--json"]])
def test_where_a_fault_cannot_be_told_the_exit_code_still_says_it(face: list[str], tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "incident2eval", "check", "--project", str(tmp_path / "none"), *face]
        done = subprocess.run(command, stdout=full, stderr=full, check=False)

    assert done.returncode == 2
