"""Senders: OpenTelemetry's own exporter, and a bare connection that keeps to no rules."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import NamedTuple

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

from incident2eval.model import JSON

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PROTOBUF, AS_JSON = "application/x-protobuf", "application/json"


@contextmanager
def traced(port: int, *, compression: Compression = Compression.Gzip) -> Iterator[Tracer]:
    """A tracer whose spans are on their way by batches, and have arrived at the end of the block."""
    provider = TracerProvider(resource=Resource.create({"service.name": "monthly-summary"}))
    exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}/v1/traces", compression=compression)
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_export_batch_size=16, schedule_delay_millis=20)
    )
    try:
        yield provider.get_tracer("tests")
    finally:
        provider.shutdown()


def summary(tracer: Tracer, month: str) -> tuple[str, dict[str, tuple[str | None, str]]]:
    """Trace one run of three nested steps; its trace id, and of every span the parent's id and the name."""
    spans: dict[str, tuple[str | None, str]] = {}
    with tracer.start_as_current_span("summary") as root:
        root.set_attribute("gen_ai.operation.name", "invoke_agent")
        own = f"{root.get_span_context().span_id:016x}"
        spans[own] = (None, "summary")
        for name in ("chat", "execute_tool"):
            with tracer.start_as_current_span(name) as inner:
                inner.set_attributes({"gen_ai.operation.name": name, "month": month, "figures": [1.5, 2.5]})
                spans[f"{inner.get_span_context().span_id:016x}"] = (own, name)
        return f"{root.get_span_context().trace_id:032x}", spans


def document(**fields: JSON) -> dict[str, JSON]:
    """A request in JSON with one span."""
    span: dict[str, JSON] = {"traceId": TRACE, "spanId": SPAN, "name": "chat", **fields}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


class Heard(NamedTuple):
    """What the receiver answered."""

    status: int
    content_type: str | None
    body: bytes


def post(
    port: int,
    body: bytes | JSON,
    *,
    path: str = "/v1/traces",
    content_type: str = AS_JSON,
    headers: Mapping[str, str] | None = None,
) -> Heard:
    """Send a body as it is, or a document as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, data, {"Content-Type": content_type, **(headers or {})})
        answer = connection.getresponse()
        return Heard(answer.status, answer.getheader("Content-Type"), answer.read())
    finally:
        connection.close()


def raw(port: int, data: bytes) -> bytes:
    """Send bytes that may be no HTTP, and nothing after them; all that is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer
