"""Other faces of a batch: the same rows in other clothes, and one of the wrong ones wrong in another way."""

import json
from collections.abc import Iterator, Mapping, Sequence

from incident2eval.model import JSON

Row = Mapping[str, JSON]


def faces(output: JSON, right: JSON) -> Iterator[JSON]:
    """Outputs that say the same as a recorded one, or are wrong in another way.

    Args:
        output: The recorded output.
        right: How it should have been; None where nobody says.
    """
    output = _parsed(output)
    text = json.dumps(output, ensure_ascii=False, indent=1)
    yield {"result": output}
    yield {"status": "done", "answers": [output]}
    yield text
    yield f"Here are the decisions:\n\n```json\n{text}\n```\n"
    for path, rows in _tables(output):
        yield _put(output, path, rows[::-1])
        yield _put(output, path, [*rows[1:], rows[0]])
        yield _put(output, path, [{"checked": True, **row} for row in rows])
        yield _markdown(rows)
        yield from (_put(output, path, other) for other in _wronged(rows, _at(_parsed(right), path)))


def _parsed(value: JSON) -> JSON:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _tables(value: JSON) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Lists of objects in the output or in an object of it."""
    pending: list[tuple[tuple[str, ...], JSON]] = [((), value)]
    while pending:
        path, inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += [((*path, key), one) for key, one in inner.items()]
        elif isinstance(inner, list) and len(inner) > 1 and all(isinstance(row, Mapping) for row in inner):
            yield path, inner


def _at(value: JSON, path: Sequence[str]) -> list[Row]:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _put(value: JSON, path: Sequence[str], rows: JSON) -> JSON:
    if not path:
        return rows
    assert isinstance(value, Mapping)  # noqa: S101 - the path was found in it
    return {**value, path[0]: _put(value[path[0]], path[1:], rows)}


def _wronged(rows: Sequence[Row], right: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows with one of the wrong ones left out, or with what another row has in its wrong fields."""
    key = next((name for name in rows[0] if len({str(row.get(name)) for row in rows}) == len(rows)), "")
    beside = {str(row.get(key)): row for row in right}
    for at, row in enumerate(rows[:200]):
        other = beside.get(str(row.get(key)))
        wrong = [name for name in row if other and row[name] != other.get(name)]
        if not key or other is None or not wrong:
            continue
        yield [*rows[:at], *rows[at + 1 :]]
        taken = [{name: one.get(name) for name in wrong} for one in rows]
        known = ({name: row[name] for name in wrong}, {name: other.get(name) for name in wrong})
        for values in [one for index, one in enumerate(taken) if one not in (*known, *taken[:index])][:3]:
            yield [*rows[:at], {**row, **values}, *rows[at + 1 :]]


def _markdown(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
