"""Which rows of two lists are the same item: by what tells the rows of a list apart."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from incident2eval.checks.values.reading import bare
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import JSON

Rows = Sequence[Mapping[str, JSON]]

_IDS = vocabulary(
    "id ids ref refs reference no nr number code key line sku name title item invoice order ticket case "
    "account claim policy application employee patient vin iban isin serial label property unit room "
    "matter shipment booking"
)
_POSITIONS = vocabulary("position index rank page seq")
_MOST_COLUMNS = 8
_ENOUGH = 0.5
"""So many of the items must be in both lists for a column to tell which is which."""


def key_columns(one: Rows, other: Rows) -> tuple[str, ...]:
    """The column, or the two, that tell the rows of two lists apart; none if nothing does."""
    names = [name for name in list(one[0])[:40] if _is_full(one, name) and _is_full(other, name)]
    single = [(name,) for name in names if _is_id_like(one, other, name)]
    pairs = list(combinations([name for name in names if _is_text(one, name)][:_MOST_COLUMNS], 2))
    for columns in sorted(single, key=lambda found: _preference(found[0], one)):
        if _tells_apart(one, other, columns):
            return columns
    return next((columns for columns in pairs if _tells_apart(one, other, columns)), ())


def own_id(row: Mapping[str, JSON], columns: Sequence[str]) -> tuple[str, ...]:
    """What a row is called, as it is compared."""
    return tuple(bare(row[name]) for name in columns)


def is_keyed_by_id(value: Mapping[str, JSON]) -> bool:
    """Whether the keys of an object are ids of items rather than names of fields."""
    return bool(value) and all(any(map(str.isdigit, str(key))) for key in value)


def _is_full(rows: Rows, name: str) -> bool:
    cells = [row.get(name) for row in rows]
    return all(type(cell) is int or (isinstance(cell, str) and 0 < len(cell) <= 80) for cell in cells)


def _is_text(rows: Rows, name: str) -> bool:
    return all(isinstance(row[name], str) for row in rows)


def _is_id_like(one: Rows, other: Rows, name: str) -> bool:
    """Whether a column may hold ids: texts, or numbers under a name that says so."""
    words = key_words(name)
    return (_is_text(one, name) and _is_text(other, name)) or bool(words and words[-1] in _IDS | _POSITIONS)


def _preference(name: str, rows: Rows) -> tuple[int, bool]:
    words = key_words(name)
    last = words[-1] if words else ""
    by_name = 0 if last in _IDS else 2 if last in _POSITIONS else 1
    return by_name, not all(any(map(str.isdigit, str(row[name]))) for row in rows)


def _tells_apart(one: Rows, other: Rows, columns: Sequence[str]) -> bool:
    first, second = ({own_id(row, columns) for row in rows} for rows in (one, other))
    if len(first) < len(one) or len(second) < len(other) or not all(map(all, first | second)):
        return False
    return len(first & second) >= _ENOUGH * min(len(first), len(second))
