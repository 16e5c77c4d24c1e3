"""`python:` a callable `(input: dict) -> str | dict`, called in a worker process of its own.

`command:` a program, called by a function in such a worker that stands in the place of the workflow.
"""

import codecs
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from incident2eval.model import JSON, Outcome, Result, visible
from incident2eval.workflows import _worker
from incident2eval.workflows._adoption import ADOPTION
from incident2eval.workflows._answer import failure, result_of
from incident2eval.workflows._spans import Inbox, Parent
from incident2eval.workflows._target import Target

Trials = Sequence[Sequence[Mapping[str, JSON]]]
"""The inputs of each trial."""

_IMPORT_SECONDS = 60.0
"""Importing may take that long, or as long as a run if that is longer."""
_GRACE = 10.0
"""Seconds beyond a run's time limit, which the worker enforces, after which the worker counts as hung."""
_END_SECONDS = 0.5
"""A worker whose channel is closed ends its trial and itself in that time, or is ended."""
_KILL_SECONDS = 2.0
_LEFT_OUT = (
    *("PYTEST_", "PYTHON"),
    "INCIDENT2EVAL_KEY",  # it tells pseudonyms from names, and the workflow under test is not to be told
    *(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ),  # they overrule the general one
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    *("TRACEPARENT", "traceparent", "TRACESTATE", "tracestate"),  # of who called us
    # What is written there, the runner of CI runs or shows; and what speaks for the job to others.
    *("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"),
    *("ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST"),
)
"""How the names of those variables begin that a workflow does not get."""
_PAUSE = 0.1
"""Seconds between two looks whether the caller has given up."""


def results(target: Target, trials: Trials, stop: threading.Event) -> Iterator[tuple[Result, ...]]:
    """Call a workflow in a worker of its own, one trial after the other.

    Every trial starts from the freshly imported workflow; its inputs run in order in one process. What the
    workflow prints goes to standard error. Nothing that it started outlives its trial, or the call if the
    import started it.

    Args:
        target: What to call.
        trials: The inputs of each trial.
        stop: Set from another thread to give up.

    Yields:
        For each trial one result for each input, in order.

    Raises:
        Stopped: There is to be no result any more; by then nothing runs.
    """
    told = 0
    try:
        with Inbox() as inbox:
            task = _Task(target=target, trials=trials, inbox=inbox, stop=stop)
            with _started(task) as worker:
                worker.load()
                for calls in task.calls:
                    yield tuple(worker.result(call) for call in calls)
                    told += 1
    except _Gone as gone:
        yield from ((failure(gone.outcome, str(gone)),) * len(trial) for trial in trials[told:])


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The caller has given up."""


class _Call(NamedTuple):
    """One input, and the span that what it does hangs on."""

    given: Mapping[str, JSON]
    parent: Parent


class _Task:
    """What one worker is to do."""

    def __init__(self, *, target: Target, trials: Trials, inbox: Inbox, stop: threading.Event) -> None:
        self.target = target
        self.inbox = inbox
        self.stop = stop
        self.calls = [[_Call(given, Parent.new()) for given in trial] for trial in trials]
        for call in (call for trial in self.calls for call in trial):
            inbox.expect(call.parent)


class _Gone(Exception):  # noqa: N818 - a state of the worker
    """The worker will answer no more."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class _Worker:
    """A started worker, asked for one result after the other."""

    def __init__(self, task: _Task, process: subprocess.Popen[bytes], channel: int) -> None:
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        self._task = task
        self._process = process
        self._lines = _worker.Lines(channel)
        self._printed = process.stdout.fileno()
        self._watched = [channel, self._printed]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: Result | None = None
        """What all further inputs come to, once the worker answers no more."""

    def load(self) -> None:
        """Wait until the workflow is imported; if that fails, so does every run."""
        limit = _import_seconds(self._task.target)
        try:
            reply = self._reply(limit, f"importing it took longer than {limit:g} s")
        except _Gone as gone:
            self._rest = failure(gone.outcome, f"cannot import {self._task.target.address}: {gone}")
        else:
            self._rest = None if "ready" in reply else result_of(reply, given={})

    def result(self, call: _Call) -> Result:
        """The result of the next input."""
        if self._rest is not None:
            return self._rest
        try:
            reply = self._reply(self._task.target.timeout + _GRACE, "the worker hangs")
            answered = result_of(reply, given=call.given)
        except ValueError as error:
            return failure(Outcome.ERRORED, f"the answer cannot be read: {error}")
        except _Gone as gone:
            self._rest = failure(gone.outcome, f"not run: {gone}")
            return failure(gone.outcome, str(gone))
        during = (reply["started"], reply["ended"]) if "answer" in reply else None
        return self._task.inbox.completed(answered, call.parent, during=during)

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
            if self._task.stop.is_set():
                raise Stopped
            found = _worker.readable(self._watched, min(left, _PAUSE))
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
def _started(task: _Task) -> Iterator[_Worker]:
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryFile() as job:
        job.write(_job(task))
        job.seek(0)
        with (
            ADOPTION.during_call() as kill_orphans,
            ADOPTION.of(lambda: _start(task, job, theirs.fileno())) as process,
        ):
            theirs.close()
            worker = _Worker(task, process, ours.fileno())
            try:
                yield worker
            finally:
                ours.close()
                _end(process)
                kill_orphans()
                worker.pass_on_rest()


def _start(task: _Task, job: IO[bytes], channel: int) -> subprocess.Popen[bytes]:
    # -B: a workflow that is edited between two calls must never meet the bytecode of what it was before.
    # Nor may bytecode be believed that says of itself that it needs no look at the source.
    options = ("-u", "-B", "--check-hash-based-pycs", "always")
    command = [_interpreter(task.target), *options, _worker.__file__, *task.target.words, str(channel)]
    try:
        return subprocess.Popen(  # noqa: S603 - the settings name what to run, and they are trusted
            command,
            stdin=job,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[channel],
            cwd=task.target.project,
            env=_environment(task.inbox),
            start_new_session=True,
        )
    except OSError as error:
        raise _Gone(
            Outcome.ERRORED, f"cannot start {command[0]}: {error.strerror} ({error.filename})"
        ) from None


def _job(task: _Task) -> bytes:
    target = task.target
    project = str(target.project.absolute())
    if target.words:
        path, module, function = str(Path(__file__).parent), "_command", "run"
    else:
        path, (module, function) = project, target.address.split(":")[1:]
    job = {
        "project": project,
        "path": path,
        "module": module,
        "function": function,
        "timeout": target.timeout,
        "import_seconds": _import_seconds(target),
        "trials": [[(call.given, call.parent.environment) for call in trial] for trial in task.calls],
    }
    return json.dumps(job, default=dict).encode()


def _import_seconds(target: Target) -> float:
    return max(target.timeout, _IMPORT_SECONDS)


def _interpreter(target: Target) -> str:
    if target.words or not target.python:
        return sys.executable
    # Not resolved: the python of a virtual environment is a link, and the link makes the environment.
    return str(target.project.absolute() / target.python)


def _environment(inbox: Inbox) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)}
    ours.setdefault("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    return {**ours, **inbox.environment, "INCIDENT2EVAL_REPLAY": "1"}


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
