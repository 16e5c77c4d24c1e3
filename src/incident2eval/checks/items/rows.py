"""Items in a JSON value: its rows, and which id each of them goes by."""

import json
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from incident2eval.checks.items.fields import is_key, is_person
from incident2eval.detection.text.wording import embedded
from incident2eval.model import JSON

Fields = Mapping[str, JSON]
"""What one item holds: field -> value. A field in an object of the item has a dotted name."""

LISTED = "listed"
"""The field that says under which keys the bare id stands: `{"approved": ["A-1"], "declined": ["A-2"]}`."""

_FENCED = re.compile(r"```[a-zA-Z]{0,12}[ \t]*\n(.*?)```", re.DOTALL)
_TELLING_ID = re.compile(r"(?=.*\d)(?=.*[^\W\d_])|\d{4}|.{8}")
"""A letter and a digit, or long enough: such an id is nothing else by chance."""


@dataclass(slots=True)
class _Reader:
    """Collects what a value holds of the items that are asked for."""

    ids: frozenset[str]
    found: dict[str, dict[str, JSON]] = field(default_factory=dict)
    listed: dict[str, list[JSON]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def read(self, value: JSON) -> None:
        """Walk through a value; rows become items, texts that are no structure are kept as texts."""
        pending: deque[tuple[str, JSON]] = deque([("", value)])
        while pending:
            key, inner = pending.popleft()
            if isinstance(inner, str):
                parsed = structured(inner)
                if parsed is None:
                    self.texts.append(inner)
                else:
                    pending.append((key, parsed))
            elif isinstance(inner, Mapping):
                pending += self._object(inner)
            elif isinstance(inner, (list, tuple)):
                rest = () if self._listed(key, inner) else inner
                pending += [(key, one) for one in rest if isinstance(one, (Mapping, list, tuple, str))]

    def _object(self, row: Mapping[str, JSON]) -> list[tuple[str, JSON]]:
        """Take an object as an item, or as a table of items by id; what is left to walk through."""
        own = key_of(row, self.ids)
        if own is not None:
            self._take(own, fields(row))
            return list(nested_lists(row))
        keyed = [name for name in row if normal(name) in self.ids]
        for name in keyed:
            inner = row[name]
            self._take(normal(name), fields(inner) if isinstance(inner, Mapping) else {"decision": inner})
        return [(str(name), inner) for name, inner in row.items() if name not in keyed]

    def _listed(self, key: str, values: Sequence[JSON]) -> bool:
        """Note the ids in a list of bare ids; False where it is a list of something else."""
        if not key or not all(isinstance(one, str) and " " not in one.strip() for one in values):
            return False
        for one in self.ids & set(map(normal, values)):
            self.listed.setdefault(one, []).append(key)
        return True

    def _take(self, own: str, row: Fields) -> None:
        self.found[own] = {**row, **self.found.get(own, {})}


def items(value: JSON, ids: Collection[str]) -> tuple[dict[str, dict[str, JSON]], list[str]]:
    """What a value holds of the items with these ids (as `normal` writes them), and its texts.

    Rows of lists, entries of objects that are keyed by id, bare ids listed under a key, the one object that
    holds the id; in JSON, in JSON written as a text and in tables of Markdown. Of several rows of one item
    the first one that has a field tells it.
    """
    reader = _Reader(ids=frozenset(ids))
    reader.read(value)
    for own, keys in reader.listed.items():
        reader.found[own] = {LISTED: keys, **reader.found.get(own, {})}
    return reader.found, reader.texts


def normal(value: JSON) -> str:
    """An id as it is compared; blank for what is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return " ".join(str(value)[:200].split()).casefold()


def fields(row: Mapping[str, JSON]) -> dict[str, JSON]:
    """The single values of an object, those of objects in it too, and lists of single values."""
    found: dict[str, JSON] = {}
    pending: deque[tuple[str, Mapping[str, JSON]]] = deque([("", row)])
    while pending:
        path, inner = pending.popleft()
        for key, value in inner.items():
            name = f"{path}.{key}".lstrip(".")
            if isinstance(value, Mapping):
                pending.append((name, value))
            elif not isinstance(value, (list, tuple)):
                found[name] = value
            elif not any(isinstance(one, (Mapping, list, tuple)) for one in value):
                found[name] = list(value)
    return found


def key_of(row: Mapping[str, JSON], ids: Collection[str]) -> str | None:
    """The id that an object goes by: its own, else the only one in an object of it."""
    own = [(name, normal(value)) for name, value in row.items() if _names(name, value, ids)]
    if own:
        return next((one for name, one in own if is_key(name)), own[0][1])
    inner = {
        normal(value)
        for name, value in fields(row).items()
        if "." in name and not isinstance(value, list) and _names(name, value, ids)
    }
    return next(iter(inner)) if len(inner) == 1 else None


def _names(name: str, value: JSON, ids: Collection[str]) -> bool:
    """Whether a field says which item it is: the number 2 is an id only where the field's name says so."""
    own = normal(value)
    return own in ids and (is_key(name) or bool(_TELLING_ID.match(own)))


def nested_lists(row: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """The lists in an object, and in objects in it: they may hold rows of their own."""
    pending: list[Mapping[str, JSON]] = [row]
    while pending:
        for key, value in pending.pop().items():
            if isinstance(value, Mapping):
                pending.append(value)
            elif isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
                yield key, value


def structured(text: str) -> JSON:
    """The object or list that a text spells out, in JSON or as a table of Markdown; None for prose."""
    whole = embedded(text)
    if whole is not None or not ("```" in text or "|" in text):
        return whole
    fenced = [parsed for match in _FENCED.finditer(text) if (parsed := embedded(match[1])) is not None]
    return fenced or _table(text) or None


def _table(text: str) -> list[JSON]:
    """The rows of every table of Markdown in a text."""
    rows: list[JSON] = []
    head: list[str] | None = None
    before = ""
    for line in text.splitlines():
        if "|" not in line:
            head = None
        elif "-" in line and not set(line) - set(" \t:|-"):
            head = _cells(before)
        elif head:
            rows.append(dict(zip(head, _cells(line), strict=False)))
        before = line
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("*`") for cell in line.strip().strip("|").split("|")]


def tables(value: JSON) -> Iterator[Sequence[Mapping[str, JSON]]]:
    """Every list of objects in a JSON value, and in JSON and tables written as a text."""
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, str):
            parsed = structured(inner)
            pending += [parsed] if parsed is not None else []
        elif isinstance(inner, Mapping):
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            rows = [row for row in inner if isinstance(row, Mapping)]
            if rows:
                yield rows
            pending += inner


