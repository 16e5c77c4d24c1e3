"""`http(s):` a server that is sent JSON and answers with text or JSON.

Only imported once a server is to be called: httpx is not light.
"""

import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from incident2eval.model import JSON, Outcome, Result
from incident2eval.workflows._answer import failure, result_of
from incident2eval.workflows._command import CommandError, answer_in, as_json
from incident2eval.workflows._python import Stopped
from incident2eval.workflows._spans import Inbox, Parent
from incident2eval.workflows._target import Target
from incident2eval.workflows._worker import MAX_BYTES, BadAnswerError, require_json

_WAIT_FOR_SPANS = 10.0
"""Seconds that spans may take to come after the answer, where a run may take as long; our choice, twice the
pause that exporters make between two batches."""
_PAUSE = 0.05
"""Seconds between two looks whether the caller has given up."""
_SHOWN = 200
"""Bytes of an error's body that are told."""
_PACKED = frozenset({"", "identity", "gzip"})
"""How an answer may be packed; others unpack one small piece to any size."""


def results(
    target: Target, trial: Sequence[Mapping[str, JSON]], inbox: Inbox | None, stop: threading.Event
) -> tuple[Result, ...]:
    """Send a server the inputs of one trial in order, each over a connection of its own.

    Args:
        target: What to call.
        trial: The inputs.
        inbox: Where the server sends its spans, if it does.
        stop: Set from another thread to give up.

    Returns:
        One result for each input, in order. After one that took too long no other is sent.

    Raises:
        Stopped: There is to be no result any more.
    """
    found: list[Result] = []
    for given in trial:
        if found and found[-1].outcome is Outcome.TIMEOUT:
            found.append(failure(Outcome.TIMEOUT, "not run: an earlier input timed out"))
        else:
            found.append(_result(target, given, inbox, stop))
    return tuple(found)


def _result(target: Target, given: Mapping[str, JSON], inbox: Inbox | None, stop: threading.Event) -> Result:
    parent = Parent.new()
    if inbox is None:
        return result_of(_reply(target, given, parent, stop), given=given)
    losses = inbox.losses
    inbox.expect(parent)
    answered = result_of(_reply(target, given, parent, stop), given=given)
    if answered.run is not None and not answered.run.steps:
        inbox.wait_for(parent, min(target.timeout, _WAIT_FOR_SPANS), given_up=stop.is_set)
    return inbox.completed(answered, parent, losses=losses)


def _reply(
    target: Target, given: Mapping[str, JSON], parent: Parent, stop: threading.Event
) -> Mapping[str, Any]:
    """The reply within the time limit, whatever the server, the network or the look-up of a name does."""
    replies: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
    deadline = time.monotonic() + target.timeout
    threading.Thread(target=lambda: replies.put(_asked(target, given, parent, deadline)), daemon=True).start()
    while (left := deadline - time.monotonic()) > 0:
        try:
            return replies.get(timeout=min(left, _PAUSE))
        except Empty:
            if stop.is_set():
                raise Stopped from None
    return _timed_out(target)


def _asked(target: Target, given: Mapping[str, JSON], parent: Parent, deadline: float) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/plain;q=0.9, */*;q=0.8",
        "Accept-Encoding": "identity",
        "Incident2eval-Replay": "1",
        "traceparent": parent.header,
    }
    body = json.dumps(given, ensure_ascii=False, default=dict).encode("utf-8", "replace")
    started = time.time()
    try:
        with (
            httpx.Client(
                verify=_certificates(),
                timeout=target.timeout,
                trust_env=not _is_here(target.address),
                follow_redirects=False,
            ) as client,
            client.stream("POST", target.address, content=body, headers=headers) as response,
        ):
            answer = _answer(response, deadline)
    except httpx.TimeoutException:
        return _timed_out(target)
    except httpx.ConnectError as error:
        return _errored(f"cannot be reached: {error}")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return _errored(f"{type(error).__name__}: {error}")
    except (BadAnswerError, CommandError) as error:
        return _errored(f"the answer cannot be used: {error}")
    except (ValueError, LookupError, RecursionError) as error:
        return _errored(f"the answer cannot be read: {error}")
    except _FailedError as failed:
        return _errored(str(failed))
    return {"answer": answer, "started": started, "ended": time.time()}


class _FailedError(Exception):
    """The server answered that it failed."""


def _answer(response: httpx.Response, deadline: float) -> Any:
    status = response.status_code
    if status >= HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.PARTIAL_CONTENT:
        where = f", a redirect to {response.headers['Location']}" if response.has_redirect_location else ""
        said = next(_body(response, deadline), b"")[:_SHOWN].decode("utf-8", "replace")
        raise _FailedError(f"answered HTTP {status}{where}{': ' if said.strip() else ''}{said}")
    body = bytearray()
    for piece in _body(response, deadline):
        body += piece
        if len(body) > MAX_BYTES:
            raise BadAnswerError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    answer = _said(bytes(body), response)
    require_json(answer)
    return answer


def _body(response: httpx.Response, deadline: float) -> Iterator[bytes]:
    if response.headers.get("Content-Encoding", "").strip().lower() not in _PACKED:
        raise BadAnswerError("it is packed in a way that was not asked for")
    for piece in response.iter_bytes():
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("")
        yield piece


def _said(body: bytes, response: httpx.Response) -> Any:
    """The answer as what its sender says that it is; where that is neither text nor JSON, by its look.

    An object that is sent as plain text is one all the same: steps and records in it are to be judged.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return as_json(body)
    if kind == "text/plain":
        text = body.decode(response.charset_encoding or "utf-8")
        said = answer_in(text.encode()) if text.lstrip().startswith("{") else text
        return said if isinstance(said, dict) else text
    return answer_in(body)


def _timed_out(target: Target) -> dict[str, Any]:
    return {"outcome": Outcome.TIMEOUT, "message": f"no answer within {target.timeout:g} s"}


def _errored(message: str) -> dict[str, Any]:
    return {"outcome": Outcome.ERRORED, "message": message}


def _is_here(address: str) -> bool:
    """Whether it is an address of this machine, to which no proxy leads."""
    host = httpx.URL(address).host
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()
