"""kill -9 at random points of `collect`: nothing lost, nothing half-sealed, and the next one completes it.

python tests/torture/kill.py [--rounds 200] [--seed N]
"""

import argparse
import json
import mmap
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from incident2eval.pipeline.intake import collect
from incident2eval.pipeline.verify import verify
from incident2eval.store import Project

ID = "INC-2026-0142"
INCIDENT = f"""\
id: {ID}
title: T
workflow: summary
when: {{noticed: 2026-11-18T10:05:00Z}}
what_happened: It did.
"""
FRESH_AFTER = 20
"""Rounds in one project: what killed collectors left behind piles up, and so does the time to read it."""

AT_THE_DISK = ("open", "os.", "fcntl.")
"""Beginnings of the audit events at which a collector may be killed."""


def trace(number: int) -> bytes:
    """One run, large enough that writing it takes a while."""
    run = {"schema": "incident2eval/run/1", "id": f"r{number}", "output": f"{number} " * 50_000}
    return json.dumps(run).encode()


def written(folder: Path) -> Path:
    """A project with an incident and two files of evidence that nobody has sealed yet."""
    place = folder / "incidents" / ID
    (place / "evidence").mkdir(parents=True)
    (folder / "incident2eval.toml").write_text('[workflows.summary]\ntarget = "python:flows:draft"\n')
    (place / "incident.yaml").write_text(INCIDENT)
    (place / "evidence" / "trace.json").write_bytes(trace(0))
    (place / "evidence" / "account.txt").write_text("It did.\n")
    return folder


def forked(work: Callable[[], object], *, die_at: int | None = None, die_after: float | None = None) -> bool:
    """Do it in a process that is killed at its nth step at the disk, or after so long; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            if die_at is not None:
                _die_at(die_at)
            work()
        except BaseException:  # noqa: BLE001 - this process must end here, whatever happens
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if die_after is not None:
        time.sleep(die_after)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in {0, -signal.SIGKILL}:
        raise AssertionError(f"the collector ended with {status}")
    return status != 0


def _die_at(step: int) -> None:
    left = step

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal left
        left -= event.startswith(AT_THE_DISK)
        if left == 0:  # once: to kill is such a step itself
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def steps(work: Callable[[], object]) -> int:
    """How many steps at the disk it takes."""
    shared = mmap.mmap(-1, 8)

    def count(event: str, _: tuple[object, ...]) -> None:
        if event.startswith(AT_THE_DISK):
            shared[:] = (int.from_bytes(shared[:]) + 1).to_bytes(8)

    def counted() -> None:
        sys.addaudithook(count)
        work()

    forked(counted)
    return int.from_bytes(shared[:])


def measured(folder: Path) -> tuple[int, float]:
    """How many steps at the disk a collector takes, and how many seconds."""
    handed = folder / "measured.json"
    handed.write_bytes(trace(1))
    # Once here first: what is imported late is in memory then, and every step left is one of the collector's.
    collect(project=written(folder / "first"), incident=ID, traces=(handed,))
    with tempfile.TemporaryDirectory() as scratch:
        home = written(Path(scratch))
        taken = steps(lambda: collect(project=home, incident=ID, traces=(handed,)))
    with tempfile.TemporaryDirectory() as scratch:
        again, started = written(Path(scratch)), time.perf_counter()
        forked(lambda: collect(project=again, incident=ID, traces=(handed,)))
    return taken, time.perf_counter() - started


def looked_at(home: Path, before: dict[str, bytes], new: str, content: bytes) -> str:
    """How far a killed collector got; AssertionError where anything is lost or half done."""
    project, evidence = Project.find(home), home / "incidents" / ID / "evidence"
    state = project.seal_state(ID)
    there = {path.name: path.read_bytes() for path in evidence.iterdir() if not path.name.startswith(".")}
    assert (home / "incidents" / ID / "incident.yaml").read_text() == INCIDENT
    assert (state.manifest, state.changed, state.gone) == ((), (), ())
    assert there in (before, before | {new: content}), "a file of evidence is lost, or half there"
    sealed = {entry.file.removeprefix("evidence/") for entry in state.entries}
    return "sealed" if new in sealed else "there, not sealed" if new in there else "nothing of it yet"


def one_round(home: Path, number: int, die: dict[str, float]) -> str:
    """Kill a collector, look at what it left, and let the next one complete it."""
    new, content = f"trace-{number}.json", trace(number)
    handed = home / new
    handed.write_bytes(content)
    evidence = home / "incidents" / ID / "evidence"
    before = {path.name: path.read_bytes() for path in evidence.iterdir() if not path.name.startswith(".")}
    entries = Project.find(home).sealed(ID)

    def work() -> object:
        return collect(project=home, incident=ID, traces=(handed,))

    killed = forked(work, **die)  # type: ignore[arg-type]
    outcome = looked_at(home, before, new, content)
    work()
    after = Project.find(home).sealed(ID)
    assert after[: len(entries)] == entries, "what was sealed before was written anew"
    assert verify(project=home, what=ID).exit_code == 0
    assert len(after) == len(before) + 1
    return outcome if killed else "done before it was killed"


def asked(about: str | None, *, rounds: int) -> tuple[int, int]:
    """How many rounds somebody asks for, and the seed of their chance."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    given = parser.parse_args()
    return given.rounds, given.seed


def main() -> int:
    """Kill collectors at random; 0 where nothing was lost and nothing half-sealed."""
    rounds, seed = asked(__doc__, rounds=200)
    chance, outcomes = random.Random(seed), Counter[str]()  # noqa: S311 - to be repeated
    with tempfile.TemporaryDirectory() as scratch:
        taken, seconds = measured(Path(scratch))
        for number in range(rounds):
            if number % FRESH_AFTER == 0:
                home = written(Path(scratch, f"project-{number}"))
            at_step = {"die_at": chance.randint(1, taken)}
            after = {"die_after": chance.uniform(0, seconds)}
            outcomes[one_round(home, number + 1, at_step if number % 2 else after)] += 1
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"collect killed in {rounds} rounds (seed {seed}, {taken} steps at the disk): {told}")
    print("0 lost, 0 half-sealed, every one completed by the next collect")
    return 0


if __name__ == "__main__":
    sys.exit(main())
