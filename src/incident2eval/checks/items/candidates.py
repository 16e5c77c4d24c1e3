"""What may have to be decided alike: items of a batch, whole runs, one item in several runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident2eval.checks._check import Known
from incident2eval.checks.items.decided import decided_items, decided_run
from incident2eval.checks.items.given import Given, given_items, given_run
from incident2eval.checks.items.likeness import Item
from incident2eval.checks.items.rows import ids_in, normal
from incident2eval.model import Incident, Origin, Run

_THE_SAME = Given({}, repeated=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """A run of the incident, and how it should have gone; None where nobody says."""

    recorded: Run
    right: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Things of one kind that can be compared."""

    items: tuple[Item, ...]
    runs: bool = False
    """Whether they are known by the run that they stand in."""
    item: str | None = None
    """The one item that is looked at in several runs."""


def pairs(known: Known) -> tuple[Pair, ...]:
    """The incident's own runs beside how they should have gone; a run that nobody corrected was right.

    Archived runs of a series are left out: what stands beside them are other runs. A repaired run is of our
    making and no witness.
    """
    own = known.recorded_runs[: len(known.recorded_runs) - len(known.since)] or (known.recorded,)
    if known.corrected is None or known.origin is Origin.REPAIRED:
        return tuple(Pair(run, None) for run in own)
    beside = known.corrected_runs if len(known.corrected_runs) >= len(own) > 1 else own
    return tuple(
        Pair(run, known.corrected if run == known.recorded else _of_the_same(run, other))
        for run, other in zip(own, beside, strict=False)
    )


def _of_the_same(run: Run, other: Run) -> Run:
    return other if other.input == run.input else run


def candidates(incident: Incident, found: Sequence[Pair], *, plainly: bool) -> Iterator[Candidates]:
    """Everything that may have to be decided alike.

    Args:
        incident: The incident file: items that it names count for more.
        found: Its runs.
        plainly: Whether only what never matters is left out of what items were given.
    """
    named = [incident.title, incident.what_happened, *incident.wrong, *incident.right]
    said = " ".join([*named, *(one.ref or "" for one in incident.affected)]).casefold()
    batch: dict[str, Item] = {}
    for pair in found:
        for item in _items(pair, said, plainly=plainly):
            batch.setdefault(normal(item.name), item)
    yield Candidates(items=tuple(batch.values()))
    if len(found) > 1:
        yield Candidates(items=tuple(_runs(found, plainly=plainly)), runs=True)
        for own, item in batch.items():
            yield Candidates(items=tuple(_in_equal_runs(own, found)), runs=True, item=str(item.name))


def ids_of(run: Run, right: Run | None = None) -> tuple[str, ...]:
    """The ids of the items of a batch, as they stand there; none where the run is about one thing.

    Args:
        run: The run.
        right: How it should have gone, where somebody says.
    """
    shown = right or run
    return ids_in(shown.output, run.input) or ids_in(run.output, run.input) or ids_in(run.input, None)


def _items(pair: Pair, said: str, *, plainly: bool) -> Iterator[Item]:
    """The items of a batch."""
    run, right = pair.recorded, pair.right
    ids = {normal(one): one for one in ids_of(run, right)}
    given = given_items(run, ids, plainly=plainly)
    recorded = decided_items(run, ids)
    corrected = decided_items(right, ids) if right else {}
    for own, name in ids.items():
        if own in recorded or own in corrected:
            yield Item(
                name=name,
                given=given.get(own, Given({})),
                recorded=recorded.get(own),
                corrected=corrected.get(own),
                named=own in said,
            )


def _runs(found: Sequence[Pair], *, plainly: bool) -> Iterator[Item]:
    inputs = [pair.recorded.input for pair in found]
    for at, pair in enumerate(found, start=1):
        own = pair.recorded.input
        yield Item(
            name=at,
            given=given_run(pair.recorded, plainly=plainly, repeated=bool(own) and inputs.count(own) > 1),
            recorded=decided_run(pair.recorded),
            corrected=decided_run(pair.right) if pair.right else None,
        )


def _in_equal_runs(own: str, found: Sequence[Pair]) -> Iterator[Item]:
    """One item of a batch, in all runs that were given the same as the first that holds it."""
    first: Run | None = None
    for at, pair in enumerate(found, start=1):
        cell = decided_items(pair.recorded, [own]).get(own)
        first = first or (pair.recorded if cell and pair.recorded.input else None)
        if first is not None and pair.recorded.input == first.input:
            yield Item(
                name=at,
                given=_THE_SAME,
                recorded=cell,
                corrected=decided_items(pair.right, [own]).get(own) if pair.right else None,
            )
