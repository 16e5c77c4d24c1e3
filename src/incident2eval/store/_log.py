"""log.jsonl: what was done about an incident, one line each, never rewritten."""

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from incident2eval.model import JSON, BadInput, Event, Fault, LogEntry, NotJudged
from incident2eval.store._files import read_bytes
from incident2eval.store._json import canonical, read_object
from incident2eval.store._validation import check
from incident2eval.store._yaml import Document

LOG = "log.jsonl"


def read_log(path: Path, *, file: str) -> Iterator[LogEntry]:
    """The entries of a log, in order; none where there is no log.

    Raises:
        BadInput: A line cannot be read; it is named.
    """
    raw = read_bytes(path, file=file) if path.exists() else b""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            data = read_object(line, file=file, line=number)
            yield check(LogEntry, Document(file=file, data=data, lines={(): number})).value


def append(path: Path, entry: Mapping[str, JSON], *, file: str) -> None:
    """Add one line to a log, whole and on the disk when this returns; nobody else adds to it meanwhile.

    A line that a crash cut short stays as it is; the new one never becomes part of it.

    Args:
        path: The log, there or not.
        entry: What was done, with `at` and `event`.
        file: What a message calls the log.

    Raises:
        BadInput: The log is a link or no file.
        NotJudged: The file system refused.
    """
    before = read_bytes(path, file=file) if path.exists() else b""
    cut_short = bool(before) and not before.endswith(b"\n")
    line = (b"\n" if cut_short else b"") + canonical(dict(entry)) + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o666), "ab") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise BadInput(
                Fault(file=file, message="is a link, and nothing is written through links")
            ) from error
        hint = "nothing was done; put it right, then again"
        raise NotJudged(f"{file}: cannot be written: {error.strerror}", hint=hint) from error


def pause(entries: list[LogEntry]) -> LogEntry | None:
    """The entry that a workflow is paused by: the last `contained` that no `restarted` follows; else None."""
    paused: LogEntry | None = None
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.event == Event.CONTAINED:
            paused = entry
        elif entry.event == Event.RESTARTED:
            paused = None
    return paused
