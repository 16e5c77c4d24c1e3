"""How alike two texts are once masked, from 0 to 100, and which words make them so."""

from collections.abc import Callable

from incident2eval.cluster.vocabulary import Terms

THRESHOLD = 75.0
BOTH = 1.0
ONE = 0.15
_MISSPELT = 80
_MOST_LEFT = 20


def likeness(one: Terms, other: Terms, weight: Callable[[str], float]) -> float:
    """From 0 to 100: the weight of what both say, against what each says and the other does not.

    What only one of them says counts little: a signature, a line of boilerplate or a text that was cut off
    does not make another failure. Where each says something that the other does not, they differ.
    """
    shared = one & other
    mine, theirs = one - shared, other - shared
    if not shared and not (mine and theirs):
        return 100.0 if one == other else 0.0
    same = sum(map(weight, shared))
    left, right = dict.fromkeys(sorted(mine)), dict.fromkeys(sorted(theirs))
    if mine and theirs:
        for slip, meant in _slips(left, right):
            same += (weight(slip) + weight(meant)) / 2
            del left[slip], right[meant]
    less, more = sorted((sum(map(weight, left)), sum(map(weight, right))))
    return 100 * same / (same + BOTH * less + ONE * (more - less)) if same else 0.0


def _slips(mine: dict[str, None], theirs: dict[str, None]) -> list[tuple[str, str]]:
    """Pairs of words that are spelt so alike that one of them is a slip or another form of the other."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only once there are two failures

    few, many = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    if len(few) > _MOST_LEFT:
        return []
    found, free = [], dict(many)
    for word in few:
        best = (
            process.extractOne(word, list(free), scorer=fuzz.ratio, score_cutoff=_MISSPELT) if free else None
        )
        if best is not None:
            del free[best[0]]
            found.append((word, best[0]) if few is mine else (best[0], word))
    return found
