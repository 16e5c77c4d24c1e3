"""Never more at a time than asked for, results in order, and nothing left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from workflows import serving

from incident2eval.model import Outcome
from incident2eval.workflows import Target, call, call_all

Workflow = Callable[..., Target]
Pids = Callable[[], list[int]]
Alive = Callable[[int], bool]

MARKED = """
import os, pathlib, time

def run(input):
    here = pathlib.Path(f"running-{os.getpid()}-{time.time_ns()}")
    here.touch()
    seen = len(list(pathlib.Path(".").glob("running-*")))
    time.sleep(input.get("for", 0.2))
    here.unlink()
    return {"output": {"n": input["n"], "seen": seen}}
"""


def outputs(results: object) -> list[list[object]]:
    return [[result.run.output for result in trial] for trial in results]  # type: ignore[attr-defined]


def command(project: Path, code: str) -> Target:
    script = f"{textwrap.dedent(code)}\nimport json, sys\nprint(json.dumps(run(json.load(sys.stdin))))\n"
    (project / "program.py").write_text(script, encoding="utf-8")
    return Target(address=f"command:{sys.executable} program.py", project=project)


@pytest.mark.parametrize("kind", ["python", "command"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_never_more_at_a_time_than_asked_for(
    kind: str, jobs: int, workflow: Workflow, tmp_path: Path
) -> None:
    target = workflow(MARKED) if kind == "python" else command(tmp_path, MARKED)

    found = outputs(call(target, [[{"n": n}] for n in range(9)], jobs=jobs))

    assert [trial[0]["n"] for trial in found] == list(range(9))  # type: ignore[index]
    seen = [trial[0]["seen"] for trial in found]  # type: ignore[index]
    assert max(seen) <= jobs
    assert (max(seen) > 1) == (jobs > 1)


def test_several_calls_share_the_jobs(workflow: Workflow, tmp_path: Path) -> None:
    targets = [workflow(MARKED), command(tmp_path, MARKED)]
    calls = [(target, [[{"n": (at, n)}] for n in range(4)]) for at, target in enumerate(targets)]

    found = [outputs(results) for results in call_all(calls, jobs=2)]

    assert [[trial[0]["n"] for trial in results] for results in found] == [  # type: ignore[index]
        [[at, n] for n in range(4)] for at in range(2)
    ]
    assert max(trial[0]["seen"] for results in found for trial in results) <= 2  # type: ignore[index]


def test_results_are_in_order_whatever_ends_first(workflow: Workflow) -> None:
    target = workflow("import time\ndef run(input): time.sleep(input['for']); return input['n']")
    trials = [[{"n": n, "for": 0.6 - n / 10}, {"n": -n, "for": 0}] for n in range(6)]

    assert outputs(call(target, trials, jobs=6)) == [[n, -n] for n in range(6)]


def test_the_inputs_of_a_trial_stay_together_in_one_process(workflow: Workflow) -> None:
    target = workflow("""
        import os
        seen = []

        def run(input):
            seen.append(input["n"])
            return [os.getpid(), *seen]
        """)

    found = outputs(call(target, [[{"n": n}, {"n": n + 1}] for n in range(0, 12, 2)], jobs=3))

    assert [[output[1:] for output in trial] for trial in found] == [  # type: ignore[index]
        [[n], [n, n + 1]] for n in range(0, 12, 2)
    ]
    assert len({trial[0][0] for trial in found}) == 6  # type: ignore[index]


def test_every_worker_imports_once(workflow: Workflow, tmp_path: Path) -> None:
    target = workflow('open("imports", "a").write(".")\ndef run(input): return "x"')

    call(target, [[{}]] * 9, jobs=3)

    assert len((tmp_path / "imports").read_text()) == 3


def test_whoever_asked_is_told_after_each_trial(workflow: Workflow) -> None:
    told: list[int] = []
    target = workflow("def run(input): return 'x'")

    call(target, [[{}, {}]] * 5, jobs=2, told=told.append)

    assert told == [1, 2, 3, 4, 5]


def test_no_job_is_no_way_to_call(workflow: Workflow) -> None:
    with pytest.raises(ValueError, match="0 jobs"):
        call(workflow(""), [[{}]], jobs=0)


def test_a_trial_that_hangs_or_dies_takes_no_other_along(workflow: Workflow) -> None:
    target = workflow(
        """
        import os, time

        def run(input):
            if input["n"] == 1:
                time.sleep(300)
            if input["n"] == 2:
                os._exit(3)
            return "fine"
        """,
        timeout=0.5,
    )

    results = call(target, [[{"n": n}] for n in range(6)], jobs=3)

    assert [trial[0].outcome for trial in results] == [
        Outcome.PASSED,
        Outcome.TIMEOUT,
        Outcome.ERRORED,
        *[Outcome.PASSED] * 3,
    ]


STRAY = """
import os, subprocess, time

