"""From bytes to runs: unpack, parse, tell the format by content, read."""

from collections.abc import Sequence

from incident2eval.formats._format import Format, Reading, Row, Skipped
from incident2eval.formats._parse import rows_of
from incident2eval.formats._unpack import text_bytes
from incident2eval.model import BadInput, Fault, Run

_LOOK = 50
"""How many rows are looked at to tell the format: a log may begin with lines of something else."""


def read_as(data: bytes, *, name: str, format: str | None, shelf: Sequence[Format]) -> Reading:  # noqa: A002
    """Read a file with one of the formats on a shelf.

    Args:
        data: The file as it is, gzip or plain.
        name: How the user knows the file, for messages only.
        format: Name of the format; None tells it by content.
        shelf: Formats in the order in which they are tried.

    Raises:
        BadInput: when nothing was read; the faults say why.
    """
    chosen = _named(format, name=name, shelf=shelf) if format is not None else None
    rows, skipped = rows_of(text_bytes(data, name=name), name=name)
    chosen = chosen or _told(rows, name=name, shelf=shelf)
    runs: list[Run] = []
    for found in chosen.read(rows):
        if isinstance(found, Run):
            runs.append(found)
        else:
            skipped.append(found)
    if not runs:
        raise BadInput(_nothing(skipped, name=name, chosen=chosen))
    return Reading(runs=tuple(runs), format=chosen.name, skipped=tuple(skipped))


def _named(format: str, *, name: str, shelf: Sequence[Format]) -> Format:  # noqa: A002
    for each in shelf:
        if each.name == format:
            return each
    known = ", ".join(each.name for each in shelf)
    raise BadInput(Fault(message=f"no format is called {format!r}", file=name, hint=f"one of {known}"))


def _told(rows: Sequence[Row], *, name: str, shelf: Sequence[Format]) -> Format:
    for each in shelf:
        if any(each.sniff(row.value) for row in rows[:_LOOK]):
            return each
    tried = ", ".join(each.name for each in shelf)
    raise BadInput(
        Fault(
            message=f"holds no trace of a format that is known (tried {tried})",
            file=name,
            hint="export it as one of these",
        )
    )


def _nothing(skipped: Sequence[Skipped], *, name: str, chosen: Format) -> Fault:
    why = f": {skipped[0].where} {skipped[0].why}" if skipped else ""
    more = f", and {len(skipped) - 1} more like it" if len(skipped) > 1 else ""
    return Fault(
        message=f"no run could be read as {chosen.name}{why}{more}",
        file=name,
        hint="name another with --format",
    )
