"""LangSmith, against recorded answers.

No server of LangSmith's was asked: the answers are the runs that its Python client records (version 0.15),
in the frames that its published interface gives them, `/api/v2` and `/api/v1`.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sources.recorded_langsmith import CHILD, KEY, PROJECT, ROOT, TRACE
from sources.stub import Reply, Stub, answer

from incident2eval import formats
from incident2eval.model import BadInput, Run
from incident2eval.sources import Fetched, fetch


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_API_KEY", KEY)


@pytest.fixture
def current(stub: Stub) -> Stub:
    """Its cloud, or its own server from 0.16 on: the runs of a trace come in two pages."""
    stub.on("/api/v1/sessions", answer([{"id": PROJECT, "name": "support"}]))
    stub.on(
        "/api/v2/runs/query",
        answer({"items": [ROOT], "next_cursor": "c2"}),
        answer({"items": [CHILD], "next_cursor": None}),
    )
    roots = {"items": [{"root_run": {"id": TRACE, "trace_id": TRACE}}], "next_cursor": None}
    stub.on("/api/v2/traces/query", answer(roots))
    return stub


@pytest.fixture
def older(stub: Stub) -> Stub:
    """Its own server before 0.16."""
    stub.on("/api/v1/sessions", answer([{"id": PROJECT, "name": "support"}]))
    old = [{**run, "run_type": str(run["run_type"]).lower()} for run in (ROOT, CHILD)]
    stub.on("/api/v1/runs/query", answer({"runs": old, "cursors": {"next": None}}))
    return stub


def test_a_trace_comes_with_all_its_runs(current: Stub) -> None:
    (run,) = read(fetch("langsmith", current.url, traces=(TRACE,)))

    assert run.id == TRACE
    assert [(step.kind.value, step.name) for step in run.steps][-1] == ("retrieval", "VectorStoreRetriever")
    assert [record.text for step in run.steps for record in step.records] == ["Balance zero."]
    assert run.output == {"answer": "The balance must be zero."}
    first, second = current.asked_at("/api/v2/runs/query")
    assert first.body["trace_id"] == TRACE
    assert first.body["project_ids"] == [PROJECT]
    assert first.body["min_start_time"] < "2024", "without a bound the server looks at the last day only"
    assert second.body["cursor"] == "c2"


def test_the_key_goes_into_a_header_and_nowhere_else(current: Stub) -> None:
    list(fetch("langsmith", current.url, traces=(TRACE,)))

    assert {each.headers["x-api-key"] for each in current.asked} == {KEY}
    assert KEY not in "".join(f"{each.path}{each.query}{each.body}" for each in current.asked)


def test_traces_since_a_time_are_those_whose_root_began_then(current: Stub) -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)

    (run,) = read(fetch("langsmith", current.url, since=since, project="support"))

    assert run.id == TRACE
    (listed,) = current.asked_at("/api/v2/traces/query")
    assert (listed.body["project_id"], listed.body["min_start_time"]) == (
        PROJECT,
        "2026-11-20T00:00:00+00:00",
    )
    assert current.asked_at("/api/v1/sessions")[0].query["name"] == "support"


def test_an_older_server_is_asked_in_its_own_way(older: Stub) -> None:
    (by_id,) = fetch("langsmith", older.url, traces=(TRACE,))
    (by_time,) = fetch("langsmith", older.url, since=datetime(2026, 11, 20, tzinfo=UTC))

    assert by_id == by_time
    assert by_id.data == older.replies["/api/v1/runs/query"][0].body, "one answer is kept as received"
    (run,) = read(iter([by_id]))
    assert len(run.steps) == 2


def test_projects_are_listed_to_the_last_page(current: Stub) -> None:
    full = [{"id": f"p-{number}"} for number in range(100)]
    current.on("/api/v1/sessions", answer(full), answer([{"id": PROJECT}]))

    list(fetch("langsmith", current.url, traces=(TRACE,)))

    assert [each.query["offset"] for each in current.asked_at("/api/v1/sessions")] == ["0", "100"]
    asked = [each.body["project_ids"] for each in current.asked_at("/api/v2/runs/query")]
    assert [len(projects) for projects in asked] == [100, 100]


def test_an_unknown_trace_is_bad_input(current: Stub) -> None:
    current.on("/api/v2/runs/query", answer({"items": [], "next_cursor": None}))

    with pytest.raises(BadInput, match="langsmith has no trace 'nope'"):
        list(fetch("langsmith", current.url, traces=("nope",)))


def test_a_server_without_projects_is_not_langsmith(stub: Stub) -> None:
    stub.on("/api/v1/sessions", Reply(status=404))

    with pytest.raises(BadInput, match="has nothing at that tool's paths"):
        list(fetch("langsmith", stub.url, since=datetime(2026, 11, 20, tzinfo=UTC)))


def read(found: Iterator[Fetched]) -> list[Run]:
    runs: list[Any] = []
    for each in found:
        reading = formats.read(each.data, name=each.name)
        assert reading.format == "langsmith"
        assert json.loads(each.data)
        runs += reading.runs
    return runs
