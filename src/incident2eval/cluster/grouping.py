"""Group failures into types: one pass, in the order in which they came."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from incident2eval.cluster.candidates import Candidates
from incident2eval.cluster.clustering import Cluster, Clustering, KnownType
from incident2eval.cluster.fault import Fault, Faults, Kin
from incident2eval.cluster.labels import Labels
from incident2eval.cluster.likeness import THRESHOLD, WORTH, Weighed, forgiving, likeness
from incident2eval.cluster.masking import Mask
from incident2eval.cluster.sample import Sample
from incident2eval.cluster.vocabulary import Terms, Vocabulary
from incident2eval.model import Customers, Failure

_LEARNT = 7
"""So many members tell what is the core of a type; after that it stands."""
_ASKED = 5
"""So many types of one fault are compared by their words where a failure does not say which it is."""
_ENOUGH = 85.0
"""A likeness from which on no other type is looked for."""
_PULL, _STRONGEST_PULL = 3.0, 15.0
"""By so much a type draws a text more each time that its size doubles, and at most."""
_ELSEWHERE = 3.0
"""By so much more alike two texts must be where the failures struck two workflows."""


def group(
    failures: Iterable[Failure], *, customers: Customers | None = None, known: Sequence[KnownType] = ()
) -> Clustering:
    """Group failures by what failed first, then by the likeness of their words.

    A failure joins the type that it is of, or founds one, and stays there: failures that come in later change
    neither the type nor the id of earlier ones. Where checks or the control are known, they decide, and no
    size of a type makes its words split it: people tell one fault in ever so many ways.

    Args:
        failures: The failures, oldest first; read once, one is enough.
        customers: The roster, whose names are left out of every comparison.
        known: The types of a register; they come first, and keep their ids and labels.
    """
    grouping = _Grouping(customers, known)
    assignment = {failure.id: grouping.place(failure) for failure in failures}
    return Clustering(clusters=tuple(grouping.clusters()), assignment=assignment)


class _Type:
    """A type while failures come in."""

    __slots__ = ("_seen", "core", "founder", "known", "members", "sample", "texts", "workflow")

    def __init__(self, known: KnownType, founder: Weighed, workflow: str | None) -> None:
        self.known = known
        self.founder = founder
        """The words of the failure that founded it."""
        self.core = founder
        """The words that most of its first members share: without the slips and trimmings of the founder."""
        self.workflow = workflow
        self.members: list[str] = []
        self.sample = Sample()
        self.texts = 1
        self._seen: Counter[str] | None = None

    def learn(self, terms: Terms) -> None:
        """Take in the words of a member that joined by its words."""
        if self.texts < _LEARNT:
            self.texts += 1
            seen = self._seen = self._seen or Counter(self.founder.terms)
            seen.update(terms)
            core = frozenset(term for term, times in seen.items() if 2 * times > self.texts)
            if core != self.core.terms:
                self.core = Weighed(core)

    def pull(self) -> float:
        """Where several types are like a text, a large one draws it more: slips found small ones."""
        return min(_PULL * math.log2(len(self.members) or 1), _STRONGEST_PULL)


class _Grouping:
    """The types that were founded so far, and how to find the one that a failure is of."""

    def __init__(self, customers: Customers | None, known: Sequence[KnownType]) -> None:
        self._mask = Mask(customers)
        self._labels = Labels(customers)
        self._vocabulary = Vocabulary()
        self._types: list[_Type] = []
        self._ids: set[str] = set()
        self._faults = Faults()
        self._again: defaultdict[str, Candidates] = defaultdict(Candidates)
        """The types whose words came again: few, and most of what is still to come is of one of them."""
        self._texts: defaultdict[str, Candidates] = defaultdict(Candidates)
        """All types."""
        self._met: defaultdict[Fault, dict[str, int]] = defaultdict(dict)
        for row in known:
            if row.id not in self._ids:
                terms = self._vocabulary.terms(row.words.split())
                self._found(row, self._faults.of(row), Weighed(terms), None)

    def place(self, failure: Failure) -> str:
        """The id of the type that the failure joins or founds."""
        fault = self._faults.of(failure)
        same = self._faults.same(fault)
        number = same[0] if len(same) == 1 else self._by_words(failure, fault, same[:_ASKED])
        if number in same:
            self._faults.fill(number, fault)
        kind = self._types[number]
        kind.members.append(failure.id)
        kind.sample.add(failure)
        return kind.known.id

    def clusters(self) -> Iterator[Cluster]:
        """Every type that has members."""
        for number, kind in enumerate(self._types):
            if kind.members:
                exemplar, edge = kind.sample.middle_and_edge(self._mask)
                yield Cluster(
                    id=kind.known.id,
                    label=kind.known.label or self._labels.of(self._faults[number], exemplar.text),
                    members=tuple(kind.members),
                    exemplar=exemplar.id,
                    edge=edge.id,
                    known=kind.known,
                )

    def _by_words(self, failure: Failure, fault: Fault, same: Sequence[int]) -> int:
        """The type that a failure is of by its words, among those of its fault if there are any."""
        words = self._mask(failure.text)
        terms = self._vocabulary.terms(words)
        ordered = sorted(terms)
        # Of codes and figures alone masking leaves nothing: then the text itself tells them apart.
        met, key = self._met[fault], " ".join(ordered) or _as_it_is(failure.text)
        number = met.get(key)
        if number is None:
            text = Weighed(terms)
            if same:
                number = max(same, key=lambda one: self._likeness(one, text))
            else:
                number = self._joined(fault, text, ordered, failure.workflow)
            if number is None:
                number = self._founded(failure, fault, words, text)
            met[key] = number
        return number

    def _joined(
        self, fault: Fault, text: Weighed, ordered: Sequence[str], workflow: str | None
    ) -> int | None:
        """The type that a text joins, if there is one."""
        found = self._alike(fault, text, ordered, workflow)
        near = [one for one in found if found[one] >= THRESHOLD] or self._misspelt(found, text, workflow)
        if not near:
            return None
        best = max(near, key=lambda one: (found[one] + self._types[one].pull(), -one))
        kind = self._types[best]
        kind.learn(text.terms)
        if kind.texts == 2:
            self._index(self._again, best, kind.core.terms)
        return best

    def _alike(
        self, fault: Fault, text: Weighed, ordered: Sequence[str], workflow: str | None
    ) -> dict[int, float]:
        """How alike the likeliest types are; no more of them are looked at once one is surely right."""
        found: dict[int, float] = {}
        blank, enough = fault.blank, False
        for texts in self._texts_for(fault):
            for one in texts.like(ordered, self._vocabulary.weights):
                if one not in found and (blank or self._faults[one].kin(fault) is Kin.UNDECIDED):
                    alike = self._likeness(one, text)
                    if workflow:
                        alike -= self._distance(one, workflow)
                    found[one] = alike
                    enough = enough or alike >= _ENOUGH
            if enough:
                break
        return found

    def _misspelt(self, found: dict[int, float], text: Weighed, workflow: str | None) -> list[int]:
        """The likeliest type, where the two texts are alike but for slips."""
        likeliest = max(found, key=lambda one: (found[one], -one), default=None)
        if likeliest is None or not WORTH <= found[likeliest] < THRESHOLD:
            return []
        kind = self._types[likeliest]
        alike = max(forgiving(each, text, self._vocabulary) for each in (kind.core, kind.founder))
        found[likeliest] = alike - self._distance(likeliest, workflow)
        return [likeliest] if found[likeliest] >= THRESHOLD else []

    def _founded(self, failure: Failure, fault: Fault, words: list[str], text: Weighed) -> int:
        masked = " ".join(words)
        known = KnownType(
            id=self._free_id(_founding_key(fault, masked or _as_it_is(failure.text))),
            words=masked,
            checks=failure.checks,
            control=fault.control,
            step_kind=fault.step_kind,
            tool=fault.tool,
        )
        return self._found(known, fault, text, failure.workflow)

    def _found(self, known: KnownType, fault: Fault, text: Weighed, workflow: str | None) -> int:
        number = self._faults.found(fault)
        self._types.append(_Type(known, text, workflow))
        self._ids.add(known.id)
        self._vocabulary.count(text.terms)
        self._index(self._texts, number, text.terms)
        return number

    def _index(self, texts: Mapping[str, Candidates], number: int, terms: Terms) -> None:
        """The type may be found by these words from now on."""
        checks = self._faults[number].checks
        for bucket in ("*", *checks) if checks else ("",):
            texts[bucket].add(number, terms)

    def _texts_for(self, fault: Fault) -> Iterator[Candidates]:
        """Where the types are that words may decide about: those with its first check, those without any."""
        for texts in (self._again, self._texts):
            for bucket in ("", fault.first or "*"):
                if bucket in texts:
                    yield texts[bucket]

    def _likeness(self, number: int, text: Weighed) -> float:
        kind = self._types[number]
        alike = likeness(kind.core, text, self._vocabulary)
        if kind.core is kind.founder or alike >= THRESHOLD:
            return alike
        return max(alike, likeness(kind.founder, text, self._vocabulary))

    def _distance(self, number: int, workflow: str | None) -> float:
        there = self._types[number].workflow
        return _ELSEWHERE if there and workflow and there != workflow else 0.0

    def _free_id(self, key: str) -> str:
        """The id of a new type: longer where a shorter one is taken."""
        digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
        return next(name for end in range(8, 65, 4) if (name := f"FT-{digest[:end]}") not in self._ids)


def _founding_key(fault: Fault, masked: str) -> str:
    """What the id of a type is made of: what failed, or the words where nobody knows."""
    what = " ".join(sorted(fault.checks))
    known = [f"{name}: {value}" for name, value in fault.places if value]
    return "\n".join([what, *known] if fault.known else [*known, f"text: {masked}"])


def _as_it_is(text: str) -> str:
    """A text on one line, of at most 200 characters."""
    return " ".join(text[:200].split())
