"""One server, spoken to over HTTP: asked again where that may help, and never for more than it may answer.

Only imported once a server is to be asked: httpx is not light.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, Self

import httpx

from incident2eval.model import JSON, BadInput, Fault, NotJudged, visible
from incident2eval.sources._address import address, origin
from incident2eval.sources._again import Failed, asked_again, seconds_to_wait
from incident2eval.sources._shape import parsed, written

LIMIT = 50_000_000
"""Bytes that one answer may hold, unpacked."""

CONNECT, SILENCE, WHOLE = 10.0, 30.0, 300.0
"""Seconds for a connection, between two pieces of an answer, and for all of it."""

_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
"""What a source makes something of: there is no such trace, or no such endpoint."""
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_PACKED = frozenset({"", "identity", "gzip"})
"""How an answer may be packed; others unpack one small piece to any size."""

Query = Mapping[str, str | int]


class Answer(NamedTuple):
    """What the server said: its bytes as received, and what they hold."""

    data: bytes
    value: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server of a tracing tool, while it is asked."""

    name: str
    """The tool's."""
    url: str
    variables: tuple[str, ...]
    """The environment variables that the login comes from, for hints."""
    logs_in: bool
    """Whether there is a login at all."""
    tell: Callable[[str], None]
    client: httpx.Client = field(repr=False)
    """Holds the login, and is therefore never shown."""

    @classmethod
    @contextmanager
    def reached(
        cls,
        url: str,
        *,
        name: str,
        variables: tuple[str, ...],
        headers: Mapping[str, str],
        tell: Callable[[str], None],
    ) -> Iterator[Self]:
        """The server at an address, logged in by these headers; raises BadInput for what is no address."""
        base = address(url)
        with httpx.Client(
            headers={**headers, "Accept": "application/json", "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(SILENCE, connect=CONNECT),
            follow_redirects=False,  # the login goes to the address that the user named, and to no other
        ) as client:
            yield cls(
                name=name, url=base, variables=variables, logs_in=bool(headers), tell=tell, client=client
            )

    def get(self, path: str, query: Query | None = None) -> Answer | None:
        """What is at a path; None where the server has no such thing.

        Raises:
            BadInput: The server refuses the login or the question, or is not that tool's.
            NotJudged: It cannot be reached, fails, or answers with too much.
        """
        return self._asked(lambda: self.client.build_request("GET", self.url + path, params=query))

    def post(self, path: str, body: JSON) -> Answer | None:
        """What a question in JSON is answered with; None and errors as in `get`."""
        headers = {"Content-Type": "application/json"}
        return self._asked(
            lambda: self.client.build_request("POST", self.url + path, content=written(body), headers=headers)
        )

    def needed(self, answer: Answer | None) -> Answer:
        """The answer, where every server of that tool has one; raises BadInput."""
        if answer is None:
            raise self.not_this("has nothing at that tool's paths")
        return answer

    def sure(self, pages: Iterator[Answer]) -> Iterator[Answer]:
        """The pages, where every server of that tool has at least one; raises BadInput."""
        yield self.needed(next(pages, None))
        yield from pages

    def only(self, trace: str, told: Iterable[JSON]) -> None:
        """Raise BadInput where an answer says that parts of it are another trace's."""
        if any(each is not None and _alike(each) != _alike(trace) for each in told):
            raise self.not_this("gives parts of other traces", hint="is it new enough to be asked for one?")

    def not_this(self, message: str, *, hint: str | None = None) -> BadInput:
        """The error for a server that is there, but not what was asked for."""
        other = f"is --url the address of {self.name}'s server?"
        return BadInput(Fault(message=f"{self.name} at {origin(self.url)} {message}", hint=hint or other))

    def _asked(self, request: Callable[[], httpx.Request]) -> Answer | None:
        try:
            data = asked_again(lambda: self._answered(request()), tell=self._tell)
        except Failed as failed:
            where = f"{self.name} at {origin(self.url)}"
            raise NotJudged(f"{where} {failed}", hint="check --url and whether the server is up") from None
        except httpx.InvalidURL:
            raise self.not_this("cannot be asked that: it is too long, or no address") from None
        if data is None:
            return None
        try:
            return Answer(data, parsed(data))
        except ValueError:
            raise self.not_this("answered with something that is not JSON") from None

    def _tell(self, line: str) -> None:
        self.tell(f"{self.name} {line}")

    def _answered(self, request: httpx.Request) -> bytes | None:
        # No message of httpx is passed on but that of a connection: others may quote what was sent.
        try:
            response = self.client.send(request, stream=True)
            try:
                return self._received(response)
            finally:
                response.close()
        except httpx.TimeoutException:
            raise Failed("did not answer in time") from None
        except httpx.ConnectError as error:
            raise Failed(f"cannot be reached: {visible(str(error))[:200]}") from None
        except httpx.RequestError:
            raise Failed("broke off its answer") from None

    def _received(self, response: httpx.Response) -> bytes | None:
        status = response.status_code
        if status in _ABSENT:
            return None
        if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = seconds_to_wait(response.headers.get("Retry-After"))
            raise Failed(f"answered HTTP {status}", wait=wait)
        if status in _REFUSED:
            raise self._refused(status)
        if response.has_redirect_location:
            there = origin(response.headers.get("Location", ""))
            raise self.not_this(f"sends on to {there}, which is not followed", hint="name that in --url")
        if status != HTTPStatus.OK:
            raise self.not_this(f"answered HTTP {status}")
        return self._body(response)

    def _refused(self, status: int) -> BadInput:
        names = ", ".join(self.variables)
        if self.logs_in:
            hint = f"what the environment holds in {names} is not good there"
            return self.not_this(f"refuses the login (HTTP {status})", hint=hint)
        return self.not_this(f"wants a login (HTTP {status})", hint=f"set {names} in the environment")

    def _body(self, response: httpx.Response) -> bytes:
        if response.headers.get("Content-Encoding", "").strip().lower() not in _PACKED:
            raise self.not_this("packs its answer in a way that was not asked for")
        until = time.monotonic() + WHOLE
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LIMIT:
                raise NotJudged(
                    f"{self.name}: one answer holds more than {LIMIT / 1e6:g} MB, which is not taken",
                    hint="export the trace to a file and hand that over with --trace",
                )
            if time.monotonic() > until:
                raise Failed("did not answer in time")
        return bytes(body)


def _alike(trace: JSON) -> str:
    """An id as all spellings of it have in common: a UUID may come with hyphens or without."""
    return str(trace).lower().replace("-", "")
