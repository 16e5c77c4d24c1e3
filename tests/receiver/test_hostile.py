"""Senders that mean no good, or whose bytes are anything: refused, nothing kept, and the next one served."""

import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from receiver.sending import AS_JSON, PROTOBUF, SPAN, TRACE, document, post, raw
from thorough import tries

from incident2eval import formats
from incident2eval.model import JSON
from incident2eval.receiver import Receiver, _server
from incident2eval.receiver._body import MAX_BODY
from incident2eval.receiver._otlp import LOGS, SPANS, NoOtlpError, TooMuchError, decoded

HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = json.dumps(document()).encode()


def still_serves(receiver: Receiver) -> bool:
    return post(receiver.port, document()).status == 200


def test_a_bomb_is_refused_before_it_is_unpacked(receiver: Receiver, lines: list[bytes]) -> None:
    bomb = gzip.compress(b" " * (20 * MAX_BODY), compresslevel=1)
    tracemalloc.start()
    heard = post(receiver.port, bomb, headers={"Content-Encoding": "gzip"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert heard.status == 413
    assert b"OTEL_BSP_MAX_EXPORT_BATCH_SIZE" in heard.body
    assert peak < 4 * MAX_BODY
    assert not lines
    assert still_serves(receiver)


def test_a_sender_that_sends_too_much_hears_why(receiver: Receiver, lines: list[bytes]) -> None:
    assert post(receiver.port, b" " * (2 * MAX_BODY)).status == 413
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    answer = raw(receiver.port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + 25 * chunk + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert not lines
    assert still_serves(receiver)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-9],
        lambda data: data + b"more",
        lambda data: b"x" + data,
        lambda data: data[:20] + data[21:],
    ],
)
def test_bad_gzip(receiver: Receiver, lines: list[bytes], damage: Callable[[bytes], bytes]) -> None:
    packed = gzip.compress(BODY)
    assert post(receiver.port, damage(packed), headers={"Content-Encoding": "gzip"}).status == 400
    assert not lines


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: %d\r\n" % (len(BODY) + 1), 400),
        (b"Content-Length: %d\r\n" % (len(BODY) - 1), 400),
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: 1e3\r\n", 400),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", 400),
        (b"Content-Length: 99999999999\r\n", 413),
        (b"Content-Length: \xb2\r\n", 400),
        (b"Content-Length: 5\r\nContent-Length: %d\r\n" % len(BODY), 400),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Transfer-Encoding: gzip\r\n", 501),
        (b"Transfer-Encoding: chunked\r\n", 400),
        (b"", 411),
        (b"A: b\r\n" * 200, 431),
        (b"A: " + b"b" * 70_000 + b"\r\n", 431),
    ],
)
def test_headers_that_lie(receiver: Receiver, lines: list[bytes], headers: bytes, status: int) -> None:
    answer = raw(receiver.port, HEAD + headers + b"\r\n" + BODY)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert not lines
    assert still_serves(receiver)


def test_a_sender_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch, lines: list[bytes]) -> None:
    monkeypatch.setattr(_server, "SECONDS", 0.5)
    with Receiver(lines.append, 0) as receiver:
        for start in (b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as connection:
                connection.sendall(start)
                answer = connection.makefile("rb").read()
                assert not answer or answer.startswith(b"HTTP/1.1 408 ")
        assert still_serves(receiver)


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def test_a_sender_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, lines: list[bytes]) -> None:
    monkeypatch.setattr(_server, "SECONDS", 0.5)
    with (
        Receiver(lines.append, 0) as receiver,
        socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as connection,
    ):
        connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):
            drip(connection)
        assert still_serves(receiver)


def test_more_connections_than_are_served_are_told_to_come_again(receiver: Receiver) -> None:
    address = ("127.0.0.1", receiver.port)
    waiting = [socket.create_connection(address, timeout=60) for _ in range(_server.MAX_CONNECTIONS)]
    try:
        assert raw(receiver.port, b"").startswith(b"HTTP/1.1 503 ")
    finally:
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize("depth", [50, 200, 100_000])
def test_deep_json_is_refused(receiver: Receiver, lines: list[bytes], depth: int) -> None:
    value = '{"arrayValue":{"values":[' * depth + '{"stringValue":"x"}' + "]}}" * depth
    span = f'{{"traceId":"{TRACE}","spanId":"{SPAN}","attributes":[{{"key":"a","value":{value}}}]}}'
    body = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}'.encode()
    assert post(receiver.port, body).status == 400
    assert post(receiver.port, b"[" * depth).status == 400
    assert not lines


def test_the_deepest_value_that_is_taken_can_be_read() -> None:
    taken = 0
    for depth in range(1, 60):
        value: JSON = {"stringValue": "x"}
        for _ in range(depth):
            value = {"arrayValue": {"values": [value]}}
        body = json.dumps(document(attributes=[{"key": "a", "value": value}])).encode()
        try:
            line = decoded(body, signal=SPANS, as_json=True).line
        except NoOtlpError:
            continue
        taken = depth
        assert formats.read(line, name="x").runs[0].steps
    assert taken > 10


