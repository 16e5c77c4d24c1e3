"""Phoenix: its REST interface, `/v1/projects/{project}/traces` and `/spans`, of server 13.9 and newer."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from incident2eval.model import JSON
from incident2eval.sources._login import bearer, value
from incident2eval.sources._pages import pages
from incident2eval.sources._shape import items, mapping, text, written
from incident2eval.sources._source import Environment, Place, Source

if TYPE_CHECKING:
    from incident2eval.sources._server import Answer, Query, Server

_PAGE = 1000
"""As many as a page may hold; of traces and spans alike."""


def _headers(environment: Environment) -> dict[str, str]:
    key = value(environment, "PHOENIX_API_KEY")
    return bearer(key) if key else {}


def _project(server: "Server", name: str) -> str | None:
    # `quote` keeps dots: a name of dots alone would be another path
    answer = server.get(f"/v1/projects/{quote(name, safe='')}") if name.strip(".") else None
    return text(mapping(mapping(answer.value).get("data")).get("id")) if answer else None


def _projects(server: "Server") -> Iterator[str]:
    for page in server.sure(_pages(server, "/v1/projects", {"limit": _PAGE})):
        yield from filter(None, (text(mapping(each).get("id")) for each in _data(page)))


def _since(server: "Server", project: str | None, since: datetime) -> Iterator[Place]:
    for place in [project] if project else list(_projects(server)):
        query: Query = {"limit": _PAGE, "start_time": since.isoformat()}
        for page in server.sure(_pages(server, _below(place, "traces"), query)):
            for each in _data(page):
                if trace := text(mapping(each).get("trace_id")):
                    yield Place(trace, place)


def _trace(server: "Server", place: Place) -> bytes | None:
    for project in [place.project] if place.project else list(_projects(server)):
        found = list(_pages(server, _below(project, "spans"), {"limit": _PAGE, "trace_id": place.trace}))
        spans = [span for page in found for span in _data(page)]
        # before 13.9 all spans of the project come, whatever is asked for
        server.only(place.trace, (mapping(mapping(span).get("context")).get("trace_id") for span in spans))
        if spans:
            return found[0].data if len(found) == 1 else written({"data": spans, "next_cursor": None})
    return None


def _below(project: str, what: str) -> str:
    return f"/v1/projects/{quote(project, safe='')}/{what}"


def _pages(server: "Server", path: str, query: "Query") -> Iterator["Answer"]:
    return pages(
        lambda more: server.get(path, {**query, **more}),
        following=lambda page: text(mapping(page.value).get("next_cursor")),
    )


def _data(page: "Answer") -> list[JSON]:
    return items(mapping(page.value).get("data"))


PHOENIX = Source(
    name="phoenix",
    title="Arize Phoenix",
    variables=("PHOENIX_API_KEY",),
    headers=_headers,
    project=_project,
    since=_since,
    trace=_trace,
)
