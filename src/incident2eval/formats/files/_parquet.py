"""Parquet: what other tools wrote as records, and the project's own archive as the runs it holds whole."""

import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, BinaryIO

from incident2eval.formats._format import Skipped
from incident2eval.formats._run_json import DEPTH
from incident2eval.formats.files._parquet_pages import Pages
from incident2eval.formats.files._parse import MAX_DEPTH, MAX_DOCUMENT, measure
from incident2eval.formats.files._source import Source
from incident2eval.formats.files._unpack import FREE_RATIO, MAX_RATIO, MAX_UNPACKED, Reader, seekable
from incident2eval.model import JSON, BadInput, Fault

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MAGIC = b"PAR1"

ARCHIVE = "incident2eval/archive/1"
"""What the metadata of an archive say under `schema`."""

RUN = "run"
"""The column of an archive with the whole run, and the format of what stands in it."""

MAX_ARCHIVE = 1024 * 1024 * 1024
"""The most that an archive may unpack to; it is written in files of a quarter of that."""

_MAX_GROUP = MAX_DOCUMENT + 1024 * 1024
"""The most that a row group of an archive may unpack to: one run of the largest size that is read."""

_MORE = "it unpacks to more than it says"

_BATCH = 100
"""Records of another tool's file that are decoded at once."""


def parquet(reader: Reader, *, name: str, groups: range | None = None) -> Iterator[Source | Skipped]:
    """The records of a parquet file, or the runs of an archive; a row group that is broken is left out.

    Args:
        reader: The file.
        name: How the user knows it.
        groups: Read only these row groups; of an archive only, since in it each run is whole.

    Raises:
        BadInput: when none can be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - only where a file is of this kind

    odd = (pa.ArrowException, OSError, ValueError, OverflowError, RecursionError)
    read = 0
    broken = None
    try:
        with seekable(reader) as file, _opened(file) as opened:
            numbers, budget = _numbers(opened), _Budget(file, opened)
            for group in _asked(opened, groups):
                rows = numbers[group]
                at = rows.start
                try:
                    budget.spend(group)
                    for source in _group(opened, group, rows):
                        read += 1
                        at += 1
                        yield source
                except odd as error:
                    broken = _said_of(error)
                    where = f"rows {at} to {rows.stop - 1}"
                    yield Skipped(where=where, why=f"cannot be read: {broken}")
    except odd as error:
        raise _unreadable(_said_of(error), name=name) from None
    if broken and not read:
        raise _unreadable(broken, name=name)


def archived_groups(file: BinaryIO) -> int | None:
    """How many row groups an archive has; None of anything else, and of what cannot be opened.

    Args:
        file: Open for reading; it is left at its beginning.
    """
    if not file.seekable():
        return None
    file.seek(0)
    begins = file.read(len(MAGIC))
    file.seek(0)
    if begins != MAGIC:
        return None
    import pyarrow as pa  # noqa: PLC0415 - see `parquet`

    try:
        with _opened(file) as opened:
            return opened.num_row_groups if _is_archive(opened) else None
    except (pa.ArrowException, OSError, ValueError):
        return None
    finally:
        file.seek(0)


def cells(file: BinaryIO, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Some columns of an archive, a run at a time.

    Args:
        file: Open for reading, seekable.
        columns: Their names, in the order in which their cells are wanted.

    Raises:
        ValueError: It is no archive, or is broken: what came before that counts for nothing.
    """
    import pyarrow as pa  # noqa: PLC0415 - see `parquet`

    try:
        with _opened(file) as opened:
            if not _is_archive(opened):
                raise ValueError("it is no archive")
            budget = _Budget(file, opened)
            for group in range(opened.num_row_groups):
                budget.spend(group)
                batches = opened.iter_batches(
                    batch_size=_BATCH, row_groups=[group], columns=list(columns), use_threads=False
                )
                for batch in batches:
                    yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    except (pa.ArrowException, OSError, OverflowError, KeyError) as error:
        raise ValueError(_said_of(error)) from error


