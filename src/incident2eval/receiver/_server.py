"""The HTTP side: one request a connection, each within a time limit, and only so many at once."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedReader, RawIOBase
from socket import SHUT_WR, socket
from socketserver import ThreadingTCPServer
from threading import Condition
from typing import TYPE_CHECKING, Any

from incident2eval.receiver._body import body_of
from incident2eval.receiver._refused import RefusedError

if TYPE_CHECKING:
    from typing_extensions import Buffer

SECONDS = 30.0
"""How long a request may take, from the connection to its last byte."""

MAX_CONNECTIONS = 32
"""How many are served at once; others are told to come again."""

PATHS = frozenset({"/v1/traces", "/v1/logs", "/v1/metrics"})

Take = Callable[[str, bytes, bool], None]
"""Takes a path, a body and whether that is JSON; what it returns from is acknowledged."""

_PIECE = 64 * 1024
_JSON, _PROTOBUF = "application/json", "application/x-protobuf"
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Server(ThreadingTCPServer):
    """Listens; what arrives is handed to `take`, what is refused is told to `refused` as well."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 2 * MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], *, take: Take, refused: Callable[[str], None]) -> None:
        self.take = take
        self.refused = refused
        self._open = 0
        self._changed = Condition()
        super().__init__(address, _Request)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, or turn it away."""
        with self._changed:
            served = self._open < MAX_CONNECTIONS
            self._open += served
        if served:
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.sendall(_BUSY)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def finish(self, seconds: float) -> None:
        """Wait so long for the requests that are under way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=seconds)


class _Request(BaseHTTPRequestHandler):
    """One connection, and the one request that is taken from it."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "incident2eval"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = BufferedReader(_Timed(self.connection, seconds=SECONDS))

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):  # the sender is gone, and was told nothing
            super().handle()

    def do_POST(self) -> None:
        try:
            self._receive()
        except RefusedError as error:
            self._refuse(error.status, str(error))
        except TimeoutError:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"the request took longer than {SECONDS:g} seconds")
        else:
            self._answer(HTTPStatus.OK, b"{}" if self._content_type() == _JSON else b"")

    def _receive(self) -> None:
        if "Origin" in self.headers:  # a page in a browser, whatever name it gave to this address
            raise RefusedError(HTTPStatus.FORBIDDEN, "nothing is taken from web pages")
        path = self.path.partition("?")[0]
        if path not in PATHS:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"OTLP is taken at {', '.join(sorted(PATHS))}")
        content_type = self._content_type()
        if content_type not in {_JSON, _PROTOBUF}:
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type must be {_PROTOBUF} or {_JSON}"
            )
        self.server.take(path, body_of(self.rfile, self.headers), content_type == _JSON)

    def do_GET(self) -> None:
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "OTLP is sent with POST")

    do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - the names are http.server's

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The answer to what is no HTTP."""
        del explain
        self._refuse(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Nothing: what strangers write stays out of a terminal."""

    def _content_type(self) -> str:
        """What the sender says that it sends; JSON where it did not come to that."""
        headers = getattr(self, "headers", None)
        return headers.get_content_type() if headers else _JSON

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self.server.refused(message)
        as_protobuf = self._content_type() == _PROTOBUF
        self._answer(status, _status_in_protobuf(message) if as_protobuf else _status_in_json(message))
        self._hear_out()

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", _PROTOBUF if self._content_type() == _PROTOBUF else _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        self.end_headers()
        self.wfile.write(body)

    def _hear_out(self) -> None:
        """Read what still comes: a sender that is cut off while it sends would not hear the answer."""
        with suppress(OSError):
            self.connection.shutdown(SHUT_WR)
            while self.rfile.read1(_PIECE):
                pass


class _Timed(RawIOBase):
    """What comes over a connection, up to a point in time."""

    def __init__(self, connection: socket, *, seconds: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer", /) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def _status_in_json(message: str) -> bytes:
    return json.dumps({"message": message}).encode()


def _status_in_protobuf(message: str) -> bytes:
    """A `google.rpc.Status` with a message, as OTLP wants it."""
    text = message.encode("utf-8", "replace")[:_LONGEST_STATUS]
    size = bytes([len(text) & 0x7F | 0x80, len(text) >> 7])
    return b"\x12" + size + text


_LONGEST_STATUS = 1 << 13
"""Bytes whose number can be written in two."""
