"""Cases in runs that nobody compared yet: what was decided of each, and what it was decided from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

from incident2eval.checks.items.candidates import ids_of
from incident2eval.checks.items.decided import (
    Decided,
    compared,
    decided_items,
    decided_run,
    deciding_step,
    said,
    treatment,
    unlike,
)
from incident2eval.checks.items.given import ENOUGH, Given, given_and_found, given_items
from incident2eval.checks.items.rows import normal
from incident2eval.model import JSON, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: an item of a batch, or a run that decides on one thing."""

    item: str | None
    """Its id as it stands; None where the run decides on one thing."""
    given: Given
    decided: Decided
    fields: tuple[str, ...]
    """Those in which it must be decided as like cases are."""

    @property
    def key(self) -> int:
        """64 bits, equal for cases that were given the same; prose is not compared with fields."""
        of_run = [self.decided.run.input, self.item] if self.given.weight < ENOUGH else None
        return _digest([self.item is None, self.decided.from_text, of_run, sorted(self.given.key)])

    @property
    def treatment(self) -> int:
        """64 bits, equal only for cases that were decided alike."""
        return _digest([self.fields, treatment(self.decided, self.fields)])

    @property
    def step(self) -> str | None:
        """Id of the step that decides it."""
        item = normal(self.item) if self.item is not None else None
        return deciding_step(self.decided, item, (), self.fields)


def decided_of(run: Run, item: str | None, names: Sequence[str]) -> Decided | None:
    """What a run decided of an item, or as a whole; None where it says nothing of it."""
    return decided_run(run) if item is None else decided_items(run, [normal(item)], names).get(normal(item))


def difference(cells: Sequence[Decided], named: Sequence[str]) -> list[str]:
    """In words what was decided of each, as far as they differ."""
    fields = unlike(cells, compared(cells, named))
    return [said(cell, fields) for cell in cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Which cases of a workflow are compared, and in what."""

    of_items: bool
    """Whether items of a batch are."""
    of_runs: bool
    """Whether runs that decide on one thing are."""
    fields: tuple[str, ...]
    """The fields in which like cases must not differ; none: whatever choices there are."""
    free: frozenset[str] = frozenset()
    """Fields in which like cases may differ, beside those that never matter."""

    @classmethod
    def of(cls, alike: Sequence[JSON], runs: Sequence[Run]) -> "Kind":
        """The kind of the cases that a fact `alike` speaks of.

        Args:
            alike: The fact.
            runs: The runs that it speaks of, with their inputs. Where like cases in them were given different
                choices (a language, a school) these must not matter: that is what the fact says.
        """
        groups = [group for group in alike if isinstance(group, Mapping)]
        named = [str(name) for group in groups for name in _listed(group.get("fields"))]
        kind = cls(
            of_items=any(_listed(group.get("items")) for group in groups),
            of_runs=any(_listed(group.get("runs")) and not group.get("items") for group in groups),
            fields=tuple(dict.fromkeys(named)),
        )
        shown = [kind.cases(run) for run in runs]
        free = {name for group in groups for name in _free(_members(group, shown))}
        return cls(of_items=kind.of_items, of_runs=kind.of_runs, fields=kind.fields, free=frozenset(free))

    def cases(self, run: Run) -> tuple[Case, ...]:
        """What a run decided of each case of this kind, as far as it can be compared."""
        found = [*(self._items(run) if self.of_items else ()), *(self._run(run) if self.of_runs else ())]
        return tuple(case for case in found if case.given.weight >= ENOUGH or run.input)

    def _items(self, run: Run) -> Iterator[Case]:
        ids = {normal(name): name for name in ids_of(run)}
        given = given_items(run, ids, plainly=True) if ids else {}
        cells = decided_items(run, ids, self.fields)
        for own, name in ids.items():
            if (cell := cells.get(own)) and (fields := self._fields(cell)):
                yield self._case(name, given.get(own, Given({})), cell, fields)

    def _run(self, run: Run) -> Iterator[Case]:
        cell = decided_run(run)
        if cell and (fields := self._fields(cell)):
            yield self._case(None, given_and_found(run, deciding_step(cell, None, (), fields)), cell, fields)

    def _case(self, item: str | None, given: Given, decided: Decided, fields: tuple[str, ...]) -> Case:
        return Case(item=item, given=given.without(self.free), decided=decided, fields=fields)

    def _fields(self, cell: Decided) -> tuple[str, ...]:
        """The fields that are compared; none where it says nothing in any of them."""
        fields = compared([cell], self.fields)
        if self.fields and fields != self.fields:
            return ()
        return fields if any(cell.value(name) is not None for name in fields) else ()


def _listed(value: JSON) -> Sequence[JSON]:
    return value if isinstance(value, (list, tuple)) else ()


def _members(group: Mapping[str, JSON], shown: Sequence[Sequence[Case]]) -> list[Case]:
    """The cases that a group names: items of any run, or the runs at some places."""
    items = {normal(item) for item in _listed(group.get("items"))}
    if items:
        return [case for cases in shown for case in cases if normal(case.item) in items]
    places = _listed(group.get("runs"))
    return [case for at, cases in enumerate(shown, start=1) if at in places for case in cases]


def _free(members: Sequence[Case]) -> tuple[str, ...]:
    """The choices in which the two nearest of the cases that were decided differently differ."""
    differ = min(
        (
            (one.given.unlike(other.given), one.given, other.given)
            for one, other in combinations(members, 2)
            if unlike([one.decided, other.decided], one.fields)
        ),
        key=lambda row: len(row[0]),
        default=None,
    )
    if differ is None:
        return ()
    names, one, other = differ
    are_choices = all(isinstance(of.values.get(name), str) for name in names for of in (one, other))
    return names if are_choices and one.without(names).weight >= ENOUGH else ()


def _digest(told: JSON) -> int:
    """64 bits over a value, the same in every process."""
    text = json.dumps(told, sort_keys=True, default=str)
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "big")
