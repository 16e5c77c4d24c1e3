"""MLflow 3: its REST interface, `traces/search` and `traces/get`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from incident2eval.model import JSON
from incident2eval.sources._login import basic, bearer, value
from incident2eval.sources._pages import pages
from incident2eval.sources._shape import items, mapping, text
from incident2eval.sources._source import Environment, Place, Source

if TYPE_CHECKING:
    from incident2eval.sources._server import Server

_TRACES = "/api/3.0/mlflow/traces"
_EXPERIMENTS = "/api/2.0/mlflow/experiments"
_PAGE = 500
"""As many traces as a page may hold."""
_TOGETHER = 100
"""In how many experiments one search looks."""


def _headers(environment: Environment) -> dict[str, str]:
    user, password, token = (
        value(environment, f"MLFLOW_TRACKING_{name}") for name in ("USERNAME", "PASSWORD", "TOKEN")
    )
    if user and password:  # first, as MLflow's own client has it
        return basic(user, password)
    return bearer(token) if token else {}


def _project(server: "Server", name: str) -> str | None:
    answer = server.get(f"{_EXPERIMENTS}/get-by-name", {"experiment_name": name})
    return text(mapping(mapping(answer.value).get("experiment")).get("experiment_id")) if answer else None


def _since(server: "Server", project: str | None, since: datetime) -> Iterator[Place]:
    experiments = [project] if project else list(_experiments(server))
    for first in range(0, len(experiments), _TOGETHER):
        body: dict[str, JSON] = {
            "locations": _locations(experiments[first : first + _TOGETHER]),
            "filter": f"trace.timestamp_ms >= {int(since.timestamp() * 1000)}",
            "max_results": _PAGE,
        }
        for page in _pages(server, f"{_TRACES}/search", body):
            for each in items(page.get("traces")):
                if trace := text(mapping(each).get("trace_id")):
                    yield Place(trace)


def _locations(experiments: Sequence[str]) -> JSON:
    return [
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": each}} for each in experiments
    ]


def _experiments(server: "Server") -> Iterator[str]:
    for page in _pages(server, f"{_EXPERIMENTS}/search", {"max_results": 1000}):
        yield from filter(
            None, (text(mapping(e).get("experiment_id")) for e in items(page.get("experiments")))
        )


def _pages(server: "Server", path: str, body: dict[str, JSON]) -> Iterator[dict[str, JSON]]:
    found = pages(
        lambda more: server.post(path, {**body, **more}),
        following=lambda page: text(mapping(page.value).get("next_page_token")),
        key="page_token",
    )
    return (mapping(page.value) for page in server.sure(found))


def _trace(server: "Server", place: Place) -> bytes | None:
    answer = server.get(f"{_TRACES}/get", {"trace_id": place.trace})
    trace = mapping(mapping(answer.value).get("trace")) if answer else {}
    server.only(place.trace, [mapping(trace.get("trace_info")).get("trace_id")])
    return answer.data if answer and trace else None


MLFLOW = Source(
    name="mlflow",
    title="MLflow 3",
    variables=("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"),
    headers=_headers,
    project=_project,
    since=_since,
    trace=_trace,
)
