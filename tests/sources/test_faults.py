"""What a server, or somebody in its place, may do instead of answering; asked as Phoenix is.

No answer here is recorded from anybody's server.
"""

import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sources.stub import Reply, Stub, answer, running

from incident2eval.model import BadInput, Incident2EvalError, NotJudged
from incident2eval.sources import SOURCES, Fetched, _pages, _server, fetch

TRACE = "88a20929d197b067169440fe577238fa"
SPANS = "/v1/projects/P1/spans"
SPAN = {"context": {"trace_id": TRACE, "span_id": "55645b76fb083e90"}, "name": "draft"}
KEY = "phx-made-up-key"
LOGINS = {variable: KEY for source in SOURCES.values() for variable in source.variables}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, key in LOGINS.items():
        monkeypatch.setenv(variable, key)


@pytest.fixture
def phoenix(stub: Stub) -> Stub:
    stub.on("/v1/projects", answer({"data": [{"id": "P1", "name": "summaries"}], "next_cursor": None}))
    stub.on(SPANS, answer({"data": [SPAN], "next_cursor": None}))
    return stub


def ask(stub: Stub, *, told: list[str] | None = None) -> list[Fetched]:
    told = [] if told is None else told
    return list(fetch("phoenix", stub.url, traces=(TRACE,), tell=told.append))


def test_a_busy_server_is_asked_again_when_it_said(phoenix: Stub, waits: list[float]) -> None:
    told: list[str] = []
    whole = phoenix.replies[SPANS][0]
    phoenix.on(SPANS, Reply(status=429, headers={"Retry_After": "7"}), whole)

    assert [each.data for each in ask(phoenix, told=told)] == [whole.body]
    assert waits == [7.0]
    assert told[0] == "phoenix answered HTTP 429; asking again in 7.0 s"


def test_it_may_say_so_by_the_clock(phoenix: Stub, waits: list[float]) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    phoenix.on(SPANS, Reply(status=503, headers={"Retry_After": soon}), phoenix.replies[SPANS][0])

    assert len(ask(phoenix)) == 1
    assert 10 < waits[0] <= 20


@pytest.mark.parametrize(
    "header", ["86400", "soon", "-5", "\u0663", "9" * 400, "Mon, 01 Jan " + "9" * 30 + " 00:00:00 GMT"]
)
def test_no_server_makes_us_wait_for_long(phoenix: Stub, waits: list[float], header: str) -> None:
    busy = Reply(status=429, headers={"Retry_After": header.encode().decode("latin-1")})
    phoenix.on(SPANS, busy, phoenix.replies[SPANS][0])

    assert len(ask(phoenix)) == 1
    assert waits[0] <= 60


def test_a_fault_that_passes_is_no_fault(phoenix: Stub, waits: list[float]) -> None:
    whole = phoenix.replies[SPANS][0]
    phoenix.on(SPANS, Reply(status=500), Reply(status=502), whole)

    assert [each.data for each in ask(phoenix)] == [whole.body]
    assert len(waits) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_that_stays_could_not_be_judged(phoenix: Stub, waits: list[float], status: int) -> None:
    phoenix.on(SPANS, Reply(status=status))

    with pytest.raises(NotJudged, match=f"answered HTTP {status}") as fault:
        ask(phoenix)

    assert fault.value.exit_code == 3
    assert len(phoenix.asked_at(SPANS)) == 5
    assert len(waits) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_login_names_the_variable(
    phoenix: Stub, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    phoenix.on(SPANS, Reply(status=status, body=KEY.encode()))

    with pytest.raises(BadInput, match="what the environment holds in PHOENIX_API_KEY is not good there"):
        ask(phoenix)
    monkeypatch.delenv("PHOENIX_API_KEY")
    with pytest.raises(BadInput, match="set PHOENIX_API_KEY in the environment"):
        ask(phoenix)


def test_a_dead_port_could_not_be_judged() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    with pytest.raises(NotJudged, match=r"cannot be reached: .*refused"):
        list(fetch("phoenix", url, traces=(TRACE,)))


def test_silence_could_not_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_server, "SILENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(NotJudged, match="did not answer in time"):
            list(fetch("phoenix", url, traces=(TRACE,)))


def test_an_answer_that_breaks_off_is_none(phoenix: Stub) -> None:
    phoenix.on(SPANS, Reply(body=b'{"data": [', headers={"Content_Length": "5000"}))

    with pytest.raises(NotJudged, match="broke off"):
        ask(phoenix)


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"", b'{"data": [', b"[" * 200_000, b"\xff\xfe"])
def test_what_is_not_json_is_not_that_tools_server(phoenix: Stub, body: bytes) -> None:
    phoenix.on(SPANS, Reply(body=body))

    with pytest.raises(BadInput, match="something that is not JSON"):
        ask(phoenix)


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'{"data": 7}', b'{"data": {"a": []}}'])
def test_json_of_another_shape_holds_no_trace(phoenix: Stub, body: bytes) -> None:
    phoenix.on(SPANS, Reply(body=body))

    with pytest.raises(BadInput, match="no trace"):
        ask(phoenix)


