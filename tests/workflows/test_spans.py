"""A workflow that traces itself with OpenTelemetry need return only its output: its spans are its steps."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workflows import serving

from incident2eval.model import JSON, Observation, Outcome, Result, Run
from incident2eval.workflows import Target, _http, _spans, call, observations

Workflow = Callable[..., Target]

SDK = """
import json, os, sys
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "summary", "service.version": "7"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("flows")

def traced(input):
    with tracer.start_as_current_span("summary", attributes={"gen_ai.operation.name": "invoke_agent"}):
        with tracer.start_as_current_span(f"search {input['n']}") as span:
            documents = [{"id": f"note-{input['n']}", "content": "All well.", "metadata": {"owner": "A1"}}]
            span.set_attribute("openinference.span.kind", "RETRIEVER")
            for at, one in enumerate(documents):
                span.set_attribute(f"retrieval.documents.{at}.document.id", one["id"])
                span.set_attribute(f"retrieval.documents.{at}.document.content", one["content"])
    return f"Quiet {input['n']}."
"""

PYTHON = SDK + "run = traced\n"

ALONE = (
    SDK
    + """
input = json.load(sys.stdin)
print(traced(input))
"""
)

GIVEN = (
    SDK
    + """
from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

context.attach(TraceContextTextMapPropagator().extract({"traceparent": os.environ["TRACEPARENT"]}))
input = json.load(sys.stdin)
print(traced(input))
"""
)

SERVER = (
    SDK
    + """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        input = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        parent = {"traceparent": self.headers["traceparent"]} if not input.get("ignores") else {}
        token = context.attach(TraceContextTextMapPropagator().extract(parent))
        body = traced(input).encode()
        context.detach(token)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
)


def answer(target: Target, given: dict[str, object] | None = None) -> Result:
    ((result,),) = call(target, [[given or {"n": 0}]])
    return result


