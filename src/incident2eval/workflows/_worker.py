"""The process that runs a workflow: imports it once, then forks for each trial.

Run as a script, by its path, with the interpreter of the workflow: standard library only, Python 3.9 or
later, and nothing of incident2eval in sight of the workflow. The job comes as JSON on standard input; the
last argument is the descriptor of the channel to the parent. On the channel goes one line of JSON once the
workflow is imported, then one for every input of every trial, in order:

    {"ready": true}
    {"answer": ..., "started": 1.5, "ended": 2.5}
    {"outcome": "errored", "message": "ConnectionError: crm-index"}

Every trial starts from what the import left behind, seeds of random generators included (Python's own
`random` seeds itself anew), but for threads; Python 3.12 and later warn about it. No exit handler runs.
"""

from __future__ import annotations

import importlib
import json
import math
import operator
import os
import runpy
import select
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

# Here and not where it is used: once the project folder is on sys.path, a file of it may bear that name.
try:
    import ctypes
except ImportError:  # not every Python has it
    ctypes = None  # type: ignore[assignment]

MAX_BYTES = 50_000_000
MAX_DEPTH = 100
MAX_VALUES = 1_000_000

_PAUSE = 0.05
"""Seconds between two looks whether a trial still lives: what it started may hold its pipe open."""
_KILL_SECONDS = 2.0
_PR_SET_CHILD_SUBREAPER = 36
_PR_GET_CHILD_SUBREAPER = 37
_WALL = 0x40000000  # children of every kind, those too that raise no SIGCHLD when they end


class Process(NamedTuple):
    """A process as the kernel lists it."""

    pid: int
    parent: int
    session: int
    is_zombie: bool


def processes() -> Iterator[Process]:
    """Every process of this machine; none where there is no /proc."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The second field is the program's name in brackets, which may hold anything, brackets too.
            state, parent, _, session = path.read_bytes().rpartition(b")")[2].split()[:4]
        except (OSError, ValueError):  # it has just ended
            continue
        yield Process(int(path.parent.name), int(parent), int(session), state == b"Z")


class Lines:
    """The lines that arrive on a file descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.is_open = True
        self._buffer = bytearray()
        self._searched = 0

    def read(self) -> None:
        """Take in what is there; waits if nothing is."""
        chunk = os.read(self.fd, 1 << 20)
        self.is_open = bool(chunk)
        self._buffer += chunk

    def pop(self) -> bytes | None:
        """The next whole line without its end, or None when none is complete yet."""
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line


def readable(fds: Iterable[int], seconds: float) -> set[int]:
    """The descriptors that can be read or have ended, as soon as one has; none after that time."""
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return {fd for fd, _ in poll.poll(math.ceil(max(0.0, seconds) * 1000))}


def write_line(fd: int, line: bytes) -> None:
    """Write a line, however long."""
    rest = memoryview(line + b"\n")
    while rest:
        rest = rest[os.write(fd, rest) :]


