"""`new` and `contain` at a terminal and without one."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from incident2eval.cli import main

ONE = '[workflows.replies]\nowner = "Inga Holm"\n'
TWO = f"{ONE}[workflows.quotes]\n"
FLAGS = ("--what", "Wrong price sent.", "--noticed-by", "client", "--outside", "yes", "--by", "Ana")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incident2eval.toml").write_text(TWO)
    return tmp_path


def at_a_terminal(folder: Path, *answers: str, arguments: tuple[str, ...] = ()) -> tuple[str, int]:
    """Run `new` with a terminal of 80 columns and type the answers, each once it is asked for."""
    words = [sys.executable, "-m", "incident2eval", "new", "--project", str(folder), *arguments]
    terminal, inside = pty.openpty()
    process = subprocess.Popen(words, stdin=inside, stdout=inside, stderr=inside, start_new_session=True)
    os.close(inside)
    shown, waiting = "", list(answers)
    while read := _read(terminal):
        shown += read
        if waiting and shown.rstrip(" ").endswith(("?", ")")):
            os.write(terminal, f"{waiting.pop(0)}\n".encode())
    os.close(terminal)
    return shown.replace("\r\n", "\n"), process.wait(60)


def _read(terminal: int) -> str:
    """What is shown next; nothing at the end, which Linux tells by an error."""
    try:
        return os.read(terminal, 65536).decode()
    except OSError:
        return ""


@pytest.mark.requirement("R75")
def test_a_terminal_is_asked_six_questions_at_most(folder: Path) -> None:
    shown, code = at_a_terminal(folder, "quotes", "Wrong price sent.", "12 EUR", "client", "yes", "Ana")
    assert code == 0
    assert "6/6 Your name? Ana" in shown
    assert "INC-" in shown
    assert max(map(len, shown.splitlines())) <= 80
    (file,) = folder.glob("incidents/*/incident.yaml")
    assert "12 EUR" in file.read_text()


def test_what_a_flag_says_is_not_asked(folder: Path) -> None:
    flags = ("--workflow", "quotes", "--by", "Ana", "--wrong", "x", "--outside", "no")
    shown, code = at_a_terminal(folder, "Wrong price.", "staff", arguments=flags)
    assert code == 0
    assert "2/2 Who noticed?" in shown


def test_a_note_asks_for_its_markers(folder: Path) -> None:
    (folder / "incident2eval.toml").write_text(ONE)
    shown, code = at_a_terminal(folder, "none", arguments=("--note", "Tone off"))
    assert code == 0
    assert "level 1, noted" in shown


def test_without_a_terminal_all_that_is_missing_is_named_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "--project", str(folder)]) == 2
    message = capsys.readouterr().err
    for flag in ("--workflow (replies|quotes)", "--what", "--noticed-by (client|", "--outside (yes|", "--by"):
        assert flag in message
    assert "--wrong" not in message
    assert not (folder / "incidents").exists()


def test_flags_alone_will_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--project", str(folder), "--workflow", "quotes", *FLAGS, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (folder / said["file"]).is_file()


def test_the_only_workflow_needs_no_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "incident2eval.toml").write_text(ONE)
    assert main(["new", "--project", str(folder), *FLAGS]) == 0
    assert "Stop replies. Inga Holm can switch it off." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--note", "x", "--what", "y", "--markers", "none"), "do not go together"),
        (("--markers", "none", *FLAGS), "--markers goes with --note"),
        (("--note", "x"), "missing: --markers"),
        (("--note", "x", "--markers", "visble"), "'visble' is no marker"),
        (("--note", "x", "--markers", "none,visible"), "says none and names one"),
        (("--note", "x", "--markers", " , "), "--markers is empty"),
        ((*FLAGS, "--noticed", "2026-11-18T10:00"), "has no offset"),
        ((*FLAGS, "--aware", "2026-11-18"), "a time is needed here"),
        ((*FLAGS, "--outside", "maybe"), "'maybe' is not one of"),
    ],
)
def test_bad_usage_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert main(["new", "--project", str(folder), "--workflow", "quotes", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_note_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--workflow", "quotes", "--note", "Tone off", "--markers")
    assert main(["new", "--project", str(folder), *flags, "none"]) == 0
    assert "level 1, noted" in capsys.readouterr().out
    assert main(["new", "--project", str(folder), *flags, "Control-Failed, visible", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["escalate"]) == 2


def test_contain_is_noted_and_says_its_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["new", "--project", str(folder), "--workflow", "replies", *FLAGS, "--json"])
    incident = json.loads(capsys.readouterr().out)["incident"]
    words = ["contain", incident, "--project", str(folder), "--action", "stopped", "--by", "Ana"]
    assert main([*words, "--at", "2026-11-18T10:00:00+01:00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["at"] == "2026-11-18T09:00:00Z"
    assert main([*words, "--workflow", "nobody"]) == 2
    assert main(words[:-4]) == 2
