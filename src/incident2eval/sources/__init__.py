"""Traces from the servers where people keep them, over these tools' own documented HTTP interfaces."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incident2eval.model import BadInput, Fault, visible
from incident2eval.sources._address import is_here
from incident2eval.sources._langfuse import LANGFUSE
from incident2eval.sources._langsmith import LANGSMITH
from incident2eval.sources._mlflow import MLFLOW
from incident2eval.sources._phoenix import PHOENIX
from incident2eval.sources._shape import text
from incident2eval.sources._source import Place, Source

if TYPE_CHECKING:
    from incident2eval.sources._server import Server

SOURCES: Mapping[str, Source] = {
    PHOENIX.name: PHOENIX,
    MLFLOW.name: MLFLOW,
    LANGFUSE.name: LANGFUSE,
    LANGSMITH.name: LANGSMITH,
}
"""Every tool whose server can be asked, by the name that `--from` takes."""

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""An id that is a safe file name, and no other's when case is folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One trace, as a server gave it."""

    name: str
    """A file name, made of the source and the trace's id; never a path."""
    data: bytes
    """The answer as received where one answer is the trace, else an export's document of the same content."""


def fetch(  # noqa: PLR0913 - the public face names what it takes
    source: str,
    url: str,
    *,
    traces: tuple[str, ...] = (),
    since: datetime | None = None,
    project: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Fetched]:
    """Fetch traces from a server, one after the other.

    Args:
        source: Name of a source on the shelf.
        url: The server's address; the login comes from the environment only.
        traces: Ids of traces.
        since: All traces that began then or later are fetched, too.
        project: Name of the project (an experiment, with MLflow) to look in; in all when not given.
        tell: Takes lines of progress.

    Returns:
        Each trace once, those that were named first.

    Raises:
        BadInput: No such source, project or trace; no address of such a server; a login that it refuses.
        NotJudged: The server cannot be reached, or fails again and again.
    """
    shelf = SOURCES.get(source)
    if shelf is None:
        raise BadInput(Fault(field="--from", message=f"is none of {', '.join(SOURCES)}"))
    from incident2eval.sources._server import Server  # noqa: PLC0415 - only who asks a server pays for httpx

    login = shelf.headers(os.environ)
    with Server.reached(url, name=source, variables=shelf.variables, headers=login, tell=tell) as server:
        if login and server.url.lower().startswith("http:") and not is_here(server.url):
            tell(f"{source}: the login is sent unencrypted, as --url says http")
        inside = _inside(shelf, server, project)
        named = dict.fromkeys(traces)
        yield from _named(shelf, server, [Place(trace, inside) for trace in named])
        if since is not None:
            yield from _listed(shelf, server, shelf.since(server, inside, since), known=named)


def _inside(shelf: Source, server: "Server", project: str | None) -> str | None:
    if project is None:
        return None
    found = shelf.project(server, project) if text(project) else None
    if found is None:
        message = f"{shelf.name} has no project {visible(project)!r} that this login may read"
        raise BadInput(Fault(field="--project-name", message=message))
    return found


def _named(shelf: Source, server: "Server", places: list[Place]) -> Iterator[Fetched]:
    absent: list[str] = []
    for number, place in enumerate(places, 1):
        data = shelf.trace(server, place) if _can_be_id(place.trace) else None
        if data is None:
            absent.append(place.trace)
            continue
        server.tell(f"{shelf.name}: trace {number} of {len(places)}, {len(data)} bytes")
        yield Fetched(name=_file_name(shelf.name, place.trace), data=data)
    if absent:
        hint = f"check the id, --url and --project-name, and what {', '.join(shelf.variables)} may read"
        raise BadInput(*(_unknown(shelf.name, trace, hint) for trace in absent))


def _can_be_id(trace: str) -> bool:
    """Whether a question can hold it: dots alone would be another path."""
    return bool(text(trace.strip(".")))


def _unknown(source: str, trace: str, hint: str) -> Fault:
    return Fault(field="--trace", message=f"{source} has no trace {visible(trace)!r}", hint=hint)


def _listed(
    shelf: Source, server: "Server", places: Iterator[Place], *, known: Mapping[str, None]
) -> Iterator[Fetched]:
    # All of the list first: what is added while traces are fetched must not shift its pages.
    found = dict.fromkeys(place for place in places if place.trace not in known and _can_be_id(place.trace))
    server.tell(f"{shelf.name}: {len(found)} traces to fetch")
    for number, place in enumerate(found, 1):
        data = shelf.trace(server, place)
        told = "gone meanwhile" if data is None else f"{len(data)} bytes"
        server.tell(f"{shelf.name}: trace {number} of {len(found)}, {told}")
        if data is not None:
            yield Fetched(name=_file_name(shelf.name, place.trace), data=data)


def _file_name(source: str, trace: str) -> str:
    if _PLAIN.fullmatch(trace):
        return f"{source}-{trace}.json"
    # the dot keeps digests apart from ids that look like one
    return f"{source}.{hashlib.sha256(trace.encode(errors='surrogatepass')).hexdigest()[:32]}.json"


__all__ = ["SOURCES", "Fetched", "Source", "fetch"]
