"""Langfuse: observations (`/api/public/v2`, Cloud and version 4), else traces, as version 3 has them."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from incident2eval.model import JSON
from incident2eval.sources._login import basic, value
from incident2eval.sources._pages import pages
from incident2eval.sources._shape import items, mapping, text, written
from incident2eval.sources._source import Environment, Place, Source

if TYPE_CHECKING:
    from incident2eval.sources._server import Answer, Query, Server

_OBSERVATIONS = "/api/public/v2/observations"
_TRACES = "/api/public/traces"
_FIELDS = "core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context"
_PAGE, _PAGE_OF_TRACES = 1000, 100
_CUT = 200
"""Letters after which the server cuts off what metadata hold, unless their keys are asked for."""


def _headers(environment: Environment) -> dict[str, str]:
    public, secret = (value(environment, f"LANGFUSE_{name}_KEY") for name in ("PUBLIC", "SECRET"))
    return basic(public, secret) if public and secret else {}


def _project(server: "Server", name: str) -> str | None:
    """A pair of keys opens one project and no other."""
    answer = server.get("/api/public/projects")
    found = map(mapping, items(mapping(answer.value).get("data"))) if answer else ()
    return next((text(each.get("id")) for each in found if name in {each.get("name"), each.get("id")}), None)


def _since(server: "Server", _project: str | None, since: datetime) -> Iterator[Place]:
    start = since.isoformat()
    query: Query = {"fields": "core", "limit": _PAGE, "isRootObservation": "true", "fromStartTime": start}
    found = list(_pages(server, query))
    key = "traceId" if found else "id"
    for page in found or server.sure(_pages_of_traces(server, start)):
        for each in _data(page):
            if trace := text(mapping(each).get(key)):
                yield Place(trace)


def _pages_of_traces(server: "Server", start: str) -> Iterator["Answer"]:
    query: Query = {"limit": _PAGE_OF_TRACES, "fromTimestamp": start}
    return pages(lambda more: server.get(_TRACES, {**query, **more}), following=_next_number, key="page")


def _next_number(page: "Answer") -> str | None:
    meta = mapping(mapping(page.value).get("meta"))
    number, last = meta.get("page"), meta.get("totalPages")
    return str(number + 1) if isinstance(number, int) and isinstance(last, int) and number < last else None


def _trace(server: "Server", place: Place) -> bytes | None:
    found = list(_pages(server, {"fields": _FIELDS, "limit": _PAGE, "traceId": place.trace}))
    if not found:
        answer = server.get(f"{_TRACES}/{quote(place.trace, safe='')}")
        server.only(place.trace, [mapping(answer.value).get("id")] if answer else [])
        return answer.data if answer else None
    observations = [each for page in found for each in _data(page)]
    server.only(place.trace, (mapping(each).get("traceId") for each in observations))
    if not observations:
        return None
    return found[0].data if len(found) == 1 else written({"data": observations, "meta": {}})


def _pages(server: "Server", query: "Query") -> Iterator["Answer"]:
    return pages(
        lambda more: _whole(server, {**query, **more}),
        following=lambda page: text(mapping(mapping(page.value).get("meta")).get("cursor")),
    )


def _whole(server: "Server", query: "Query") -> "Answer | None":
    """One page, asked for once more with the keys of all metadata that were cut off."""
    answer = server.get(_OBSERVATIONS, query)
    cut = sorted({key for each in _data(answer) for key in _cut_off(each)}) if answer else []
    return server.get(_OBSERVATIONS, {**query, "expandMetadata": ",".join(cut)}) if cut else answer


def _cut_off(observation: JSON) -> Iterator[str]:
    for key, held in mapping(mapping(observation).get("metadata")).items():
        if isinstance(held, str) and len(held) >= _CUT and "," not in key:
            yield key


def _data(page: "Answer") -> list[JSON]:
    return items(mapping(page.value).get("data"))


LANGFUSE = Source(
    name="langfuse",
    title="Langfuse",
    variables=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
    headers=_headers,
    project=_project,
    since=_since,
    trace=_trace,
)
