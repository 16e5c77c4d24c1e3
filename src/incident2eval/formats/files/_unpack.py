"""From a file as it lies there to the files in it: gzip, zstd and zip undone under caps, as a stream."""

import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import SEEK_END, SEEK_SET, BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from incident2eval.model import BadInput, Fault

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from incident2eval.formats.files._zstd import zipfile

MAX_UNPACKED = 4 * 1024 * 1024 * 1024
"""The most that a file may unpack to, with all that is in it; it is never held as a whole."""

MAX_RATIO = 100
"""The most that a file may unpack to, as a multiple of its size."""

FREE_RATIO = 8 * 1024 * 1024
"""Up to this many bytes the ratio does not matter: a short log of like lines packs very well."""

MAX_MEMBERS = 10_000
MAX_LAYERS = 3
"""How many archives and compressed files may stand inside each other."""

LOOK = 4 * 1024 * 1024
"""How many bytes of a file can be looked at before it is read."""

_MAX_CONTENTS = 400 * MAX_MEMBERS
"""Bytes of an archive's list of what is in it, which is read at once."""
_BLOCK = 1024 * 1024
_PACKED_BLOCK = 16 * 1024
"""Bytes that are unpacked at once: no more than these are lost before the place where a file is broken."""

_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_WINDOW = 31
"""zlib's way of saying that there is a gzip header."""

_METHODS = frozenset({0, 8, 93})
"""How the members of an archive may be packed: not at all, deflate, zstd."""


class _BrokenError(Exception):
    """A packed file is broken from here on."""


