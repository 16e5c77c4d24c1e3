"""Which founders might be like a text: those that share its rarest words."""

from collections.abc import Iterable, Iterator, Mapping

from incident2eval.cluster.vocabulary import Terms

_POSTINGS = 150
"""A word stands for so many founders at most, the earliest: in any order, common types come early."""
_FEW, _MANY = 60, 120
"""So many founders are counted for one text, rarest words first: at first, then where none was right."""
_LIKELIEST = 2, 3
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

    def like(self, terms: Terms, weights: Mapping[str, int]) -> Iterator[list[int]]:
        """The founders that share most with a text, the likeliest first; then some more."""
        postings = self._founders
        found = sorted([(len(postings[term]), term) for term in terms if term in postings], reverse=True)
        shared: dict[int, int] = {}
        seen = shared.get
        looked_at = 0
        for most, likeliest in zip((_FEW, _MANY), _LIKELIEST, strict=True):
            before = looked_at
            while found and (not shared or looked_at + found[-1][0] <= most):
                length, term = found.pop()
                weight = weights[term]
                for founder in postings[term]:
                    shared[founder] = seen(founder, 0) + weight
                looked_at += length
            if looked_at > before:
                yield sorted(shared, key=shared.__getitem__, reverse=True)[:likeliest]
