"""Which founders might be like a text: those that share its rarest words."""

from collections.abc import Iterable, Mapping

from incident2eval.cluster.vocabulary import Terms

_POSTINGS = 150
"""A word stands for so many founders at most, the earliest: in any order, common types come early."""
_COUNTED = 80
"""So many founders are counted for one text, rarest words first."""
_LIKELIEST = 3
"""So many of them are then compared in full."""


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

    def like(self, terms: Terms, weights: Mapping[str, int]) -> list[int]:
        """The founders that share most with a text, the likeliest first."""
        postings = self._founders
        shared: dict[int, int] = {}
        seen = shared.get
        left = _COUNTED
        for length, term in sorted([(len(postings[term]), term) for term in terms if term in postings]):
            left -= length
            if left < 0 and shared:
                break
            weight = weights[term]
            for founder in postings[term]:
                shared[founder] = seen(founder, 0) + weight
        # Most share but one common word: they need not be sorted.
        floor = max(shared.values(), default=0) // 2
        likely = [founder for founder, weight in shared.items() if weight >= floor]
        return sorted(likely, key=shared.__getitem__, reverse=True)[:_LIKELIEST]
