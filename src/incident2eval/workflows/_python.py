"""`python:` a callable `(input: dict) -> str | dict`, called in a worker process of its own."""

import codecs
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from incident2eval.model import JSON, Outcome, Result, visible
from incident2eval.workflows import _worker
from incident2eval.workflows._adoption import ADOPTION
from incident2eval.workflows._answer import failure, result_of
from incident2eval.workflows._target import Target

_IMPORT_SECONDS = 60.0
"""Importing may take that long, or as long as a run if that is longer."""
_GRACE = 10.0
"""Seconds beyond a run's time limit, which the worker enforces, after which the worker counts as hung."""
_END_SECONDS = 0.5
"""A worker whose channel is closed ends its trial and itself in that time, or is ended."""
_KILL_SECONDS = 2.0


def call(target: Target, trials: Sequence[Sequence[Mapping[str, JSON]]]) -> tuple[tuple[Result, ...], ...]:
    """Call a workflow.

    Every trial starts from the freshly imported workflow; its inputs run in order in one process. What the
    workflow prints goes to standard error. Nothing that it started outlives its trial, or the call if the
    import started it.

    Args:
        target: What to call.
        trials: The inputs of each trial.

    Returns:
        One entry for each trial, in it one result for each input, in order. That a workflow fails, hangs,
        dies or cannot be started is a result too.
    """
    if not any(trials):
        return tuple(() for _ in trials)
    try:
        with _started(target, trials) as worker:
            worker.load()
            return tuple(tuple(worker.result(given) for given in trial) for trial in trials)
    except _Gone as gone:
        return tuple((failure(gone.outcome, str(gone)),) * len(trial) for trial in trials)


class _Gone(Exception):  # noqa: N818 - a state of the worker
    """The worker will answer no more."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class _Worker:
    """A started worker, asked for one result after the other."""

    def __init__(self, target: Target, process: subprocess.Popen[bytes], channel: int) -> None:
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        self._target = target
        self._process = process
        self._lines = _worker.Lines(channel)
        self._printed = process.stdout.fileno()
        self._watched = [channel, self._printed]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: Result | None = None
        """What all further inputs come to, once the worker answers no more."""

    def load(self) -> None:
        """Wait until the workflow is imported; if that fails, so does every run."""
        limit = _import_seconds(self._target)
        try:
            reply = self._reply(limit, f"importing it took longer than {limit:g} s")
        except _Gone as gone:
            self._rest = failure(gone.outcome, f"cannot import {self._target.address}: {gone}")
        else:
            self._rest = None if "ready" in reply else result_of(reply, given={})

    def result(self, given: Mapping[str, JSON]) -> Result:
        """The result of the next input."""
        if self._rest is not None:
            return self._rest
        try:
            return result_of(self._reply(self._target.timeout + _GRACE, "the worker hangs"), given=given)
        except ValueError as error:
            return failure(Outcome.ERRORED, f"the answer cannot be read: {error}")
        except _Gone as gone:
            self._rest = failure(gone.outcome, f"not run: {gone}")
            return failure(gone.outcome, str(gone))

    def pass_on_rest(self) -> None:
        """Pass on what an ended worker had still printed; not for long, should something still print."""
        give_up = time.monotonic() + _KILL_SECONDS
        while (
            self._printed in self._watched
            and _worker.readable([self._printed], 0)
            and time.monotonic() < give_up
        ):
            self._pass_on()

    def _pass_on(self) -> None:
        """Print some of what the workflow has printed, made visible, on standard error."""
        chunk = os.read(self._printed, 1 << 16)
        if not chunk:
            self._watched.remove(self._printed)
        sys.stderr.write(visible(self._decoder.decode(chunk)))
        sys.stderr.flush()

    def _reply(self, limit: float, overdue: str) -> dict[str, Any]:
        deadline = time.monotonic() + limit
        while (line := self._lines.pop()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _Gone(Outcome.TIMEOUT, overdue)
            if not self._lines.is_open:
                raise _Gone(Outcome.ERRORED, f"the worker {self._ending()}")
            found = _worker.readable(self._watched, left)
            if self._printed in found:
                self._pass_on()
            if self._lines.fd in found:
                self._lines.read()
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _ending(self) -> str:
        try:
            return f"ended ({_worker.ending(self._process.wait(timeout=1))})"
        except subprocess.TimeoutExpired:
            return "was cut off: the workflow closed its descriptors"


@contextmanager
def _started(target: Target, trials: Sequence[Sequence[Mapping[str, JSON]]]) -> Iterator[_Worker]:
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryFile() as job:
        job.write(_job(target, trials))
        job.seek(0)
        with (
            ADOPTION.during_call() as kill_orphans,
            ADOPTION.of(lambda: _start(target, job, theirs.fileno())) as process,
        ):
            theirs.close()
            worker = _Worker(target, process, ours.fileno())
            try:
                yield worker
            finally:
                ours.close()
                _end(process)
                kill_orphans()
                worker.pass_on_rest()


def _start(target: Target, job: IO[bytes], channel: int) -> subprocess.Popen[bytes]:
    # -B: a workflow that is edited between two calls must never meet the bytecode of what it was before.
    command = [_interpreter(target), "-u", "-B", _worker.__file__, str(channel)]
    try:
        return subprocess.Popen(  # noqa: S603 - the settings name what to run, and they are trusted
            command,
            stdin=job,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[channel],
            cwd=target.project,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise _Gone(
            Outcome.ERRORED, f"cannot start {command[0]}: {error.strerror} ({error.filename})"
        ) from None


def _job(target: Target, trials: Sequence[Sequence[Mapping[str, JSON]]]) -> bytes:
    _, module, function = target.address.split(":")
    job = {
        "project": str(target.project.absolute()),
        "module": module,
        "function": function,
        "timeout": target.timeout,
        "import_seconds": _import_seconds(target),
        "trials": [list(trial) for trial in trials],
    }
    return json.dumps(job, default=dict).encode()


def _import_seconds(target: Target) -> float:
    return max(target.timeout, _IMPORT_SECONDS)


def _interpreter(target: Target) -> str:
    # Not resolved: the python of a virtual environment is a link, and the link makes the environment.
    return str(target.project.absolute() / target.python) if target.python else sys.executable


def _environment() -> dict[str, str]:
    # The key tells pseudonyms from names, and the workflow under test is not to be told.
    left_out = ("PYTEST_", "PYTHON", "INCIDENT2EVAL_KEY")
    ours = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return {**ours, "INCIDENT2EVAL_REPLAY": "1"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait until the worker has ended, and kill what is left of it and of all that comes from it."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    process.send_signal(signal.SIGSTOP)  # it starts nothing more, but still adopts what loses its parent
    give_up = time.monotonic() + _KILL_SECONDS
    while (left := _descendants(process.pid)) and time.monotonic() < give_up:
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    process.kill()
    process.wait()


def _descendants(worker: int) -> set[int]:
    """Living processes of the worker's session, which outlives it, and all that descends from it."""
    listed = [process for process in _worker.processes() if process.pid != worker]
    found = {process.pid for process in listed if process.session == worker}
    family = {worker}
    while more := {process.pid for process in listed if process.parent in family} - family:
        family |= more
    return {process.pid for process in listed if process.pid in found | family and not process.is_zombie}
