"""LangSmith: runs and traces of `/api/v2` (its cloud, self-hosted 0.16), else runs as `/api/v1` has them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from incident2eval.model import JSON
from incident2eval.sources._login import value
from incident2eval.sources._pages import pages
from incident2eval.sources._shape import items, mapping, text, written
from incident2eval.sources._source import Environment, Place, Source

if TYPE_CHECKING:
    from incident2eval.sources._server import Answer, Server

_PROJECTS = "/api/v1/sessions"
_RUNS, _TRACES, _OLD_RUNS = "/api/v2/runs/query", "/api/v2/traces/query", "/api/v1/runs/query"
_FIRST = "2023-01-01T00:00:00Z"
"""Before the first trace there can be: without a bound the server looks at the last day only."""
_PAGE = 100
_TOGETHER = 100
"""In how many projects one question looks."""
_FIELDS: tuple[JSON, ...] = (
    *("ID", "NAME", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "ERROR", "EXTRA", "METADATA", "EVENTS"),
    *("INPUTS", "OUTPUTS", "MANIFEST", "PARENT_RUN_IDS", "PROJECT_ID", "TRACE_ID", "THREAD_ID"),
    *("DOTTED_ORDER", "IS_ROOT", "REFERENCE_EXAMPLE_ID", "TAGS", "FEEDBACK_STATS"),
    *("TOTAL_TOKENS", "PROMPT_TOKENS", "COMPLETION_TOKENS", "TOTAL_COST"),
)
"""All that a run says of itself, but no links to files elsewhere."""


def _headers(environment: Environment) -> dict[str, str]:
    key, workspace = (value(environment, f"LANGSMITH_{name}") for name in ("API_KEY", "WORKSPACE_ID"))
    found = {"x-api-key": key, "X-Tenant-Id": workspace}
    return {name: held for name, held in found.items() if held} if key else {}


def _project(server: "Server", name: str) -> str | None:
    answer = server.get(_PROJECTS, {"name": name, "limit": 1})
    return next(_ids(answer), None) if answer else None


def _projects(server: "Server") -> list[str]:
    found: list[str] = []
    while True:
        page = list(_ids(server.needed(server.get(_PROJECTS, {"limit": _PAGE, "offset": len(found)}))))
        found += [each for each in page if each not in found]
        if len(page) < _PAGE or page[-1] != found[-1]:
            return found


def _ids(answer: "Answer") -> Iterator[str]:
    return filter(None, (text(mapping(each).get("id")) for each in items(answer.value)))


def _since(server: "Server", project: str | None, since: datetime) -> Iterator[Place]:
    for each in [project] if project else _projects(server):
        for root in _roots(server, each, since.isoformat()):
            if trace := text(root.get("trace_id")) or text(root.get("id")):
                yield Place(trace, each)


def _roots(server: "Server", project: str, start: str) -> Iterator[dict[str, JSON]]:
    """The first run of each trace."""
    body: dict[str, JSON] = {"project_id": project, "min_start_time": start, "page_size": _PAGE}
    found = list(_pages(server, _TRACES, {**body, "selects": ["ID", "TRACE_ID"]}))
    if found:
        return (mapping(mapping(each).get("root_run")) for page in found for each in _runs(page))
    old: dict[str, JSON] = {"session": [project], "is_root": True, "start_time": start, "limit": _PAGE}
    answers = server.sure(_pages(server, _OLD_RUNS, {**old, "select": ["id", "trace_id"]}))
    return (mapping(each) for page in answers for each in _runs(page))


def _trace(server: "Server", place: Place) -> bytes | None:
    projects = [place.project] if place.project else _projects(server)
    for first in range(0, len(projects), _TOGETHER):
        found = list(_pages(server, _RUNS, _question(place.trace, projects[first : first + _TOGETHER])))
        if not found:
            return _old_trace(server, place)
        if runs := _of(server, place.trace, found):
            return written({"runs": runs})
    return None


def _question(trace: str, projects: Sequence[str]) -> dict[str, JSON]:
    return {
        "project_ids": list(projects),
        "trace_id": trace,
        "min_start_time": _FIRST,
        "selects": list(_FIELDS),
        "page_size": _PAGE,
    }


def _old_trace(server: "Server", place: Place) -> bytes | None:
    found = list(_pages(server, _OLD_RUNS, {"trace": place.trace, "limit": _PAGE}))
    runs = _of(server, place.trace, found)
    if not runs:
        return None
    return found[0].data if len(found) == 1 else written({"runs": runs})


def _of(server: "Server", trace: str, found: Sequence["Answer"]) -> list[JSON]:
    runs = [run for page in found for run in _runs(page)]
    server.only(trace, (mapping(run).get("trace_id") for run in runs))
    return runs


def _pages(server: "Server", path: str, body: dict[str, JSON]) -> Iterator["Answer"]:
    return pages(lambda more: server.post(path, {**body, **more}), following=_next)


def _next(page: "Answer") -> str | None:
    found = mapping(page.value)
    return text(found.get("next_cursor")) or text(mapping(found.get("cursors")).get("next"))


def _runs(page: "Answer") -> list[JSON]:
    found = mapping(page.value)
    return items(found.get("items")) or items(found.get("runs"))


LANGSMITH = Source(
    name="langsmith",
    title="LangSmith",
    variables=("LANGSMITH_API_KEY",),
    headers=_headers,
    project=_project,
    since=_since,
    trace=_trace,
)