def ending(code: int) -> str:
    """How a process ended, in words: `exit code 3`, `killed by SIGSEGV`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def as_line(**reply: object) -> bytes:
    """A reply as one line of JSON; lone surrogates, which no UTF-8 file can hold, become question marks."""
    return json.dumps(reply, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def errored(message: str, outcome: str = "errored") -> bytes:
    """The reply of a call that came to nothing."""
    return as_line(outcome=outcome, message=message)


class BadAnswerError(Exception):
    """The workflow answered something that JSON cannot say."""


def require_json(answer: object) -> None:
    """Raise BadAnswerError for the first value of an answer that JSON cannot say, with its path and type."""
    for seen, (path, value) in enumerate(values(answer, "answer")):
        if seen == MAX_VALUES:
            raise BadAnswerError(f"it holds more than {MAX_VALUES:,} values")
        if isinstance(value, float) and not math.isfinite(value):
            raise BadAnswerError(f"{path} is {value}")
        if value is not None and not isinstance(value, (str, int, float, list, tuple, dict)):
            raise BadAnswerError(f"{path} is of type {_kind(value)}")


def values(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """A value and every value in it, each with its path; raises BadAnswerError for depth and odd keys."""
    yield path, value
    if depth > MAX_DEPTH:
        raise BadAnswerError(f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise BadAnswerError(f"{path} has a key of type {_kind(key)}, and keys are text")
            yield from values(inner, f"{path}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from values(inner, f"{path}.{index}", depth + 1)


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def describe(error: BaseException, project: str) -> str:
    """An exception and the last line of the project that it passed: `KeyError: 'month' (flows.py:42)`."""
    try:
        text = str(error)[:2_000]
    except Exception:  # noqa: BLE001 - the message is the workflow's own code
        text = ""
    place, at = "", error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if file.startswith(project + os.sep) and "site-packages" not in file:
            place = f" ({file[len(project) + 1 :]}:{at.tb_lineno})"
        at = at.tb_next
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}"


def load(module: str, function: str) -> Callable[[Any], Any]:
    """Import the workflow; raises whatever importing it raises."""
    found = operator.attrgetter(function)(importlib.import_module(module))
    if not callable(found):
        raise TypeError(f"{module}:{function} is of type {_kind(found)}, not a callable")
    return found  # type: ignore[no-any-return]


def telemetry(action: str, *given: str) -> None:
    """Let the file beside this one deal with OpenTelemetry, where the workflow has it."""
    if "opentelemetry" in sys.modules:
        with suppress(Exception):  # an older one: its spans are told by their time
            runpy.run_path(str(Path(__file__).with_name("_telemetry.py")))[action](*given)


def reply_to(function: Callable[[Any], Any], given: object, parent: dict[str, str], project: str) -> bytes:
    """Call the workflow with one input; whatever it raises becomes a reply as well."""
    try:
        os.environ.update(parent)
        telemetry("attach", parent["traceparent"])
        started = time.time()
        answer = function(given)
        if isinstance(answer, Awaitable):
            answer = _awaited(answer)
        ended = time.time()
        telemetry("flush")
        require_json(answer)
        line = as_line(answer=answer, started=started, ended=ended)
    except BadAnswerError as error:
        return errored(f"the answer cannot be used: {error}")
    except BaseException as error:  # noqa: BLE001 - sys.exit and KeyboardInterrupt end the run, not the trial
        return errored(describe(error, project))
    if len(line) > MAX_BYTES:
        return errored(f"the answer cannot be used: it is larger than {MAX_BYTES // 1_000_000} MB")
    return line


def _awaited(answer: Awaitable[Any]) -> Any:
    import asyncio  # noqa: PLC0415 - few workflows are asynchronous

    async def result() -> Any:
        return await answer

    return asyncio.run(result())


def perform(function: Callable[[Any], Any], inputs: list[Any], pipe: int, project: str) -> NoReturn:
    """Run the inputs of one trial in order, in the process forked for it."""
    code = 1
    try:
        os.setpgid(0, 0)
        opened = os.fstat(pipe)
        for given, parent in inputs:
            line = reply_to(function, given, parent, project)
            # A workflow that closed every descriptor may have opened another one under the same number since.
            if not os.path.samestat(opened, os.fstat(pipe)):
                break
            write_line(pipe, line)
        else:
            code = 0
    finally:
        os._exit(code)


class Trial:
    """One trial: a forked process, the group it leads, and the lines it writes."""

    def __init__(self, function: Callable[[Any], Any], inputs: list[Any], channel: int, project: str) -> None:
        reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(reader)
            os.close(channel)
            perform(function, inputs, writer, project)
        os.close(writer)
        with suppress(OSError):  # the child does the same; whoever is first
            os.setpgid(self._pid, self._pid)
        self._channel = channel
        self._lines = Lines(reader)
        self.code: int | None = None

    def next_line(self, seconds: float) -> bytes | None:
        """The next line that the trial writes, or None when it ended without one.

        Raises:
            TimeoutError: it took longer.
            BrokenPipeError: nobody is left to tell.
        """
        deadline = time.monotonic() + seconds
        while (line := self._lines.pop()) is None:
            ended = self._has_ended()  # asked first: whatever an ended trial wrote can be read now
            left = deadline - time.monotonic()
            fds = [self._channel, self._lines.fd] if self._lines.is_open else [self._channel]
            found = readable(fds, 0 if ended else min(left, _PAUSE))
            if self._channel in found:
                raise BrokenPipeError("the parent is gone")
            if self._lines.fd in found:
                self._lines.read()
            elif ended:
                return None
            elif left <= 0:
                raise TimeoutError
        return line

    def kill(self) -> None:
        """End the process and its whole group."""
        with suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
        if self.code is None:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
        os.close(self._lines.fd)

    def _has_ended(self) -> bool:
        if self.code is None:
            try:
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:  # a handler of the workflow has reaped it
                pid, status = self._pid, 0
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None


def run_trial(trial: Trial, count: int, timeout: float) -> Iterator[bytes]:
    """One line for each of the trial's inputs, whatever becomes of it."""
    for index in range(count):
        try:
            line = trial.next_line(timeout)
        except TimeoutError:
            yield errored(f"no answer within {timeout:g} s, the run was killed", "timeout")
            later = errored("not run: an earlier input timed out", "timeout")
        else:
            if line is not None:
                yield line
                continue
            how = ending(trial.code or 0)
            yield errored(f"the process ended without an answer ({how})")
            later = errored(f"not run: an earlier input ended the process ({how})")
        yield from [later] * (count - index - 1)
        return