@pytest.mark.parametrize(
    "key", ["__class__", "__proto__", "constructor.prototype", "a.b.c", "\x1b[31m", "é" * 500]
)
def test_attribute_keys_are_data(receiver: Receiver, lines: list[bytes], key: str) -> None:
    attribute: JSON = {"key": key, "value": {"stringValue": "x"}}
    assert post(receiver.port, document(attributes=[attribute])).status == 200
    (run,) = formats.read(lines[0], name="received.jsonl").runs
    assert run.steps[0].attributes[key] == "x"


def test_fields_that_look_like_something_else_are_left_out(receiver: Receiver, lines: list[bytes]) -> None:
    assert post(receiver.port, document(__class__="x", __proto__={"a": 1})).status == 200
    assert b"__" not in lines[0]


def test_more_values_than_can_be_read_later_are_refused() -> None:
    span = b"\x0a\x10" + b"1" * 16 + b"\x12\x08" + b"2" * 8 + b"J\x00" * 1_100_000
    for number in (2, 2, 1):
        span = bytes([number << 3 | 2]) + varint(len(span)) + span
    with pytest.raises(TooMuchError, match="more than 1,000,000 values"):
        decoded(span, signal=SPANS, as_json=False)
    with pytest.raises(TooMuchError, match="more than 1,000,000 values"):
        decoded(b'{"x":[' + b"0," * 1_100_000 + b"0]}", signal=SPANS, as_json=True)


def test_strings_without_an_end_are_gone_through_once() -> None:
    with pytest.raises(TooMuchError):
        decoded(b"," * 1_100_000 + b'"' + b'\\"' * 5_000_000, signal=SPANS, as_json=True)


def varint(size: int) -> bytes:
    return bytes([size & 0x7F | 0x80]) + varint(size >> 7) if size > 0x7F else bytes([size])


def test_two_requests_at_once_are_two_lines(receiver: Receiver, lines: list[bytes]) -> None:
    texts = [f"{number:02}" * 100_000 for number in range(8)]
    start = threading.Barrier(8)

    def send(text: str) -> int:
        start.wait()
        return post(receiver.port, document(name=text)).status

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(send, texts)) == {200}
    names = {json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] for line in lines}
    assert names == set(texts)


FIELDS = [
    *("resourceSpans", "scopeSpans", "spans", "resource", "scope", "traceId", "spanId", "attributes", "key"),
    *("value", "stringValue", "arrayValue", "values", "bytesValue", "intValue", "events", "links", "status"),
    *("kind", "resourceLogs", "scopeLogs", "logRecords", "body"),
]
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([TRACE, SPAN]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(FIELDS),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


def spans_in(line: bytes) -> int:
    reading = formats.read(line, name="x")
    assert not reading.skipped
    return sum(len(run.steps) for run in reading.runs)


@settings(max_examples=tries(400), deadline=None)
@given(
    body=st.binary(max_size=300) | JSONS.map(lambda value: json.dumps(value).encode()), as_json=st.booleans()
)
def test_any_body_is_refused_or_can_be_read(body: bytes, as_json: bool) -> None:
    for signal in (SPANS, LOGS):
        try:
            batch = decoded(body, signal=signal, as_json=as_json)
        except (NoOtlpError, TooMuchError):
            continue
        assert bool(batch.line) == bool(batch.records)
        if batch.records and signal is SPANS:
            assert spans_in(batch.line)


@settings(max_examples=tries(300), deadline=None)
@given(
    spans=st.lists(JSONS, max_size=3),
    fields=st.dictionaries(
        st.sampled_from(["attributes", "name", "kind", "events", "links", "status", "startTimeUnixNano"]),
        JSONS,
    ),
)
def test_what_is_nearly_a_request(spans: list[JSON], fields: dict[str, JSON]) -> None:
    body = document(**fields)
    body["resourceSpans"] = [*body["resourceSpans"], {"scopeSpans": [{"spans": spans}]}]  # type: ignore[misc]
    try:
        batch = decoded(json.dumps(body).encode(), signal=SPANS, as_json=True)
    except NoOtlpError:
        return
    assert spans_in(batch.line)


@settings(max_examples=tries(100), deadline=None)
@given(data=st.binary(max_size=200), headers=st.binary(max_size=60))
def test_any_bytes_on_the_wire(wired: tuple[Receiver, list[bytes]], data: bytes, headers: bytes) -> None:
    receiver, lines = wired
    for request in (
        data,
        HEAD + headers + b"\r\n\r\n" + data,
        HEAD + b"Content-Length: %d\r\n\r\n" % len(data) + data,
    ):
        answer = raw(receiver.port, request)
        assert not answer.startswith(b"HTTP/1.1 200 ") or data.strip() == b"{}"
    for content_type in (AS_JSON, PROTOBUF):
        for packing in ("gzip", "deflate"):
            heard = post(
                receiver.port,
                zlib.compress(data),
                content_type=content_type,
                headers={"Content-Encoding": packing},
            )
            assert heard.status in {200, 400}
            assert heard.status == 400 or (content_type == PROTOBUF and not data) or data.strip() == b"{}"
    assert not lines


@pytest.fixture(scope="module")
def wired() -> Iterator[tuple[Receiver, list[bytes]]]:
    lines: list[bytes] = []
    with Receiver(lines.append, 0) as receiver:
        yield receiver, lines