class Reader(BufferedReader):
    """A file from front to back, of which the beginning can be looked at; where it is broken it ends."""

    def __init__(self, raw: RawIOBase) -> None:
        super().__init__(raw, buffer_size=LOOK)

    @property
    def cut(self) -> str | None:
        """Why it ended too early, once it was read to there."""
        return self.raw.cut if isinstance(self.raw, _Unpacked) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file to read, unpacked: as it lies there, or out of an archive."""

    name: str
    files: Iterator[tuple[str, Callable[[], Reader]]]
    """What opens the file; where an archive is one log in many files, all of them, by name.

    Opening raises BadInput where that file cannot be unpacked.
    """


def members(file: BinaryIO, *, name: str) -> Iterator[Member]:
    """The files that a file holds: itself, or what is in it, at any layer of gzip, zstd and zip.

    Nothing is written under a name from an archive, so what a member is called only matters for messages.
    A member must be read before the next one is asked for.

    Args:
        file: Open for reading; stays open.
        name: How the user knows it, for messages.

    Raises:
        BadInput: for a broken archive, or one with names that no export has; while a member is read, for a
            bomb.
    """
    plain = _Plain(file)
    return _members(Reader(plain), name=name, budget=_Budget(plain, name=name), layer=0)


def _members(reader: Reader, *, name: str, budget: "_Budget", layer: int) -> Iterator[Member]:
    magic = reader.peek(4)[:4]
    if not magic.startswith((_GZIP, _ZSTD, *_ZIP)):
        yield Member(name=name, files=iter([("", lambda: reader)]))
        return
    if layer == MAX_LAYERS:
        raise BadInput(Fault(message=f"is packed more than {MAX_LAYERS} times", file=name, hint="unpack it"))
    if magic.startswith(_ZIP):
        yield from _unzipped(reader, name=name, budget=budget, layer=layer)
        return
    blocks = _from_gzip(reader) if magic.startswith(_GZIP) else _from_zstd(reader)
    yield from _members(Reader(_Unpacked(blocks, budget)), name=name, budget=budget, layer=layer + 1)


def _from_gzip(file: BinaryIO) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    rest = b""
    while block := rest or file.read(_PACKED_BLOCK):
        if unpacker.eof:
            rest = b""
            block = block.lstrip(b"\0")  # tapes and some tools fill up with zeros
            if not block:
                continue
            if not block.startswith(_GZIP[: len(block)]):
                raise _BrokenError("something else follows the gzip data")
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
        try:
            yield unpacker.decompress(block, _BLOCK)
        except zlib.error:
            raise _BrokenError("the gzip data are broken") from None
        rest = unpacker.unconsumed_tail or unpacker.unused_data
    yield unpacker.flush()
    if not unpacker.eof:
        raise _BrokenError("the gzip data end too early")


def _from_zstd(file: BinaryIO) -> Iterator[bytes]:
    from incident2eval.formats.files._zstd import ZstdDecompressor, ZstdError  # noqa: PLC0415 - where it is needed

    unpacker = ZstdDecompressor()
    rest = b""
    while block := rest or file.read(_PACKED_BLOCK):
        if unpacker.eof:
            unpacker = ZstdDecompressor()
        try:
            yield unpacker.decompress(block, _BLOCK)
            while not unpacker.needs_input and not unpacker.eof:
                yield unpacker.decompress(b"", _BLOCK)
        except ZstdError:
            raise _BrokenError("the zstd data are broken") from None
        rest = unpacker.unused_data
    if not unpacker.eof:
        raise _BrokenError("the zstd data end too early")


def _from_zip(archive: "zipfile.ZipFile", info: "zipfile.ZipInfo") -> Iterator[bytes]:
    from incident2eval.formats.files._zstd import ZstdError, zipfile  # noqa: PLC0415 - where it is needed

    try:
        with archive.open(info) as file:
            while block := file.read(_BLOCK):
                yield block
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError) as error:
        raise _BrokenError(_said(error)) from None
    except (OSError, EOFError, struct.error, zlib.error, ZstdError):
        raise _BrokenError("its data are broken") from None


def _unzipped(reader: Reader, *, name: str, budget: "_Budget", layer: int) -> Iterator[Member]:
    with seekable(reader) as file, _archive(file, name=name) as archive:
        listed = [each for each in archive.infolist() if not each.is_dir() and not _is_litter(each.filename)]
        _refuse_odd(listed, name=name)
        if _is_one_log({each.filename for each in listed}):
            files = ((each.filename, partial(_opened, archive, each, budget)) for each in listed)
            yield Member(name=name, files=files)
            return
        for each in listed:
            inner = f"{name}: {each.filename}"
            try:
                # Closed at once: a fault keeps its frames, and each would keep a buffer of `LOOK` bytes.
                with _opened(archive, each, budget) as opened:
                    yield from _members(opened, name=inner, budget=budget, layer=layer + 1)
            except BadInput as error:
                yield Member(name=inner, files=iter([("", partial(_refuse, error.faults))]))


@contextmanager
def _archive(file: BinaryIO, *, name: str) -> "Iterator[zipfile.ZipFile]":
    from incident2eval.formats.files._zstd import zipfile  # noqa: PLC0415 - only where a file is packed so

    try:
        archive = zipfile.ZipFile(cast("BinaryIO", _ShortReads(file)))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error) as error:
        fault = Fault(message=f"is a broken zip file: {_said(error)}", file=name, hint="copy it again")
        raise BadInput(fault) from None
    with archive:
        yield archive


def _is_one_log(names: set[str]) -> bool:
    """Whether an archive is a log of Inspect AI, finished or not."""
    finished = "header.json" in names and any(each.startswith("samples/") for each in names)
    return finished or "_journal/start.json" in names


def _opened(archive: "zipfile.ZipFile", info: "zipfile.ZipInfo", budget: "_Budget") -> Reader:
    why = (
        "is a link" if stat.S_ISLNK(info.external_attr >> 16) else
        "is encrypted" if info.flag_bits & 1 else
        "is packed in a way that is not read" if info.compress_type not in _METHODS else None
    )  # fmt: skip
    if why:
        raise BadInput(Fault(message=why, file=info.filename, hint="unpack it"))
    return Reader(_Unpacked(_from_zip(archive, info), budget))


def _refuse(faults: tuple[Fault, ...]) -> Reader:
    raise BadInput(*faults)


def _refuse_odd(listed: list["zipfile.ZipInfo"], *, name: str) -> None:
    """Refuse what no export holds: a member outside the archive, or two of one name."""
    if len(listed) > MAX_MEMBERS:
        raise BadInput(Fault(message=f"holds more than {MAX_MEMBERS:,} files", file=name, hint="split it"))
    if not listed:
        raise BadInput(Fault(message="is a zip file without files", file=name, hint="pack it again"))
    seen: set[str] = set()
    for info in listed:
        why = (
            "stands outside the archive" if _is_outside(info.filename) else
            "is there twice" if info.filename in seen else None
        )  # fmt: skip
        if why:
            hint = "unpack it where that is safe, and hand over the files"
            shown = info.filename if len(info.filename) <= 100 else f"{info.filename[:100]}..."
            raise BadInput(Fault(message=f"its member {shown!r} {why}", file=name, hint=hint))
        seen.add(info.filename)


def _is_outside(filename: str) -> bool:
    parts = filename.replace("\\", "/").split("/")
    drive = parts[0][1:2] == ":" and parts[0][:1].isalpha()
    return ".." in parts or not parts[0] or drive


def _is_litter(filename: str) -> bool:
    """What an operating system puts into archives beside the files."""
    return filename.startswith("__MACOSX/") or filename.rpartition("/")[2] in {".DS_Store", "Thumbs.db"}


@contextmanager
def seekable(reader: Reader) -> Iterator[BinaryIO]:
    """The file from its beginning, for what jumps about in it; of an unpacked one, a temporary copy."""
    if isinstance(reader.raw, _Plain) and reader.raw.seekable():
        reader.raw.file.seek(0)
        yield reader.raw.file
        return
    import shutil  # noqa: PLC0415 - beside its only use
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(reader, copy, _BLOCK)
        copy.seek(0)
        yield cast("BinaryIO", copy)


def _said(error: Exception) -> str:
    """A library's message as part of a line."""
    return " ".join(str(error).split())[:200] or type(error).__name__


