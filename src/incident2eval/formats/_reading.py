"""From a file to runs: unpack, part into rows, tell the format by content, read."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import BinaryIO

from incident2eval.formats._format import Format, Part, Reading, Row, Skipped
from incident2eval.formats.files._rows import sources_of
from incident2eval.formats.files._source import Source, row_of
from incident2eval.formats.files._unpack import Member, members
from incident2eval.model import JSON, BadInput, Fault, Run

_LOOK = 50
"""How many rows are looked at to tell the format: a log may begin with lines of something else."""

_LOOK_BYTES = 4 * 1024 * 1024
"""Beyond so many bytes no further row is looked at."""

MOST_SKIPPED = 1000
"""How many skipped things are named; the rest are counted."""

_HINT = "name another with --format"


def read_as(data: bytes, *, name: str, format: str | None, shelf: Sequence[Format]) -> Reading:  # noqa: A002
    """Read a file whole with the formats on a shelf.

    Args:
        data: The file as it is, packed or plain.
        name: How the user knows the file, for messages only.
        format: Name of the format; None tells it by content.
        shelf: Formats in the order in which they are tried.

    Raises:
        BadInput: when nothing was read; the faults say why.
    """
    runs: list[Run] = []
    skipped: list[Skipped] = []
    parts: list[Part] = []
    for part in parts_of(io.BytesIO(data), name=name, format=format, shelf=shelf):
        parts.append(part)
        for found in part.found:
            if isinstance(found, Run):
                runs.append(found)
            else:
                skipped.append(found)
    return Reading(
        runs=tuple(runs),
        format=", ".join(dict.fromkeys(part.format for part in parts if part.format)),
        skipped=tuple(skipped),
        partial=all(part.partial for part in parts),
    )


def parts_of(
    file: BinaryIO,
    *,
    name: str,
    format: str | None,  # noqa: A002
    shelf: Sequence[Format],
    groups: range | None = None,
) -> Iterator[Part]:
    """The file, or each of the files in it, told apart; a part must be read before the next one is asked for.

    Args:
        file: Open for reading.
        name: How the user knows the file, for messages only.
        format: Name of the format; None tells it by content.
        shelf: Formats in the order in which they are tried.
        groups: Only these row groups of it: it is an archive.

    Raises:
        BadInput: when nothing was read; of several files one that cannot be read is a part of its own
            with nothing but the reason.
    """
    chosen = _named(format, name=name, shelf=shelf) if format is not None else None
    tally = _Tally()
    for member in members(file, name=name):
        sources = sources_of(member, groups=groups)
        yield _part(member, sources, tally=tally, chosen=chosen, shelf=shelf, alone=member.name == name)
    if not tally.runs:
        raise BadInput(tally.nothing(name=name))


class _Tally:
    """What came out of a file so far."""

    def __init__(self) -> None:
        self.runs = 0
        self.formats: dict[str, None] = {}
        self._skipped = 0
        self._first: Skipped | None = None

    def read(
        self,
        head: Sequence[Row | Skipped],
        rest: Iterable[Source | Skipped],
        chosen: Format,
        short_way: Callable[[bytes], Run | None] | None,
    ) -> Iterator[Run | Skipped]:
        """The runs of the rows, with what is left out as far as it is named; the rest is counted."""
        before = max(self._skipped, MOST_SKIPPED)
        # rows that cannot be parsed, while the format goes on to the next
        waiting: list[Skipped] = []
        for found in _read(head, rest, chosen, short_way, partial(self._leave_out, waiting)):
            if waiting:
                yield from _emptied(waiting)
            if isinstance(found, Run):
                self.runs += 1
                yield found
            else:
                self._leave_out(waiting, found)
        yield from _emptied(waiting)
        if self._skipped > before:
            yield Skipped(where="elsewhere", why=f"{self._skipped - before:,} more were skipped")

    def refused(self, error: BadInput, *, name: str) -> Iterator[Skipped]:
        """The one of several files that cannot be read."""
        why = "; ".join(fault.message for fault in error.faults)
        waiting: list[Skipped] = []
        self._leave_out(waiting, Skipped(where=name, why=why))
        yield from waiting

    def _leave_out(self, waiting: list[Skipped], each: Skipped) -> None:
        self._skipped += 1
        self._first = self._first or each
        if self._skipped <= MOST_SKIPPED:
            waiting.append(each)

    def nothing(self, *, name: str) -> Fault:
        """That there was no run, and why."""
        first = self._first
        why = f": {first.where.removeprefix(f'{name}: ')} {first.why}" if first else ""
        more = f", and {self._skipped - 1:,} more like it" if self._skipped > 1 else ""
        read = f" as {', '.join(self.formats)}" if self.formats else ""
        hint = _HINT if self.formats else None
        return Fault(message=f"no run could be read{read}{why}{more}", file=name, hint=hint)


def _part(  # noqa: PLR0913 - what is read, and how
    member: Member,
    sources: Iterator[Source | Skipped],
    *,
    tally: _Tally,
    chosen: Format | None,
    shelf: Sequence[Format],
    alone: bool,
) -> Part:
    """A member with its format told; one of several that cannot be read is a part with the reason only."""
    try:
        first = list(_first_of(sources))
        said = None if chosen else _said(first, shelf)
        # of what says what it holds no row is needed to tell: all are read in one way
        head = [] if said else list(map(row_of, first))
        values = [{}] if said else _values(head)
        told = chosen or said or _told(values, head, name=member.name, shelf=shelf)
    except BadInput as error:
        if alone:
            raise
        return Part(name=member.name, format="", partial=False, found=tally.refused(error, name=member.name))
    tally.formats[told.name] = None
    rest = chain(first, sources) if said else sources
    found = tally.read(head, rest, told, told.short_way(values))
    return Part(
        name=member.name,
        format=told.name,
        partial=all(map(told.partial, values)),
        found=found if alone else _up_to_fault(found, tally, name=member.name),
    )


def _first_of(sources: Iterator[Source | Skipped]) -> Iterator[Source | Skipped]:
    """As many as are looked at, or as are not too long for that; none after one that says what it is."""
    size = 0
    for source in islice(sources, _LOOK):
        yield source
        if isinstance(source, Skipped):
            continue
        size += len(source.data or b"")
        if size > _LOOK_BYTES or source.format:
            return


def _said(first: Sequence[Source | Skipped], shelf: Sequence[Format]) -> Format | None:
    """The format that what holds the rows says they are in."""
    names = {source.format for source in first if isinstance(source, Source)}
    return next((each for each in shelf if each.name in names), None)


def _up_to_fault(found: Iterator[Run | Skipped], tally: _Tally, *, name: str) -> Iterator[Run | Skipped]:
    """What is found in one of several files, up to where it turns out to be no good."""
    try:
        yield from found
    except BadInput as error:
        yield from tally.refused(error, name=name)


def _read(
    head: Sequence[Row | Skipped],
    rest: Iterable[Source | Skipped],
    chosen: Format,
    short_way: Callable[[bytes], Run | None] | None,
    leave_out: Callable[[Skipped], None],
) -> Iterator[Run | Skipped]:
    """The runs of the rows; the format's short way is taken where it has one."""
    if short_way is None:
        yield from chosen.read(_rows(chain(head, map(row_of, rest)), leave_out))
        return
    yield from chosen.read(_rows(head, leave_out))
    for source in rest:
        run = short_way(source.data) if isinstance(source, Source) and source.data is not None else None
        if run is not None:
            yield run
        else:
            yield from chosen.read(_rows([row_of(source)], leave_out))