def _opened(file: BinaryIO) -> "pq.ParquetFile":
    """The file with its footer read, if it is none that nobody should unpack.

    Raises:
        ValueError: It is.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - see `parquet`

    size = file.seek(0, io.SEEK_END)
    opened = pq.ParquetFile(file, page_checksum_verification=True)
    names = opened.schema_arrow.names
    if len(set(names)) < len(names):
        raise ValueError("it has two columns of one name")
    unpacked = [opened.metadata.row_group(at).total_byte_size for at in range(opened.num_row_groups)]
    if _is_archive(opened):
        _refuse_strange(opened, unpacked)
    elif sum(unpacked) > _most(size):
        raise ValueError(
            f"it unpacks to {sum(unpacked) // (1024 * 1024)} MB, more than {MAX_RATIO} times its size"
        )
    return opened


def _most(size: int) -> int:
    """What a file of another tool may unpack to."""
    return min(MAX_UNPACKED, max(FREE_RATIO, MAX_RATIO * size))


class _Budget:
    """How much a file may still unpack to, whatever its footer says."""

    def __init__(self, file: BinaryIO, opened: "pq.ParquetFile") -> None:
        self._pages = Pages(file)
        self._column = opened.schema_arrow.names.index(RUN) if _is_archive(opened) else None
        self._group = _MAX_GROUP if _is_archive(opened) else MAX_UNPACKED
        self._left = MAX_ARCHIVE if _is_archive(opened) else _most(file.seek(0, io.SEEK_END))

    def spend(self, group: int) -> None:
        """Before a row group is read; raises ValueError where that would be too much."""
        size = self._pages.unpacked(group, self._column)
        self._left -= size
        if size > self._group or self._left < 0:
            raise ValueError(_MORE)


def _is_archive(opened: "pq.ParquetFile") -> bool:
    return (opened.schema_arrow.metadata or {}).get(b"schema") == ARCHIVE.encode()


def _refuse_strange(opened: "pq.ParquetFile", unpacked: list[int]) -> None:
    """Refuse what says that it is an archive and is none.

    Runs that are alike pack to less than a hundredth, so no ratio tells an archive from a bomb. What it may
    unpack to is bounded instead, in each row group, of which one is held at a time, and as a whole.
    """
    import pyarrow as pa  # noqa: PLC0415 - see `parquet`

    schema = opened.schema_arrow
    if RUN not in schema.names or not pa.types.is_binary(schema.field(RUN).type):
        raise ValueError(f"it says it is {ARCHIVE} and has no column {RUN!r} of bytes")
    if min(unpacked, default=0) < 0 or max(unpacked, default=0) > _MAX_GROUP or sum(unpacked) > MAX_ARCHIVE:
        raise ValueError(f"it unpacks to {sum(unpacked) // (1024 * 1024)} MB, more than any archive does")
    rows = sum(opened.metadata.row_group(at).num_rows for at in range(opened.num_row_groups))
    if rows != opened.metadata.num_rows:
        raise ValueError("its row groups do not hold as many runs as it says")


def _asked(opened: "pq.ParquetFile", groups: range | None) -> range:
    """The row groups to read.

    Raises:
        ValueError: Some of them are asked for, and they are not there.
    """
    every = range(opened.num_row_groups)
    if groups is None:
        return every
    if not _is_archive(opened) or not all(group in every for group in groups):
        raise ValueError("it has changed, and not the row groups that it had")
    return groups


def _numbers(opened: "pq.ParquetFile") -> list[range]:
    """Of each row group the numbers of its rows in the file, from one on."""
    sizes = [opened.metadata.row_group(at).num_rows for at in range(opened.num_row_groups)]
    return [range(end - size + 1, end + 1) for size, end in zip(sizes, accumulate(sizes), strict=True)]


def _group(opened: "pq.ParquetFile", group: int, rows: range) -> Iterator[Source | Skipped]:
    """The rows of a row group.

    Raises:
        ValueError: It holds more or fewer, or more bytes than it says; pyarrow's own where it is broken.
    """
    is_archive = _is_archive(opened)
    columns = [RUN] if is_archive else None
    batches = opened.iter_batches(batch_size=_BATCH, row_groups=[group], columns=columns, use_threads=False)
    numbers = iter(rows)
    held = 0
    for batch in batches:
        held += batch.nbytes
        if is_archive and held > _MAX_GROUP:
            raise ValueError(_MORE)
        cells = batch.column(0).to_pylist() if is_archive else batch.to_pylist()
        made = _run if is_archive else _record
        for cell, number in zip(cells, numbers, strict=False):
            yield made(f"row {number}", cell)
    if next(numbers, None) is not None:
        raise ValueError("it ends too early")


def _run(where: str, data: bytes | None) -> Source:
    return Source(where, data=data or b"", format=RUN, depth=DEPTH)


def _record(where: str, record: dict[str, JSON]) -> Source | Skipped:
    value = _plain(record)
    try:
        measure(value, depth=MAX_DEPTH)
    except ValueError as error:
        return Skipped(where=where, why=str(error))
    return Source(where, value=value)


def _plain(value: JSON) -> JSON:
    """A cell as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _unreadable(why: str, *, name: str) -> BadInput:
    message = f"is no parquet file that can be read: {why}"
    return BadInput(Fault(message=message, file=name, hint="export it again"))


def _said_of(error: BaseException) -> str:
    """A library's message as part of a line."""
    return " ".join(str(error).split())[:200]
