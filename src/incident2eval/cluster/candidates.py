"""Which founders might be like a text: those that share its rarest words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest

from incident2eval.cluster.vocabulary import Terms

_POSTINGS = 150
"""A word stands for so many founders at most, the earliest: in any order, common types come early."""
_FEW, _MANY = 100, 300
"""So many founders are counted for one text, rarest words first: at first, then where none was right."""
_LIKELIEST = 3, 5
"""So many founders are then compared in full, each time."""


class Candidates:
    """Founders by their words."""

    def __init__(self) -> None:
        self._founders: dict[str, list[int]] = {}

    def add(self, founder: int, terms: Iterable[str]) -> None:
        """A founder from now on."""
        for term in terms:
            founders = self._founders.setdefault(term, [])
            if len(founders) < _POSTINGS:
                founders.append(founder)

    def like(self, terms: Terms, weights: Mapping[str, float]) -> Iterator[list[int]]:
        """The founders that share most with a text, the likeliest first; then some more."""
        found = [(len(founders), term) for term in terms if (founders := self._founders.get(term))]
        found.sort()
        shared: defaultdict[int, float] = defaultdict(float)
        looked_at = at = 0
        for most, likeliest in zip((_FEW, _MANY), _LIKELIEST, strict=True):
            while at < len(found) and (not shared or looked_at + found[at][0] <= most):
                length, term = found[at]
                weight = weights[term]
                for founder in self._founders[term]:
                    shared[founder] += weight
                looked_at += length
                at += 1
            yield nlargest(likeliest, shared, key=shared.__getitem__)
