"""Places: every single value of an output with the keys that lead to it and the rows that it stands in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from incident2eval.checks.figures.units import UNITS
from incident2eval.checks.values.reading import bare
from incident2eval.checks.values.shapes import content
from incident2eval.checks.values.words import stem, stems
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON

_LONGEST_ID = 80
_MOST = 30_000
"""No honest output holds more single values; what comes after them is not read."""
_DEEPEST = 40
"""How many rows up an id may stand, and how many keys of a path are kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """An object of the output, and the ids that it goes by."""

    parent: "Row | None"
    depth: int
    ids: dict[str, str] = field(default_factory=dict)
    """Id, as `reading.bare` writes it -> the key that it stands under; blank where it is a key itself."""

    def called(self) -> dict[str, str]:
        """The ids of it and of the objects that it is part of; the nearest one's key counts."""
        known: dict[str, str] = {}
        row: Row | None = self
        while row is not None:
            known = {**row.ids, **known} if row.ids else known
            row = row.parent
        return known


@dataclass(frozen=True, slots=True)
class Place:
    """A single value where it stands."""

    row: Row
    keys: tuple[str, ...]
    """The keys that lead to it, positions in lists left out."""
    cell: JSON
    ids: Mapping[str, str]
    """The ids of the items that it belongs to, each with the key that it stands under."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its key, in lower case."""
        return key_words(self.keys[-1]) if self.keys else ()

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that lead to it and are no ids of items."""
        return tuple(key for key in self.keys if bare(key) not in self.ids) if self.ids else self.keys

    @property
    def line(self) -> str:
        """How a reader would be told it."""
        label = _label(self.keys[-3:])
        return f"{label}: {self.cell}" if label else str(self.cell)


@lru_cache(maxsize=5_000)
def _label(keys: tuple[str, ...]) -> str:
    return " ".join(word for key in keys for word in key_words(key) or (key,))


@dataclass(slots=True)
class Sheet:
    """An output, read: its places and its running text."""

    places: list[Place] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    by_id: dict[str, list[Place]] = field(default_factory=dict)
    """The places of each item that is asked for."""


def sheet(output: JSON, ids: Collection[str] = ()) -> Sheet:
    """Read an output of any shape.

    Args:
        output: The output.
        ids: The ids of the items that are asked for, as `reading.bare` writes them.
    """
    found = Sheet()
    pending: list[tuple[JSON, Row, tuple[str, ...]]] = [(output, Row(None, 0), ())]
    while pending and len(found.places) < _MOST:
        value, row, keys = pending.pop()
        if isinstance(value, Mapping):
            own = _row(value, row, keys, ids)
            pending += [
                (inner, own, (*keys[-_DEEPEST:], str(key))) for key, inner in list(value.items())[::-1]
            ]
        elif isinstance(value, (list, tuple)):
            pending += [(inner, row, keys) for inner in reversed(value)]
        elif isinstance(value, str) and _may_hold_more(value) and (parts := content(value)).structures:
            pending += [(inner, row, keys) for inner in reversed(parts.structures)]
            _add(found, row, keys, parts.text, ids)
        else:
            _add(found, row, keys, value, ids)
    return found


def _may_hold_more(text: str) -> bool:
    return "\n" in text or "</" in text or text.lstrip().startswith(("{", "["))


def _add(found: Sheet, row: Row, keys: tuple[str, ...], cell: JSON, ids: Collection[str]) -> None:
    if keys:
        own = row.called() if ids else {}
        if ids and (last := bare(keys[-1])) in ids:
            own = {**own, last: ""}
        place = Place(row, keys, cell, own)
        found.places.append(place)
        for one in own:
            found.by_id.setdefault(one, []).append(place)
    elif cell is not None and str(cell).strip():
        found.texts.append(str(cell))


@lru_cache(maxsize=5_000)
def path_stems(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of the words of keys that lead somewhere, without units."""
    return tuple(one for key in keys for one in key_stems(key))


@lru_cache(maxsize=5_000)
def key_stems(key: str) -> tuple[str, ...]:
    """The stems of a key's words, without the unit that it may name: `limit_gbp` is a limit."""
    found = key_words(key)
    telling = [word for word in found if word not in UNITS]
    return tuple(map(stem, telling or found)) or stems(key)


def _row(value: Mapping[str, JSON], parent: Row, keys: Sequence[str], ids: Collection[str]) -> Row:
    """An object as a row: called by its own values, by those of objects in it, by the key it stands under."""
    row = Row(parent if parent.depth < _DEEPEST else None, parent.depth + 1)
    if not ids:
        return row
    if keys and (own := bare(keys[-1])) in ids:
        row.ids[own] = ""
    inner = [one for one in value.values() if isinstance(one, Mapping)]
    for key, cell in (*_scalars(inner), *_scalars([value])):
        if (own := bare(cell)) in ids:
            row.ids[own] = key
    return row


def _scalars(values: Sequence[Mapping[str, JSON]]) -> Iterator[tuple[str, JSON]]:
    for value in values:
        for key, cell in value.items():
            if (isinstance(cell, str) and len(cell) <= _LONGEST_ID) or type(cell) is int:
                yield str(key), cell
