"""What a source of traces is: where its login comes from, how it lists traces, how it hands over one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from incident2eval.sources._server import Server

Environment = Mapping[str, str]
"""Environment variables, by name."""


class Place(NamedTuple):
    """Where a trace is on a server."""

    trace: str
    """The trace's id, as the server spells it."""
    project: str | None = None
    """The id of the project that holds it, as far as it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tool whose server keeps traces."""

    name: str
    title: str
    variables: tuple[str, ...]
    """The environment variables that hold its login, as its own clients name them."""
    headers: Callable[[Environment], dict[str, str]]
    """The headers that log in, out of these variables; none where they are not set."""
    project: Callable[["Server", str], str | None]
    """The id of the project of that name; None when the server has none."""
    since: Callable[["Server", str | None, datetime], Iterator[Place]]
    """The traces that began then or later, in one project or in all."""
    trace: Callable[["Server", Place], bytes | None]
    """One trace, as `formats.read` takes it; None where the server has none of that id."""
