"""What a hostile import has the worker let go of does not get away either."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from incident2eval.model import Outcome
from incident2eval.workflows import Target, _worker, call

Workflow = Callable[..., Target]
Pids = Callable[[], list[int]]
Alive = Callable[[int], bool]

ESCAPE = """
import os, time

def escape(then=lambda: time.sleep(300)):
    noted, note = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open("pids", "a") as file:
                file.write(f"{os.getpid()}\\n")
            os.write(note, b".")
            then()
        # It notes itself before it becomes an orphan: from then on another call may end it at any time.
        os.read(noted, 1)
        os._exit(0)
    os.wait()

def run(input):
    return "fine"
"""

UNDONE = ESCAPE + "import ctypes\nctypes.CDLL(None).prctl(36, 0, 0, 0, 0)\n"


@pytest.fixture(autouse=True)
def switch() -> Iterator[None]:
    """The switch of this process is afterwards as it was before."""
    before = _worker.adopt_orphans(0)
    yield
    assert _worker.adopt_orphans(before) == 0


def assert_gone(pids: list[int], is_alive: Alive) -> None:
    assert pids
    assert not [pid for pid in pids if is_alive(pid)]
    assert not set(pids) & _worker.children(), "an adopted process must be reaped"


def test_an_import_that_has_the_worker_adopt_nobody(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    ((result,),) = call(workflow(UNDONE + "escape()"), [[{}]])

    assert result.outcome is Outcome.PASSED
    assert_gone(noted_pids(), is_alive)


def test_a_project_whose_ctypes_is_its_own(
    workflow: Workflow, tmp_path: Path, noted_pids: Pids, is_alive: Alive
) -> None:
    (tmp_path / "ctypes.py").write_text("raise ImportError\n", encoding="utf-8")
    alive = "[line for line in open('pids').read().split() if os.path.exists('/proc/' + line)]"
    again = f'return {alive} if os.path.exists("pids") else escape()'

    (first,), (second,) = call(workflow(ESCAPE.replace('return "fine"', again)), [[{}], [{}]])

    assert first.outcome is Outcome.PASSED
    assert second.run is not None
    assert second.run.output == [], "it is gone with its trial already"
    assert_gone(noted_pids(), is_alive)


def test_what_an_orphan_started_follows_it(workflow: Workflow, noted_pids: Pids, is_alive: Alive) -> None:
    started = "escape(lambda: (escape(), time.sleep(300)))\nwhile open('pids').read().count('\\n') < 2: pass"

    call(workflow(UNDONE + started), [[{}]])

    assert len(noted_pids()) == 2
    assert_gone(noted_pids(), is_alive)


def test_an_orphan_that_prints_without_end_does_not_hang_the_call(
    workflow: Workflow, noted_pids: Pids, is_alive: Alive
) -> None:
    endless = "def endless():\n    while True: os.write(1, b'x' * 4096)\nescape(endless)"

    ((result,),) = call(workflow(UNDONE + endless), [[{}]])

    assert result.outcome is Outcome.PASSED
    assert_gone(noted_pids(), is_alive)


def test_in_a_thread_and_beside_another_call(workflow: Workflow, noted_pids: Pids, is_alive: Alive) -> None:
    slow = workflow(UNDONE.replace('return "fine"', "time.sleep(input['for']); return 'fine'") + "escape()")
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.append(call(slow, [[{"for": n}]])[0][0].outcome))
        for n in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == ["passed", "passed"]
    assert len(noted_pids()) == 2
    assert_gone(noted_pids(), is_alive)


def test_other_children_of_this_process_are_left_alone(workflow: Workflow, is_alive: Alive) -> None:
    before = [
        subprocess.Popen(["sleep", "300"], start_new_session=new_session) for new_session in (False, True)
    ]
    meanwhile: list[subprocess.Popen[bytes]] = []
    starter = threading.Timer(0.2, lambda: meanwhile.append(subprocess.Popen(["sleep", "300"])))
    starter.start()

    call(workflow("import time\ndef run(input): time.sleep(0.5)"), [[{}]])

    starter.join()
    children = [*before, *meanwhile]
    alive = [is_alive(child.pid) for child in children]
    for child in children:
        child.kill()
        child.wait()
    assert alive == [True, True, True]


def test_a_process_that_adopts_orphans_anyway_goes_on_doing_so(workflow: Workflow) -> None:
    _worker.adopt_orphans(1)

    call(workflow("def run(input): return os.getpid()\nimport os"), [[{}]])

    assert _worker.adopt_orphans(0) == 1