def command(project: Path, code: str, *, timeout: float = 20.0) -> Target:
    (project / "draft.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return Target(address=f"command:{sys.executable} draft.py", project=project, timeout=timeout)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(project: Path, *, timeout: float = 20.0) -> Iterator[Target]:
    """A real server process that sends its spans to a port that is listened at while it is called."""
    (project / "server.py").write_text(SERVER, encoding="utf-8")
    port = free_port()
    environment = {
        **os.environ,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with subprocess.Popen(
        [sys.executable, "server.py"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        own = int(process.stdout.readline())
        try:
            address = f"http://127.0.0.1:{own}/draft"
            yield Target(address=address, project=project, timeout=timeout, receiver=port)
        finally:
            process.kill()


def told(run: Run | None, number: object = 0) -> bool:
    """Whether a run has the steps of that input, whole and of no other."""
    assert run is not None
    names = [step.name for step in run.steps]
    assert names == ["summary", f"search {number}"], names
    summary, search = run.steps
    assert (summary.parent, search.parent) == (None, summary.id)
    assert [record.id for record in search.records] == [f"note-{number}"]
    assert (run.output, run.input) == (f"Quiet {number}.", {"n": number})
    return True


def test_a_function(workflow: Workflow) -> None:
    run = answer(workflow(PYTHON)).run

    assert told(run)
    assert run is not None
    assert run.version == "7"
    assert run.attributes["service.name"] == "summary"
    assert observations(run) == (Observation.OUTPUT, Observation.STEPS, Observation.RECORDS)


def test_an_asynchronous_function(workflow: Workflow) -> None:
    code = (
        SDK + "import asyncio\nasync def run(input):\n    await asyncio.sleep(0)\n    return traced(input)\n"
    )

    assert told(answer(workflow(code)).run)


def test_a_function_that_imports_opentelemetry_only_when_called(workflow: Workflow) -> None:
    code = f"def run(input):\n    names = {{}}\n    exec({SDK!r}, names)\n    return names['traced'](input)\n"

    assert told(answer(workflow(code)).run)


@pytest.mark.parametrize("code", [GIVEN, ALONE], ids=["hangs on the call", "takes no notice of it"])
def test_a_command(code: str, tmp_path: Path) -> None:
    assert told(answer(command(tmp_path, code)).run)


def test_a_server(tmp_path: Path) -> None:
    with server(tmp_path) as target:
        assert told(answer(target).run)


def test_the_spans_of_calls_at_once_are_told_apart(workflow: Workflow, tmp_path: Path) -> None:
    trials: list[list[dict[str, JSON]]] = [[{"n": f"{n}a"}, {"n": f"{n}b"}] for n in range(6)]
    with server(tmp_path) as served:
        for target in (workflow(PYTHON), command(tmp_path, GIVEN), command(tmp_path, ALONE), served):
            found = call(target, trials, jobs=3)

            for trial, inputs in zip(found, trials, strict=True):
                assert all(told(one.run, given["n"]) for one, given in zip(trial, inputs, strict=True)), (
                    target.address
                )


@pytest.mark.parametrize("code", [GIVEN, ALONE], ids=["hangs on the call", "takes no notice of it"])
def test_a_caller_that_lags_behind_its_worker_tells_them_apart(code: str, tmp_path: Path) -> None:
    trials: list[list[dict[str, JSON]]] = [[{"n": n}] for n in range(4)]

    found = call(command(tmp_path, code), trials, told=lambda done: time.sleep(4 if done == 1 else 0))

    assert all(told(trial[0].run, number) for number, trial in enumerate(found))


def test_what_an_import_traced_is_no_calls(workflow: Workflow) -> None:
    code = SDK + "traced({'n': 'import'})\ndef run(input): return 'untraced'\n"

    run = answer(workflow(code + "provider.force_flush()\n")).run

    assert run is not None
    assert run.steps == ()


def test_two_traces_that_take_no_notice_of_the_call_are_nobodys(tmp_path: Path) -> None:
    run = answer(command(tmp_path, ALONE + "traced(input)\n")).run

    assert run is not None
    assert run.steps == ()


def test_where_one_trace_hangs_on_the_call_others_do_not_count(tmp_path: Path) -> None:
    other = "context.attach(context.Context())\ntraced({'n': 'other'})\n"

    assert told(answer(command(tmp_path, GIVEN + other)).run)


def test_a_server_that_takes_no_notice_of_the_call_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "_WAIT_FOR_SPANS", 0.5)
    with server(tmp_path) as target:
        run = answer(target, {"n": 0, "ignores": True}).run

    assert run is not None
    assert (run.output, run.steps) == ("Quiet 0.", ())


def test_steps_that_are_returned_win(workflow: Workflow) -> None:
    own = "[{'kind': 'tool', 'name': 'own'}]"
    code = SDK + f"def run(input): return {{'output': traced(input), 'steps': {own}}}\n"

    run = answer(workflow(code)).run

    assert run is not None
    assert [step.name for step in run.steps] == ["own"]


def test_where_spans_go_and_what_they_hang_on_stands_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "TRACEPARENT"):
        monkeypatch.setenv(name, "http://collector.example")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "summary")
    code = "import json, os; print(json.dumps(dict(os.environ)))"

    ((first, second),) = call(command(tmp_path, code), [[{}, {}]])

    assert first.run is not None
    assert second.run is not None
    environment, other = first.run.output, second.run.output
    assert isinstance(environment, dict)
    assert isinstance(other, dict)
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"].startswith("http://127.0.0.1:")
    assert environment["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf"
    assert environment["OTEL_SERVICE_NAME"] == "summary"
    assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in environment
    assert environment["TRACEPARENT"] == environment["traceparent"] != other["TRACEPARENT"]


def test_half_of_the_spans_prove_nothing(tmp_path: Path) -> None:
    spoiled = """
provider.force_flush()
import urllib.request, urllib.error
url = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
try:
    urllib.request.urlopen(urllib.request.Request(url, b"no otlp", {"Content-Type": "application/json"}))
except urllib.error.HTTPError:
    pass
"""
    result = answer(command(tmp_path, ALONE + spoiled))

    assert result.outcome is Outcome.ERRORED
    assert result.message.startswith("not all of its spans could be received: the body is no JSON")


def test_more_spans_than_are_held_prove_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spans, "MAX_BYTES", 2_000)

    result = answer(command(tmp_path, ALONE + "provider.force_flush()\ntraced(input)\n"))

    assert result.outcome is Outcome.ERRORED
    assert result.message.startswith("not all of its spans could be received: they hold more than")


def test_a_collector_that_is_not_there_holds_up_no_answer(workflow: Workflow) -> None:
    code = SDK.replace("OTLPSpanExporter()", "OTLPSpanExporter(endpoint='http://127.0.0.1:9/v1/traces')")
    before = time.monotonic()

    run = answer(workflow(code + "run = traced\n", timeout=30)).run

    assert run is not None
    assert (run.output, run.steps) == ("Quiet 0.", ())
    assert time.monotonic() - before < 9


def test_a_server_without_a_port_for_spans_is_not_waited_for(tmp_path: Path) -> None:
    with serving.Workflow.serving() as plain:
        before = time.monotonic()
        assert answer(plain.target()).outcome is Outcome.PASSED
        assert time.monotonic() - before < 2
        assert json.loads(json.dumps(plain.asked[0].headers))["traceparent"].endswith("-01")
