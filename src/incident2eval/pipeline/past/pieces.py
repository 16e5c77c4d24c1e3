"""What past runs are read from, in parts of about the same size that may be judged one without the others."""

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

import orjson

from incident2eval import formats
from incident2eval.model import BadInput
from incident2eval.pipeline._given import File, Given

PART = 16 * 1024 * 1024
"""Bytes of a part, as they lie there: a few seconds' work."""

_A_RUN_A_LINE = "run"
"""The format of which each line is a run, whatever stands around it."""
_LONGEST_LINE = 4 * 1024 * 1024

_GROUPS, _UNPACKED = 4, 25
"""So many row groups of an archive are a piece, and as much larger it is once it is unpacked (measured)."""

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file, some lines of one, or some row groups of an archive."""

    file: File
    shown: str
    """What a message calls the file."""
    start: int = 0
    stop: int | None = None
    """Bytes; a line belongs to the piece that it begins in. None: to the end."""
    groups: range | None = None
    """Row groups of a compact archive; None where it is none, or all of them."""
    format: str | None = None
    """Where it is known: of a piece from the middle of a file nobody could tell."""
    size: int
    """About so many bytes; 0 where nobody knows."""
    made: str = ""
    """The mark of the file when it was cut: what is written to it later is none of this."""

    @property
    def name(self) -> str:
        """What a message calls it, and runs without an id: no other piece is called so."""
        if self.groups and self.groups.start:
            return f"{self.shown} from row group {self.groups.start + 1:,} on"
        return f"{self.shown} from byte {self.start:,} on" if self.start else self.shown

    @property
    def is_cut(self) -> bool:
        """Whether it is some lines of a file only."""
        return self.start > 0 or self.stop is not None

    @property
    def mark(self) -> str:
        """What it was made of, without reading it: another one where the file was changed before."""
        # Of a URL the login and query are not shown, and the server may say nothing of it.
        return f"{self.file!r}\0{self.shown}\0{self.made}\0{self.start}\0{self.stop}\0{self.groups}"

    @property
    def is_lost(self) -> bool:
        """Whether another file has taken its place, or it is shorter; it may have grown, or be gone since."""
        was, now = self.made.split(), self.file.mark().split()
        if not isinstance(self.file, Given) or not was or not now:
            return False
        return was[-1] != now[-1] or int(now[0]) < int(was[0])

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """It, open for reading.

        Raises:
            BadInput: It cannot be opened.
        """
        with self.file.opened() as stream:
            if not self.is_cut:
                yield stream
            else:
                yield cast("BinaryIO", io.BufferedReader(_Stretch(stream, self.start, self.stop), _BLOCK))

    def digest(self) -> str:
        """SHA-256 of its bytes; of an archive in pieces the first one tells of the whole.

        Raises:
            BadInput: It cannot be opened.
        """
        if self.groups and self.groups.start:
            return ""
        content = hashlib.sha256()
        with self.opened() as stream:
            while block := stream.read(_BLOCK):
                content.update(block)
        return content.hexdigest()


Pieces = tuple[Piece, ...]
"""One part: what is judged together, by one process."""


class _Stretch(io.RawIOBase):
    """The lines of a file that begin between two places."""

    def __init__(self, stream: BinaryIO, start: int, stop: int | None) -> None:
        self._stream = stream
        begin = _line_from(stream, start)
        self._left = (
            _line_from(stream, stop) if stop is not None else os.fstat(stream.fileno()).st_size
        ) - begin
        stream.seek(begin)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), max(0, self._left)))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _line_from(stream: BinaryIO, at: int) -> int:
    """Where the first line begins that begins there or later."""
    if at == 0:
        return 0
    stream.seek(at - 1)
    while block := stream.read(_BLOCK):
        end = block.find(b"\n")
        if end >= 0:
            return at + end
        at += len(block)
    return at


def parts_of(files: Sequence[File], root: Path) -> list[Pieces]:
    """The files in parts, in order: long files of lines and archives are cut, short files are put together.

    Args:
        files: What is to be read.
        root: Paths below it are shown without it.
    """
    parts: list[Pieces] = []
    held: list[Piece] = []
    size = 0
    for piece in (piece for file in files for piece in _cut(file, root)):
        if held and size + piece.size > PART:
            parts.append(tuple(held))
            held, size = [], 0
        held.append(piece)
        size += piece.size
    return [*parts, tuple(held)] if held else parts


def _cut(file: File, root: Path) -> Iterator[Piece]:
    shown, size = file.shown(root), file.size()
    whole = Piece(file=file, shown=shown, size=size, made=file.mark())
    if not isinstance(file, Given) or file.comes_once:
        yield whole
    elif groups := _row_groups(file):
        for first in range(0, groups, _GROUPS):
            some = range(first, min(first + _GROUPS, groups))
            yield replace(whole, groups=some, size=size * len(some) // groups * _UNPACKED)
    elif size > 2 * PART and (told := _told(file, shown)):
        for start in range(0, size, PART):
            stop = start + PART if start + PART < size else None
            yield replace(whole, start=start, stop=stop, format=told, size=min(PART, size - start))
    else:
        yield whole


def _row_groups(file: Given) -> int | None:
    """How many row groups an archive has; None where it is none, or cannot be read."""
    try:
        with file.opened() as stream:
            return formats.row_groups(stream)
    except (BadInput, OSError):
        return None


def _told(file: Given, shown: str) -> str | None:
    """The format of a plain file each of whose lines is a run; None for any other."""
    try:
        with file.opened() as stream:
            first = stream.read(_LONGEST_LINE).partition(b"\n")
            if not first[1] or not isinstance(orjson.loads(first[0]), dict):
                return None
            told = formats.told_as(io.BytesIO(first[0]), name=shown)
    except (BadInput, OSError, ValueError):
        return None
    return told if told == _A_RUN_A_LINE and b'"runs"' not in first[0] else None
