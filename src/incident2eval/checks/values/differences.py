"""Where the corrected run has another value than the recorded one: what a case expects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks.values.expectation import Item
from incident2eval.checks.values.reading import bare
from incident2eval.checks.values.rows import is_keyed_by_id, key_columns, own_id
from incident2eval.checks.values.shapes import content
from incident2eval.model import JSON, is_empty

_DEEPEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where the two outputs say different things."""

    item: Item
    path: str
    old: JSON
    """None where only the corrected output says anything."""
    new: JSON


def differences(old: JSON, new: JSON) -> Iterator[Difference]:
    """Where two outputs hold another value in the same place: in fields matched by name, rows by their ids.

    Text of several words comes along as it is, for whoever can compare texts.
    """
    yield from _parts(old, new, (), ())


def _parts(old: JSON, new: JSON, item: Item, path: tuple[str, ...]) -> Iterator[Difference]:
    """Compare two values at the same place."""
    if len(path) + len(item) > _DEEPEST:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _objects(old, new, item, path)
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        yield from _lists(old, new, item, path)
    elif isinstance(old, str) and isinstance(new, str):
        yield from _texts(old, new, item, path)
    elif (twins := _alike_in_shape(old, new)) is not None:
        yield from _parts(*twins, item, path)
    elif isinstance(new, Mapping) and is_empty(old):
        yield from (one for key, inner in new.items() for one in _parts(None, inner, item, (*path, str(key))))
    elif not isinstance(new, (Mapping, list, tuple)) and new is not None and old != new:
        yield Difference(item=item, path=".".join(path), old=None if is_empty(old) else old, new=new)


def _objects(
    old: Mapping[str, JSON], new: Mapping[str, JSON], item: Item, path: tuple[str, ...]
) -> Iterator[Difference]:
    twins = {bare(key): inner for key, inner in old.items()}
    if not _share_keys(old, new) and (unwrapped := _alike_in_shape(old, new)) is not None:
        yield from _parts(*unwrapped, item, path)
        return
    by_id = is_keyed_by_id(new)
    for key, inner in new.items():
        other = old.get(key, twins.get(bare(key)))
        if by_id:
            own = (*item, (path[-1] if path else "", str(key)))
            yield from _parts(other, inner, own, () if isinstance(inner, Mapping) else path[-1:])
        else:
            yield from _parts(other, inner, item, (*path, str(key)))


def _lists(
    old: Sequence[JSON], new: Sequence[JSON], item: Item, path: tuple[str, ...]
) -> Iterator[Difference]:
    """Rows are matched by their ids; what has none only where there is one of it."""
    if len(old) == len(new) == 1:
        yield from _parts(old[0], new[0], item, path)
        return
    before, after = ([row for row in rows if isinstance(row, Mapping)] for rows in (old, new))
    columns = key_columns(after, before) if before and after else ()
    if not columns:
        return
    twins = {own_id(row, columns): row for row in before}
    for row in after:
        own = (*item, *((name, str(row[name])) for name in columns))
        yield from _parts(twins.get(own_id(row, columns), {}), row, own, ())


def _texts(old: str, new: str, item: Item, path: tuple[str, ...]) -> Iterator[Difference]:
    """Texts may hold objects, lists and tables; what is left of them is compared as text."""
    one, two = content(old), content(new)
    if one.structures and two.structures:
        for before, after in zip(one.structures, two.structures, strict=False):
            yield from _parts(before, after, item, path)
        old, new = one.text, two.text
    if old != new and new.strip():
        yield Difference(item=item, path=".".join(path), old=old if old.strip() else None, new=new)


def _alike_in_shape(old: JSON, new: JSON) -> tuple[JSON, JSON] | None:
    """Two values without what only one of them is wrapped in: an object, a text that spells it out."""
    inner, within = _inner(new), _inner(old)
    for one, other in ((old, inner), (within, new), (within, inner)):
        if is_empty(one) or is_empty(other):
            continue
        if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            return one, other
        if isinstance(one, Mapping) and isinstance(other, Mapping) and _share_keys(one, other):
            return one, other
    return None


def _share_keys(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> bool:
    return not set(map(bare, one)).isdisjoint(map(bare, other))


def _inner(value: JSON) -> JSON:
    """The one object or list that a value holds; None if it holds none or several."""
    if isinstance(value, str):
        inner = content(value).structures
    elif isinstance(value, Mapping):
        inner = [one for one in value.values() if isinstance(one, (Mapping, list, tuple))]
    else:
        return None
    return inner[0] if len(inner) == 1 else None
