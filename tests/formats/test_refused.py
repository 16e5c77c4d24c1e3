"""Files that cannot be read: one clear line each, and never a traceback."""

import gzip
import json

import pytest
from formats.traces import envelope, lines, readings, span

from incident2eval.formats import FORMATS, _parse, _unpack, read
from incident2eval.model import BadInput

GOOD = json.dumps(envelope(span("a"))).encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
        (b"PK\x03\x04\x14\0\0\0", "is a binary file"),
        (GOOD.decode().encode("utf-16"), "is UTF-16 or UTF-32 text"),
        (GOOD.decode().encode("utf-32"), "is UTF-16 or UTF-32 text"),
        (gzip.compress(GOOD, mtime=0)[:-30], "gzip file is cut off"),
        (gzip.compress(GOOD, mtime=0)[:40] + b"\xff" * 40, "gzip file is broken"),
        (gzip.compress(b" " * 3_000_000, mtime=0), "unpacks to more than 1 MB"),
        (b"Dear all,\nthe trace is attached.\n", "is no JSON"),
        (b"time,user\n2026,mo\n", "is no JSON"),
        (b"id: X\ntitle: y\n", "is no JSON"),
        (GOOD[:-7], "is no JSON"),
        (GOOD.replace(b"}", b"\xff}", 1), "is not UTF-8 text"),
        (b"null", "holds no trace"),
        (b"3", "holds no trace"),
        (b'"text"', "holds no trace"),
        (b"[]", "holds no trace"),
        (b"{}", "holds no trace"),
        (b'[{"a": 1}, {"b": 2}]', "holds no trace"),
        (b'{"resourceSpans": []}', "no run could be read as otlp"),
        (b'{"resourceLogs": []}', "holds logs or metrics, no spans"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": ["x"]}]}]}', "holds a span that is no object"),
        (b'{"schema": "incident2eval/run/1", "steps": [{}]}', "steps.0.kind: field required"),
        (b'{"a": 1, "b": {"a": 2, "a": 3}}', "holds the key 'a' twice"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": [1, -Infinity]}', "holds -Infinity"),
        (b'{"a": 1e999}', "holds the number 1e999"),
        (b'{"a": ' + b"1" * 5000 + b"}", "holds a number that is too long"),
        (b"[" * 101 + b"]" * 101, "nested deeper than 100"),
        (b"[" * 100_000, "nested deeper than 100"),
        (b'{"a":' * 100_000, "nested deeper than 100"),
        (b"[" + b"0," * 1_000_000 + b"0]", "holds more than 1,000,000 values"),
    ],
)  # fmt: skip
def test_one_clear_line(data: bytes, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data, name="trace.json")

    (fault,) = caught.value.faults
    assert expected in str(fault)
    assert fault.file == "trace.json"
    assert "\n" not in str(fault)


def test_a_document_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parse, "MAX_DOCUMENT", 2_000_000)

    with pytest.raises(BadInput, match="is one document of more than 1 MB"):
        read(b'{"resourceSpans": "' + b"x" * 3_000_000 + b'"}', name="trace.json")


def test_a_large_document_is_parsed_fast_and_still_under_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parse, "MAX_STRICT", 10)

    assert read(GOOD, name="x").runs
    with pytest.raises(BadInput, match="nested deeper than 100"):
        read(b'{"a":' * 102 + b"1" + b"}" * 102, name="x")
    monkeypatch.setattr(_parse, "MAX_CONTAINERS", 10)
    with pytest.raises(BadInput, match="holds more than 10 lists and objects"):
        read(GOOD, name="x")


def test_the_most_a_gzip_may_hold_has_a_cap_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_unpack, "MAX_UNPACKED", len(GOOD))

    assert read(gzip.compress(GOOD, mtime=0), name="x").runs
    with pytest.raises(BadInput, match="unpacks to more"):
        read(gzip.compress(GOOD + b" "), name="x")


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(GOOD, mtime=0),
        gzip.compress(GOOD[:100]) + gzip.compress(GOOD[100:]),
        b"\xef\xbb\xbf" + GOOD,
        gzip.compress(b"\xef\xbb\xbf" + GOOD),
        json.dumps(json.loads(GOOD), indent=2).encode(),
        b"\n\n" + GOOD + b"\r\n",
        b"[" + GOOD + b"]",
    ],
)
def test_the_same_trace_however_it_is_wrapped(data: bytes) -> None:
    assert read(data, name="whatever.png").runs == read(GOOD, name="x").runs


def test_a_torn_line_costs_only_that_line() -> None:
    whole = lines(*({"run_id": str(at), "kind": "tool", "name": "look"} for at in range(9)))
    torn = whole.replace(b"}", b"", 1)[:-9] + b"\n" + b"[" * 5000 + b"\n3\n"

    reading = read(torn, name="log.jsonl")

    assert [run.id for run in reading.runs] == [str(at) for at in range(1, 8)]
    assert [skip.where for skip in reading.skipped] == ["line 1", "line 9", "line 10", "line 11"]
    assert reading.skipped[2].why == "is nested deeper than 100 levels"
    assert reading.skipped[3].why == "is no JSON object"


def test_the_format_is_told_by_content_and_may_be_overruled() -> None:
    assert readings(envelope(span("a"))).format == "otlp"
    assert readings(envelope(span("a")), format="otlp").format == "otlp"
    with pytest.raises(BadInput, match="no run could be read as langsmith: document is no LangSmith run"):
        readings(envelope(span("a")), format="langsmith")
    with pytest.raises(
        BadInput, match=r"no format is called 'OTLP'.*one of run, otlp, phoenix, langfuse, langsmith, jsonl"
    ):
        readings(envelope(span("a")), format="OTLP")


def test_every_format_has_a_title() -> None:
    assert all(shelf.title for shelf in FORMATS)
    assert len({shelf.name for shelf in FORMATS}) == len(FORMATS)


def test_lone_surrogates_come_back_as_their_escapes() -> None:
    raw = json.dumps(envelope(span("a", {"app.output": "x\ud800y \U0001f600"}, start=1)))

    (run,) = read(raw.encode(), name="x").runs

    assert run.output == "x\\ud800y \U0001f600"


def test_keys_of_a_trace_are_data_only() -> None:
    keys = {"__class__": "x", "__proto__": "y", "used": "z", "kind": "tool", "a" * 5000: "long", ".": "dot"}
    many = {f"k.{at}": at for at in range(10_000)}

    run = readings(envelope(span("a", {**keys, **many}))).runs[0]

    assert {**keys, **many}.items() <= dict(run.steps[0].attributes).items()
    assert run.steps[0].kind.value == "other"
