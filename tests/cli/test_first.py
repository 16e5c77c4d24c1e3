"""`new` and `contain` at a terminal and without one."""

import json
import os
import pty
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

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


def the_incident(folder: Path) -> str:
    (file,) = folder.glob("incidents/*/incident.yaml")
    return file.read_text()


@pytest.mark.requirement("R75")
def test_a_terminal_is_asked_six_questions_at_most(folder: Path) -> None:
    shown, code = at_a_terminal(folder, "quotes", "Wrong price sent.", "12 EUR", "client", "yes", "Ana")
    assert code == 0
    assert "6/6 Your name? Ana" in shown
    assert "INC-" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "12 EUR" in the_incident(folder)


@pytest.mark.requirement("R2", "R75")
def test_the_last_but_one_question_tells_a_near_miss_too(folder: Path) -> None:
    shown, code = at_a_terminal(folder, "Quotes", "Wrong price.", "", "STAFF", "No, caught in time", "Ana")
    assert code == 0
    assert "caught: no, it was caught in time" in shown
    assert "outcome: near_miss" in the_incident(folder)
    assert 'left_company: "no"' in the_incident(folder)


def test_answers_are_taken_as_people_give_them(folder: Path) -> None:
    _, code = at_a_terminal(folder, "QUOTES", "Wrong price.", "", "Customer", "Y", "Ana")
    assert code == 0
    assert "noticed_by: client" in the_incident(folder)
    assert 'left_company: "yes"' in the_incident(folder)


def test_who_breaks_off_gets_a_command_to_go_on_with(folder: Path) -> None:
    end_of_input = "\x04"
    flags = ("--noticed", "2026-11-18T10:00:00+01:00", "--near-miss")
    shown, code = at_a_terminal(folder, "quotes", "It's wrong.", "", end_of_input, arguments=flags)
    assert code == 130
    command = shown[shown.index("incident2eval new") :].splitlines()[0]
    words = shlex.split(command)[2:]
    assert words[:2] == ["--project", str(folder)]
    assert words[-4:] == ["--workflow", "quotes", "--what", "It's wrong."]
    assert {"--near-miss", "2026-11-18T09:00:00+00:00"} < set(words)
    assert not (folder / "incidents").exists()
    assert main(["new", *words, "--noticed-by", "staff", "--by", "Ana"]) == 0


def test_what_a_flag_says_is_not_asked(folder: Path) -> None:
    flags = ("--workflow", "quotes", "--by", "Ana", "--wrong", "x", "--outside", "no")
    shown, code = at_a_terminal(folder, "Wrong price.", "staff", arguments=flags)
    assert code == 0
    assert "2/2 Who noticed?" in shown


def test_a_note_asks_for_its_markers(folder: Path) -> None:
    (folder / "incident2eval.toml").write_text(ONE)
    shown, code = at_a_terminal(folder, "visble", "no", arguments=("--note", "Tone off"))
    assert code == 0
    assert "somebody outside could see it" in shown
    assert "'visble' is no marker" in shown
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


def test_without_a_terminal_what_happened_is_enough_and_the_rest_is_unknown(folder: Path) -> None:
    said = ("--workflow", "quotes", "--what", "The reply named another order.", "--title", "Wrong order")

    assert main(["new", "--project", str(folder), *said]) == 0

    (written,) = (folder / "incidents").glob("*/incident.yaml")
    told = yaml.safe_load(written.read_text("utf-8"))
    assert told["title"] == "Wrong order"
    assert told.get("questions", {}).get("left_company", "unknown") == "unknown"
    assert "noticed_by" not in told or told["noticed_by"] is None


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
        (("--note", "x", "--markers", " , "), "is empty: say none"),
        (("--note", "x", "--markers", "none", "--near-miss"), "more than a slip"),
        ((*FLAGS, "--near-miss"), "--outside says yes"),
        ((*FLAGS, "--noticed", "2026-11-18T10:00"), "has no offset"),
        ((*FLAGS, "--noticed", "2026-02-30T10:00"), "add the offset"),
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


def test_a_time_without_its_offset_is_refused_with_that_of_this_machine(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert main(["new", "--project", str(folder), "--noticed", "2026-07-18 10:00"]) == 2
    finally:
        monkeypatch.undo()
        time.tzset()
    message = capsys.readouterr().err
    assert "write 2026-07-18 10:00+02:00 if it is by this machine's clock" in message


def test_a_flag_will_do_for_a_near_miss(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--workflow", "quotes", "--what", "Wrong price.", "--noticed-by", "reviewer", "--by", "Ana")
    assert main(["new", "--project", str(folder), *flags, "--near-miss"]) == 0
    assert "(near miss)" in capsys.readouterr().out
    assert "outcome: near_miss" in the_incident(folder)


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
