"""Whether an expected value stands in its place in an output, whatever the output's shape."""

import json
from collections.abc import Iterator, Mapping, Sequence

from incident2eval.checks.values.cells import holds
from incident2eval.checks.values.expectation import Expectation, Miss, as_shown
from incident2eval.checks.values.mentions import fault_near_item
from incident2eval.checks.values.places import Place, key_stems, path_stems
from incident2eval.checks.values.reading import bare, cell_value
from incident2eval.checks.values.statements import fault_in_text
from incident2eval.checks.values.told import Output, read
from incident2eval.checks.values.value import Flag, Word, is_right, same
from incident2eval.checks.values.words import stems
from incident2eval.model import JSON

_MOST = 200
"""So many places of one item and field are looked at."""

Called = Mapping[str, Sequence[str]]
"""Id of an item -> what else it may be called."""


def misses(
    output: JSON, expected: Sequence[Expectation], called: Called
) -> Iterator[tuple[Expectation, Miss]]:
    """Every expectation that an output does not meet, and how it misses it.

    Args:
        output: The output, in any shape.
        expected: What should stand where.
        called: What items are called beside their ids.
    """
    names = {own: (own, *called.get(own, ())) for wanted in expected for _, own in wanted.item}
    seen = read(output, {bare(name) for group in names.values() for name in group})
    found = [(one, _miss(one, seen, [names[own] for _, own in one.item])) for one in expected]
    told = {one.item for one, miss in found if miss is None and not one.is_zero}
    for wanted, miss in found:
        if miss and not (miss.left_out and wanted.is_zero and wanted.item in told):
            yield wanted, miss


def _miss(wanted: Expectation, seen: Output, names: Sequence[Sequence[str]]) -> Miss | None:
    if wanted.about and not wanted.item:
        return fault_in_text(wanted, seen.passage)
    own = _of_item(wanted, seen, names) if wanted.item else seen.sheet.places
    if wanted.about and own:
        return fault_in_text(wanted, seen.passage_of(own))
    named = _named(wanted, own)
    if named:
        return _in_cells(wanted, named, seen)
    if wanted.item and own:
        return _in_row(wanted, own, seen)
    if wanted.item:
        return fault_near_item(wanted, names, seen.passage)
    return fault_in_text(wanted, seen.passage)


def _of_item(wanted: Expectation, seen: Output, names: Sequence[Sequence[str]]) -> list[Place]:
    """The places that belong to the item; an id that may be any number counts under its own key only."""
    groups = [[bare(name) for name in group] for group in names]
    places = {id(one): one for own in groups[-1] for one in seen.sheet.by_id.get(own, ())}
    found = []
    for place in places.values():
        keys = [next((place.ids[own] for own in group if own in place.ids), None) for group in groups]
        if all(key is not None and _is_id(key, *pair) for key, pair in zip(keys, wanted.item, strict=True)):
            found.append(place)
    exact = [one for one in found if _under_own_key(one, wanted, groups[-1])]
    return exact or found


def _under_own_key(place: Place, wanted: Expectation, names: Sequence[str]) -> bool:
    return any(stems(place.ids[own]) == stems(wanted.item[-1][0]) for own in names if own in place.ids)


def _is_id(key: str, wanted: str, own: str) -> bool:
    telling = len(own) > 3 or (any(map(str.isalpha, own)) and any(map(str.isdigit, own)))
    return (
        telling or not key or not wanted or stems(key)[-1:] == stems(wanted)[-1:] or key.casefold() in _KEYS
    )


_KEYS = frozenset({"id", "no", "nr", "number", "ref", "key", "line", "row"})


