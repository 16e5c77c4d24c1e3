"""Which founders might be like a text: those that share its rarest words."""

from collections.abc import Iterable, Mapping

_POSTINGS = 150
"""A word stands for so many founders at most, the earliest: in any order, common types come early."""
_COUNTED = 80
"""So many founders are counted for one text, rarest words first."""
_LIKELIEST = 3
"""So many of them are then compared in full."""
_NEXT = 0.75
"""Where enough founders share so much of what the likeliest one shares, no others are looked at."""


class Candidates:
    """Founders by their words."""

    def __init__(self) -> None:
        self._founders: dict[str, list[int]] = {}

    def add(self, founder: int, terms: Iterable[str]) -> None:
        """A founder from now on."""
        for term in terms:
            founders = self._founders.get(term)
            if founders is None:
                self._founders[term] = [founder]
            elif len(founders) < _POSTINGS:
                founders.append(founder)

    def like(self, terms: Iterable[str], weights: Mapping[str, int]) -> list[int]:
        """The founders that share most of a text's rarest words, the likeliest first.

        Words as rare come in the order in which they are given, which has to be the same in every process.
        """
        postings = self._founders
        known = [(term, postings[term]) for term in terms if term in postings]
        known.sort(key=_length)
        rarest, left = 0, _COUNTED
        for _, founders in known:
            left -= len(founders)
            if left < 0 and rarest:
                break
            rarest += 1
        if rarest < 2:
            # One word alone speaks for all of its founders alike.
            return known[0][1][:_LIKELIEST] if known else []
        shared: dict[int, int] = {}
        seen = shared.get
        for term, founders in known[:rarest]:
            weight = weights[term]
            for founder in founders:
                shared[founder] = seen(founder, 0) + weight
        # Most share but one common word: they need not be sorted.
        most = max(shared.values())
        for floor in (most * _NEXT, most // 2):
            likely = [founder for founder, weight in shared.items() if weight >= floor]
            if len(likely) >= _LIKELIEST:
                break
        return sorted(likely, key=shared.__getitem__, reverse=True)[:_LIKELIEST]


def _length(posting: tuple[str, list[int]]) -> int:
    return len(posting[1])
