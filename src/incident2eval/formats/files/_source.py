"""A row on its way from a file to its format: a line's bytes, or a value that is parsed already."""

from typing import NamedTuple

from incident2eval.formats._format import Row, Skipped
from incident2eval.formats.files._parse import MAX_DEPTH, parsed, reason
from incident2eval.model import JSON


class Source(NamedTuple):
    """A row that is not parsed yet (a line's bytes), or that is."""

    where: str
    data: bytes | None = None
    value: JSON = None
    format: str | None = None
    """Name of its format, where what holds it says so; else its content tells."""
    depth: int = MAX_DEPTH
    """How many lists and objects may stand inside each other in it."""


def row_of(source: Source | Skipped) -> Row | Skipped:
    """The source parsed, or why it cannot be."""
    if isinstance(source, Skipped):
        return source
    if source.data is None:
        return Row(source.where, source.value)
    try:
        value = parsed(source.data, depth=source.depth)
    except ValueError as error:
        return Skipped(where=source.where, why=reason(error))
    if type(value) is dict or type(value) is list:
        return Row(source.where, value)
    return Skipped(where=source.where, why="is no JSON object")
