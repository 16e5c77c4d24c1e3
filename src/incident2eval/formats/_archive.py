"""The compact archive: past runs as Parquet, each whole as Run JSON beside the columns it is found by.

A run is kept as it was read: all of it, since every part of a run is read by some check. What makes the
archive small is that runs which are alike stand together; what makes it fast, that each is decoded at once.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from incident2eval.formats._run import decoded
from incident2eval.formats._run_json import DEPTH, load_run
from incident2eval.formats.files._parquet import ARCHIVE, MAX_ARCHIVE, RUN, cells
from incident2eval.formats.files._parse import MAX_DOCUMENT, parsed
from incident2eval.model import BadInput, Run, Subject

if TYPE_CHECKING:
    import msgspec
    import pyarrow as pa

GROUP_RUNS = 4096
GROUP_BYTES = 8 * 1024 * 1024
"""A row group holds so many runs or so many bytes of them, whichever is less."""

FULL = MAX_ARCHIVE // 4
"""Bytes of runs from which on a file takes no more."""

_LEVEL = 3
"""Of zstd: a higher one takes twice as long for a quarter less, a lower one makes three times as much."""

_COLUMNS = ("id", "workflow", "version", "model", "started", "customer_id")


class ArchivedRun(NamedTuple):
    """A run as the archive keeps it."""

    id: str
    workflow: str | None
    version: str | None
    model: str | None
    started: datetime | None
    customer_id: str | None
    run: bytes
    """The whole of it, as `dump_run` says it, without blanks."""


def archived(run: Run) -> ArchivedRun:
    """A run as the archive keeps it, once it is sure that the same comes back.

    Raises:
        ValueError: It would not, and why.
    """
    try:
        data = _encoder().encode(run)
    except (ValueError, OverflowError, RecursionError, TypeError):
        raise ValueError("holds what JSON cannot say") from None
    if len(data) > MAX_DOCUMENT:
        raise ValueError(f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
    if (decoded(data) or _read_slowly(data)) != run:
        raise ValueError("holds what Run JSON cannot say")
    return ArchivedRun(run.id, run.workflow, run.version, run.model, run.started, run.customer_id, data)


def archived_again(data: bytes) -> ArchivedRun:
    """The same of a run that was `archived` before."""
    head = _head_decoder().decode(data)
    customer_id = head.subject.customer_id if head.subject else None
    return ArchivedRun(head.id, head.workflow, head.version, head.model, head.started, customer_id, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What of a run stands in columns of its own."""

    id: str = ""
    workflow: str | None = None
    version: str | None = None
    model: str | None = None
    started: datetime | None = None
    subject: Subject | None = None


@cache
def _encoder() -> "msgspec.json.Encoder":
    import msgspec  # noqa: PLC0415 - only where an archive is written

    return msgspec.json.Encoder()


@cache
def _head_decoder() -> "msgspec.json.Decoder[_Head]":
    import msgspec  # noqa: PLC0415 - see _encoder

    return msgspec.json.Decoder(_Head)


@cache
def _schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415 - see _encoder

    types = dict.fromkeys(_COLUMNS, pa.string()) | {"started": pa.timestamp("us", tz="UTC"), RUN: pa.binary()}
    return pa.schema(types, metadata={"schema": ARCHIVE})


def _read_slowly(data: bytes) -> Run | None:
    try:
        return load_run(parsed(data, depth=DEPTH), what=RUN)
    except (BadInput, ValueError):
        return None


class ArchiveWriter:
    """Writes runs into one file of the archive, a row group at a time; no more than one is held."""

    def __init__(self, file: BinaryIO) -> None:
        """A new archive.

        Args:
            file: Open for writing, empty; it stays open.
        """
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where an archive is written

        self._content = _Content()
        self._held: list[ArchivedRun] = []
        self._held_bytes = 0
        self._bytes = 0
        self._writer = pq.ParquetWriter(
            file,
            _schema(),
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=["workflow", "version", "model"],
            write_statistics=[name for name in _COLUMNS if name != "customer_id"],
            data_page_size=GROUP_BYTES,
            write_page_checksum=True,
        )

    @property
    def is_full(self) -> bool:
        """Whether the next run belongs in another file."""
        return self._bytes >= FULL

    def add(self, row: ArchivedRun) -> None:
        """Take a run; raises OSError where the disk takes no more."""
        size = len(row.run)
        if self._held and (len(self._held) == GROUP_RUNS or self._held_bytes + size > GROUP_BYTES):
            self._put()
        self._held.append(row)
        self._held_bytes += size
        self._bytes += size

    def close(self) -> "Content":
        """Write what is held, and the footer; raises OSError where the disk takes no more.

        Returns:
            What must be read back.
        """
        self._put()
        self._writer.close()
        return self._content.told()

    def _put(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - see __init__

        if self._held:
            for row in self._held:
                self._content.add(row)
            by_column = zip(*self._held, strict=True)
            columns = [pa.array(each, field.type) for each, field in zip(by_column, _schema(), strict=True)]
            self._writer.write_batch(pa.record_batch(columns, schema=_schema()))
            self._held, self._held_bytes = [], 0


class Content(NamedTuple):
    """What a file of the archive holds, to be compared."""

    runs: int
    digest: str
    """SHA-256 over every cell of every run, in order."""


def archive_content(file: BinaryIO) -> Content:
    """What a file of the archive holds, read from its beginning to its end.

    Raises:
        ValueError: It is no archive, or cannot be read to its end.
    """
    content = _Content()
    for row in cells(file, (*_COLUMNS, RUN)):
        content.add(row)
    return content.told()


def archived_runs(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The id of every run in a file of the archive, and the whole of it.

    Raises:
        ValueError: It is no archive, or cannot be read to its end.
    """
    return cells(file, ("id", RUN))


def archived_times(file: BinaryIO) -> Iterator[tuple[str, datetime | None]]:
    """The id of every run in a file of the archive, and when it started.

    Raises:
        ValueError: It is no archive, or cannot be read to its end.
    """
    for id_, started in cells(file, ("id", "started")):
        yield str(id_), started.astimezone(UTC) if isinstance(started, datetime) else None


class _Content:
    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._runs = 0

    def add(self, row: tuple[Any, ...]) -> None:
        *head, run = row
        said = [cell.isoformat() if isinstance(cell, datetime) else cell for cell in head]
        self._digest.update(repr((said, len(run))).encode() + run)
        self._runs += 1

    def told(self) -> Content:
        return Content(self._runs, self._digest.hexdigest())
