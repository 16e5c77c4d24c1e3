"""A workflow that is a server, in this process."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

from incident2eval.workflows import Target


class Asked(NamedTuple):
    """What the server was sent."""

    headers: dict[str, str]
    given: Any
    port: int


class Reply(NamedTuple):
    """What it answers."""

    body: bytes = b"fine"
    kind: str | None = "text/plain"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Workflow(ThreadingHTTPServer):
    """A workflow that is a server."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.answer: Callable[[Any], Reply] = lambda _: Reply()

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator[Self]:
        """One that answers while the block lasts."""
        with cls() as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield server
            finally:
                server.shutdown()
                thread.join()

    def target(self, *, timeout: float = 10.0, receiver: int | None = None) -> Target:
        """How it is called."""
        address = f"http://127.0.0.1:{self.server_port}/draft?dry=1"
        return Target(address=address, project=Path(), timeout=timeout, receiver=receiver)


class _Handler(BaseHTTPRequestHandler):
    server: Workflow
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked({**headers, ":path": self.path}, given, self.client_address[1]))
        reply = self.server.answer(given)
        self.send_response(reply.status)
        if reply.kind is not None:
            self.send_header("Content-Type", reply.kind)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        with suppress(OSError):  # the caller has heard enough
            self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        pass