def run(input):
    stray = subprocess.Popen(["sh", "-c", "setsid sleep 300 & echo $! >> pids; sleep 300"])
    with open("pids", "a") as file:
        file.write(f"{os.getpid()}\\n{os.getppid()}\\n{stray.pid}\\n")
    time.sleep(input["for"])
    return "fine"
"""


@pytest.mark.parametrize("kind", ["python", "command"])
def test_nothing_outlives_the_calls(
    kind: str, workflow: Workflow, tmp_path: Path, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(STRAY, timeout=1.0) if kind == "python" else command(tmp_path, STRAY)

    call(target, [[{"for": 0.2}]] * 6, jobs=3)

    assert len(noted_pids()) == 24
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_a_listener_that_fails_ends_everything(workflow: Workflow, is_alive: Alive, noted_pids: Pids) -> None:
    def told(done: int) -> None:
        raise OSError("nobody reads")

    target = workflow(STRAY, timeout=60)
    before = time.monotonic()

    with pytest.raises(OSError, match="nobody reads"):
        call(target, [[{"for": 0.3}], [{"for": 50}], [{"for": 50}]], jobs=3, told=told)

    assert time.monotonic() - before < 10
    assert not [pid for pid in noted_pids() if is_alive(pid)]


CALLER = """
import signal, sys
from pathlib import Path
from incident2eval.workflows import Target, call

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
call(Target(address=sys.argv[1], project=Path("."), timeout=200), [[{"for": 100}]] * 8, jobs=3)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
@pytest.mark.parametrize("kind", ["python", "command"])
def test_ctrl_c_and_worse_end_everything(
    name: str, kind: str, workflow: Workflow, tmp_path: Path, noted_pids: Pids, is_alive: Alive
) -> None:
    target = workflow(STRAY) if kind == "python" else command(tmp_path, STRAY)
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, target.address], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + 20
    while not (tmp_path / "pids").exists() or len(noted_pids()) < 12:
        assert time.monotonic() < give_up
        time.sleep(0.02)

    os.kill(caller.pid, getattr(signal, name))

    assert caller.wait(timeout=10) != 0
    give_up = time.monotonic() + 5
    while any(is_alive(pid) for pid in noted_pids()) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert len(noted_pids()) == 12, "no other trial was begun"
    assert not [pid for pid in noted_pids() if is_alive(pid)]


def test_servers_are_asked_by_so_many_at_a_time() -> None:
    now, most, lock = 0, 0, threading.Lock()

    def count(given: object) -> serving.Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.1)
        with lock:
            now -= 1
        return serving.Reply(str(given["n"]).encode())  # type: ignore[index]

    with serving.Workflow.serving() as server:
        server.answer = count
        found = outputs(call(server.target(), [[{"n": n}] for n in range(12)], jobs=4))

    assert found == [[str(n)] for n in range(12)]
    assert 1 < most <= 4
