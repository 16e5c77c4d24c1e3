"""What a format is: one file on the shelf with a record of its name, how it is told apart, how it is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from incident2eval.model import JSON, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One JSON value of a file: the whole document, an item of its list, or a line."""

    where: str
    """`document`, `item 3`, `line 17`: for messages."""
    value: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something in a file that could not be read; the rest was."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a file."""

    runs: tuple[Run, ...]
    """At least one."""
    format: str
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format on the shelf."""

    name: str
    """As in `--format` and in an incident's evidence."""
    title: str
    """For people: what writes such files."""
    sniff: Callable[[JSON], bool]
    """Whether a value looks like a row of this format; by content, never by the file's name."""
    read: Callable[[Sequence[Row]], Iterator[Run | Skipped]]
    """The runs of the rows, and what had to be left out; never raises on odd content."""
