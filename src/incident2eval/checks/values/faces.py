"""A wrong output with other faces: in other shapes, with other wrong values, with the symptom hidden."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.checks.figures.units import ONES, TENS
from incident2eval.detection.text.wording import leaves
from incident2eval.model import JSON, Run, is_empty

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_FACT = re.compile(r"(?<=\s)[A-Z][a-z]{2,}|\d[\d,]*(?:\.\d+)?")
_LENGTH = re.compile(r"(?<![\d.,])(\d{1,3})[ -](day|week|month|year|hour)s?\b", re.IGNORECASE)
_LARGER = {"day": ((30, "month"), (7, "week")), "month": ((12, "year"),), "hour": ((24, "day"),)}
_SMALLER = {"week": (7, "day"), "year": (12, "month")}
_OTHER_NUMBERS = ("17", "4,321", "ninety")
_MOST_PLACES = 4
_DEEPEST = 60
_MOST = 60


def faces(recorded: Run, corrected: Run | None, right: Sequence[str] = ()) -> Iterator[Run]:
    """The recorded failure with other faces, made without a look at how anything is judged.

    Args:
        recorded: The run that went wrong.
        corrected: The same as it should have been: where the two differ, other wrong values are put, and
            half of it is put right.
        right: Words that should have been there.
    """
    output = recorded.output
    better = corrected.output if corrected else None
    if isinstance(output, str):
        made = [
            *_texts(output),
            *_in_other_units(output, _flat(better)),
            *_with_other_numbers(output, _flat(better)),
        ]
    else:
        made = [*_shapes(output), *_with_other_cells(output, better), *_half_right(output, better)]
    if isinstance(better, str):
        made += _with_one_fact_wrong(better, _flat(output), right)
    seen = {_flat(output), _flat(better)}
    for one in made[:_MOST]:
        if _flat(one) not in seen and not is_empty(one):
            seen.add(_flat(one))
            yield replace(recorded, output=one)


def _flat(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _texts(text: str) -> Iterator[JSON]:
    """The same text as a field, as a list, between a greeting and an end, back to front."""
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    yield {"message": text}
    yield {"reply": {"language": "en", "body": text}}
    yield f"Hello,\n\n{text}\n\nKind regards"
    yield "\n".join(f"- {part}" for part in parts)
    yield "\n".join(reversed(parts))


def _in_other_units(text: str, right: str) -> Iterator[JSON]:
    """Lengths of time that the right text does not have, in another unit and in words."""
    stray = [match for match in _LENGTH.finditer(text) if match[0] not in right]
    for match in stray[:_MOST_PLACES]:
        number, unit = int(match[1]), match[2].lower()
        for many, other in ((number, unit), _converted(number, unit)):
            for said in (str(many), _spelt(many)):
                length = f"{said} {other}{'s' if many != 1 else ''}"
                yield text[: match.start()] + length + text[match.end() :]


def _converted(number: int, unit: str) -> tuple[int, str]:
    whole = ((number // size, other) for size, other in _LARGER.get(unit, ()) if number % size == 0)
    size, other = _SMALLER.get(unit, (1, unit))
    return next(whole, (number * size, other))


def _spelt(number: int) -> str:
    ten, one = divmod(number, 10)
    if 0 < number < 20:
        return ONES[number - 1]
    return TENS[ten - 2] if 2 <= ten <= 9 and not one else str(number)


def _with_other_numbers(text: str, right: str) -> Iterator[JSON]:
    """Other numbers, or none, where the text has one that the right text does not have."""
    stray = [match for match in _NUMBER.finditer(text) if match[0] not in right]
    for match in stray[:_MOST_PLACES]:
        for other in _OTHER_NUMBERS:
            if other not in right:
                yield text[: match.start()] + other + text[match.end() :]
    for number in {match[0]: None for match in stray[:_MOST_PLACES]}:
        kept = [part for part in _SENTENCE.split(text) if number not in part]
        yield "\n".join(kept)


def _shapes(output: JSON) -> Iterator[JSON]:
    """The same values in other notations, keys in another spelling, rows in another order, tables, lines."""
    spelt = json.dumps(output, default=str, ensure_ascii=False)
    yield spelt
    yield f"Here is the result:\n\n```json\n{json.dumps(output, indent=2, default=str)}\n```\n"
    yield {"result": output, "warnings": []}
    for rename in (_camel, _snake):
        yield _mapped(output, rename)
    yield _turned(output)
    yield _without_empty(output)
    yield "\n".join(f"{path.rpartition('.')[2]}: {cell}" for path, cell in leaves(output))
    rows = next(_tables(output), None)
    if rows:
        yield _markdown(rows)
        yield _csv(rows)


def _with_other_cells(output: JSON, right: JSON) -> Iterator[JSON]:
    """Nothing, and other values, in cells that hold another value than the right output's."""
    given = dict(leaves(right))
    cells = dict(leaves(output))
    places = [path for path, cell in cells.items() if path in given and given[path] != cell]
    for path in places[:_MOST_PLACES]:
        keys = path.split(".")
        others = dict.fromkeys(str(cell) for key, cell in cells.items() if key.endswith(keys[-1]))
        yield _put(output, keys, None)
        yield _put(output, keys, _another(cells[path]))
        spare = [cell for cell in others if cell not in {str(given[path]), str(cells[path])}]
        yield from (_put(output, keys, cell) for cell in spare[:1])


