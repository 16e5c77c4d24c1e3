"""Eight processes write one log: no line is lost or mixed, the chain holds, and the dead hold no lock.

python tests/torture/writers.py [--processes 8] [--records 500]
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kill import ID, written

from incident2eval.model import Event, LogEntry
from incident2eval.pipeline._word import append
from incident2eval.store import Project
from incident2eval.store._log import open_log

LONG = 20_000
"""Characters of one record in eight: longer than a page, so that two at once could mix."""


def text(writer: int, number: int) -> str:
    """What a writer says in its nth record."""
    return f"w{writer} r{number} " + (f"{writer}" * LONG if number % 8 == 0 else "")


def write(home: Path, writer: int, records: int) -> None:
    """One writer: each record is on the disk before the next."""
    project = Project.find(home)
    for number in range(records):
        at = datetime.now(UTC).replace(microsecond=0)
        entry = LogEntry(
            at=at, event=Event.ANSWERED, by=f"Writer {chr(65 + writer)}", text=text(writer, number)
        )
        append(project, ID, entry)


def start(work: Callable[[], object]) -> int:
    """Do it in a process; its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - this process must end here, whatever happens
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def hold_and_die(home: Path) -> None:
    """Somebody takes the lock of the incident, and is killed with it in hand."""

    def work() -> None:
        from incident2eval.store._alone import alone

        with alone(home / "incidents" / ID, shown=ID):
            os.kill(os.getpid(), signal.SIGKILL)

    status = os.waitpid(start(work), 0)[1]
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, status
    assert (home / "incidents" / ID / ".lock").exists(), "the dead one left no lock: nothing is tested"


def judged(home: Path, processes: int, records: int) -> tuple[int, int]:
    """How many records are lost, and how many are not what somebody wrote; raises where the chain breaks."""
    log = open_log(home / "incidents" / ID / "log.jsonl", file="log.jsonl")
    assert (log.torn, log.warnings) == ((), ()), log.warnings
    said = [entry.text or "" for entry in log.entries]
    wanted = {text(writer, number) for writer in range(processes) for number in range(records)}
    orders = [[int(one.split()[1][1:]) for one in said if one.startswith(f"w{n} ")] for n in range(processes)]
    assert all(order == sorted(order) for order in orders), "a writer's records are out of order"
    return len(wanted - set(said)), len(said) - len(wanted & set(said))


def main() -> int:
    """Let them write; 0 where nothing was lost or mixed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--processes", type=int, default=8)
    asked.add_argument("--records", type=int, default=500)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = written(Path(scratch))
        hold_and_die(home)
        started = time.perf_counter()
        children = [
            start(lambda: write(home, writer, given.records))  # noqa: B023 - forked at once
            for writer in range(given.processes)
        ]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        seconds = time.perf_counter() - started
        lost, mixed = judged(home, given.processes, given.records)
    print(f"{given.processes} x {given.records} records in {seconds:.1f} s, after one died with the lock:")
    print(f"{lost} lost, {mixed} mixed or twice, the chain holds")
    return 1 if lost or mixed or any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
