"""Files that cannot be read: one clear line each, and never a traceback."""

import gzip
import io
import json
import zipfile

import pytest
from backports import zstd
from formats.traces import envelope, lines, readings, span

from incident2eval.formats import FORMATS, read
from incident2eval.formats.files import _parse, _scanner
from incident2eval.model import BadInput

GOOD = json.dumps(envelope(span("a"))).encode()


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


UNREADABLE = [
    (b"", "is empty"),
    (b" \n\t\n", "is empty"),
    (b"\xef\xbb\xbf", "is empty"),
    (gzip.compress(b"", mtime=0), "is empty"),
    (b" " * 5_000_000 + GOOD, "begins with nothing but blanks"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
    (b"\0\0\0\x18ftypmp42", "is a binary file"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "is a PDF"),
    (b"BZh91AY", "is packed with bzip2"),
    (b"PK\x03\x04\x14\0\0\0", "is a broken zip file"),
    (zipped(), "is a zip file without files"),
    (zipped(a=b"Dear all"), "no run could be read: a is no JSON"),
    (zipped(a=b"", b=b"Dear all"), "no run could be read: a is empty, and 1 more like it"),
    (b"PAR1" + b"x" * 100, "is no parquet file that can be read"),
    (GOOD.decode().encode("utf-16"), "is UTF-16 or UTF-32 text"),
    (GOOD.decode().encode("utf-16-le"), "is UTF-16 or UTF-32 text"),
    (GOOD.decode().encode("utf-16-be"), "is UTF-16 or UTF-32 text"),
    (GOOD.decode().encode("utf-32"), "is UTF-16 or UTF-32 text"),
    (GOOD.decode().encode("utf-32-be"), "is UTF-16 or UTF-32 text"),
    (gzip.compress(GOOD, mtime=0)[:-30], "cannot be unpacked: the gzip data end too early"),
    (gzip.compress(GOOD, mtime=0)[:40] + b"\xff" * 40, "cannot be unpacked: the gzip data are broken"),
    (zstd.compress(GOOD)[:-9], "cannot be unpacked: the zstd data end too early"),
    (gzip.compress(b"x" * 30_000_000, mtime=0), "unpacks to more than 8 MB"),
    (b"Dear all,\nthe trace is attached.\n", "is no JSON"),
    (b"time,user\n2026,mo\n", "holds no trace"),
    (b"a,a\n1,2\n", "holds no trace"),
    (b"id: X\ntitle: y\n", "is no JSON"),
    (b"<!doctype html>\n<title>Sign in, please</title>", "is no JSON"),
    (b"data: hello\n\n", "holds no trace of a format that is known: line 1 is no JSON"),
    (GOOD[:-7], "is no JSON"),
    (GOOD.replace(b"}", b"\xff}", 1), "is not UTF-8 text"),
    (b"null", "holds no trace"),
    (b"3", "holds no trace"),
    (b'"text"', "holds no trace"),
    (b"[]", "holds no trace"),
    (b"{}", "holds no trace"),
    (b'[{"a": 1}, {"b": 2}]', "holds no trace"),
    (b'{"resourceSpans": []}', "no run could be read as otlp"),
    (b'{"resourceMetrics": []}', "document holds metrics, no spans"),
    (b'{"resourceSpans": [{"scopeSpans": [{"spans": ["x"]}]}]}', "holds a span that is no object"),
    (b'{"schema": "incident2eval/run/1", "steps": [{}]}', "steps.0.kind: field required"),
    (b'{"a": 1, "b": {"a": 2, "a": 3}}', "holds the key 'a' twice"),
    (b'{"\\udc00": 1, "\\\\udc00": 2}', "holds the key '\\\\udc00' twice"),
    (b'{"a": NaN}', "holds NaN"),
    (b'{"a": [1, -Infinity]}', "holds -Infinity"),
    (b'{"a": 1e999}', "holds the number 1e999"),
    (b'{"a": ' + b"1" * 250 + b"e99}", "holds the number 1111"),
    (b'{"a": -' + b"1" * 400 + b".5}", "holds the number -1111"),
    (b'{"a": ' + b"1" * 5000 + b"}", "holds a number that is too long"),
    (b"[" * 101 + b"]" * 101, "nested deeper than 100"),
    (b"[" * 100_000, "nested deeper than 100"),
    (b'{"a":' * 100_000, "nested deeper than 100"),
    (b"[" + b"0," * 1_000_000 + b"0]", "holds more than 1,000,000 values"),
    (b"[" + b"[]," * 1_000_000 + b"0]", "holds more than 1,000,000 values"),
]


@pytest.mark.parametrize(("data", "expected"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_one_clear_line(data: bytes, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data, name="trace.json")

    (fault,) = caught.value.faults
    assert expected in str(fault)
    assert fault.file == "trace.json"
    assert "\n" not in str(fault)


def test_a_value_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parse, "MAX_DOCUMENT", 2_000_000)
    monkeypatch.setattr(_scanner, "MAX_DOCUMENT", 2_000_000)

    for size in (3_000_000, 6_000_000):
        with pytest.raises(BadInput, match="is longer than 1 MB"):
            read(b'{"resourceSpans": "' + b"x" * size + b'"}', name="trace.json")


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(GOOD, mtime=0),
        gzip.compress(GOOD[:100], mtime=0) + gzip.compress(GOOD[100:], mtime=0),
        gzip.compress(GOOD, mtime=0) + b"\0" * 512,
        gzip.compress(gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0), mtime=0),
        zstd.compress(GOOD),
        zstd.compress(GOOD[:100]) + zstd.compress(GOOD[100:]),
        zipped(a=GOOD),
        zipped(a=zipped(b=gzip.compress(GOOD, mtime=0))),
        gzip.compress(zipped(a=zstd.compress(GOOD)), mtime=0),
        b"\xef\xbb\xbf" + GOOD,
        gzip.compress(b"\xef\xbb\xbf" + GOOD, mtime=0),
        json.dumps(json.loads(GOOD), indent=2).encode(),
        b"\n\n" + GOOD + b"\r\n",
        b"[" + GOOD + b"]",
    ],
    ids=range(14),  # an archive holds the time, and both workers must call the tests alike
)
def test_the_same_trace_however_it_is_wrapped(data: bytes) -> None:
    assert read(data, name="whatever.png").runs == read(GOOD, name="x").runs


def test_a_torn_line_costs_only_that_line() -> None:
    whole = lines(*({"run_id": str(at), "kind": "tool", "name": "look"} for at in range(9)))
    torn = whole.replace(b"}", b"", 1)[:-9] + b"\n" + b"[" * 5000 + b"]" * 5000 + b"\n3\n"

    reading = read(torn, name="log.jsonl")

    assert [run.id for run in reading.runs] == [str(at) for at in range(1, 8)]
    assert [skip.where for skip in reading.skipped] == ["line 1", "line 9", "line 10", "line 11"]
    assert [skip.why for skip in reading.skipped[2:]] == [
        "is nested deeper than 100 levels",
        "is no JSON object",
    ]


def test_the_format_is_told_by_content_and_may_be_overruled() -> None:
    assert readings(envelope(span("a"))).format == "otlp"
    assert readings(envelope(span("a")), format="otlp").format == "otlp"
    with pytest.raises(BadInput, match="no run could be read as langsmith: document is no LangSmith run"):
        readings(envelope(span("a")), format="langsmith")
    with pytest.raises(BadInput, match=r"no format is called 'OTLP'.*one of run, otlp, .*, jsonl"):
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
