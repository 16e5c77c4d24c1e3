"""From a file's bytes to its rows: JSON as a document, a list or lines, events, tables, OTLP protobuf."""

import io
import json
from collections.abc import Iterator

from incident2eval.formats._format import Row, Skipped
from incident2eval.formats.files import _otlp_protobuf
from incident2eval.formats.files._documents import pieces
from incident2eval.formats.files._parquet import MAGIC, parquet
from incident2eval.formats.files._parse import MAX_DOCUMENT, TooMuchError, parsed, reason
from incident2eval.formats.files._source import Source, row_of
from incident2eval.formats.files._tables import is_table, table
from incident2eval.formats.files._unpack import LOOK, Member, Reader
from incident2eval.model import BadInput, Fault

WHOLE = LOOK
"""Up to this many bytes a document is parsed as a whole; larger ones a piece at a time."""

_BLANK = b" \t\r\n"
_UTF8_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_EVENT_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_FIRST_LINES = 50
_DONE = b"[DONE]"
_OTHERS = (
    (b"%PDF", "a PDF", "export the trace as JSON"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip, zip or zstd"),
    (b"\xfd7zXZ\0", "packed with xz", "unpack it, or pack it with gzip, zip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip", "unpack it, or pack it with gzip, zip or zstd"),
)
"""What people hand over by mistake, by its first bytes, and what to do."""


def sources_of(member: Member, *, groups: range | None = None) -> Iterator[Source | Skipped]:
    """The rows of a member, and what had to be left out of it.

    Args:
        member: The file.
        groups: Only these row groups of it: it is an archive.

    Raises:
        BadInput: when it is nothing that holds rows; of several files one that is none is left out.
    """
    for inner, opened in member.files:
        if not inner:
            yield from _in_file(opened(), name=member.name, groups=groups)
            continue
        try:
            yield from _placed(_in_file(opened(), name=inner), inner)
        except BadInput as error:
            yield Skipped(where=inner, why="; ".join(fault.message for fault in error.faults))


def _placed(found: Iterator[Source | Skipped], inner: str) -> Iterator[Source | Skipped]:
    for each in found:
        where = inner if each.where == "document" else f"{inner}: {each.where}"
        yield each._replace(where=where) if isinstance(each, Source) else Skipped(where=where, why=each.why)


def _in_file(reader: Reader, *, name: str, groups: range | None = None) -> Iterator[Source | Skipped]:
    try:
        yield from _found(reader, name=name, groups=groups)
    except BadInput:
        if reader.cut is None:
            raise
        message = f"cannot be unpacked: {reader.cut}"
        raise BadInput(Fault(message=message, file=name, hint="copy it again")) from None
    if reader.cut is not None:
        yield Skipped(where="the rest", why=f"is missing: {reader.cut}")


def _found(reader: Reader, *, name: str, groups: range | None) -> Iterator[Source | Skipped]:
    head = reader.peek(LOOK)
    if head.startswith(_UTF8_BOM):
        reader.read(len(_UTF8_BOM))
        head = head[len(_UTF8_BOM) :]
    if head.startswith(MAGIC):
        return parquet(reader, name=name, groups=groups)
    if groups is not None:
        message = "has changed, and is no archive any more"
        raise BadInput(Fault(message=message, file=name, hint="read it again"))
    if _otlp_protobuf.looks_like(head):
        return _protobuf(reader, name=name)
    _refuse_no_text(head, name=name)
    start = _started(head)
    if not start.startswith((b"{", b"[")):
        if _are_events(start):
            return _events(reader)
        if is_table(head):
            return _each(table(reader, name=name))
    small = len(head) < WHOLE
    if _starts_as_lines(start, whole=small):
        return _lines(reader)
    return _whole(reader, name=name) if small else _each(pieces(reader))


def _each(rows: Iterator[Row | Skipped]) -> Iterator[Source | Skipped]:
    return (row if isinstance(row, Skipped) else Source(row.where, value=row.value) for row in rows)


def _refuse_no_text(head: bytes, *, name: str) -> None:
    start = _started(head)
    if not start:
        hint = "hand over the file as it was exported"
        message = "is empty" if len(head) < LOOK else "begins with nothing but blanks"
        raise BadInput(Fault(message=message, file=name, hint=hint))
    is_json = start.startswith((b"{", b"[", b'"'))
    if head.startswith(_WIDE_BOMS) or (is_json and b"\0" in start[1:4]) or _is_wide(start):
        raise BadInput(Fault(message="is UTF-16 or UTF-32 text", file=name, hint="save it as UTF-8"))
    for magic, what, hint in _OTHERS:
        if head.startswith(magic):
            raise BadInput(Fault(message=f"is {what}", file=name, hint=hint))
    if b"\0" in head[:8192] and not is_json:
        hint = "export the trace as JSON"
        raise BadInput(Fault(message="is a binary file of no known kind", file=name, hint=hint))


def _started(head: bytes) -> bytes:
    """The beginning without blanks, and without the zeros in the place of lines that were rotated away."""
    start = head.lstrip(_BLANK)
    return start.lstrip(b"\0" + _BLANK) if start.startswith(b"\0\0\0\0") else start


def _is_wide(start: bytes) -> bool:
    """Whether it begins as JSON does in UTF-16 or UTF-32 whose bytes stand the other way round."""
    return start.startswith(b"\0") and start[:4].lstrip(b"\0").startswith((b"{", b"[", b'"'))


def _starts_as_lines(head: bytes, *, whole: bool) -> bool:
    """Whether one of the first lines is a JSON value of its own and something follows it."""
    first, _, rest = head.partition(b"\n")
    if whole and not rest.strip():
        return False
    # of a short file that begins otherwise all lines are looked at when it is no document
    lines = [first] if whole else head.split(b"\n", _FIRST_LINES)[:-1]
    return any(map(_is_row, lines))


def _is_row(line: bytes) -> bool:
    try:
        return line.startswith((b"{", b"[")) and bool(parsed(line))
    except ValueError:
        return False


def _whole(reader: Reader, *, name: str) -> Iterator[Source | Skipped]:
    """A document as a whole; where it is none, lines of which the first is torn, or all before a cut."""
    data = reader.read()
    try:
        document = parsed(data)
    except ValueError as error:
        found = _rescued(data, error)
        if not any(isinstance(each, Source) for each in found):
            raise BadInput(_not_json(error, name=name)) from None
        return iter(found)
    if isinstance(document, list):
        return iter([Source(f"item {at}", value=item) for at, item in enumerate(document, 1)])
    return iter([Source("document", value=document)])


def _rescued(data: bytes, error: ValueError) -> list[Source | Skipped]:
    """What can be read of a file that is no document: lines, several documents, or all before the cut."""
    rows = [row_of(each) for each in _lines(io.BytesIO(data))]
    good = sum(isinstance(row, Row) for row in rows)
    # a torn first line does not make a log unreadable; a torn document is not a log
    if good > max(1, len(rows) - good):
        return list(_each(iter(rows)))
    return [] if isinstance(error, TooMuchError) else list(_each(pieces(io.BytesIO(data))))


def _lines(reader: io.BufferedIOBase) -> Iterator[Source | Skipped]:
    for where, line in _numbered(reader):
        if isinstance(line, Skipped):
            yield line
        elif line:
            yield Source(where, data=line)


def _are_events(head: bytes) -> bool:
    """Whether it begins with the fields of server-sent events, and the data of one are among the first."""
    lines = head.split(b"\n", _FIRST_LINES)
    return head.startswith(_EVENT_FIELDS) and any(line.startswith(b"data:") for line in lines)


def _events(reader: Reader) -> Iterator[Source | Skipped]:
    """The data of server-sent events, a value an event: its lines up to a blank one."""
    data: list[bytes] = []
    size = 0
    begin = ""
    for where, line in _numbered(reader):
        if isinstance(line, Skipped):
            yield line
        elif line.startswith(b"data:"):
            begin = begin or where
            size += len(line)
            if size <= MAX_DOCUMENT:
                data.append(line[5:].strip())
        elif not line and data:
            yield from _event(begin, data, size)
            data, size, begin = [], 0, ""
    yield from _event(begin, data, size)


def _event(where: str, data: list[bytes], size: int) -> Iterator[Source | Skipped]:
    if size > MAX_DOCUMENT:
        yield Skipped(where=where, why=f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
    elif data and data != [_DONE]:
        yield Source(where, data=b"\n".join(data))


def _numbered(reader: io.BufferedIOBase) -> Iterator[tuple[str, bytes | Skipped]]:
    """The lines without what is blank around them; blank ones are empty."""
    number = 0
    while line := reader.readline(MAX_DOCUMENT + 1):
        number += 1
        where = f"line {number}"
        if len(line) <= MAX_DOCUMENT:
            yield where, line.strip()
            continue
        yield where, Skipped(where=where, why=f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
        while line and not line.endswith(b"\n"):
            line = reader.readline(LOOK)  # the rest of the same line


def _protobuf(reader: Reader, *, name: str) -> Iterator[Source | Skipped]:
    number = 0
    try:
        for value in _otlp_protobuf.documents(reader):
            number += 1
            yield Source(f"message {number}", value=value)
    except ValueError as error:
        if not number:
            raise BadInput(Fault(message=str(error), file=name, hint="export it again")) from None
        yield Skipped(where=f"what follows message {number}", why=str(error))


def _not_json(error: ValueError, *, name: str) -> Fault:
    line = error.lineno if isinstance(error, json.JSONDecodeError) else None
    said = reason(error)
    hint = "hand over JSON, JSON lines, CSV or parquet; gzip, zip and zstd are fine"
    return Fault(message=said, file=name, line=line, hint="save it as UTF-8" if "UTF-8" in said else hint)