class _ShortReads:
    """A file for the zip library, which reads an archive's list of contents at once, however long it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_CONTENTS:
            raise ValueError(f"it lists more than {MAX_MEMBERS:,} files")
        return self._file.read(size)


class _Plain(RawIOBase):
    """A file as it lies there, which is not ours to close."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self.file.seekable()

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def readinto(self, buffer: "Buffer", /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        # a pipe gives less at a time than is asked for
        while filled < len(view) and (data := self.file.read(len(view) - filled)):
            view[filled : filled + len(data)] = data
            filled += len(data)
        self._read += filled
        return filled

    def size(self) -> int:
        """Of the file; as far as it was read, where that is all that is known."""
        if not self.file.seekable():
            return self._read
        here = self.file.tell()
        size = self.file.seek(0, SEEK_END)
        self.file.seek(here)
        return size


class _Budget:
    """How much a file may still unpack to, with all that is in it at any layer."""

    def __init__(self, file: _Plain, *, name: str) -> None:
        self._file = file
        self._name = name
        self._spent = 0
        self._limit = FREE_RATIO

    def spend(self, size: int) -> None:
        self._spent += size
        if self._spent > self._limit or self._spent > MAX_UNPACKED:
            self._limit = min(MAX_UNPACKED, max(FREE_RATIO, MAX_RATIO * self._file.size()))
        if self._spent > self._limit:
            raise BadInput(_bomb(self._name, self._limit))


class _Unpacked(RawIOBase):
    """What comes out of a packed file, as far as it is whole."""

    def __init__(self, blocks: Iterator[bytes], budget: _Budget) -> None:
        self._blocks = blocks
        self._budget = budget
        self._rest = memoryview(b"")
        self.cut: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer", /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (self._rest or self._more()):
            part = self._rest[: len(view) - filled]
            view[filled : filled + len(part)] = part
            filled += len(part)
            self._rest = self._rest[len(part) :]
        return filled

    def _more(self) -> bool:
        """Unpack the next block; whether there was one."""
        try:
            block = next((each for each in self._blocks if each), b"")
        except _BrokenError as error:
            self.cut = str(error)
            return False
        self._budget.spend(len(block))
        self._rest = memoryview(block)
        return bool(block)


def _bomb(name: str, limit: int) -> Fault:
    return Fault(
        message=f"unpacks to more than {limit // (1024 * 1024)} MB: {MAX_RATIO} times its size, or too much",
        file=name,
        hint="unpack it and split it, if it is what it should be",
    )
