"""JSON values one after another out of a text of any length, of which only a window is held.

The standard library's decoder says where a value ends. Where many alike follow each other, as many as the
window holds are parsed at once.
"""

import codecs
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from incident2eval.formats.files._parse import MAX_DEPTH, MAX_DOCUMENT, at_once, parsed, reason
from incident2eval.model import JSON

if TYPE_CHECKING:
    import msgspec

_BLOCK = 1024 * 1024
_BLANK = " \t\r\n"
_OPENING = re.compile(r'\{[ \t\r\n]*"[^"\\]{1,100}"[ \t\r\n]*:')
_NEXT_DOCUMENT = re.compile(r"\n[{\[]")
_TORN_NUMBER = re.compile(r"[0-9]\.?(?:[eE][+-]?)?")
"""How a text ends within a number: in a figure, or in what only a figure may follow."""

_TRIES = 8
_ONE_BY_ONE = 64
"""How many values are read one by one after several could not be read at once."""

_TORN = 12
"""Characters: so near to the edge of the window a word, a number or an escape may be torn."""

_DEPTH = MAX_DEPTH - 6
"""A value is at most so many lists and objects inside of a document."""


class RefusedError(ValueError):
    """A value that ends where it should, and is not taken all the same."""


class Scanner:
    """Goes through JSON text; what it is asked for must be there, else it raises ValueError."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        # bytes that are no UTF-8 become surrogates: they spoil the value that holds them, and no other
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._one_by_one = 0

    def ahead(self) -> str:
        """The next character that is not blank; none at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _BLANK:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._fill():
                return ""

    def step(self) -> None:
        """Go past the next character."""
        self._at += 1

    def forward(self) -> bool:
        """Go to the next line that begins like a document; whether there is one."""
        while not (found := _NEXT_DOCUMENT.search(self._text, self._at)):
            self._at = max(self._at, len(self._text) - 1)
            if not self._fill():
                return False
        self._at = found.start() + 1
        return True

    def elements(self) -> Iterator[int]:
        """Go through a list: one number an element, which must be read before the next."""
        return self._through("[", "]")

    def fields(self) -> Iterator[str]:
        """Go through an object: one key a value, which must be read before the next."""
        seen = set()
        for _ in self._through("{", "}"):
            key = self.value()[0] if self.ahead() == '"' else None
            if not isinstance(key, str):
                raise ValueError("is no JSON: a key is missing")  # noqa: TRY004 - one error for all of them
            if key in seen:
                raise ValueError(f"holds the key {key[:60]!r} twice in one object")
            seen.add(key)
            self._expect(":")
            yield key

    def values(self) -> Iterator[tuple[int, JSON | RefusedError]]:
        """Go through a list: the number of each element with its value, or why that is refused."""
        number = 0
        for _ in self.elements():
            for value in self._several() or [self._one()]:
                number += 1
                yield number, value

    def several(self) -> list[JSON]:
        """The next values of a list, as many as the window holds whole; none where that is not plain."""
        if len(self._text) - self._at < _BLOCK:
            self._fill()
        return self._several()

    def value(self) -> tuple[JSON, int]:
        """The next value, whole, and how long it is."""
        start, end = self._value()
        text, self._at = self._text[start:end], end
        try:
            return parsed(text.encode(), depth=_DEPTH), end - start
        except UnicodeEncodeError:
            raise RefusedError("is not UTF-8 text") from None
        except ValueError as error:
            raise RefusedError(reason(error)) from None

    def _one(self) -> JSON | RefusedError:
        try:
            return self.value()[0]
        except RefusedError as error:
            return error

    def _several(self) -> list[JSON]:
        """The values from here to the last in the window that begins like the next one; none where unsure."""
        if self._one_by_one:
            self._one_by_one -= 1
            return []
        opening = _OPENING.match(self._text, self._at)
        between = opening[0] if opening else ","
        end = len(self._text)
        for _ in range(_TRIES):
            end = self._text.rfind(between, self._at + 1, end)
            if end < 0:
                return []
            within = self._text[self._at : end].rstrip(_BLANK).removesuffix(",")
            try:
                values = _listed(b"[%b]" % within.encode())
            except ValueError:
                break
            if values is not None:
                self._at += len(within)
                return values
        self._one_by_one = _ONE_BY_ONE
        return []

    def _value(self) -> tuple[int, int]:
        """Where the next value begins and ends."""
        if not self.ahead():
            raise ValueError("is cut off")
        while True:
            size = self._size()
            if size is not None and self._at + size < len(self._text) - _TORN:
                return self._at, self._at + size
            if size is None and len(self._text) - self._at > MAX_DOCUMENT:
                raise ValueError(f"is longer than {MAX_DOCUMENT // (1024 * 1024)} MB")
            if not self._fill():
                break
        if size is None or _TORN_NUMBER.fullmatch(self._text, self._at + size - 1):
            raise ValueError("is cut off")
        return self._at, self._at + size

    def _size(self) -> int | None:
        """How long the next value is; None where it ends beyond the window."""
        try:
            return self._scan(self._text, self._at)[1] - self._at
        except RecursionError:
            raise ValueError(f"is nested deeper than {MAX_DEPTH} levels") from None
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Unterminated") and error.pos < len(self._text) - _TORN:
                raise ValueError(f"is no JSON: {error.msg}") from None
        except ValueError:
            raise ValueError("holds a number that is too long") from None
        return None

    def _through(self, opening: str, closing: str) -> Iterator[int]:
        self._expect(opening)
        number = 0
        while self.ahead() != closing:
            if number:
                self._expect(",")
                if self.ahead() == closing:
                    raise ValueError("is no JSON: nothing follows a comma")
            number += 1
            yield number
        self._at += 1

    def _expect(self, char: str) -> None:
        found = self.ahead()
        if found != char:
            raise ValueError(f"is no JSON: {char!r} is missing" if found else "is cut off")
        self._at += 1

    def _fill(self) -> bool:
        """Add to the window, more the longer the value that is being read; whether there was more."""
        block = self._file.read(max(_BLOCK, len(self._text) - self._at))
        self._text = self._text[self._at :] + self._decode(block, not block)
        self._at = 0
        return bool(block)


def _listed(data: bytes) -> list[JSON] | None:
    """The values in a list; None where it is no list, which is found out at a tenth of the cost.

    Raises:
        ValueError: when one of them is refused.
    """
    import msgspec  # noqa: PLC0415 - only where a file is read

    try:
        _raw_list().decode(data)
    except msgspec.DecodeError:
        return None
    values = at_once(data, depth=_DEPTH + 1)
    return values if isinstance(values, list) else None


@cache
def _raw_list() -> "msgspec.json.Decoder[list[msgspec.Raw]]":
    import msgspec  # noqa: PLC0415 - see above

    return msgspec.json.Decoder(list[msgspec.Raw])