def ids_in(value: JSON, given: JSON) -> tuple[str, ...]:
    """The ids of the items that a value decides on, as they stand there.

    Args:
        value: An output with a row for each item.
        given: The input. A field whose values all stand in the input joins the two; else its name must say
            that it is a key. Names of people are never ids.
    """
    known = {normal(leaf) for leaf in leaves(given)} - {""}
    for rows in (rows for rows in tables(value) if len(rows) > 1):
        shown = [fields(row) for row in rows]
        names = [name for name in shown[0] if _tells_apart(name, shown)]
        joined = [name for name in names if all(normal(row[name]) in known for row in shown)]
        best = [name for name in joined if is_key(name)] or joined or [name for name in names if is_key(name)]
        if best:
            return tuple(str(row[best[0]]) for row in shown)
    return tuple(_keyed(value, known))


def _tells_apart(name: str, rows: Sequence[Fields]) -> bool:
    values = [normal(row.get(name)) for row in rows]
    return not is_person(name) and all(values) and len(set(values)) == len(rows)


def _keyed(value: JSON, known: Collection[str]) -> Iterator[str]:
    """The keys of the first object that is keyed by values of the input, or bare lists of them."""
    pending: deque[JSON] = deque([value])
    while pending:
        inner = pending.popleft()
        if isinstance(inner, str):
            parsed = structured(inner)
            pending += [parsed] if parsed is not None else []
        elif isinstance(inner, Mapping):
            if len(inner) > 1 and all(normal(key) in known for key in inner):
                yield from inner
                return
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            pending += inner


def leaves(value: JSON) -> Iterator[JSON]:
    """Every single value in a JSON value, and in JSON and tables written as a text; in no order."""
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            pending += inner
        elif isinstance(inner, str) and (parsed := structured(inner)) is not None:
            pending.append(parsed)
        else:
            yield inner


def as_text(value: JSON) -> str:
    """A single value as a reader sees it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
