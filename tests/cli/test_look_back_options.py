"""`look-back` at a terminal: the dialogue, the bar, and what goes together."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline.past_runs import archive, asked, faulty, good, logged
from pipeline.test_look_back_review import words

from incident2eval.cli import main
from incident2eval.pipeline.project import INCIDENT


def at_a_terminal(project: Path, *arguments: str, answers: tuple[str, ...] = ()) -> tuple[str, int]:
    """Run `look-back` with a terminal and type the answers, each once it is asked for."""
    given = [sys.executable, "-m", "incident2eval", "look-back", INCIDENT, "--project", str(project)]
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [*given, *arguments], stdin=inside, stdout=inside, stderr=inside, start_new_session=True
    )
    os.close(inside)
    shown, waiting = "", list(answers)
    while read := _read(terminal):
        shown += read
        if waiting and shown.rstrip(" ").endswith((":", "]:")):
            os.write(terminal, f"{waiting.pop(0)}\n".encode())
    os.close(terminal)
    return shown.replace("\r\n", "\n"), process.wait(120)


def _read(terminal: int) -> str:
    """What is shown next; nothing at the end, which Linux tells by an error."""
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return ""


def test_a_review_goes_hit_by_hit_and_asks_why(project: Path) -> None:
    lines = [faulty(project, f"run-{day}", day) for day in (1, 2, 3, 4)]
    asked(project, archive(project, *lines, good(project, "a")))

    shown, code = at_a_terminal(
        project,
        "--review",
        answers=("Ruth Calloway", "s", "x", "d", "?", "a test account", "c", "it is so", "q"),
    )

    assert code == 0, shown
    assert "1 of 4" in shown
    assert "words: " in shown
    assert [(word["ref"], word["state"], word["reason"], word["by"]) for word in words(project)] == [
        ("run-2", "dismissed", "a test account", "Ruth Calloway"),
        ("run-3", "confirmed", "it is so", "Ruth Calloway"),
    ]
    assert logged(project)[-1]["hits"] == 3
    assert "3 hits count, 1 dismissed" in shown


def test_where_nothing_is_left_to_review_it_says_so(project: Path) -> None:
    asked(project, archive(project, faulty(project, "b"), good(project, "a")))
    at_a_terminal(project, "--review", answers=("Ruth Calloway", "c", "it is so"))

    shown, code = at_a_terminal(project, "--review", answers=("Ruth Calloway",))

    assert code == 0, shown
    assert "Somebody has said a word on each already" in shown
    assert "1 hit counts, 0 dismissed" in shown


def test_a_bar_is_shown_at_a_terminal(project: Path) -> None:
    path = archive(project, faulty(project, "b", 2), good(project, "a"))

    shown, code = at_a_terminal(project, "--archive", str(path))

    assert code == 0, shown
    assert "2 runs, 1 hits" in shown
    assert "when, by day" in shown


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--cluster", "tcp://10.0.0.1:8786"), "--cluster goes with --engine dask"),
        (("--engine", "spark"), "'spark' is not one of 'local', 'dask'"),
        (("--jobs", "0"), "--jobs"),
        (("--review", "--since", "60d"), "look at nothing"),
        (("--review", "--report", "hits.json"), "look at nothing"),
        (("--reason", "x"), "--reason goes with --confirm or --dismiss"),
        (("--gap", "x", "--by", "Ruth", "--reason", "y"), "--gap goes with --by, and with nothing else"),
        (("--gap", "x", "--by", "Ruth", "--review"), "--gap goes with --by, and with nothing else"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], why: str
) -> None:
    assert main(["look-back", INCIDENT, *options, "--project", str(tmp_path)]) == 2
    assert why in " ".join(capsys.readouterr().err.split())
