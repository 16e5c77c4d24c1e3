"""Tables as rows: CSV with a header."""

import csv
import io
from collections.abc import Iterator

from incident2eval.formats._format import Row, Skipped
from incident2eval.formats.files._parse import MAX_DOCUMENT, MAX_VALUES
from incident2eval.formats.files._unpack import Reader
from incident2eval.model import JSON, BadInput, Fault

_DELIMITERS = ",;\t"
_BLANK = b" \r\n"
"""What may stand before the header."""

_MAX_NAME = 200
_MAX_COLUMNS = 10_000


def is_table(head: bytes) -> bool:
    """Whether a file that begins like this is a CSV: a line of names, then a record of as many cells.

    Args:
        head: As much of it as is known.
    """
    head = head.lstrip(_BLANK)
    text = io.StringIO(head.decode("utf-8", "replace"), newline="\n")
    records = csv.reader(text, delimiter=_delimiter(head), strict=True)
    try:
        names = next(records)
    except csv.Error:
        return False
    try:
        cells = next(records, names)
    except csv.Error:  # what is known of the record ends in the middle of a cell
        cells = names
    return 1 < len(names) == len(cells) <= _MAX_COLUMNS and max(map(len, names)) <= _MAX_NAME


def _delimiter(head: bytes) -> str:
    line = head.partition(b"\n")[0]
    return max(_DELIMITERS, key=lambda each: line.count(each.encode()))


def table(reader: Reader, *, name: str) -> Iterator[Row | Skipped]:
    """The records of a CSV, keyed by the header's names; one that is broken is left out.

    Raises:
        BadInput: when the header is no line of names.
    """
    csv.field_size_limit(MAX_DOCUMENT)
    lines = _Lines(reader)
    records = csv.reader(lines, delimiter=_delimiter(reader.peek(1).lstrip(_BLANK)), strict=True)
    try:
        names = next((cells for cells in records if any(map(str.strip, cells))), [])
    except csv.Error as error:
        message = f"is no CSV: {error}"
        raise BadInput(
            Fault(message=message, file=name, hint="save it with a line for each record")
        ) from None
    done = False
    while not done:
        where = f"line {records.line_num + 1}"
        try:
            cells = next(records, None)
        except csv.Error as error:
            yield Skipped(where=where, why=lines.fault() or f"is no CSV: {error}")
            continue
        done = cells is None
        why = lines.fault() or _why_not(cells or names, names, torn=lines.torn)
        if why:
            yield Skipped(where=where, why=why)
        elif cells:
            yield Row(where, _record(names, cells))


def _record(names: list[str], cells: list[str]) -> dict[str, JSON]:
    """A record by the names of its columns; another one of a name counts where it says something else."""
    record: dict[str, JSON] = {}
    for name, cell in zip(names, cells, strict=False):
        key = name
        while record.get(key, cell) != cell:
            key += " (again)"
        record[key] = cell
    return record


def _why_not(cells: list[str], names: list[str], *, torn: bool) -> str | None:
    if len(cells) > len(names) or (torn and len(cells) < len(names)):
        return f"has {len(cells)} cells, the header {len(names)}"
    return None


class _Lines:
    """The lines of a table as text."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._wrong: str | None = None
        self.torn = False
        """Whether the last line did not end."""

    def fault(self) -> str | None:
        """What was wrong with a line since this was asked last."""
        wrong, self._wrong = self._wrong, None
        return wrong

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._reader.readline(MAX_DOCUMENT)
        if not line:
            raise StopIteration
        self.torn = not line.endswith(b"\n")
        if len(line) > MAX_VALUES and sum(line.count(each.encode()) for each in _DELIMITERS) > MAX_VALUES:
            self._wrong = f"holds more than {MAX_VALUES:,} values"
            return "\n"
        try:
            return line.decode()
        except UnicodeDecodeError:
            self._wrong = "is not UTF-8 text"
            return line.decode("utf-8", "replace")