def test_an_answer_too_large_is_not_taken(phoenix: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_server, "LIMIT", 5_000)
    packed = Reply(body=gzip.compress(b" " * 1_000_000), headers={"Content_Encoding": "gzip"})
    for large in (Reply(body=b" " * 6_000), packed):
        phoenix.on(SPANS, large)
        with pytest.raises(NotJudged, match="which is not taken"):
            ask(phoenix)


def test_packing_that_was_not_asked_for_is_not_opened(phoenix: Stub) -> None:
    phoenix.on(SPANS, Reply(body=b"\x78\x9c", headers={"Content_Encoding": "deflate"}))

    with pytest.raises(BadInput, match="not asked for"):
        ask(phoenix)


def test_pages_without_end_are_left(phoenix: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    phoenix.on(SPANS, answer({"data": [SPAN], "next_cursor": "again"}))
    with pytest.raises(NotJudged, match="without end"):
        ask(phoenix)

    monkeypatch.setattr(_pages, "MOST", 20)
    phoenix.on(SPANS, *(answer({"data": [SPAN], "next_cursor": f"c{number}"}) for number in range(50)))
    with pytest.raises(NotJudged, match="without end"):
        ask(phoenix)


def test_a_login_follows_no_redirect(phoenix: Stub) -> None:
    with running() as elsewhere:
        for status in (301, 302, 307, 308):
            phoenix.on(SPANS, Reply(status=status, headers={"Location": f"{elsewhere.url}{SPANS}?key={KEY}"}))
            with pytest.raises(BadInput, match=f"sends on to {elsewhere.url}, which is not followed"):
                ask(phoenix)
        assert elsewhere.asked == []


def test_a_server_that_ignores_the_id_is_not_believed(phoenix: Stub) -> None:
    other = {"context": {"trace_id": "f" * 32, "span_id": "1" * 16}}
    phoenix.on(SPANS, answer({"data": [SPAN, other], "next_cursor": None}))

    with pytest.raises(BadInput, match="gives parts of other traces"):
        ask(phoenix)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "phoenix",
            "//host",
            "file:///etc/passwd",
            "ftp://host",
            "http://",
            "http://[::1",
            "http://h:99999",
        ),
        *("http://user:s3cret@127.0.0.1", "http://127.0.0.1/?api_key=s3cret", "http://127.0.0.1/#s3cret"),
        *("http://127.0.0.1\r\nX: s3cret", "http://127.0.0.1/\x1b]0;s3cret\x07", "http://h\u00f6st"),
    ],
)
def test_what_is_no_address_is_bad_input(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        list(fetch("phoenix", url, traces=(TRACE,)))

    assert refused.value.faults[0].field == "--url"
    assert "\x1b" not in str(refused.value)
    assert "\r" not in str(refused.value)
    assert "s3cret@" not in str(refused.value)
    assert "api_key" not in str(refused.value)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "caf\u00e9", "\x1b[31m"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_key_that_can_be_none_is_named_not_shown(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, source: str, key: str
) -> None:
    monkeypatch.setenv(SOURCES[source].variables[0], key)

    with pytest.raises(BadInput, match=SOURCES[source].variables[0]) as refused:
        list(fetch(source, stub.url, traces=(TRACE,)))

    assert key not in str(refused.value)
    assert stub.asked == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("status", [301, 400, 401, 404, 418, 429, 500])
def test_no_error_and_no_question_shows_a_key(stub: Stub, source: str, status: int) -> None:
    def echoing() -> Iterator[Reply]:
        yield Reply(status=status, body=KEY.encode(), headers={"Location": f"http://{KEY}@x/{KEY}"})

    for path in (
        "/v1/projects",
        "/api/3.0/mlflow/traces/get",
        "/api/public/v2/observations",
        "/api/v1/sessions",
    ):
        stub.on(path, *echoing())
    told: list[str] = []

    with pytest.raises(Incident2EvalError) as refused:
        list(fetch(source, stub.url, traces=(TRACE,), tell=told.append))

    said = f"{refused.value} {refused.value.hint} {refused.value.faults} {told}"
    assert KEY not in said
    assert KEY not in "".join(f"{each.path} {each.query} {each.body}" for each in stub.asked)


def test_an_unknown_source_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="phoenix, mlflow, langfuse, langsmith"):
        list(fetch("datadog", "http://127.0.0.1"))
