"""How well a grouping agrees with the truth: exact, from a table of counts, for a million items."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Agreement with the truth: 1 is perfect; an `ari` of 0 is chance."""

    ari: float
    precision: float
    """B-cubed: of the items beside one, how many are of its type."""
    recall: float
    """B-cubed: of the items of its type, how many are beside it."""
    f1: float
    clusters: int


def quality(truth: Sequence[Hashable], found: Sequence[Hashable]) -> Quality:
    """ARI and B-cubed of a grouping. Both sequences name a group for each item, in the same order."""
    both = Counter(zip(truth, found, strict=True))
    types, clusters = Counter(truth), Counter(found)
    precision = sum(n * n / clusters[cluster] for (_, cluster), n in both.items()) / len(truth)
    recall = sum(n * n / types[kind] for (kind, _), n in both.items()) / len(truth)
    return Quality(
        ari=_ari(_pairs(both), _pairs(types), _pairs(clusters), len(truth) * (len(truth) - 1) // 2),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall),
        clusters=len(clusters),
    )


def _pairs(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _ari(both: int, types: int, clusters: int, every: int) -> float:
    expected = types * clusters / every
    best = (types + clusters) / 2
    return 1.0 if best == expected else (both - expected) / (best - expected)
