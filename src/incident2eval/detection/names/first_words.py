"""Which customers of a roster have names that begin with a word, in 8 bytes each: rosters hold millions."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

_ROW_BITS = 28
_HASH = (1 << 36) - 1


class FirstWords:
    """Rows of a roster by the first words of their names; it may give a row that has no such name.

    Each entry is one number: bits of the word's hash in front of the number of the row.
    """

    def __init__(self) -> None:
        self._entries = array("Q")

    def add(self, row: int, words: Iterable[str]) -> None:
        """Take in the first words of the names in a row."""
        self._entries.extend(_first(word) | row for word in words)

    def sort(self) -> None:
        """Make it ready to be asked, once every row is taken in."""
        self._entries = array("Q", sorted(self._entries))

    def rows(self, word: str) -> Sequence[int]:
        """The numbers of the rows that may have a name which begins with the word, in order."""
        first = _first(word)
        begin = bisect_left(self._entries, first)
        end = bisect_left(self._entries, first + (1 << _ROW_BITS), begin)
        return [entry - first for entry in self._entries[begin:end]]


def _first(word: str) -> int:
    return (hash(word) & _HASH) << _ROW_BITS
