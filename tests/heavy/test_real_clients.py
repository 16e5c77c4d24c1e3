"""Langfuse and LangSmith: their servers cannot be had here, but their clients can.

A stub gives both the client and us the recorded answers: the client must take them, and must have asked what
we ask. Needs INCIDENT2EVAL_SERVERS_PYTHON: the interpreter of an environment with `langfuse` and `langsmith`.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sources import recorded_langfuse, recorded_langsmith
from sources.stub import Asked, Stub, answer, running

from incident2eval.sources import fetch

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
FIELDS = "core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context"


@pytest.fixture(scope="module")
def python() -> str:
    found = os.environ.get("INCIDENT2EVAL_SERVERS_PYTHON")
    if not found:
        pytest.skip("NOT RUN: needs INCIDENT2EVAL_SERVERS_PYTHON, with langfuse and langsmith installed")
    return found


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv("LANGSMITH_API_KEY", "made-up")
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk-lf-made-up")
    monkeypatch.setenv("LANGFUSE_SECRET_KEY", "sk-lf-made-up")
    monkeypatch.setenv("NO_PROXY", "*")
    with running() as found:
        yield found


def test_langfuse(python: str, stub: Stub) -> None:
    root, child = recorded_langfuse.ROOT, recorded_langfuse.CHILD
    stub.on(recorded_langfuse.OBSERVATIONS, answer({"data": [root, child], "meta": {}}))

    question = {"fields": FIELDS, "limit": 1000, "trace_id": recorded_langfuse.TRACE}
    names = as_client(python, "langfuse", stub, question)
    list(fetch("langfuse", stub.url, traces=(recorded_langfuse.TRACE,)))

    assert names == [root["name"], child["name"]]
    same_question(stub)


def test_langsmith(python: str, stub: Stub) -> None:
    root, child = recorded_langsmith.ROOT, recorded_langsmith.CHILD
    stub.on("/api/v1/sessions", answer([{"id": recorded_langsmith.PROJECT}]))
    stub.on("/api/v2/runs/query", answer({"items": [root, child], "next_cursor": None}))

    list(fetch("langsmith", stub.url, traces=(recorded_langsmith.TRACE,)))
    ours = stub.asked.pop()
    names = as_client(python, "langsmith", stub, ours.body)
    stub.asked[:] = [ours, stub.asked[-1]]

    assert names == [root["name"], child["name"]]
    same_question(stub)


def test_traces_of_langsmith(python: str, stub: Stub) -> None:
    trace = recorded_langsmith.TRACE
    stub.on("/api/v1/sessions", answer([{"id": recorded_langsmith.PROJECT}]))
    listed = [{"root_run": {"id": trace, "trace_id": trace}}]
    stub.on("/api/v2/traces/query", answer({"items": listed, "next_cursor": None}))
    stub.on("/api/v2/runs/query", answer({"items": [recorded_langsmith.ROOT], "next_cursor": None}))

    list(fetch("langsmith", stub.url, since=SINCE))
    (ours,) = stub.asked_at("/api/v2/traces/query")
    found = as_client(python, "langsmith_traces", stub, ours.body)
    stub.asked[:] = stub.asked_at("/api/v2/traces/query")

    assert found == [trace]
    same_question(stub)


def as_client(python: str, name: str, stub: Stub, question: dict[str, Any]) -> Any:
    script = str(Path(__file__).parent / "ask_as_clients_do.py")
    command = [python, script, name, stub.url, json.dumps(question)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def same_question(stub: Stub) -> None:
    one, other = (asked_for(each) for each in stub.asked)
    assert one == other
    print(f"client and we ask alike: {one[0]} {one[1]}")


def asked_for(asked: Asked) -> tuple[Any, ...]:
    login = asked.headers.get("authorization") or asked.headers.get("x-api-key")
    return asked.method, asked.path, asked.query, asked.body, login
