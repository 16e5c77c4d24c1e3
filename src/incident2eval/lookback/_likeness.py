"""Like cases in past runs: those that were given the same and decided differently, judged as pairs.

Which cases may be unlike is told by two hashes a case; what of them is, the check itself says of each pair.
"""

from array import array
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from incident2eval.checks.items.cases import Case, Kind, decided_of, difference
from incident2eval.checks.items.rows import normal
from incident2eval.detection.names.roster import names_of
from incident2eval.lookback._hits import Said
from incident2eval.lookback._series import Together
from incident2eval.lookback._watch import Seen, Verdict, Watch
from incident2eval.model import Customers, Finding, Findings, Run

NOTHING_DECIDED = "it decides nothing that can be compared"
NONE_ALIKE = "no two of the cases in these runs were given the same"

_MOST_COMPARED = 20
"""With so many others at most a case is compared; the first of them is enough but for odd prose."""
_OF_A_TREATMENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseColumns:
    """The cases of a part: one row a run that decides any, one row a case."""

    runs: bytes = b""
    """64 bits that tell a run from others, as in the columns of runs."""
    counts: bytes = b""
    """How many cases each has, 32 bits."""
    keys: bytes = b""
    """64 bits, equal for cases that were given the same."""
    treatments: bytes = b""
    """64 bits, equal only for cases that were decided alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """A run that has to be compared with others, with no more of it than that takes."""

    number: int
    """Its place among the runs of its part that decide anything."""
    run: Run
    name: str
    version: Said
    key: int = 0
    """What tells it from other runs; 0 where it has no id."""
    cases: tuple[tuple[int, int, str | None], ...]
    """Key, treatment and item of those of its cases that have to be compared."""


@dataclass(slots=True, kw_only=True)
class Noted:
    """Takes the cases of a part, run by run."""

    _runs: "array[int]" = field(default_factory=lambda: array("Q"))
    _counts: "array[int]" = field(default_factory=lambda: array("I"))
    _keys: "array[int]" = field(default_factory=lambda: array("Q"))
    _treatments: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, run: int, cases: Sequence[Case]) -> None:
        """Note the cases of a run; one without any is passed over."""
        if cases:
            self._runs.append(run)
            self._counts.append(len(cases))
            self._keys.extend(case.key for case in cases)
            self._treatments.extend(case.treatment for case in cases)

    def columns(self) -> CaseColumns:
        """All of them."""
        return CaseColumns(
            runs=self._runs.tobytes(),
            counts=self._counts.tobytes(),
            keys=self._keys.tobytes(),
            treatments=self._treatments.tobytes(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlikeCases:
    """Where cases are that were given the same and decided differently."""

    keys: bytes
    """Their keys, 64 bits each, in order."""
    runs: tuple[frozenset[int], ...]
    """For each part the places of its runs with such a case."""
    alike: int
    """How many cases have a like one, however it was decided."""


def unlike_cases(parts: Sequence[CaseColumns]) -> UnlikeCases:
    """Find the cases that were decided differently from like ones, in whatever part these are.

    A run that comes twice counts as it came first: it is no pair with itself.

    Args:
        parts: In the order of what was read.
    """
    import numpy as np  # noqa: PLC0415 - only where past runs are judged

    runs = np.frombuffer(b"".join(part.runs for part in parts), dtype=np.uint64)
    counts = np.frombuffer(b"".join(part.counts for part in parts), dtype=np.uint32)
    keys = np.frombuffer(b"".join(part.keys for part in parts), dtype=np.uint64)
    treatments = np.frombuffer(b"".join(part.treatments for part in parts), dtype=np.uint64)
    is_first = runs == 0
    is_first[np.unique(runs, return_index=True)[1]] = True
    owners = np.repeat(np.arange(len(runs)), counts)
    kept = is_first[owners]
    owners, keys, treatments = owners[kept], keys[kept], treatments[kept]
    told, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    lowest, highest = np.full(len(told), np.iinfo(np.uint64).max), np.zeros(len(told), dtype=np.uint64)
    np.minimum.at(lowest, group, treatments)
    np.maximum.at(highest, group, treatments)
    is_unlike = lowest != highest
    wanted = np.unique(owners[is_unlike[group]])
    ends = np.cumsum([len(part.runs) // 8 for part in parts])
    begins = [0, *ends[:-1].tolist()]
    found = np.split(wanted, np.searchsorted(wanted, ends[:-1]))
    return UnlikeCases(
        keys=told[is_unlike].tobytes(),
        runs=tuple(frozenset((some - begin).tolist()) for some, begin in zip(found, begins, strict=True)),
        alike=int(sizes[sizes > 1].sum()),
    )


def decider(seen: Seen, version: Said, number: int, keys: Container[int]) -> Decider | None:
    """A run as it is compared: its output and the steps that decide; None where none of its cases has to be.

    Args:
        seen: The run with its cases.
        version: What it says of its version.
        number: Its place among the runs of its part that decide anything.
        keys: Of the cases that have to be compared.
    """
    found = [(case.key, case) for case in seen.cases]
    wanted = [(key, case) for key, case in found if key in keys]
    if not wanted:
        return None
    steps = {case.step for _, case in wanted[:_MOST_COMPARED]}
    told = tuple(replace(step, records=()) for step in seen.run.steps if step.id in steps)
    return Decider(
        number=number,
        run=replace(seen.run, input=None, steps=told, attributes={}),
        name=seen.name,
        version=version,
        cases=tuple((key, case.treatment, case.item) for key, case in wanted),
    )


class Likeness:
    """A watch over like cases, asked of past runs."""

    def __init__(self, watch: Watch, own: Sequence[Run]) -> None:
        """Take what the incident says of likeness.

        Args:
            watch: The check with the incident's own facts.
            own: The runs that these facts speak of, with their inputs.
        """
        alike = watch.facts.get("alike")
        self.watch = watch
        self.kind = Kind.of(alike if isinstance(alike, (list, tuple)) else (), own)

    def seen(self, seen: Seen) -> Seen:
        """A run with its cases; what the check says of them, nobody knows before they are compared."""
        cases = self.kind.cases(seen.run)
        verdict: Verdict = Findings((), judged=0) if cases else NOTHING_DECIDED
        return replace(seen, cases=cases, said=(*seen.said, (self.watch, verdict)))

    def compared(
        self, deciders: Sequence[Decider], judge: Together, customers: Customers
    ) -> Iterator[tuple[Seen, Said]]:
        """The runs of which a case was decided differently from a like one, with what the check says.

        Nobody knows which decision is the odd one, so both of a pair are found.

        Args:
            deciders: The runs, in the order of what was read.
            judge: Who asks the check.
            customers: The roster.
        """
        groups: dict[int, dict[int, list[_Member]]] = defaultdict(dict)
        for one in deciders:
            for key, treated, item in one.cases:
                members = groups[key].setdefault(treated, [])
                if len(members) < _OF_A_TREATMENT:
                    members.append(_Member(one, item))
        for one in deciders:
            findings = (
                self._finding(_Member(one, item), _others(groups[key], own), judge, customers)
                for key, own, item in one.cases
            )
            # One finding makes the run a hit; a batch may hold thousands.
            if found := next(filter(None, findings), None):
                verdict = Findings((found,), judged=len(one.cases))
                said = ((self.watch, verdict),)
                yield Seen(run=one.run, name=one.name, key=one.key, said=said), one.version

    def _finding(
        self, member: "_Member", others: Sequence["_Member"], judge: Together, customers: Customers
    ) -> Finding | None:
        """What the check says of a case beside the first of like ones that it finds unlike."""
        for other in others:
            if (pair := _pair(member, other, self.kind.fields)) is None:
                continue
            runs, group = pair
            facts = {**self.watch.facts, "alike": [group]}
            said = judge.together(replace(self.watch, facts=facts, named=()), runs)
            if not isinstance(said, str) and said:
                message = _message(member, other, self.kind.fields)
                if customers.is_hashed:
                    message = names_of(customers).hidden(message)
                return replace(said.found[0], message=message)
        return None


@dataclass(frozen=True, slots=True)
class _Member:
    """One of like cases."""

    decider: Decider
    item: str | None

    def in_words(self, beside: "_Member") -> str:
        """What a reader knows it by, who reads of another one's run."""
        name = self.decider.name
        if self.item is None:
            return name
        return self.item if self.decider is beside.decider else f"{self.item} in {name}"


