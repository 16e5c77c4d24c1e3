"""What a workflow's own OpenTelemetry tells of a call: received on loopback, and told apart by trace."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from threading import Condition
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from incident2eval import formats
from incident2eval.model import JSON, BadInput, Outcome, Result, Run
from incident2eval.workflows._answer import failure

if TYPE_CHECKING:
    from incident2eval.receiver import Receiver

MAX_BYTES = 50_000_000
"""Bytes of spans that are held at a time, as much as one answer may have."""

_ROUNDED = 1e-6
"""Seconds by which two readings of one clock may differ for how they are written."""
_ROOMS = (
    ("resourceSpans", "scopeSpans", "spans"),
    ("resourceLogs", "scopeLogs", "logRecords"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The span of a call, which the workflow's spans hang on; nobody ever sends it."""

    trace: str
    span: str

    @classmethod
    def new(cls) -> Self:
        """One that no other call has."""
        return cls(trace=secrets.token_hex(16), span=secrets.token_hex(8))

    @property
    def header(self) -> str:
        """As W3C's trace context has it, and sampled."""
        return f"00-{self.trace}-{self.span}-01"

    @property
    def environment(self) -> dict[str, str]:
        """The same for a process, which may look for either name."""
        return {"TRACEPARENT": self.header, "traceparent": self.header}


@dataclass(slots=True, kw_only=True)
class _Arrived:
    """What has arrived of one trace."""

    lines: list[bytes] = field(default_factory=list)
    parents: set[str] = field(default_factory=set)
    size: int = 0
    started: float = inf
    """When the first of its spans began, in seconds since 1970; never, where only log records came."""


