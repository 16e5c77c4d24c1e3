"""log.jsonl: what was done about an incident, one line each, never rewritten."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval.store._files import read_bytes
from incident2eval.store._json import read_object
from incident2eval.store._validation import check
from incident2eval.store._yaml import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One thing that was done."""

    at: datetime
    event: str
    """`contained`, `restarted`, ..."""
    by: str | None = None
    workflow: str | None = None


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


def pause(entries: list[LogEntry]) -> LogEntry | None:
    """The entry that a workflow is paused by: the last `contained` that no `restarted` follows; else None."""
    paused: LogEntry | None = None
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.event == "contained":
            paused = entry
        elif entry.event == "restarted":
            paused = None
    return paused
