"""Nothing hangs, and nothing that a workflow started is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import Outcome
from incident2eval.workflows import Target, _python, call

Workflow = Callable[..., Target]
Pids = Callable[[], list[int]]
Alive = Callable[[int], bool]

STARTERS = """
import os, signal, subprocess, sys, time

def note(pid):
    with open("pids", "a") as file:
        file.write(f"{pid}\\n")

def background():
    note(subprocess.Popen(["sleep", "300"]).pid)

def grandchild():
    subprocess.run(["sh", "-c", "sleep 300 & echo $! >> pids"])

def own_session():
    note(subprocess.Popen(["sleep", "300"], start_new_session=True).pid)

def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            note(os.getpid())
            time.sleep(300)
        os._exit(0)
    os.wait()

def forked():
    if os.fork() == 0:
        note(os.getpid())
        time.sleep(300)

def until_noted():
    while not os.path.exists("pids"):
        time.sleep(0.01)
"""

EVERY_WAY = pytest.mark.parametrize("start", ["background", "grandchild", "own_session", "daemon", "forked"])


def code(run: str) -> str:
    return STARTERS + "\ndef run(input):\n" + "".join(f"    {line}\n" for line in run.splitlines())


@EVERY_WAY
def test_what_a_run_leaves_running_is_gone_after_its_trial(
    start: str, workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    ended = call(workflow(code(f"{start}()\nuntil_noted()\nreturn 'done'")), [[{}]])

    assert ended[0][0].outcome is Outcome.PASSED
    assert len(noted_pids()) == 1
    assert not [pid for pid in noted_pids() if is_alive(pid)]


@EVERY_WAY
def test_a_run_past_its_time_is_killed_with_all_it_started(
    start: str, workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(code(f"note(os.getpid())\n{start}()\ntime.sleep(300)"), timeout=0.5)

    ended = call(target, [[{}]])

    assert ended[0][0].outcome is Outcome.TIMEOUT
    assert ended[0][0].message == "no answer within 0.5 s, the run was killed"
    assert len(noted_pids()) == 2
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_a_run_that_dies_takes_what_it_started_along(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(code("forked()\nbackground()\nuntil_noted()\nos._exit(0)"))

    before = time.monotonic()
    ended = call(target, [[{}]])

    assert ended[0][0].outcome is Outcome.ERRORED
    assert time.monotonic() - before < 5, "the pipe that a child still holds must not be waited for"
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_a_trial_is_over_before_the_next_one_starts(workflow: Workflow, noted_pids: Pids) -> None:
    target = workflow(
        code(
            "left = [int(line) for line in open('pids')] if os.path.exists('pids') else []\n"
            "background()\n"
            "return [pid for pid in left if os.path.exists(f'/proc/{pid}')]"
        )
    )

    ended = call(target, [[{}], [{}], [{}]])

    assert [trial[0].run and trial[0].run.output for trial in ended] == [[], [], []]


def test_what_the_import_started_serves_every_trial_and_ends_with_the_call(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(
        STARTERS + "\nbackground()\ndaemon()\ntime.sleep(0.2)\n"
        "def run(input): return [os.path.exists(f'/proc/{int(line)}') for line in open('pids')]"
    )

    ended = call(target, [[{}], [{}]])

    assert [trial[0].run and trial[0].run.output for trial in ended] == [[True, True], [True, True]]
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_a_timeout_ends_its_trial_and_no_other(workflow: Workflow) -> None:
    target = workflow(
        "import time\ndef run(input):\n    time.sleep(300 if input['n'] == 2 else 0)\n    return input['n']",
        timeout=0.5,
    )

    first, second = call(target, [[{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 4}]])

    assert [result.outcome for result in first] == ["passed", "timeout", "timeout"]
    assert first[2].message == "not run: an earlier input timed out"
    assert second[0].outcome is Outcome.PASSED


def test_the_limit_is_for_each_input(workflow: Workflow) -> None:
    target = workflow("import time\ndef run(input):\n    time.sleep(0.5)\n    return 'x'", timeout=1.5)

    (trial,) = call(target, [[{}, {}, {}]])

    assert [result.outcome for result in trial] == ["passed"] * 3


@pytest.mark.parametrize(
    "stubborn",
    [
        "while True:\n    try: time.sleep(300)\n    except BaseException: pass",
        "for name in (1, 2, 3, 15): signal.signal(name, signal.SIG_IGN)\ntime.sleep(300)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "os.closerange(0, 100)\nos.closerange(0, 100)\ntime.sleep(300)",
        "while True: pass",
        "sys.set_int_max_str_digits(0)\nint('9' * 10_000_000)",
    ],
    ids=[
        "catches everything",
        "ignores signals",
        "stops itself",
        "closes descriptors",
        "spins",
        "holds the GIL",
    ],
)
def test_no_run_can_refuse_to_be_killed(stubborn: str, workflow: Workflow) -> None:
    before = time.monotonic()

    ((result,), (fine,)) = call(
        workflow(code(f"if not input: return 'fine'\n{stubborn}"), timeout=0.5), [[{"hang": True}], [{}]]
    )

    assert result.outcome is Outcome.TIMEOUT
    assert fine.outcome is Outcome.PASSED
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("code", ["import time; time.sleep(300)", "while True: print('x' * 1000)"])
def test_importing_has_a_limit_too(code: str, workflow: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_python, "_IMPORT_SECONDS", 0.5)

    ((first, second),) = call(workflow(code, timeout=0.2), [[{}, {}]])

    assert first == second
    assert first.outcome is Outcome.TIMEOUT
    assert first.message == "cannot import python:flows:run: importing it took longer than 0.5 s"


def test_a_hanging_worker_does_not_hang_its_parent(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_python, "_GRACE", 0.5)
    target = workflow(
        code("note(os.getpid())\ndaemon()\nos.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(300)"),
        timeout=0.2,
    )

    ((first,), (second,)) = call(target, [[{}], [{}]])

    assert (first.outcome, first.message) == (Outcome.TIMEOUT, "the worker hangs")
    assert (second.outcome, second.message) == (Outcome.TIMEOUT, "not run: the worker hangs")
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_a_worker_that_dies_is_told_and_its_trial_is_ended(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(code("note(os.getpid())\nbackground()\nos.kill(os.getppid(), 9)\ntime.sleep(300)"))

    ((first,), (second,)) = call(target, [[{}], [{}]])

    assert (first.outcome, first.message) == (Outcome.ERRORED, "the worker ended (killed by SIGKILL)")
    assert (second.outcome, second.message) == (
        Outcome.ERRORED,
        "not run: the worker ended (killed by SIGKILL)",
    )
    assert len(noted_pids()) == 2
    assert not [pid for pid in noted_pids() if is_alive(pid)]


CALLER = """
import signal, sys
from pathlib import Path
from incident2eval.workflows import Target, _python, call

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
_python._IMPORT_SECONDS = 0.5
call(Target(address="python:flows:run", project=Path("."), timeout=float(sys.argv[1])), [[{}]])
"""


def started_caller(project: Path, *, timeout: float, pids: int) -> subprocess.Popen[bytes]:
    """A process that calls the project's workflow, once that many process ids are noted."""
    command = [sys.executable, "-c", CALLER, str(timeout)]
    caller = subprocess.Popen(command, cwd=project, stderr=subprocess.DEVNULL)
    noted = project / "pids"
    while not noted.exists() or len(noted.read_text().splitlines()) < pids:
        assert caller.poll() is None
        time.sleep(0.02)
    return caller


def all_end(pids: list[int], is_alive: Alive) -> bool:
    give_up = time.monotonic() + 5
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < give_up:
        time.sleep(0.02)
    return not left


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_nothing_outlives_a_parent_that_is_interrupted_or_killed(
    name: str, workflow: Workflow, tmp_path: Path, noted_pids: Pids, is_alive: Alive
) -> None:
    workflow(code("note(os.getpid())\nnote(os.getppid())\nown_session()\ndaemon()\ntime.sleep(300)"))
    parent = started_caller(tmp_path, timeout=200, pids=4)

    os.kill(parent.pid, getattr(signal, name))
    parent.wait(timeout=10)

    assert all_end(noted_pids(), is_alive)


def test_an_import_that_hangs_ends_even_when_its_parent_is_gone(
    workflow: Workflow, tmp_path: Path, noted_pids: Pids, is_alive: Alive
) -> None:
    workflow(STARTERS + "\nnote(os.getpid())\ntime.sleep(300)")
    parent = started_caller(tmp_path, timeout=1, pids=1)

    parent.kill()
    parent.wait(timeout=10)

    assert all_end(noted_pids(), is_alive)
