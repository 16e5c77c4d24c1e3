"""A command of the settings: no shell, the caller's environment, an end in time."""

import time
from pathlib import Path

import pytest

from incident2eval.workflows import run_hook


def script(folder: Path, text: str) -> str:
    path = folder / "hook.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return "./hook.sh"


def test_it_runs_in_the_project_and_what_it_prints_is_kept(tmp_path: Path) -> None:
    done = run_hook(script(tmp_path, 'pwd; echo "$1" >&2') + " 'a b'", project=tmp_path)
    assert done.trouble is None
    assert done.printed.splitlines() == [str(tmp_path.resolve()), "a b"]


def test_no_shell_reads_it(tmp_path: Path) -> None:
    done = run_hook("echo $HOME; touch here && true", project=tmp_path)
    assert done.printed == "$HOME; touch here && true\n"
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize(
    ("command", "trouble"),
    [
        ("false", "exit code 1"),
        ("sh -c 'kill -9 $$'", "signal 9"),
        ("./not-there", "cannot be started"),
        ("echo 'half", "cannot be split"),
        ("  ", "is empty"),
        ("echo a\0b", "cannot be started"),
    ],
)
def test_what_goes_wrong_is_said(tmp_path: Path, command: str, trouble: str) -> None:
    assert trouble in (run_hook(command, project=tmp_path).trouble or "")


def test_it_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    command = script(tmp_path, "(sleep 2; touch late) & sleep 60")
    started = time.monotonic()
    done = run_hook(command, project=tmp_path, timeout=0.3)
    assert "ended after 0.3 seconds" in (done.trouble or "")
    time.sleep(2.5)
    assert not (tmp_path / "late").exists()
    assert time.monotonic() - started < 30


def test_what_it_leaves_running_holds_nobody_up(tmp_path: Path) -> None:
    started = time.monotonic()
    assert run_hook(script(tmp_path, "sleep 3 &"), project=tmp_path).trouble is None
    assert time.monotonic() - started < 2.5


def test_it_is_not_told_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENT2EVAL_KEY", "0" * 64)
    monkeypatch.setenv("OPS_TOKEN", "needed")
    printed = run_hook("env", project=tmp_path).printed
    assert "OPS_TOKEN=needed" in printed
    assert "INCIDENT2EVAL_KEY" not in printed
