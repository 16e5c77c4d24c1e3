"""Names of the roster with one letter wrong: certain enough to be shown, not certain enough to block."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from rapidfuzz import process
from rapidfuzz.distance import OSA

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.reading import Reading, read
from incident2eval.detection.text.wording import WORD, fold

SHORTEST = 8
"""Letters that a name must have: of shorter ones too many are one letter from another word."""
_KEY = 4
_SEEN = SHORTEST + 1
"""By so many letters names are looked up; one of them may be too many."""
_REACH = 2 * _SEEN
_REMEMBERED = 50_000
"""So many beginnings in texts are remembered, with the names that they are like: texts repeat themselves."""
_GROUPS = 1_000
"""So many sets of first letters are remembered with their names: thousands may begin alike."""
_CAPITAL = re.compile("[A-Z]")

Words = tuple[str, ...]
Place = tuple[str, int, int]
"""The letters of a name, and the stretch of a text that is like them: of its letters."""


Typo = tuple[int, int, str]
"""The first word, the last one negated, and the letters of the name: in the order in which they count."""


class Typos:
    """The names of a roster by their first eight letters, and these by both their halves.

    One wrong, missing, added or swapped letter leaves one half of eight letters alone, the second one perhaps
    moved by one place; unless it swapped the letters where the halves meet.
    """

    def __init__(self, names: Iterable[Words]) -> None:
        """Take names as words in one case, without legal forms."""
        self._words: set[str] = set()
        self._spelt: dict[str, Words] = {}
        for words in dict.fromkeys(names):
            self._words.update(words)
            if len(words) == 1:
                self._spelt.pop(words[0], None)  # for the same letters once in memory
            self._spelt["".join(words)] = words
        self._by_head: dict[str, list[str]] = defaultdict(list)
        self._by_first: dict[str, list[str]] = defaultdict(list)
        self._by_second: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._spelt):
            if len(name) >= SHORTEST:
                self._by_head[name[:SHORTEST]].append(name)
        for head in self._by_head:
            self._by_first[head[:_KEY]].append(head)
            self._by_second[head[_KEY:]].append(head)
        self._longest = max(map(len, self._spelt), default=0) + 1
        self._heads_like = lru_cache(maxsize=_REMEMBERED)(self._find_heads)
        self._names_of = lru_cache(maxsize=_GROUPS)(self._by_length)

    def find(self, text: str, is_own: Callable[[Words], bool]) -> Iterator[tuple[Words, int, int]]:
        """Places that differ from a name by one letter: the name's words, and where the place lies.

        Words that English has are no typing errors, and neither is what nobody wrote with a capital. Names
        that are the customer's own are passed over in the end: no other name is found inside of them.
        """
        found = self._at_once(reading) if (reading := read(text)) else self._by_words(text)
        if all(is_own(self._spelt[name]) for _, _, name in found):
            return
        spans, done = [match.span() for match in WORD.finditer(text)], -1
        for one, other, name in sorted(found):
            if one > done:
                done = -other
                if not is_own(self._spelt[name]):
                    yield self._spelt[name], spans[one][0], spans[done][1]

    def _at_once(self, reading: Reading) -> set[Typo]:
        line, found = reading.line, set[Typo]()
        for match in _CAPITAL.finditer(reading.written):
            at = match.start()
            if line[at - 1] != " " or not self._heads_like(line[at : at + _REACH].replace(" ", "")[:_SEEN]):
                continue
            ahead = line[at : line.find(" ", at + 2 * self._longest)]
            if places := list(self._places(ahead.replace(" ", ""), [0])):
                before = line.count(" ", 0, at) - 1
                found.update(
                    (before + one, other - before, name)
                    for one, other, name in self._typos(ahead.split(), places)
                )
        return found

    def _by_words(self, text: str) -> set[Typo]:
        tokens = WORD.findall(text)
        words = [fold(token) for token in tokens]
        starts = accumulate(map(len, words), initial=0)
        capitals = {at: token[0].isupper() for at, token in zip(starts, tokens, strict=False)}
        begins = [at for at, capital in capitals.items() if capital]
        return self._typos(words, self._places("".join(words), begins))

    def _typos(self, words: Sequence[str], places: Iterable[Place]) -> set[Typo]:
        """Those of the places that are words, at least one of them misspelt."""
        ends = accumulate(map(len, words), initial=0)
        last = dict(zip(ends, range(-1, len(words)), strict=True))
        stretches = (
            (last[begin] + 1, last[end], name) for name, begin, end in places if begin in last and end in last
        )
        return {
            (one, -other, name)
            for one, other, name in stretches
            if one <= other and self._is_typo(words[one : other + 1])
        }

    def _places(self, letters: str, begins: Iterable[int]) -> Iterator[Place]:
        """Stretches of letters that begin at one of these places and are one edit from a name."""
        for begin in begins:
            heads = self._heads_like(letters[begin : begin + _SEEN])
            for length, names in self._names_of(heads).items() if heads else ():
                for name in _near(letters[begin : begin + length], names):
                    for size in (length, length + 1, length - 1):
                        if OSA.distance(name, letters[begin : begin + size], score_cutoff=1) == 1:
                            yield name, begin, begin + size

    def _find_heads(self, letters: str) -> tuple[str, ...]:
        """First letters of names that the letters begin with, one edit aside."""
        first, second = letters[:_KEY], letters[:3] + letters[4:5]
        found = {*self._by_first.get(first, ()), *self._by_first.get(second, ())}
        for at in (_KEY - 1, _KEY, _KEY + 1):
            found.update(self._by_second.get(letters[at : at + _KEY], ()))
        return tuple(head for head in sorted(found) if _begin_alike(head, letters))

    def _by_length(self, heads: tuple[str, ...]) -> Mapping[int, Sequence[str]]:
        """The names with these first letters, by their length."""
        found: dict[int, list[str]] = defaultdict(list)
        for head in heads:
            for name in self._by_head[head]:
                found[len(name)].append(name)
        return found

    def _is_typo(self, words: Sequence[str]) -> bool:
        """Whether the words are no name themselves, and one of them is a word that nobody knows."""
        if "".join(words) in self._spelt:
            return False
        return any(word not in self._words and not _is_known(word) for word in words)


def _near(letters: str, names: Sequence[str]) -> Iterator[str]:
    """The names two edits away or less: no other is one edit from a letter more or a letter less."""
    found = process.extract(letters, names, scorer=OSA.distance, score_cutoff=2, limit=None)
    return (name for name, _, _ in found)


def _begin_alike(head: str, letters: str) -> bool:
    """Whether the letters begin with the head, or with one edit of it."""
    return any(OSA.distance(head, letters[:size], score_cutoff=1) <= 1 for size in (8, 9, 7))


def _is_known(word: str) -> bool:
    return is_ordinary(word) or (word.endswith("s") and is_ordinary(word[:-1]))
