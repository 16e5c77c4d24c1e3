"""How alike two texts are once masked, from 0 to 100."""

from collections.abc import Iterable

from incident2eval.cluster.vocabulary import Terms, Vocabulary

THRESHOLD = 80.0
"""From which likeness on two texts tell of one fault where nothing else does.

Chosen among 65, 70, 75, 80 and 85, together with the two weights below, for the best mean F1 of B-cubed over
six sets that are no benchmark's: 3,000 and 6,000 failures made of 200 templates (what, did, why; many share
two of three) and of 600 real titles and notes (SeaMonkey bug reports, AgentRx), with other values, slips,
boilerplate, cuts, clauses in another order and other capitals; and 1,076 real reports that nearly all stand
alone, as titles and in full. F1 was 0.92 there, and fell off below: more was joined wrongly.
"""
_BOTH = 1.0
_ONE = 0.1
"""What counts against two texts: what each says and the other does not, and what only one of them says."""
_MISSPELT = 80
"""From which likeness of two words on, as rapidfuzz has it, one is a slip or another form of the other."""
_BEGINNING = 3
"""So many letters of a word that was cut off tell which it was."""
WORTH = 70.0
"""Texts that are less alike than this are not made one by slips."""
_MOST_LEFT = 20
"""Where both texts say more than so many words of their own, slips would not make them alike."""


class Weighed:
    """The words of a text, and what they weigh together."""

    __slots__ = ("_epoch", "_total", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._epoch = -1
        self._total = 0

    def total(self, vocabulary: Vocabulary) -> int:
        """The weight of all words as it is now."""
        if self._epoch != vocabulary.epoch:
            self._epoch = vocabulary.epoch
            self._total = sum(map(vocabulary.weights.__getitem__, self.terms))
        return self._total


def likeness(one: Weighed, other: Weighed, vocabulary: Vocabulary) -> float:
    """From 0 to 100: the weight of what both say, against what each says and the other does not.

    What only one of them says counts little: a signature, a line of boilerplate or a text that was cut off
    does not make another failure. Where each says something that the other does not, they differ.
    """
    shared = one.terms & other.terms
    if not shared:
        return 100.0 if one.terms == other.terms else 0.0
    same = sum(map(vocabulary.weights.__getitem__, shared))
    return _share(same, one.total(vocabulary) - same, other.total(vocabulary) - same)


def forgiving(one: Weighed, other: Weighed, vocabulary: Vocabulary) -> float:
    """The likeness of two texts, their slips and words that were cut off taken for what was meant."""
    shared, weights = one.terms & other.terms, vocabulary.weights
    mine, theirs = sorted(one.terms - shared), sorted(other.terms - shared)
    same = sum(map(weights.__getitem__, shared))
    left, right = one.total(vocabulary) - same, other.total(vocabulary) - same
    if max(len(mine), len(theirs)) <= _MOST_LEFT:
        for slip, meant in _slips(mine, theirs):
            same += (weights[slip] + weights[meant]) // 2
            left -= weights[slip]
            right -= weights[meant]
    return _share(same, left, right)


def _share(same: int, left: int, right: int) -> float:
    less, more = (left, right) if left < right else (right, left)
    whole = same + _BOTH * less + _ONE * (more - less)
    return 100 * same / whole if whole else 100.0


def _slips(mine: Iterable[str], theirs: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of words of which one is a slip of the other, cut off, or has another ending."""
    from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - needed only once there are two failures

    initials: dict[str, list[str]] = {}
    for word in theirs:
        initials.setdefault(word[0], []).append(word)
    found = []
    for word in mine:
        alike = initials.get(word[0], ())
        for other in alike:
            if ratio(word, other) >= _MISSPELT or _is_cut(word, other):
                initials[word[0]].remove(other)
                found.append((word, other))
                break
    return found


def _is_cut(one: str, other: str) -> bool:
    """Whether one word is the beginning of the other."""
    return min(len(one), len(other)) >= _BEGINNING and (one.startswith(other) or other.startswith(one))
