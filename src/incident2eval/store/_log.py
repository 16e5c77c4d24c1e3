"""log.jsonl: what was done about an incident, a line each, never rewritten, chained to the one before."""

import errno
import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from incident2eval.model import JSON, BadInput, Event, Fault, LogEntry, NotJudged
from incident2eval.store._files import read_bytes, sha256, sync_folder
from incident2eval.store._json import canonical, read_object
from incident2eval.store._validation import Doubt, check
from incident2eval.store._yaml import Document

LOG = "log.jsonl"
_CLOCKS_DIFFER = timedelta(minutes=5)
_ENDING = frozenset({Event.RESTARTED, Event.CLOSED, Event.DUTY, Event.ACTION, Event.ANSWERED})
"""What can make an incident look better than it is."""

_BLOCK = 1 << 16
"""Bytes at the end of a log that are read first for its last line."""

HISTORY = "history"
"""`kind` of a stop that was over when it was noted: the workflow had been restarted since."""

PREVIOUS = "previous"
"""The field with the SHA-256 of the line before; of nothing, in the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a log says, and what is odd about it."""

    entries: tuple[LogEntry, ...] = ()
    torn: tuple[Fault, ...] = ()
    """Lines that are none, with a line end behind them: what they were to say is lost."""
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


class _End(NamedTuple):
    """Where a log ends."""

    last: bytes
    """The last whole line."""
    size: int
    """Bytes of the log without a torn tail."""
    is_open: bool
    """Whether no line end stands behind the last line."""


def open_log(path: Path, *, file: str) -> Log:
    """A log, empty where there is none.

    A torn tail is told and no fault: the command that was writing it never said that anything was done.

    Args:
        path: Where it is.
        file: What a message calls it.

    Raises:
        BadInput: A line says nothing that an entry can say, or the line before it was taken away or changed.
    """
    raw = read_bytes(path, file=file) if path.exists() else b""
    recorded = without_torn_tail(raw)
    entries: list[LogEntry] = []
    torn: list[Fault] = []
    by_hand = 0
    for number, _, data in _whole(recorded, file=file, torn=torn):
        by_hand += PREVIOUS not in data
        entries.append(check(LogEntry, Document(file=file, data=data, lines={(): number})).value)
    return Log(
        entries=tuple(entries),
        torn=tuple(torn),
        warnings=(
            *map(str, torn),
            *_never_written(file, raw, recorded),
            *_unvouched(file, by_hand, len(entries)),
        ),
    )


def whole_log(path: Path, *, file: str) -> Log:
    """A log of which every line can be read, empty where there is none.

    Raises:
        BadInput: As `open_log`, and where a line is none: it may be the one that matters.
    """
    log = open_log(path, file=file)
    if log.torn:
        raise BadInput(*log.torn)
    return log