def _rows(rows: Iterable[Row | Skipped], leave_out: Callable[[Skipped], None]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Row):
            yield row
        else:
            leave_out(row)


def _values(rows: Iterable[Row | Skipped]) -> list[JSON]:
    return [row.value for row in rows if isinstance(row, Row)]


def _emptied(waiting: list[Skipped]) -> Iterator[Skipped]:
    yield from waiting
    waiting.clear()


def _named(format: str, *, name: str, shelf: Sequence[Format]) -> Format:  # noqa: A002
    for each in shelf:
        if each.name == format:
            return each
    known = ", ".join(each.name for each in shelf)
    raise BadInput(Fault(message=f"no format is called {format!r}", file=name, hint=f"one of {known}"))


def _told(
    values: Sequence[JSON], head: Sequence[Row | Skipped], *, name: str, shelf: Sequence[Format]
) -> Format:
    for each in shelf:
        if any(map(each.sniff, values)):
            return each
    message = f"holds no trace of a format that is known: {_seen(values, head)}"
    hint = "docs/formats.md has the formats and how to export them; --format names one"
    raise BadInput(Fault(message=message, file=name, hint=hint))


def _seen(values: Sequence[JSON], head: Sequence[Row | Skipped]) -> str:
    """What stands at the beginning of a file that nobody knows, in a few words."""
    if not values:
        broken = next((row for row in head if isinstance(row, Skipped)), None)
        return f"{broken.where} {broken.why}" if broken else "it is an empty list"
    if not isinstance(values[0], dict):
        return "its first value is no object"
    keys = ", ".join(repr(key[:30]) for key in list(values[0])[:6])
    return f"its first object has the keys {keys}" if keys else "its first object is empty"
