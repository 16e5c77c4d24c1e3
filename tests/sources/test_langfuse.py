"""Langfuse, against recorded answers.

No server of Langfuse's was asked: the answers hold what its Python client (version 5) takes for an answer of
`/api/public/v2/observations`, and what version 3 exports for a trace with its observations.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sources.recorded_langfuse import CHILD, OBSERVATIONS, ROOT, TRACE
from sources.stub import Reply, Stub, answer

from incident2eval import formats
from incident2eval.model import BadInput, Run
from incident2eval.sources import Fetched, fetch

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk-lf-made-up")
    monkeypatch.setenv("LANGFUSE_SECRET_KEY", "sk-lf-made-up")


def test_a_trace_is_all_its_observations(stub: Stub) -> None:
    stub.on(
        OBSERVATIONS,
        answer({"data": [ROOT], "meta": {"cursor": "next"}}),
        answer({"data": [CHILD], "meta": {}}),
    )

    (run,) = read(fetch("langfuse", stub.url, traces=(TRACE,)))

    assert run.id == TRACE
    assert [step.name for step in run.steps] == ["monthly-summary", "search_notes"]
    assert [record.id for step in run.steps for record in step.records] == ["note-877"]
    first, second = stub.asked
    assert first.query["traceId"] == TRACE
    assert {"io", "metadata"} <= set(first.query["fields"].split(","))
    assert second.query["cursor"] == "next"


def test_one_page_is_kept_as_received(stub: Stub) -> None:
    stub.on(OBSERVATIONS, answer({"data": [ROOT, CHILD], "meta": {}}))

    (found,) = fetch("langfuse", stub.url, traces=(TRACE,))

    assert found == Fetched(name=f"langfuse-{TRACE}.json", data=stub.replies[OBSERVATIONS][0].body)


def test_both_keys_log_in(stub: Stub) -> None:
    stub.on(OBSERVATIONS, answer({"data": [ROOT], "meta": {}}))

    list(fetch("langfuse", stub.url, traces=(TRACE,)))

    login = b64encode(b"pk-lf-made-up:sk-lf-made-up").decode()
    assert {each.headers["authorization"] for each in stub.asked} == {f"Basic {login}"}


def test_metadata_that_were_cut_off_are_asked_for_in_full(stub: Stub) -> None:
    long = {**ROOT, "metadata": {"notes": "x" * 200, "account_id": "A1"}}
    full = {**ROOT, "metadata": {"notes": "x" * 900, "account_id": "A1"}}
    stub.on(OBSERVATIONS, answer({"data": [long], "meta": {}}), answer({"data": [full], "meta": {}}))

    (found,) = fetch("langfuse", stub.url, traces=(TRACE,))

    assert b"x" * 900 in found.data
    assert [each.query.get("expandMetadata") for each in stub.asked] == [None, "notes"]


def test_traces_since_a_time_are_those_whose_root_began_then(stub: Stub) -> None:
    listed = {"data": [ROOT], "meta": {}}
    stub.on(OBSERVATIONS, answer(listed), answer({"data": [ROOT, CHILD], "meta": {}}))

    (run,) = read(fetch("langfuse", stub.url, since=SINCE))

    assert len(run.steps) == 2
    assert stub.asked[0].query["fromStartTime"] == "2026-11-01T00:00:00+00:00"
    assert stub.asked[0].query["isRootObservation"] == "true"


@pytest.mark.parametrize("absent", [404, 501])
def test_version_3_is_asked_for_its_traces_page_by_page(stub: Stub, absent: int) -> None:
    stub.on(OBSERVATIONS, Reply(status=absent))
    whole = {
        "id": TRACE,
        "timestamp": ROOT["startTime"],
        "name": "monthly-summary",
        "observations": [ROOT, CHILD],
    }
    stub.on(f"/api/public/traces/{TRACE}", answer(whole))
    stub.on("/api/public/traces/other", answer({**whole, "id": "other"}))
    stub.on(
        "/api/public/traces",
        answer({"data": [{"id": TRACE}], "meta": {"page": 1, "totalPages": 2}}),
        answer({"data": [{"id": "other"}], "meta": {"page": 2, "totalPages": 2}}),
    )

    runs = read(fetch("langfuse", stub.url, since=SINCE))

    assert [run.id for run in runs] == [TRACE, "other"]
    assert {len(run.steps) for run in runs} == {2}
    assert [each.query.get("page") for each in stub.asked_at("/api/public/traces")] == [None, "2"]


def test_an_unknown_trace_is_bad_input(stub: Stub) -> None:
    stub.on(OBSERVATIONS, answer({"data": [], "meta": {}}))

    with pytest.raises(BadInput, match="langfuse has no trace 'nope'"):
        list(fetch("langfuse", stub.url, traces=("nope",)))


def test_keys_of_another_project_are_told(stub: Stub) -> None:
    stub.on("/api/public/projects", answer({"data": [{"id": "p1", "name": "summaries"}]}))

    with pytest.raises(BadInput, match="no project 'payroll'"):
        list(fetch("langfuse", stub.url, traces=(TRACE,), project="payroll"))


def read(found: Iterator[Fetched]) -> list[Run]:
    runs: list[Run] = []
    for each in found:
        reading = formats.read(each.data, name=each.name)
        assert reading.format == "langfuse"
        runs += reading.runs
    return runs