def _named(wanted: Expectation, places: Sequence[Place]) -> list[Place]:
    """The places with the expected field's name, in any spelling; those on the likest and shortest path."""
    path = tuple(one for key in wanted.path.split(".") for one in key_stems(key))
    last = key_stems(wanted.path.rpartition(".")[2])
    ranks: dict[tuple[str, ...], int] = {}
    best, found = 0, list[Place]()
    for place in places:
        if (names := place.names) not in ranks:
            ranks[names] = _rank(path_stems(names), path, last)
        if ranks[names] > best:
            best, found = ranks[names], []
        if best and ranks[names] == best:
            found.append(place)
    shortest = min((len(place.keys) for place in found), default=0)
    return [place for place in found if len(place.keys) == shortest][:_MOST]


def _rank(own: Sequence[str], path: Sequence[str], last: Sequence[str]) -> int:
    """How well keys that lead to a place fit the expected ones: wholly, by the last one, not at all."""
    if not path:
        return 0
    if tuple(own[-len(path) :]) == tuple(path) or "".join(own).endswith("".join(path)):
        return 2
    return 1 if last and tuple(own[-len(last) :]) == tuple(last) else 0


def _in_cells(wanted: Expectation, places: Sequence[Place], seen: Output) -> Miss | None:
    """Judge the places that bear the field's name: one must hold the right value, none the old one."""
    wrong = [one for one in places if not _holds(one, wanted, seen)]
    if not wrong:
        return None
    old = [one for one in wrong if _is_old(one, wanted, seen)]
    if len(wrong) < len(places) and not old:
        return None
    shown = (old or wrong)[0]
    message = f"{wanted.label} is {as_shown(shown.cell)}, should be {wanted.shown}"
    return Miss(message=message, excerpt=_quoted(wanted, shown))


def _holds(place: Place, wanted: Expectation, seen: Output) -> bool:
    return holds(place.cell, place.words, wanted, decimal_comma=seen.decimal_comma)


def _is_old(place: Place, wanted: Expectation, seen: Output) -> bool:
    value = cell_value(place.cell, place.words, decimal_comma=seen.decimal_comma)
    old = wanted.old
    return (
        value is not None and old is not None and same(old, value) and not is_right(value, wanted.right, old)
    )


def _in_row(wanted: Expectation, own: Sequence[Place], seen: Output) -> Miss | None:
    """Judge an item that has no field of the name: the value may stand under another, or be a key itself."""
    if _is_said_in_row(wanted, own, seen) or _says_nothing_by_leaving_out(wanted, seen):
        return None
    message = f"does not say {wanted.label}, which should be {wanted.shown}"
    return Miss(message=message, excerpt=_quoted(wanted, None), left_out=True)


def _is_said_in_row(wanted: Expectation, own: Sequence[Place], seen: Output) -> bool:
    if isinstance(wanted.right, Flag):
        return holds("\n".join(one.line for one in own), (), wanted)
    if any(_holds(one, wanted, seen) for one in own if bare(one.cell) not in one.ids):
        return True
    groups = {key for one in own for key in one.names[:-1]}
    return isinstance(wanted.right, Word) and any(holds(key, (), wanted) for key in groups)


def _says_nothing_by_leaving_out(wanted: Expectation, seen: Output) -> bool:
    """Whether nought or no is expected, and the output leaves out whatever is empty, in other rows too."""
    if not wanted.is_zero and wanted.right != Flag(yes=False):
        return False
    last = key_stems(wanted.path.rpartition(".")[2])
    elsewhere = any(path_stems(place.names)[-len(last) :] == last for place in seen.sheet.places)
    return elsewhere and all(place.cell for place in seen.sheet.places)


def _quoted(wanted: Expectation, place: Place | None) -> str:
    """What stands in the place, for a finding: by itself where it is distinct, else with its key and item."""
    key = place.keys[-1] if place else wanted.path.rpartition(".")[2]
    cell = "" if place is None or place.cell is None else _written(place.cell)
    if not wanted.item:
        distinct = len(cell) > 3 and any(map(str.isdigit, cell))
        return cell if distinct else f'"{key}": {json.dumps(place.cell if place else None, default=str)}'
    return f"{', '.join(own for _, own in wanted.item)}: {key} {cell}".strip()


def _written(cell: JSON) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, default=str)
