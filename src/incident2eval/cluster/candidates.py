"""Which founders might be like a text: those that share its rarest words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import nlargest

from incident2eval.cluster.vocabulary import Terms

_POSTINGS = 300
"""A word stands for so many founders at most, the earliest: in any order, common types come early."""
_LOOKED_AT = 800
"""Founders that are counted for one text, rarest words first."""
_CONFIRMED = 6
"""Founders that are compared in full."""


class Candidates:
    """Founders by their words."""

    def __init__(self) -> None:
        self._founders: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, founder: int, terms: Iterable[str]) -> None:
        """A founder from now on."""
        for term in terms:
            if len(self._founders[term]) < _POSTINGS:
                self._founders[term].append(founder)

    def like(self, terms: Terms, weights: Mapping[str, float]) -> list[int]:
        """The founders that share most with a text, the likeliest first."""
        lists = sorted(
            ((len(self._founders[term]), term) for term in terms if term in self._founders),
        )
        shared: defaultdict[int, float] = defaultdict(float)
        looked_at = 0
        for length, term in lists:
            looked_at += length
            if looked_at > _LOOKED_AT and shared:
                break
            weight = weights[term]
            for founder in self._founders[term]:
                shared[founder] += weight
        return [-founder for _, founder in nlargest(_CONFIRMED, ((shared[one], -one) for one in shared))]