def _half_right(output: JSON, right: JSON) -> Iterator[JSON]:
    """The right output with one wrong value back in its place."""
    wrong, better = dict(leaves(output)), dict(leaves(right))
    changed = [path for path, cell in better.items() if path in wrong and wrong[path] != cell]
    if len(changed) > len(better) / 2:
        return  # in another order: no place of the one is the same place of the other
    values = [path for path in changed if len(str(better[path]).split()) == 1 and len(str(better[path])) < 20]
    for path in values[:_MOST_PLACES] if len(values) > 1 else ():
        yield _put(right, path.split("."), wrong[path])


def _with_one_fact_wrong(better: str, output: str, right: Sequence[str]) -> Iterator[JSON]:
    """The right text with one figure or name wrong that people asked for."""
    asked = dict.fromkeys(match[0] for text in right for match in _FACT.finditer(text))
    for fact in [one for one in asked if one not in output and one in better][:_MOST_PLACES]:
        yield better.replace(fact, "17" if fact[0].isdigit() else "Elsewhere")


def _another(cell: JSON) -> JSON:
    """A value of the same kind that is wrong too."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return cell * 3 + 7
    return "undecided"


def _put(value: JSON, keys: Sequence[str], new: JSON) -> JSON:
    """The value with another one at one place of it."""
    if not keys:
        return new
    if isinstance(value, Mapping):
        return {key: _put(one, keys[1:], new) if str(key) == keys[0] else one for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_put(one, keys[1:], new) if str(at) == keys[0] else one for at, one in enumerate(value)]
    return value


def _mapped(value: JSON, rename: Callable[[str], str], depth: int = 0) -> JSON:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {rename(str(key)): _mapped(one, rename, depth + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return [_mapped(one, rename, depth + 1) for one in value]
    return value


def _camel(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def _turned(value: JSON, depth: int = 0) -> JSON:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {key: _turned(one, depth + 1) for key, one in reversed(list(value.items()))}
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return [_turned(one, depth + 1) for one in reversed(value)]
    return value


def _without_empty(value: JSON, depth: int = 0) -> JSON:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {
            key: _without_empty(one, depth + 1) for key, one in value.items() if one not in (None, "", [], {})
        }
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return [_without_empty(one, depth + 1) for one in value]
    return value


def _tables(value: JSON) -> Iterator[Sequence[Mapping[str, JSON]]]:
    """Lists of objects that hold nothing but single values."""
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            rows = [row for row in inner if isinstance(row, Mapping) and row]
            flat = all(not isinstance(cell, (Mapping, list, tuple)) for row in rows for cell in row.values())
            if len(rows) > 1 and len(rows) == len(inner) and flat:
                yield rows


def _cells(rows: Sequence[Mapping[str, JSON]]) -> list[list[str]]:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    body = [["" if row.get(key) is None else str(row[key]) for key in heads] for row in rows]
    return [[str(head) for head in heads], *body]


def _markdown(rows: Sequence[Mapping[str, JSON]]) -> str:
    head, *body = (f"| {' | '.join(cells)} |" for cells in _cells(rows))
    return "\n".join([head, "|" + " --- |" * head.count(" | ") + " --- |", *body])


def _csv(rows: Sequence[Mapping[str, JSON]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows(_cells(rows))
    return sheet.getvalue()
