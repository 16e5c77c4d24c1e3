"""log.jsonl: what was done about an incident, a line each, never rewritten, chained to the one before."""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from incident2eval.model import JSON, BadInput, Event, Fault, LogEntry, NotJudged
from incident2eval.store._files import read_bytes, sha256
from incident2eval.store._json import canonical, read_object
from incident2eval.store._validation import check
from incident2eval.store._yaml import Document

LOG = "log.jsonl"
_CLOCKS_DIFFER = timedelta(minutes=5)
_ENDING = frozenset({Event.RESTARTED, Event.CLOSED, Event.DUTY, Event.ACTION, Event.ANSWERED})
"""What can make an incident look better than it is."""

PREVIOUS = "previous"
"""The field with the SHA-256 of the line before; of nothing, in the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a log says, and what is odd about it."""

    entries: tuple[LogEntry, ...] = ()
    torn: tuple[Fault, ...] = ()
    """Lines that are none: a crash cut them short. What they were to say is lost."""
    warnings: tuple[str, ...] = ()

    def until(self, now: datetime) -> tuple[LogEntry, ...]:
        """The entries without those that would end something at a time to come.

        Args:
            now: This moment, UTC; machines' clocks may differ by a few minutes.
        """
        latest = now + _CLOCKS_DIFFER
        return tuple(one for one in self.entries if one.at <= latest or one.event not in _ENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What a workflow is paused by."""

    stop: LogEntry | None
    """The last `contained`; None where the logs hold none."""
    ended: LogEntry | None
    """The emergency override that it ran on since, and that has ended."""


def open_log(path: Path, *, file: str) -> Log:
    """A log, empty where there is none.

    Args:
        path: Where it is.
        file: What a message calls it.

    Raises:
        BadInput: A line says nothing that an entry can say, or the line before it was taken away or changed.
    """
    raw = read_bytes(path, file=file) if path.exists() else b""
    entries: list[LogEntry] = []
    torn: list[Fault] = []
    before, by_hand = b"", 0
    for number, line in _lines(raw):
        try:
            data = read_object(line, file=file, line=number)
        except BadInput as error:
            torn += error.faults
            continue
        by_hand += PREVIOUS not in data
        if data.get(PREVIOUS, sha256(before)) != sha256(before):
            raise BadInput(_gap(file, number))
        entries.append(check(LogEntry, Document(file=file, data=data, lines={(): number})).value)
        before = line
    return Log(
        entries=tuple(entries),
        torn=tuple(torn),
        warnings=(*map(str, torn), *_unvouched(file, by_hand, len(entries))),
    )


def whole_log(path: Path, *, file: str) -> Log:
    """A log of which every line can be read, empty where there is none.

    Raises:
        BadInput: As `open_log`, and where a line was cut short: it may be the one that matters.
    """
    log = open_log(path, file=file)
    if log.torn:
        raise BadInput(*log.torn)
    return log


def append(path: Path, entry: Mapping[str, JSON], *, file: str) -> None:
    """Add one line to a log, whole and on the disk when this returns; nobody else adds to it meanwhile.

    A line that a crash cut short stays as it is; the new one never becomes part of it, and vouches for the
    last whole one.

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
    whole = canonical({**entry, PREVIOUS: sha256(_last_whole(before, file=file))})
    line = (b"\n" if cut_short else b"") + whole + b"\n"
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


def pause(entries: Iterable[LogEntry], now: datetime) -> Pause | None:
    """What a workflow is paused by; None where it may run.

    The last `contained` that no `restarted` follows pauses it. A restart with an end, which is an emergency
    override, counts until then: afterwards the workflow is paused again.

    Args:
        entries: Everything that logs say of the workflow.
        now: This moment, UTC.
    """
    stop: LogEntry | None = None
    ended: LogEntry | None = None
    is_paused = False
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.event == Event.CONTAINED:
            stop, ended, is_paused = entry, None, True
        elif entry.event == Event.RESTARTED:
            is_paused = entry.until is not None and entry.until <= now
            ended = entry if is_paused else None
    return Pause(stop=stop, ended=ended) if is_paused else None


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers, without blanks or carriage returns around them."""
    numbered = enumerate(raw.split(b"\n"), start=1)
    return ((number, line.strip()) for number, line in numbered if line.strip())


def _last_whole(raw: bytes, *, file: str) -> bytes:
    """The last line that is no torn one; nothing where there is none."""
    for number, line in reversed(list(_lines(raw))):
        try:
            read_object(line, file=file, line=number)
        except BadInput:
            continue
        return line
    return b""


def _gap(file: str, number: int) -> Fault:
    return Fault(
        file=file,
        line=number,
        message="does not follow the line before it: one was taken away or changed after it was written",
        hint="put the log back as it was: git knows what was committed",
    )


def _unvouched(file: str, by_hand: int, lines: int) -> Iterator[str]:
    """What to know of lines that no command wrote."""
    if by_hand:
        which = f"{by_hand} of {lines} lines" if lines > 1 else "its line"
        verb = "were" if by_hand > 1 else "was"
        yield f"{file}: {which} {verb} written by hand: nothing shows whether a line before was taken away"
