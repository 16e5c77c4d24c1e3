"""Lines put by under keys until all of a key's are together: some in memory, the rest packed in a file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Generic, Self, TypeVar

K = TypeVar("K")

HELD = 32 * 1024 * 1024
"""Bytes that are held in memory before they go to the file."""


class Spool(Generic[K]):
    """Lines by key. The file has no name: whatever happens, nothing of it stays."""

    def __init__(self, folder: Path) -> None:
        """An empty spool; the file is made in that folder, once there is too much to hold."""
        self.size = 0
        """Bytes in the file."""
        self._folder = folder
        self._stack = ExitStack()
        self._file: IO[bytes] | None = None
        self._held: dict[K, list[bytes]] = {}
        self._held_bytes = 0
        self._blocks: dict[K, list[tuple[int, int, int]]] = {}
        """Of each key, where its blocks begin, how long they are, and how long unpacked."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def put(self, key: K, line: bytes) -> None:
        """Put a line by, which holds no line break; raises OSError where the disk takes no more."""
        self._held.setdefault(key, []).append(line)
        self._held_bytes += len(line)
        if self._held_bytes > HELD:
            self._store()

    def emptied(self) -> Iterator[tuple[K, Iterator[bytes]]]:
        """Every key with its lines as they came, which are to be read before the next; then it is empty."""
        for key in dict.fromkeys([*self._blocks, *self._held]):
            yield key, self._lines(key)
        self._held, self._held_bytes, self._blocks, self.size = {}, 0, {}, 0
        if self._file:
            self._file.seek(0)
            self._file.truncate()

    def _lines(self, key: K) -> Iterator[bytes]:
        import pyarrow as pa  # noqa: PLC0415 - only where something is spooled

        for at, size, unpacked in self._blocks.get(key, ()):
            assert self._file  # noqa: S101 - a block is in a file
            self._file.seek(at)
            yield from pa.decompress(self._file.read(size), unpacked, "lz4", asbytes=True).split(b"\n")
        yield from self._held.get(key, ())

    def _store(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - see _lines

        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the stack
            self._file = self._stack.enter_context(file)
        for key, lines in self._held.items():
            block = b"\n".join(lines)
            packed = pa.compress(block, "lz4", asbytes=True)
            self._blocks.setdefault(key, []).append((self.size, len(packed), len(block)))
            self._file.write(packed)
            self.size += len(packed)
        self._held, self._held_bytes = {}, 0
