"""Which items are alike: given the same but for what must not matter, treated alike where it went right."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from incident2eval.checks.items.decided import Decided, deciding, treatment, unlike
from incident2eval.checks.items.given import ENOUGH, Given

_ENOUGH_WITH_A_WITNESS = 2
"""So many fields will do where the corrected run treats items alike."""
_MOST_COMPARED = 400
_MOST_OF_A_GROUP = 12
_NEAR = 0.6
"""Items that people name together are alike if this share of what they were given is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, or one run that decides on one thing."""

    name: str | int
    """Its id as it stands, or the position of the run, from 1."""
    given: Given
    recorded: Decided | None
    corrected: Decided | None
    """How it should have been decided; None where nobody says."""
    named: bool = False
    """Whether the incident file names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items that must be treated alike."""

    items: tuple[Item, ...]
    fields: tuple[str, ...]
    """The fields in which they must not differ."""

    @property
    def was_unlike(self) -> bool:
        """Whether the recorded run treated them differently, or left some of them out."""
        cells = [item.recorded for item in self.items if item.recorded]
        return 0 < len(cells) < len(self.items) or bool(unlike(cells, self.fields))


def alike_by_input(items: Sequence[Item]) -> tuple[Group, ...]:
    """Items that were given the same but for what must not matter, decided differently; no witness needed."""
    same: dict[frozenset[tuple[str, str]], list[Item]] = defaultdict(list)
    for item in items:
        if item.given.weight >= ENOUGH:
            same[item.given.key].append(item)
    groups = (_group(members, [item.recorded for item in members]) for members in same.values())
    return tuple(group for group in groups if group and group.was_unlike)


def alike_by_witness(items: Sequence[Item], *, stated: bool) -> tuple[Group, ...]:
    """Items that the corrected run treats alike and the recorded one does not.

    Equal treatment alone is no likeness: most of a batch may be approved, each for a reason of its own. So
    items count as alike if they also were given the same but for what must not matter; else the same but for
    one choice; else if the incident names them side by side; else if it says that it is about this.

    Args:
        items: The items.
        stated: Whether people say that like cases were decided differently.
    """
    treated: dict[tuple[str, ...], list[Item]] = defaultdict(list)
    names = deciding([item.corrected for item in items if item.corrected])
    for item in items:
        if item.corrected and any(item.corrected.has(name) for name in names):
            treated[treatment(item.corrected, names)].append(item)
    same = [group for members in treated.values() for group in _given_alike(members)]
    if any(group.was_unlike for group in same):
        return tuple(same)
    for rule in (_but_for_a_choice, _named_together, *((_all_of_them,) if stated else ())):
        found = [group for members in treated.values() for group in rule(members) if group.was_unlike]
        if found:
            return tuple(found)
    return ()


def _given_alike(items: Sequence[Item]) -> Iterator[Group]:
    same: dict[frozenset[tuple[str, str]], list[Item]] = defaultdict(list)
    for item in items:
        if item.given.weight >= _ENOUGH_WITH_A_WITNESS:
            same[item.given.key].append(item)
    yield from filter(None, map(_witnessed, same.values()))


def _but_for_a_choice(items: Sequence[Item]) -> Iterator[Group]:
    """Pairs that were given the same but for one word: a sector, a school, a district."""
    for one, other in combinations(items[:_MOST_COMPARED], 2):
        fields = one.given.unlike(other.given)
        if len(fields) == 1 and one.given.weight > ENOUGH and _are_choices(one, other, fields[0]):
            group = _witnessed([one, other])
            yield from [group] if group else []


def _are_choices(one: Item, other: Item, name: str) -> bool:
    values = (one.given.values.get(name), other.given.values.get(name))
    return all(isinstance(value, str) for value in values)


def _named_together(items: Sequence[Item]) -> Iterator[Group]:
    named = [item for item in items if item.named]
    for one, other in combinations(named[:_MOST_OF_A_GROUP], 2):
        if _nearness(one.given, other.given) >= _NEAR:
            group = _witnessed([one, other])
            yield from [group] if group else []


def _nearness(one: Given, other: Given) -> float:
    """The share of fields in which two items were given nearly the same; 1 where there is none to compare."""
    both = [name for name in one.values if name in other.values]
    near = sum(_is_near(one.values[name], other.values[name]) for name in both)
    return near / len(both) if both else 1.0


def _is_near(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 0.1 * max(abs(one), abs(other))
    return repr(one) == repr(other)


def _all_of_them(items: Sequence[Item]) -> Iterator[Group]:
    """All of them; of many, those that were not decided as most were, and some of the others."""
    group = _witnessed(items)
    if group is None:
        return
    treatments = {item.name: treatment(item.recorded, group.fields) for item in items}
    usual = Counter(treatments.values()).most_common(1)[0][0]
    shown = sorted(items, key=lambda item: treatments[item.name] == usual)[:_MOST_OF_A_GROUP]
    yield Group(items=tuple(item for item in items if item in shown), fields=group.fields)


def _witnessed(items: Sequence[Item]) -> Group | None:
    return _group(items, [item.corrected for item in items])


def _group(items: Sequence[Item], cells: Sequence[Decided | None]) -> Group | None:
    """The items as a group, on the fields that both runs have; None if there is nothing to compare."""
    there = [cell for cell in cells if cell]
    recorded = [item.recorded for item in items if item.recorded]
    names = tuple(
        name for name in deciding(there) if not recorded or any(cell.has(name) for cell in recorded)
    )
    return Group(items=tuple(items), fields=names) if len(items) > 1 and names else None
