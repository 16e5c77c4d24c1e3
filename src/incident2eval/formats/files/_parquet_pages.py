"""What the pages of a parquet file unpack to, read off the pages themselves: a footer may say anything.

Footer and pages begin with structs in Thrift's compact protocol. Of these only whole numbers and what they
stand in are read here: pyarrow's own view of a column ends the process where a footer is broken.
"""

import io
from functools import lru_cache
from typing import BinaryIO

_LOOK = 16 * 1024
_LONGEST = 16 * 1024 * 1024
"""Bytes of a footer, and of the header of a page, which may hold the least and the greatest value in it."""

_MOST = 2_000_000
"""Values in a footer, of which each takes more place here than there."""

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = frozenset({4, 5, 6})
_DEPTH = 12

# by their numbers in parquet.thrift
_ROW_GROUPS, _COLUMNS, _METADATA = 4, 1, 3
_SIZE, _DATA_PAGES, _DICTIONARY = 7, 9, 11
_UNPACKED, _PACKED = 2, 3

_Fields = dict[int, object]
"""A struct: its whole numbers, lists and structs by the numbers of the fields."""

_Chunk = tuple[int, int]
"""Where the pages of a column begin in a row group, and where they end."""


class Pages:
    """The pages of a parquet file."""

    def __init__(self, file: BinaryIO) -> None:
        """Those of a file that is open for reading and seekable.

        Raises:
            ValueError: It does not end as one does.
        """
        self._file = file
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little")
        if not 0 < length <= min(size - 8, _LONGEST):
            raise ValueError("it does not end as a parquet file does")
        file.seek(size - 8 - length)
        self._chunks = _chunks(file.read(length))

    def unpacked(self, group: int, column: int | None = None) -> int:
        """How many bytes the pages of a row group take, unpacked; of one column, or of all.

        Raises:
            ValueError: A page is none.
        """
        chunks = self._chunks[group] if group < len(self._chunks) else None
        if not chunks:
            raise _odd()
        return sum(map(self._size, chunks if column is None else chunks[column : column + 1]))

    def _size(self, chunk: _Chunk) -> int:
        at, end = chunk
        size = 0
        while at < end:
            length, fields = self._header(at)
            unpacked, packed = _number(fields, _UNPACKED), _number(fields, _PACKED)
            size += unpacked
            at += length + packed
        return size

    def _header(self, at: int) -> tuple[int, _Fields]:
        look = _LOOK
        while True:
            self._file.seek(at)
            header = _Thrift(self._file.read(look))
            try:
                return header.struct_and_length()
            except IndexError:
                if look >= _LONGEST:
                    raise _odd() from None
                look *= 32


@lru_cache(maxsize=4)
def _chunks(footer: bytes) -> tuple[tuple[_Chunk, ...], ...]:
    """The columns of each row group; the same file is asked again for each of these."""
    try:
        _, fields = _Thrift(footer).struct_and_length()
    except IndexError:
        raise _odd() from None
    return tuple(tuple(map(_chunk, _items(group, _COLUMNS))) for group in _items(fields, _ROW_GROUPS))


def _chunk(column: object) -> _Chunk:
    said = column.get(_METADATA) if isinstance(column, dict) else None
    if not isinstance(said, dict):
        raise _odd()
    begins = [_number(said, _DATA_PAGES), _number(said, _DICTIONARY) if said.get(_DICTIONARY) else 0]
    begin = min(each for each in begins if each) if any(begins) else 0
    return begin, begin + _number(said, _SIZE)


def _items(struct: object, field: int) -> list[object]:
    found = struct.get(field) if isinstance(struct, dict) else None
    if not isinstance(found, list):
        raise _odd()
    return found


def _number(struct: _Fields, field: int) -> int:
    found = struct.get(field)
    if not isinstance(found, int) or found < 0:
        raise _odd()
    return found


def _odd() -> ValueError:
    return ValueError("a page of it, or its footer, is not as it should be")


class _Thrift:
    """Bytes in the compact protocol, and how far they were read; IndexError where they end too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._values = 0

    def struct_and_length(self) -> tuple[int, _Fields]:
        """The struct that they begin with, and how many bytes it takes."""
        fields = self._struct(0)
        return self._at, fields

    def _struct(self, depth: int) -> _Fields:
        if depth > _DEPTH:
            raise _odd()
        found: _Fields = {}
        number = 0
        while (byte := self._byte()) != _STOP:
            number = number + (byte >> 4) if byte >> 4 else self._integer()
            kind = byte & 15
            if kind not in {_TRUE, _FALSE}:  # in a struct the kind says which
                found[number] = self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> object:
        self._values += 1
        if self._values > _MOST:
            raise _odd()
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self._struct(depth + 1)
        if kind in {_LIST, _SET}:
            byte = self._byte()
            length = byte >> 4 if byte >> 4 < 15 else self._varint()
            return [self._value(byte & 15, depth + 1) for _ in range(length)]
        if kind not in {_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY}:
            raise _odd()
        self._skip(self._varint() if kind == _BINARY else 8 if kind == _DOUBLE else 1)
        return None

    def _skip(self, size: int) -> None:
        self._at += size
        if self._at > len(self._data):
            raise IndexError

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise _odd()
        return value | byte << shift

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
