"""`collect --listen`: what an OpenTelemetry exporter sends, line by line into a file of the archive."""

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from incident2eval import formats
from incident2eval.model import JSON, BadInput, Fault, NotJudged, Run, visible
from incident2eval.pipeline import intake
from incident2eval.pipeline._answer import Answer, Tell
from incident2eval.store import Project

if TYPE_CHECKING:
    from incident2eval.receiver import Received

ARCHIVE = "archive"
"""The folder of a project for past runs."""


def listen(
    *, project: Path | None, incident: str | None, port: int, seconds: float | None, tell: Tell
) -> Answer:
    """Receive OTLP/HTTP until a signal says that it is enough, or for so long; then say what came.

    Every request is a line of `archive/received-<UTC time>.jsonl`, on the disk before it is acknowledged.
    Only programs on this machine are served: there is no authentication, so no other address is offered;
    where the workflow runs elsewhere, a collector or a tunnel brings its spans here.

    Args:
        project: A folder of the project; where this is run, when not given.
        incident: Whose evidence the file becomes, sealed as received; None leaves it in the archive.
        port: Where to listen; 0 for any that is free.
        seconds: How long; None until SIGINT or SIGTERM.
        tell: Is told what to put into the environment of the workflow.

    Raises:
        BadInput: No such project or incident; the port is in use or not allowed.
        NotJudged: The file system refused; what was acknowledged before is in the file.
    """
    home = Project.find(project)
    if incident is not None:
        home.incident(incident)
    with _new_log(home.root / ARCHIVE) as log:
        received = _receive(log, port=port, seconds=seconds, tell=tell)
    if incident is not None and log.size:
        return _as_evidence(home, incident, log.path, received)
    return _in_archive(home, log, received, wanted=incident is not None)


def _receive(log: "_Log", *, port: int, seconds: float | None, tell: Tell) -> "Received":
    from incident2eval.receiver import Receiver  # noqa: PLC0415 - protobuf takes a while to import

    with ExitStack() as opened:
        stop = opened.enter_context(_stop_signals())
        try:
            receiver = opened.enter_context(Receiver(log.append, port))
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no port"
            raise BadInput(
                Fault(message=f"cannot listen on port {port}: {why}", hint=f"try --listen {_ANOTHER_PORT}")
            ) from error
        tell(f"receiving OTLP into {log.path}; Ctrl-C ends it. For the environment of the workflow:")
        tell(f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{receiver.port}")
        tell("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
        select.select([stop], [], [], seconds)
    return receiver.received


def _as_evidence(home: Project, incident: str, path: Path, received: "Received") -> Answer:
    """Seal what was received; the archive's copy goes only when that is done."""
    answer = intake.take_in(home, incident, {path.name: path.read_bytes()}, by=intake.whoami())
    path.unlink()
    return replace(
        answer,
        data={**answer.data, "received": asdict(received)},
        text=f"{_counts(received)}\n{answer.text}",
        notes=(*answer.notes, *_refusals(received)),
    )


def _in_archive(home: Project, log: "_Log", received: "Received", *, wanted: bool) -> Answer:
    """Say what came and where it lies; nothing, where there should be evidence, is a failure."""
    data: dict[str, JSON] = {"received": asdict(received)}
    if not log.size:
        note = "no span came: does the workflow export to this port, over HTTP, and flush at its end?"
        return Answer(
            data={**data, "runs": 0, "file": None},
            text="nothing was received",
            exit_code=1 if wanted else 0,
            notes=(note, *_refusals(received)),
        )
    file = log.path.relative_to(home.root).as_posix()
    runs = _runs_in(log.path)
    text = f"{_counts(received)}, {_many(runs, 'run')}: {file}"
    notes = list(_refusals(received))
    if log.path not in home.archive_files():
        notes.append(
            f'the settings do not count it among past runs: archive = ["{ARCHIVE}/*.jsonl"]',
        )
    return Answer(data={**data, "runs": runs, "file": file}, text=text, notes=tuple(notes))


def _runs_in(path: Path) -> int:
    """How many runs a file holds: as `read` counts them, and none where it holds log records only."""
    try:
        with path.open("rb") as file:
            return sum(
                isinstance(found, Run) for part in formats.parts(file, name=path.name) for found in part.found
            )
    except BadInput:
        return 0


def _counts(received: "Received") -> str:
    counts = [_many(received.requests, "request"), _many(received.spans, "span")]
    if received.records:
        counts.append(_many(received.records, "log record"))
    return ", ".join(counts)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _refusals(received: "Received") -> tuple[str, ...]:
    if not received.refused:
        return ()
    return (f"{_many(received.refused, 'request')} refused, the last because: {visible(received.why or '')}",)


_ANOTHER_PORT = 14318


class _Log:
    """A file to which whole lines are added; one that could not be is taken off again."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.size = 0
        self._descriptor = descriptor

    def append(self, line: bytes) -> None:
        """Write a line and bring it to the disk; an OSError where that fails, and then it does not count."""
        self.cut()
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        os.fsync(self._descriptor)
        self.size += len(line)

    def cut(self) -> None:
        """Take off what is left of a line that could not be written."""
        os.ftruncate(self._descriptor, self.size)


@contextmanager
def _new_log(folder: Path) -> Iterator[_Log]:
    """A file of its own in the archive, for its owner's eyes; it goes again where nothing came."""
    with ExitStack() as opened:
        try:
            folder.mkdir(exist_ok=True)
            where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            opened.callback(os.close, where)
            name, descriptor = _create(where)
            opened.callback(os.close, descriptor)
            os.fsync(where)
        except OSError as error:
            message = f"{folder}: cannot be written: {error.strerror}"
            raise NotJudged(message, hint="it must be a folder, and no link") from error
        log = _Log(folder / name, descriptor)
        try:
            yield log
        finally:
            log.cut()
            if not log.size:
                os.unlink(name, dir_fd=where)


def _create(folder: int) -> tuple[str, int]:
    """A new file under a name that no other has."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    for number in count(1):
        suffix = f"-{number}" if number > 1 else ""
        name = f"received-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{suffix}.jsonl"
        try:
            return name, os.open(name, flags, 0o600, dir_fd=folder)
        except FileExistsError:
            continue
    raise AssertionError  # there is always another number


@contextmanager
def _stop_signals() -> Iterator[int]:
    """A descriptor that can be read from once SIGINT or SIGTERM came; they do nothing else meanwhile."""
    with ExitStack() as opened:
        ends = os.pipe()
        for end in ends:
            opened.callback(os.close, end)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.signal(number, lambda *_: _wake(ends[1]))
                opened.callback(signal.signal, number, before)
        yield ends[0]


def _wake(end: int) -> None:
    os.write(end, b".")
