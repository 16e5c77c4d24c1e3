"""How alike two texts are once masked, from 0 to 100."""

from collections.abc import Iterable, Mapping

from incident2eval.cluster.vocabulary import Terms

THRESHOLD = 80.0
_BOTH = 1.0
_ONE = 0.1
_MISSPELT = 80
"""From which likeness of two words on, as rapidfuzz has it, one is a slip or another form of the other."""
_BEGINNING = 3
"""So many letters of a word that was cut off tell which it was."""
_WORTH = 60.0
"""Texts that are less alike than this are not made one by slips."""
_MOST_LEFT = 20
"""Where both texts say more than so many words of their own, slips would not make them alike."""


def likeness(one: Terms, other: Terms, weights: Mapping[str, float]) -> float:
    """From 0 to 100: the weight of what both say, against what each says and the other does not.

    What only one of them says counts little: a signature, a line of boilerplate or a text that was cut off
    does not make another failure. Where each says something that the other does not, they differ.
    """
    shared = one & other
    if not shared:
        return 100.0 if one == other else 0.0
    mine, theirs = one - shared, other - shared
    weight = weights.__getitem__
    same, left, right = sum(map(weight, shared)), sum(map(weight, mine)), sum(map(weight, theirs))
    alike = _share(same, left, right)
    if alike >= THRESHOLD or alike < _WORTH or max(len(mine), len(theirs)) > _MOST_LEFT:
        return alike
    for slip, meant in _slips(sorted(mine), sorted(theirs)):
        same += (weights[slip] + weights[meant]) / 2
        left -= weights[slip]
        right -= weights[meant]
    return _share(same, left, right)


def _share(same: float, left: float, right: float) -> float:
    less, more = (left, right) if left < right else (right, left)
    return 100 * same / (same + _BOTH * less + _ONE * (more - less))


def _slips(mine: Iterable[str], theirs: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of words that are spelt so alike that one is a slip of the other, cut off, or has another ending."""
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