class Inbox:
    """A receiver while calls are under way, and what has arrived of each trace.

    Where the calls come one after the other (a worker's), a workflow that takes no notice of the call's span
    is understood as well: if a single other trace arrived that began during the call, it is the call's. Where
    they may come at once (a server's, at its fixed port), only what hangs on a call's span counts.
    """

    def __init__(self, port: int | None = None) -> None:
        """Prepare to receive.

        Args:
            port: The fixed one of a server's spans; None for one of a worker's own.
        """
        self._port = port
        self._known: set[str] = set()
        self._arrived: dict[str, _Arrived] = {}
        self._changed = Condition()
        self._dropped = 0
        self._receiver: Receiver

    def __enter__(self) -> Self:
        """Listen.

        Raises:
            OSError: The port is in use or not allowed.
        """
        from incident2eval.receiver import Receiver  # noqa: PLC0415 - protobuf takes a while to import

        self._receiver = Receiver(self._take, self._port or 0).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._receiver.__exit__(kind, error, trace)

    @property
    def environment(self) -> dict[str, str]:
        """Where a process is to send what it traces; it may say itself in which way."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._receiver.port}"}

    @property
    def losses(self) -> int:
        """How many requests with spans were refused or dropped so far."""
        return self._dropped + self._receiver.received.refused

    def expect(self, parent: Parent) -> None:
        """Keep what hangs on that span until its call is completed."""
        with self._changed:
            self._known.add(parent.trace)

    def wait_for(self, parent: Parent, seconds: float, *, given_up: Callable[[], bool]) -> None:
        """Wait until a span has arrived whose parent is this one: it ends last, and is sent last."""
        with self._changed:
            for _ in range(max(1, round(seconds / _PAUSE))):
                if given_up() or self._changed.wait_for(lambda: self._has_child(parent), timeout=_PAUSE):
                    return

    def completed(
        self, result: Result, parent: Parent, *, during: tuple[float, float] | None = None, losses: int = 0
    ) -> Result:
        """A call's result with the steps that its spans tell, unless it told steps itself.

        Args:
            result: What the workflow answered.
            parent: The span of the call.
            during: From when to when no other call was under way, in seconds since 1970.
            losses: What `losses` was before the call.

        Returns:
            A failed call where some spans of it arrived and others did not: half of its steps prove nothing.
        """
        arrived = self._taken(parent, during)
        if arrived is None or result.run is None or result.run.steps:
            return result
        if self.losses > losses:
            return failure(Outcome.ERRORED, f"not all of its spans could be received: {self._why()}")
        try:
            traced = formats.read(b"".join(arrived.lines), name="the spans", format="otlp").runs[0]
        except BadInput as bad:
            return failure(Outcome.ERRORED, "; ".join(str(fault) for fault in bad.faults))
        return replace(result, run=_with_steps(result.run, traced, parent))

    def _taken(self, parent: Parent, during: tuple[float, float] | None) -> _Arrived | None:
        """What has arrived of the call; neither that nor what came before is held any longer."""
        with self._changed:
            self._known.discard(parent.trace)
            own = self._arrived.pop(parent.trace, None)
            if during is None:
                return own
            since, until = during
            past = {
                trace: one
                for trace, one in self._arrived.items()
                if trace not in self._known and one.started <= until + _ROUNDED
            }
            for trace in past:
                del self._arrived[trace]
            others = [one for one in past.values() if one.started >= since - _ROUNDED]
            return own or (others[0] if len(others) == 1 else None)

    def _take(self, line: bytes) -> None:
        import orjson  # noqa: PLC0415 - comes with the receiver

        with self._changed:
            for trace, part in _by_trace(orjson.loads(line)).items():
                if self._port is not None and trace not in self._known:
                    continue
                data = orjson.dumps(part) + b"\n"
                if sum(one.size for one in self._arrived.values()) + len(data) > MAX_BYTES:
                    self._dropped += 1
                    continue
                _add(self._arrived.setdefault(trace, _Arrived()), part, data)
            self._changed.notify_all()

    def _has_child(self, parent: Parent) -> bool:
        arrived = self._arrived.get(parent.trace)
        return arrived is not None and parent.span in arrived.parents

    def _why(self) -> str:
        too_many = f"they hold more than {MAX_BYTES // 1_000_000} MB"
        return too_many if self._dropped else self._receiver.received.why or "a request was refused"


_PAUSE = 0.05
"""Seconds between two looks whether to go on waiting."""


def _add(arrived: _Arrived, part: Mapping[str, Any], data: bytes) -> None:
    arrived.lines.append(data)
    arrived.size += len(data)
    for _, _, span in _leaves(part, _ROOMS[0]):
        arrived.parents.add(span.get("parentSpanId", ""))
        began = int(span.get("startTimeUnixNano", 0)) / 1e9
        arrived.started = min(began, arrived.started)


def _by_trace(document: Mapping[str, Any]) -> dict[str, dict[str, list[JSON]]]:
    """A request's spans or log records as a request for each trace."""
    found: dict[str, dict[str, list[JSON]]] = defaultdict(lambda: defaultdict(list))
    for room in _ROOMS:
        outer, inner, leaf = room
        groups: dict[tuple[str, int], list[JSON]] = {}
        for envelope, scope, record in _leaves(document, room):
            trace = record.get("traceId", "")
            if (trace, id(scope)) not in groups:
                group = groups[trace, id(scope)] = []
                found[trace][outer].append({**envelope, inner: [{**scope, leaf: group}]})
            groups[trace, id(scope)].append(record)
    return found


def _leaves(
    document: Mapping[str, Any], room: tuple[str, str, str]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    outer, inner, leaf = room
    for envelope in document.get(outer, ()):
        for scope in envelope.get(inner, ()):
            for record in scope.get(leaf, ()):
                yield envelope, scope, record


def _with_steps(run: Run, traced: Run, parent: Parent) -> Run:
    """A run with what its trace tells beyond the answer; the span of the call itself is nobody's step."""
    return replace(
        run,
        id=run.id or traced.id,
        version=run.version or traced.version,
        model=run.model or traced.model,
        steps=tuple(
            replace(step, parent=None) if step.parent == parent.span else step for step in traced.steps
        ),
        attributes={**traced.attributes, **run.attributes},
    )