def append(path: Path, entry: Mapping[str, JSON], *, file: str) -> None:
    """Add one line to a log, whole and on the disk when this returns; nobody else adds to it meanwhile.

    A torn tail goes: it never was a line. What can be read stays, with or without a line end, and the new
    line vouches for it.

    Args:
        path: The log, there or not; nobody else writes to it meanwhile.
        entry: What was done, with `at` and `event`.
        file: What a message calls the log.

    Raises:
        BadInput: The log is a link or no file; or a line near its end was taken away or changed.
        NotJudged: The file system refused.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        log = os.open(path, flags, 0o666)
        try:
            _add(log, entry, folder=path.parent, file=file)
        finally:
            os.close(log)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise BadInput(
                Fault(file=file, message="is a link, and nothing is written through links")
            ) from error
        hint = "nothing was done; put it right, then again"
        raise NotJudged(f"{file}: cannot be written: {error.strerror}", hint=hint) from error


def _add(log: int, entry: Mapping[str, JSON], *, folder: Path, file: str) -> None:
    """Write the line at the end of an open log; where that fails, nothing of it stays."""
    state = os.fstat(log)
    if not stat.S_ISREG(state.st_mode):
        raise BadInput(Fault(file=file, message="is not a file"))
    end = _end(log, state.st_size, file=file)
    line = canonical({**entry, PREVIOUS: sha256(end.last)}) + b"\n"
    left = memoryview(b"\n" + line if end.is_open else line)
    try:
        if end.size < state.st_size:
            os.ftruncate(log, end.size)
        while left:
            left = left[os.write(log, left) :]
        os.fsync(log)
        if not end.size:
            sync_folder(folder)  # else a power cut takes a new log away, and the line with it
    except BaseException:
        # A full disk takes the half that fits: it would be a line that says nothing, for ever.
        with suppress(OSError):
            os.ftruncate(log, end.size)
        raise


def _end(log: int, size: int, *, file: str) -> _End:
    """Where an open log ends.

    Of a long log only its end is read, and is known to follow: else each line would take longer to write.
    """
    block = _BLOCK
    while True:
        start = max(0, size - block)
        raw = os.pread(log, size - start, start)
        recorded = without_torn_tail(raw)
        try:
            # The first of these lines has lost its beginning, unless it is the first of all.
            after = recorded.partition(b"\n")[2]
            lines = _whole(after, before=None) if start else _whole(recorded, file=file)
            last = next(iter(deque((line for _, line, _ in lines), maxlen=1)), b"")
        except BadInput:
            if not start:
                raise
            block = size  # all of it, so that the line's number is right
            continue
        if last or not start:
            is_open = bool(recorded) and not recorded.endswith(b"\n")
            return _End(last, start + len(recorded), is_open)
        block *= 16


def pause(entries: Iterable[LogEntry], now: datetime) -> Pause | None:
    """What a workflow is paused by; None where it may run.

    The last `contained` that no `restarted` follows pauses it, in the order of the lines: clocks differ. A
    restart with an end, which is an emergency override, counts until then: afterwards the workflow is paused
    again. A restart by nobody ends nothing.

    Args:
        entries: Everything that one log says of the workflow, in order.
        now: This moment, UTC.
    """
    stop: LogEntry | None = None
    ended: LogEntry | None = None
    is_paused = False
    for entry in entries:
        if entry.event == Event.CONTAINED and entry.kind != HISTORY:
            stop, ended, is_paused = entry, None, True
        elif entry.event == Event.RESTARTED and entry.until is not None and entry.until <= now:
            ended, is_paused = entry, True
        elif entry.event == Event.RESTARTED and (entry.by or "").strip():
            ended, is_paused = None, False
    return Pause(stop=stop, ended=ended) if is_paused else None


def without_torn_tail(raw: bytes) -> bytes:
    """A log without what a crash left of the line that was being written.

    That is the beginning of an object, with no line end behind it. What can be read is a line, with an end or
    without; and what is no such beginning somebody else wrote, and may have meant something by it.

    Args:
        raw: The log, or its end.
    """
    start = raw.rfind(b"\n") + 1
    tail = raw[start:].strip()
    return raw[:start] if tail.startswith(b"{") and _is_cut_short(tail) else raw


def _is_cut_short(line: bytes) -> bool:
    """Whether more could follow that makes it JSON."""
    import jiter  # noqa: PLC0415 - only where a line has no end

    try:
        jiter.from_json(line)
    except ValueError as error:
        return str(error).startswith("EOF ")
    return False


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers, without blanks or carriage returns around them."""
    numbered = enumerate(raw.split(b"\n"), start=1)
    return ((number, line.strip()) for number, line in numbered if line.strip())


def _whole(
    raw: bytes, *, file: str = LOG, torn: list[Fault] | None = None, before: bytes | None = b""
) -> Iterator[tuple[int, bytes, dict[str, JSON]]]:
    """The lines that can be read, with their numbers and what they say.

    Args:
        raw: A log, or its end.
        file: What a message calls the log.
        torn: Takes what is wrong with the others, where somebody asks.
        before: The last whole one of these; None where nobody knows it.

    Raises:
        BadInput: A line does not follow the one before it. Once one vouches for it, each later one has to.
    """
    is_chained = False
    for number, line in _lines(raw):
        try:
            data = read_object(line, file=file, line=number)
        except BadInput as error:
            if torn is not None:
                torn += error.faults
            continue
        if doubt := _doubt(data, before, is_chained=is_chained):
            raise BadInput(Fault(file=file, line=number, message=doubt[0], hint=doubt[1]))
        is_chained = is_chained or PREVIOUS in data
        yield number, line, data
        before = line


def _doubt(data: Mapping[str, JSON], before: bytes | None, *, is_chained: bool) -> Doubt | None:
    """Why a line does not stand where it was written; None where nothing says so."""
    if is_chained and PREVIOUS not in data:
        return (
            "was added by hand: it does not vouch for the line before it, as those above do",
            "take it out, and say it by the command that writes such lines",
        )
    if before is not None and data.get(PREVIOUS, sha256(before)) != sha256(before):
        return (
            "does not follow the line before it: one was taken away or changed after it was written",
            "put the log back as it was: git knows what was committed",
        )
    return None


def _never_written(file: str, raw: bytes, recorded: bytes) -> Iterator[str]:
    """What to know of a torn tail."""
    if len(recorded) < len(raw):
        line = recorded.count(b"\n") + 1
        yield (
            f"{file}:{line}: was cut short while it was written, so it tells nothing; no "
            "command said that it was done: whoever was at it does it again"
        )


def _unvouched(file: str, by_hand: int, lines: int) -> Iterator[str]:
    """What to know of lines that no command wrote."""
    if by_hand:
        which = f"{by_hand} of {lines} lines" if lines > 1 else "its line"
        verb = "were" if by_hand > 1 else "was"
        yield f"{file}: {which} {verb} written by hand: nothing shows whether a line before was taken away"