_Pair = tuple[tuple[Run, ...], dict[str, object]]


def _others(group: dict[int, list[_Member]], own: int) -> list[_Member]:
    """The first of like cases that were decided in other ways."""
    found = (one for treated, members in group.items() if treated != own for one in members)
    return list(islice(found, _MOST_COMPARED))


def _pair(one: _Member, other: _Member, fields: Sequence[str]) -> _Pair | None:
    """Two like cases as the check is asked about them: the runs, and one group of its fact `alike`.

    None where both runs decide on both: then others of the group tell them apart.
    """
    run, beside, named = one.decider.run, other.decider.run, {"fields": list(fields)}
    if one.item is None or other.item is None:
        return (run, beside), {"runs": [1, 2], **named}
    if one.decider is other.decider:
        return (run,), {"items": [one.item, other.item], **named}
    if normal(one.item) == normal(other.item):
        return (run, beside), {"runs": [1, 2], "items": [one.item], **named}
    # The check takes an item from the first run that has it.
    for first, item, second in ((run, other.item, beside), (beside, one.item, run)):
        if decided_of(first, item, fields) is None:
            return (first, second), {"items": [one.item, other.item], **named}
    return None


def _message(one: _Member, other: _Member, fields: Sequence[str]) -> str:
    cells = [decided_of(each.decider.run, each.item, fields) for each in (one, other)]
    own, others = difference([cell for cell in cells if cell], fields)
    subject = f"{one.item} got" if one.item is not None else "got"
    return f"{subject} {own}, but {other.in_words(one)}, a like case, got {others}"
