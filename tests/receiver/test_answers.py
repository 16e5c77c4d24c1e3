"""What senders are told, in OTLP's own terms."""

import json
import zlib

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from receiver.sending import AS_JSON, PROTOBUF, SPAN, TRACE, Heard, document, post, raw

from incident2eval import formats
from incident2eval.model import JSON
from incident2eval.receiver import Receiver


def in_protobuf() -> bytes:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = bytes.fromhex(TRACE), bytes.fromhex(SPAN), "chat"
    return bytes(request.SerializeToString())


def test_the_answer_is_an_empty_response_in_the_requests_own_type(
    receiver: Receiver, lines: list[bytes]
) -> None:
    assert post(receiver.port, document()) == Heard(200, AS_JSON, b"{}")
    heard = post(receiver.port, in_protobuf(), content_type=PROTOBUF)
    assert heard == Heard(200, PROTOBUF, b"")
    assert ExportTraceServiceResponse.FromString(heard.body) == ExportTraceServiceResponse()
    first, second = map(json.loads, lines)
    assert first == second == {"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": TRACE, "spanId": SPAN, "name": "chat"}]}]}]}  # fmt: skip


@pytest.mark.parametrize("kind", [3, "SPAN_KIND_CLIENT"])
def test_kinds_as_numbers_and_names(receiver: Receiver, lines: list[bytes], kind: JSON) -> None:
    assert post(receiver.port, document(kind=kind)).status == 200
    assert b'"kind":3' in lines[0]


def test_a_line_is_one_line_whatever_the_text(receiver: Receiver, lines: list[bytes]) -> None:
    text = "a\nb\r\u2028\x00c \ud83d cut"
    value = {"key": "note", "value": {"stringValue": text}}
    assert post(receiver.port, document(attributes=[value])).status == 200
    (run,) = formats.read(lines[0], name="received.jsonl").runs
    assert lines[0].count(b"\n") == 1
    assert run.steps[0].attributes["note"] == "a\nb\r\u2028\x00c \\ud83d cut"


@pytest.mark.parametrize("body", [b"{}", b'{"resourceSpans": []}'])
def test_an_empty_request_is_no_fault_and_leaves_no_line(
    receiver: Receiver, lines: list[bytes], body: bytes
) -> None:
    assert post(receiver.port, body).status == 200
    assert post(receiver.port, b"", content_type=PROTOBUF).status == 200
    assert not lines


def test_metrics_are_accepted_and_dropped(receiver: Receiver, lines: list[bytes]) -> None:
    assert post(receiver.port, b"whatever", path="/v1/metrics", content_type=PROTOBUF).status == 200
    assert not lines
    assert receiver.received.spans == 0


def test_chunks_as_some_exporters_send_them(receiver: Receiver, lines: list[bytes]) -> None:
    body = zlib.compress(json.dumps(document()).encode(), wbits=31)
    pieces = b"".join(
        b"%x\r\n%b\r\n" % (len(body[at : at + 50]), body[at : at + 50]) for at in range(0, len(body), 50)
    )
    head = (
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert raw(receiver.port, head + pieces + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert raw(receiver.port, head + pieces).startswith(b"HTTP/1.1 400 ")
    assert raw(receiver.port, head + b"-5\r\n" + pieces).startswith(b"HTTP/1.1 400 ")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("path", "content_type", "headers", "status"),
    [
        ("/", AS_JSON, {}, 404),
        ("/v1/traces/../logs", AS_JSON, {}, 404),
        ("/v1/profiles", PROTOBUF, {}, 404),
        ("/v1/traces", "text/plain", {}, 415),
        ("/v1/traces", "application/grpc", {}, 415),
        ("/v1/traces", AS_JSON, {"Content-Encoding": "br"}, 415),
        ("/v1/traces", AS_JSON, {"Origin": "http://127.0.0.1:4318"}, 403),
        ("/v1/traces", AS_JSON + "; charset=utf-8", {}, 200),
    ],
)
def test_what_is_not_asked_for(
    receiver: Receiver, path: str, content_type: str, headers: dict[str, str], status: int
) -> None:
    assert (
        post(receiver.port, document(), path=path, content_type=content_type, headers=headers).status
        == status
    )


def test_only_post(receiver: Receiver) -> None:
    for method in (b"GET", b"PUT", b"DELETE", b"OPTIONS", b"HEAD"):
        answer = raw(receiver.port, method + b" /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 405 ")
        assert b"Allow: POST" in answer


BAD_DOCUMENTS: dict[str, tuple[JSON, str]] = {
    "a list": ([], "no JSON object with resourceSpans"),
    "another document": ({"foo": 1}, "no JSON object with resourceSpans"),
    "logs at the place of traces": ({"resourceLogs": []}, "no JSON object with resourceSpans"),
    "no spans": ({"resourceSpans": [{"scopeSpans": [{"spans": []}]}]}, "holds no span"),
    "spans are no list": ({"resourceSpans": 5}, "is no OTLP"),
    "no ids": (document(traceId=None), "without a trace id"),
    "zeros for an id": (document(spanId="0" * 16), "without a trace id"),
    "half an id": (document(traceId=TRACE[:16]), "without a trace id"),
    "an id in base64": (document(traceId="S/kvNXezTaajzpKdDg5HNg=="), "an id that is not hex"),
    "a name that is none": (document(name={"a": 1}), "is no OTLP"),
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_what_is_no_request_is_named(receiver: Receiver, lines: list[bytes], name: str) -> None:
    body, why = BAD_DOCUMENTS[name]
    heard = post(receiver.port, body)
    assert heard.status == 400
    assert why in json.loads(heard.body)["message"]
    assert not lines
    assert receiver.received.refused == 1


def test_logs_sent_to_the_place_of_traces_are_not_lost_in_silence(
    receiver: Receiver, lines: list[bytes]
) -> None:
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=1, severity_number=9)
    heard = post(receiver.port, logs.SerializeToString(), content_type=PROTOBUF)
    assert (heard.status, heard.content_type) == (400, PROTOBUF)
    assert b"is no OTLP protobuf of this kind" in heard.body
    assert post(receiver.port, in_protobuf(), path="/v1/logs", content_type=PROTOBUF).status == 400
    assert not lines


def test_a_sink_that_cannot_keep_a_line_is_never_acknowledged() -> None:
    def full(line: bytes) -> None:
        raise OSError(28, "No space left on device")

    with Receiver(full, 0) as receiver:
        heard = post(receiver.port, document())
        assert heard.status == 503
        assert b"No space left" in heard.body
        assert receiver.received.requests == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "localhost.example.org"])  # noqa: S104 - refused
def test_nothing_but_loopback(host: str) -> None:
    with pytest.raises(ValueError, match=host.replace(".", r"\.")):
        Receiver(print, 0, host=host)
