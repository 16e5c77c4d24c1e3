"""`http:` targets: a server that is sent JSON and answers with text or JSON."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from workflows.serving import Reply, Workflow

from incident2eval.model import Outcome, Result
from incident2eval.workflows import Target, call


@pytest.fixture
def workflow() -> Iterator[Workflow]:
    with Workflow.serving() as server:
        yield server


def answer(target: Target) -> Result:
    ((result,),) = call(target, [[{}]])
    return result


def test_the_input_is_posted_as_json(workflow: Workflow) -> None:
    ((result,),) = call(workflow.target(), [[{"month": "2026-10", "name": "Größe 💶"}]])

    assert result.run is not None
    assert (result.run.output, result.run.input) == ("fine", {"month": "2026-10", "name": "Größe 💶"})
    assert result.run.started is not None
    (asked,) = workflow.asked
    assert asked.given == {"month": "2026-10", "name": "Größe 💶"}
    assert asked.headers[":path"] == "/draft?dry=1"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["incident2eval-replay"] == "1"
    assert asked.headers["traceparent"].startswith("00-")


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/json", b'{"class": "B"}', {"class": "B"}),
        ("application/json; charset=utf-8", b"42", 42),
        ("application/problem+json", b"[1]", [1]),
        ("text/plain", b'{"class": "B"}', {"class": "B"}),
        ("text/plain", b"[1]", "[1]"),
        ("text/plain; charset=latin-1", b"Gr\xf6\xdfe", "Größe"),
        ("text/html; charset=utf-8", b'{"class": "B"}', {"class": "B"}),
        ("text/html", b"<p>Quiet.</p>", "<p>Quiet.</p>"),
        (None, b'{"output": "x"}', "x"),
        (None, b"Quiet.\n", "Quiet."),
    ],
)
def test_text_and_json(kind: str | None, body: bytes, said: object, workflow: Workflow) -> None:
    workflow.answer = lambda _: Reply(body, kind)

    result = answer(workflow.target())

    assert result.run is not None, result.message
    assert result.run.output == said


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(b"no such account", status=400), "answered HTTP 400: no such account"),
        (Reply(b"two\nlines \x1b[31m", status=500), r"answered HTTP 500: two lines \x1b[31m"),
        (Reply(b"", status=503), "answered HTTP 503"),
        (Reply(b"", status=302, headers=(("Location", "/v2"),)), "answered HTTP 302, a redirect to /v2"),
        (Reply(b"{}", status=206), "answered HTTP 206: {}"),
        (Reply(b'{"output": 1, "output": 2}', None), "an object of the answer has the same key twice"),
        (Reply(b'{"output": 1, "output": 2}', "application/json"), "has the same key twice"),
        (Reply(b"{broken", "application/json"), "the answer cannot be read: Expecting property name"),
        (Reply(b"\xff\xfe", None), "the answer cannot be used: the answer is not UTF-8 text"),
        (Reply(b"\xff", "text/plain"), "the answer cannot be read: "),
        (Reply(b"x", "text/plain; charset=none"), "the answer cannot be read: "),
        (Reply(b"[NaN]", "application/json"), "the answer cannot be used: answer.0 is nan"),
        (Reply(b"[" * 100_000, "application/json"), "the answer cannot be read: maximum recursion depth"),
        (Reply(b"[" * 150 + b"]" * 150, None), "deeper than 100 levels"),
        (Reply(b"[" + b"9" * 5000 + b"]", None), "the answer cannot be read: Exceeds the limit"),
        (Reply(b"x" * 50_000_001), "the answer cannot be used: it is larger than 50 MB"),
        (Reply(b"x", headers=(("Content-Encoding", "br"),)), "packed in a way that was not asked for"),
        (Reply(b'{"output": 1, "steps": [{}]}', None), "the answer: steps.0.kind: "),
    ],
)
def test_a_failure_is_one_line_that_says_what_happened(
    reply: Reply, message: str, workflow: Workflow
) -> None:
    workflow.answer = lambda _: reply

    result = answer(workflow.target())

    assert (result.outcome, result.run) == (Outcome.ERRORED, None)
    assert message in result.message
    assert "\n" not in result.message


def test_a_redirect_is_not_followed(workflow: Workflow) -> None:
    workflow.answer = lambda _: Reply(status=307, headers=(("Location", "/draft"),))

    assert answer(workflow.target()).outcome is Outcome.ERRORED
    assert len(workflow.asked) == 1


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    result = answer(Target(address=f"http://127.0.0.1:{port}/", project=tmp_path))

    assert result.outcome is Outcome.ERRORED
    assert result.message.startswith("cannot be reached: ")


def test_proxies_are_for_others_than_this_machine(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert answer(workflow.target()).outcome is Outcome.PASSED


def test_the_inputs_of_a_trial_go_in_order_each_over_a_connection_of_its_own(workflow: Workflow) -> None:
    workflow.answer = lambda given: Reply(json.dumps(given["n"]).encode(), "application/json")

    results = call(workflow.target(), [[{"n": 1}, {"n": 2}], [], [{"n": 3}]])

    assert [[one.run and one.run.output for one in trial] for trial in results] == [[1, 2], [], [3]]
    assert [asked.given["n"] for asked in workflow.asked] == [1, 2, 3]
    assert len({asked.port for asked in workflow.asked}) == 3


def slow(given: Any) -> Reply:
    time.sleep(5 if given["n"] == 2 else 0)
    return Reply()


def test_the_time_limit_is_for_the_whole_request_and_ends_its_trial(workflow: Workflow) -> None:
    workflow.answer = slow
    before = time.monotonic()

    first, second = call(workflow.target(timeout=0.5), [[{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 4}]])

    assert time.monotonic() - before < 4
    assert [result.outcome for result in first] == ["passed", "timeout", "timeout"]
    assert first[1].message == "no answer within 0.5 s"
    assert first[2].message == "not run: an earlier input timed out"
    assert second[0].outcome is Outcome.PASSED
    assert [asked.given["n"] for asked in workflow.asked] == [1, 2, 4]


def drip(connection: socket.socket) -> None:
    """Answer a byte now and then, for longer than any test waits."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        time.sleep(0.1)
        connection.sendall(b"x")


@pytest.mark.parametrize("speak", [drip, lambda _: time.sleep(3)], ids=["drips", "is silent"])
def test_a_server_that_never_ends_its_answer(speak: Callable[[socket.socket], None], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                speak(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        before = time.monotonic()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        result = answer(Target(address=address, project=tmp_path, timeout=0.6))

        assert time.monotonic() - before < 2.8
        assert (result.outcome, result.message) == (Outcome.TIMEOUT, "no answer within 0.6 s")
        thread.join()


def test_a_port_for_spans_that_is_taken_is_told_and_nothing_is_called(workflow: Workflow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = answer(workflow.target(receiver=port))

    assert result.outcome is Outcome.ERRORED
    assert result.message == f"cannot listen for its spans on port {port}: Address already in use"
    assert not workflow.asked
