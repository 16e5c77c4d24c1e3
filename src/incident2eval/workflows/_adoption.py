"""This process as the one to which the orphans of a workflow's worker come, and which ends them."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from incident2eval.workflows import _worker

_KILL_SECONDS = 2.0


class Adoption:
    """Adopts what a worker loses, for as long as calls are under way: the worker cannot be trusted to.

    The code of a workflow runs in the worker and may have it let go of its orphans; what this process does it
    cannot undo. Linux only, best effort.

    A worker leads a session of its own and nothing can join another session, so a child that was not there
    before the call, is no worker and is in another session than this process is an orphan. Children that
    other threads start meanwhile are left alone, unless they get a new session themselves.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._earlier = 0
        """Whether this process adopted orphans before the first call."""
        self._workers: set[int] = set()

    @contextmanager
    def during_call(self) -> Iterator[Callable[[], None]]:
        """Adopt orphans; gives what kills and reaps all that there are, for when the worker has ended."""
        with self._lock:
            if not self._calls:
                self._earlier = _worker.adopt_orphans(1)
            self._calls += 1
            kept = _worker.children()
        try:
            yield lambda: self._kill_orphans(kept)
        finally:
            with self._lock:
                self._calls -= 1
                if not self._calls:
                    _worker.adopt_orphans(self._earlier)

    @contextmanager
    def of(self, start: Callable[[], subprocess.Popen[bytes]]) -> Iterator[subprocess.Popen[bytes]]:
        """Start a worker, which no other call takes for an orphan."""
        with self._lock:
            process = start()
            self._workers.add(process.pid)
        try:
            with process:
                yield process
        finally:
            with self._lock:
                self._workers.discard(process.pid)

    def _kill_orphans(self, kept: set[int]) -> None:
        """What a killed orphan had started is adopted in turn and follows it."""
        give_up = time.monotonic() + _KILL_SECONDS
        while time.monotonic() < give_up:
            with self._lock:
                orphans = _orphans(kept | self._workers)
                for pid in orphans:
                    _kill(pid)
            if not orphans:
                return
            time.sleep(0.001)


def _orphans(kept: set[int]) -> set[int]:
    own, session = os.getpid(), os.getsid(0)
    return {
        process.pid
        for process in _worker.processes()
        if process.parent == own and process.session != session and process.pid not in kept
    }


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, os.WNOHANG)  # one that takes a moment to end is met again


ADOPTION = Adoption()
"""One for the whole process, as the kernel's switch is."""
