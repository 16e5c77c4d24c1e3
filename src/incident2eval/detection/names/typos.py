"""Names of the roster with one letter wrong: certain enough to be shown, not certain enough to block."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from rapidfuzz.distance import OSA

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.wording import WORD, fold

SHORTEST = 8
"""Letters that a name must have: of shorter ones too many are one letter from another word."""
_KEY = 3
"""One wrong, missing, added or swapped letter leaves the first or the last three of eight letters alone."""


class Typos:
    """The names of a roster by how they begin and how they end."""

    def __init__(self, names: Iterable[tuple[str, ...]]) -> None:
        """Take names as words in one case, without legal forms."""
        self._names = {"".join(words) for words in names}
        self._words = {word for words in names for word in words}
        self._by_start: dict[str, list[str]] = defaultdict(list)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            if len(name) >= SHORTEST:
                self._by_start[name[:_KEY]].append(name)
                self._by_end[name[-_KEY:]].append(name)

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Places that differ from a name by one letter: the name's letters, and where the place lies.

        Words that English has are no typing errors, and neither is what nobody wrote with a capital.
        """
        spans = [match.span() for match in WORD.finditer(text)]
        folded = [fold(text[start:end]) for start, end in spans]
        ends = list(accumulate(map(len, folded)))
        starts = [end - len(word) for end, word in zip(ends, folded, strict=True)]
        letters = "".join(folded)
        first, last = {at: n for n, at in enumerate(starts)}, {at: n for n, at in enumerate(ends)}
        found: set[tuple[int, int, str]] = set()
        for name, begin, finish in self._close(letters, starts, ends):
            one, other = first.get(begin), last.get(finish)
            if one is None or other is None or other < one:
                continue
            begins, finishes = spans[one][0], spans[other][1]
            if text[begins].isupper() and self._is_typo(folded[one : other + 1]):
                found.add((begins, -finishes, name))
        reached = 0
        for begins, finishes, name in sorted(found):
            if begins >= reached:
                reached = -finishes
                yield name, begins, reached

    def _close(
        self, letters: str, starts: Iterable[int], ends: Iterable[int]
    ) -> Iterator[tuple[str, int, int]]:
        """Stretches of the text's letters that are one edit from a name, by their first or last letters."""
        for begin in starts:
            for name in self._by_start.get(letters[begin : begin + _KEY], ()):
                for size in (len(name), len(name) + 1, len(name) - 1):
                    if _one_off(name, letters[begin : begin + size]):
                        yield name, begin, begin + size
        for end in ends:
            for name in self._by_end.get(letters[max(0, end - _KEY) : end], ()):
                for size in (len(name), len(name) + 1, len(name) - 1):
                    if end >= size and _one_off(name, letters[end - size : end]):
                        yield name, end - size, end

    def _is_typo(self, words: list[str]) -> bool:
        """Whether the words are no name themselves, and one of them is a word that nobody knows."""
        if "".join(words) in self._names:
            return False
        return any(word not in self._words and not _is_known(word) for word in words)


def _one_off(name: str, letters: str) -> bool:
    return letters != name and OSA.distance(name, letters, score_cutoff=1) == 1


def _is_known(word: str) -> bool:
    return is_ordinary(word) or (word.endswith("s") and is_ordinary(word[:-1]))