def adopt_orphans(wanted: int) -> int:
    """Have orphans come to this process (1) or not (0); Linux, best effort. Returns what held before."""
    before = 0
    with suppress(OSError, AttributeError):  # other systems have no prctl
        prctl, found = ctypes.CDLL(None).prctl, ctypes.c_int()
        prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(found), 0, 0, 0)
        before = found.value
        prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(wanted), 0, 0, 0)
    return before


def children() -> set[int]:
    """The children of this process, adopted and ended ones too."""
    try:  # the kernel knows at once that there is none, which after a trial is the rule
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT | _WALL)
    except ChildProcessError:
        return set()
    except (OSError, AttributeError):  # an old kernel or another system
        pass
    return {process.pid for process in processes() if process.parent == os.getpid()}


def kill_children(kept: set[int]) -> None:
    """Kill and reap every child but the kept ones; children of a killed child are adopted and follow it."""
    give_up = time.monotonic() + _KILL_SECONDS
    while (strays := children() - kept) and time.monotonic() < give_up:
        for pid in strays:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def serve(job: dict[str, Any], channel: int) -> None:
    """Import the workflow, then run one trial after the other."""
    project = job["project"]
    # Should the import hang and the parent be gone, nobody else is left to end it.
    signal.alarm(math.ceil(job["import_seconds"]) + 1)
    try:
        function = load(job["module"], job["function"])
    except BaseException as error:  # noqa: BLE001 - sys.exit at import too
        write_line(channel, errored(f"cannot import {job['module']}: {describe(error, project)}"))
        return
    signal.alarm(0)
    write_line(channel, as_line(ready=True))
    kept = children()  # what the import started serves every trial
    for inputs in job["trials"]:
        trial = Trial(function, inputs, channel, project)
        try:
            for line in run_trial(trial, len(inputs), job["timeout"]):
                write_line(channel, line)
        finally:
            trial.kill()
            kill_children(kept)


def main() -> None:
    """Read the job, shut the workflow off from standard input, and serve."""
    job = json.loads(sys.stdin.buffer.read())
    channel = int(sys.argv.pop())
    os.set_inheritable(channel, False)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    adopt_orphans(1)
    importlib.import_module("_from_source").import_from_source(job["project"])
    sys.path[0] = job["path"]
    try:
        with suppress(BrokenPipeError):  # the parent is gone, and nobody waits for an answer
            serve(job, channel)
    finally:
        kill_children(set())


if __name__ == "__main__":
    main()
    os._exit(0)  # threads and exit handlers of the workflow keep nobody waiting
