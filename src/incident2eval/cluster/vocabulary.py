"""Words as they are compared: without endings and slips of the pen, weighted by how much they tell."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.wording import vocabulary

_SMALL = vocabulary(
    """
    a an the this that these those of to in on at by for from with into onto over under and or but if as than
    then so it its is are was were be been being am do does did done has have had having will would can could
    shall should may might must i we you he she they me us him her them my our your his their there here which
    who whom whose what when where while also just very too again some any all each both such own same other
    another please hi hello thanks thank regards dear mr mrs ms dr re fw fwd via per etc because after before
    about
    """
)
_DATES = vocabulary(
    """
    january february april june july august september october november december jan feb apr jun jul aug sep
    sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs
    fri am pm gmt utc today yesterday tomorrow
    """
)
_LONGEST = 40
_SHORTEST_SLIP = 5
_PRIOR = 4.0
"""So many types' worth of doubt about how rare a word is: keeps a word seen once from deciding alone."""

_SCALE = 1000
_RECKONED = 1.1
"""Weights are reckoned anew when there are so many times more types than the last time."""

Terms = frozenset[str]


Value = TypeVar("Value")


class _Kept(dict[str, Value]):
    """What a function says of a word; asked once for each."""

    def __init__(self, ask: Callable[[str], Value]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> Value:
        value = self[word] = self._ask(word)
        return value


class Vocabulary:
    """The words that were met, in the order in which they were met.

    What a word counts as is settled when it is first met, from what came before, and never changed: later
    texts leave earlier ones where they are.
    """

    def __init__(self) -> None:
        self._terms = _Kept(self._settled)
        self._slips: dict[str, str] = {}
        self._types = self._reckoned = 0
        self._seen: defaultdict[str, int] = defaultdict(int)
        self.weights: dict[str, int] = _Kept(self._weight)
        """How much a word tells: more where few types hold it. Whole numbers: a sum has no order then."""
        self.epoch = 0
        """Grows each time that the weights change."""

    def terms(self, words: Iterable[str]) -> Terms:
        """The words that count, each once."""
        found = set(map(self._terms.__getitem__, words))
        found.discard("")
        return frozenset(found)

    def term(self, word: str) -> str:
        """What a word counts as; nothing where it is a small word or a date."""
        return self._terms[word]

    def count(self, terms: Terms) -> None:
        """Take in the words that found a type: what many types share weighs less."""
        self._types += 1
        for term in terms:
            self._seen[term] += 1
        if self._types > _RECKONED * self._reckoned:
            self._reckoned = self._types
            self.epoch += 1
            self.weights.clear()

    def _weight(self, term: str) -> int:
        seen = self._seen.get(term, 0)
        return round(_SCALE * math.log((self._reckoned + 2 * _PRIOR) / (seen + _PRIOR)))

    def _settled(self, word: str) -> str:
        if word in _SMALL or word in _DATES or not 2 <= len(word) <= _LONGEST:
            return ""
        return self._spelt(word)

    def _spelt(self, word: str) -> str:
        """The stem of the word, or of the ordinary word that it is a misspelling of."""
        if len(word) < _SHORTEST_SLIP:
            return stem(word)
        # A dict, as its order is the same in every process.
        shorter = dict.fromkeys((word, *(word[:at] + word[at + 1 :] for at in range(len(word)))))
        if is_ordinary(word):
            for slip in shorter:
                self._slips.setdefault(slip, word)
            return stem(word)
        for slip in shorter:
            if slip in self._slips and _is_slip(word, self._slips[slip]):
                return stem(self._slips[slip])
        return stem(word)


def stem(word: str) -> str:
    """A word without the commonest endings of English; rough, as it only serves to compare."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _is_slip(word: str, meant: str) -> bool:
    """Whether one letter is missing, too much, another one or has changed places with its neighbour."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - needed only once there are two failures

    return word[0] == meant[0] and OSA.distance(word, meant, score_cutoff=1) <= 1
