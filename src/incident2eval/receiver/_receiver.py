"""The receiver: a context in which what exporters send arrives somewhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import IPv4Address
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from incident2eval.receiver._otlp import LOGS, SPANS, Batch, NoOtlpError, TooMuchError, decoded
from incident2eval.receiver._refused import RefusedError
from incident2eval.receiver._server import Server

GRACE = 5.0
"""Seconds that requests under way have left when the receiver is closed."""

_SIGNALS = {"/v1/traces": SPANS, "/v1/logs": LOGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was received so far."""

    requests: int = 0
    """Acknowledged ones."""
    spans: int = 0
    records: int = 0
    """Log records."""
    refused: int = 0
    """Requests that were not acknowledged."""
    why: str | None = None
    """Why the last of these was refused."""


class Receiver:
    """Receives OTLP/HTTP at /v1/traces and /v1/logs; what comes to /v1/metrics is accepted and dropped.

    It listens on loopback only, since it asks nobody who they are; a collector on this machine can forward
    what comes from others. A request is acknowledged when the sink has returned, and never before.
    """

    def __init__(self, sink: Callable[[bytes], None], port: int, host: str = "127.0.0.1") -> None:
        """Prepare to receive.

        Args:
            sink: Is given one line of OTLP/JSON a request, with its newline, one call at a time. An OSError
                from it means that the line was not kept; the exporter is then asked to send it again.
            port: Where to listen; 0 for any that is free.
            host: An address of the loopback.

        Raises:
            ValueError: The host is no loopback address.
        """
        if not IPv4Address(host).is_loopback:
            raise ValueError(
                f"{host} is no loopback address, and without authentication nothing else is served"
            )
        self._sink = sink
        self._address = (host, port)
        self._received = Received()
        self._closed = False
        self._one_at_a_time = Lock()

    def __enter__(self) -> Self:
        """Listen.

        Raises:
            OSError: The port is in use or not allowed.
            OverflowError: It is no port.
        """
        self._server = Server(self._address, take=self._take, refused=self._refused)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more requests; those under way are finished, or else not acknowledged."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.finish(GRACE)
        with self._one_at_a_time:
            self._closed = True

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._server.server_address[1])

    @property
    def received(self) -> Received:
        """What was received so far."""
        return self._received

    def _take(self, path: str, body: bytes, as_json: bool) -> None:
        # one at a time: lines do not mix, and what a body takes up when unfolded it takes up once
        with self._one_at_a_time:
            if self._closed:
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the receiver is closed")
            signal = _SIGNALS.get(path)
            batch = _decoded(body, path, as_json=as_json) if signal else Batch(line=b"", records=0)
            if batch.line:
                self._keep(batch.line)
            before = self._received
            self._received = replace(
                before,
                requests=before.requests + 1,
                spans=before.spans + (batch.records if signal is SPANS else 0),
                records=before.records + (batch.records if signal is LOGS else 0),
            )

    def _keep(self, line: bytes) -> None:
        try:
            self._sink(line)
        except OSError as error:
            message = f"it could not be kept: {error.strerror or type(error).__name__}"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, message) from error

    def _refused(self, why: str) -> None:
        with self._one_at_a_time:
            self._received = replace(self._received, refused=self._received.refused + 1, why=why)


def _decoded(body: bytes, path: str, *, as_json: bool) -> Batch:
    try:
        return decoded(body, signal=_SIGNALS[path], as_json=as_json)
    except NoOtlpError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body {error}") from None
    except TooMuchError as error:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body {error}") from None
