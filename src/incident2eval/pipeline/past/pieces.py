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

PART = 8 * 1024 * 1024
"""Bytes of a part, unpacked: a few seconds' work."""

_A_RUN_A_LINE = "run"
"""The format of which each line is a run, whatever stands around it."""
_LONGEST_LINE = 4 * 1024 * 1024

_GROUPS = 4
"""So many row groups of an archive are a piece."""
_PACKED_ROWS, _PACKED = 25, 10
"""So much larger are row groups of an archive, and packed files, once they are unpacked (measured, about)."""
_PACKED_NAMES = (".gz", ".zip", ".zst")

_BLOCK = 1024 * 1024
_END = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a file was when it was cut into pieces."""

    mark: str = ""
    """As the file system tells it; empty where it tells nothing."""
    size: int = 0
    ends: str = ""
    """SHA-256 of its first and last block, where it lies here."""

    @classmethod
    def of(cls, file: File) -> "Made":
        """What a file is now."""
        mark, size = file.mark(), file.size()
        is_here = isinstance(file, Given) and not file.comes_once
        return cls(mark=mark, size=size, ends=_ends(file, size)) if is_here else cls(mark=mark, size=size)


def _ends(file: File, size: int) -> str:
    """SHA-256 of the first and the last block of so many bytes of a file; empty where it cannot be read."""
    content = hashlib.sha256()
    try:
        with file.opened() as stream:
            for start in (0, max(0, size - _END)):
                stream.seek(start)
                content.update(stream.read(min(_END, size - start)))
    except (BadInput, OSError):
        return ""
    return content.hexdigest()


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
    """About so many bytes as it lies there; 0 where nobody knows."""
    made: Made = Made()
    """The file when it was cut: what is written to it later is none of this."""

    @property
    def name(self) -> str:
        """What a message calls it, and runs without an id: no other piece is called so."""
        if self.groups and self.groups.start:
            return f"{self.shown} from row group {self.groups.start + 1:,} on"
        return f"{self.shown} from byte {self.start:,} on" if self.start else self.shown

    @property
    def work(self) -> int:
        """About so many bytes are to be judged."""
        if self.groups:
            return self.size * _PACKED_ROWS
        return self.size * (_PACKED if self.shown.lower().endswith(_PACKED_NAMES) else 1)

    @property
    def is_cut(self) -> bool:
        """Whether it is some lines of a file only."""
        return self.start > 0 or self.stop is not None

    @property
    def mark(self) -> str:
        """What it was made of, without reading it: another one where the file was changed before."""
        # Of a URL the login and query are not shown, and the server may say nothing of it.
        return f"{self.file!r}\0{self.shown}\0{self.made.mark}\0{self.start}\0{self.stop}\0{self.groups}"

    @property
    def is_lost(self) -> bool:
        """Whether its file was written anew; it may have grown at its end, or be gone since."""
        now = self.file.mark()
        if not self.made.ends or not now or now == self.made.mark:
            return False
        return self.file.size() <= self.made.size or _ends(self.file, self.made.size) != self.made.ends

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
        if held and size + piece.work > PART:
            parts.append(tuple(held))
            held, size = [], 0
        held.append(piece)
        size += piece.work
    return [*parts, tuple(held)] if held else parts


def _cut(file: File, root: Path) -> Iterator[Piece]:
    shown, made = file.shown(root), Made.of(file)
    size = made.size
    whole = Piece(file=file, shown=shown, size=size, made=made)
    if not isinstance(file, Given) or file.comes_once:
        yield whole
    elif groups := _row_groups(file):
        for first in range(0, groups, _GROUPS):
            some = range(first, min(first + _GROUPS, groups))
            yield replace(whole, groups=some, size=size * len(some) // groups)
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
