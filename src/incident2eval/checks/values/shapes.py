"""What an output is made of: objects and lists, those too that a text spells out, and running text."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from incident2eval.model import JSON

_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~)[\w-]{0,16}[ \t]*$", re.MULTILINE)
_OPENING = re.compile(r"^[ \t]{0,8}[\[{]|(?<=[:=]) ?[\[{](?=[\s\"{\[])", re.MULTILINE)
_RULE = re.compile(r"[ \t]*\|?[ \t:-]*-[ \t|:-]*\|[ \t|:-]*|[ \t]*\|[ \t:-]*-[ \t:-]*\|?[ \t]*")
_BREAK = re.compile(r"<br\s?/?>|</(?:tr|p|li|div|h\d|ul|ol|table|thead|tbody)\s?>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dh]\s?>\s{0,20}(?:<t[dh][^<>]{0,200}>)?", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][\w-]{0,12}(?:\s[^<>]{0,300})?/?>")
_ATTEMPTS = 40
"""How many places of a text are tried as the beginning of JSON."""
_LONGEST_HEAD = 40
_MOST_ROWS = 20_000
"""No honest table is longer; what stands behind is not read."""
_DRESS = " \t*_`"
_DECODER = json.JSONDecoder()


@dataclass(slots=True)
class Content:
    """An output taken apart."""

    structures: list[JSON] = field(default_factory=list)
    """Objects and lists of it, in order; a table is a list of objects."""
    text: str = ""
    """What is left: running text."""


def content(output: JSON) -> Content:
    """Take an output apart into structures and text."""
    if not isinstance(output, str):
        return Content(structures=[output])
    found: list[JSON] = []
    rest = _without_json(output, found)
    rest = _without_markup(rest)
    rest = _without_tables(rest, found)
    return Content(structures=found, text=rest)


def _without_json(text: str, found: list[JSON]) -> str:
    """The text without the objects and lists in it, which go to `found`."""
    kept: list[str] = []
    done = 0
    for _, match in zip(range(_ATTEMPTS), _OPENING.finditer(text), strict=False):
        start = match.end() - 1
        if start < done:
            continue
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if value:
            found.append(value)
            kept.append(text[done:start])
            done = end
    joined = "".join([*kept, text[done:]])
    if len(found) > 1 and all(isinstance(one, dict) for one in found):
        found[:] = [list(found)]  # JSON lines: rows of one list
    return _FENCE.sub("", joined) if "```" in joined or "~~~" in joined else joined


def _without_markup(text: str) -> str:
    """HTML as its reader sees it: a row a line, cells between bars."""
    if "</" not in text:
        return text
    text = _CELL_END.sub(" | ", text)
    return _TAG.sub("", _BREAK.sub("\n", text))


def _without_tables(text: str, found: list[JSON]) -> str:
    """The text without the tables in it, which go to `found` as lists of objects."""
    kept: list[str] = []
    for block, separator in _blocks(text.splitlines()):
        rows = _rows(block, separator) if separator else None
        if rows:
            found.append(rows)
        else:
            kept += block
    return "\n".join(kept)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[list[str], str | None]]:
    """Lines in a row that the same separator splits, and all others one by one."""
    at = 0
    while at < len(lines):
        separator = next((one for one in "|\t;," if _splits(lines, at, one)), None)
        end = at + 1
        while separator and end < len(lines) and separator in lines[end]:
            end += 1
        yield list(lines[at:end]), separator
        at = end


def _splits(lines: Sequence[str], at: int, separator: str) -> bool:
    """Whether a table begins on a line: short cells, and as many on the next line."""
    head = lines[at]
    if separator not in head or at + 1 >= len(lines):
        return False
    names = _cells(head, separator)
    if len(names) < 2 or any(not _is_head(name) for name in names) or len(set(names)) < len(names):
        return False
    if separator == "|":
        return separator in lines[at + 1]
    ends = head.rstrip()[-1:]
    return ends not in ".!?:" and len(_cells(lines[at + 1], separator)) == len(names)


def _is_head(name: str) -> bool:
    """Whether a cell may be the head of a column."""
    return 0 < len(name) <= _LONGEST_HEAD and any(char.isalpha() for char in name) and len(name.split()) <= 4


def _rows(block: Sequence[str], separator: str) -> list[JSON] | None:
    """The rows of a table as objects, or None if it is none."""
    body = [line for line in block[1:_MOST_ROWS] if not (separator == "|" and _RULE.fullmatch(line))]
    head, *rows = _split([block[0], *body], separator) or [[]]
    if not rows or any(len(row) > len(head) + 1 for row in rows):
        return None
    return [dict(zip(head, row, strict=False)) for row in rows]


def _cells(line: str, separator: str) -> list[str]:
    return next(iter(_split([line], separator)), [])


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The cells of lines, without blanks and emphasis."""
    if separator == "|":
        rows = [line.strip().removeprefix("|").removesuffix("|").split("|") for line in lines]
    else:
        try:
            rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
        except csv.Error:
            return []
    return [[cell.strip(_DRESS) for cell in row] for row in rows]
