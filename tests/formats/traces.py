"""Small traces to read, written by hand: a helpdesk that answers for its customers."""

import json
from collections.abc import Mapping

from incident2eval.formats import Reading, read
from incident2eval.model import JSON, Customer, Customers, Run

TRACE = "0AF7651916CD43DD8448EB211C80319C"
ROSTER = Customers(
    rows=(
        Customer(id="C1", name="Blue Kite", aliases=("BK Ltd",)),
        Customer(id="C2", name="Oak Row"),
        Customer(id="12", name="Dozen Eggs"),
    )
)


def attribute(key: str, value: JSON) -> JSON:
    """One OTLP attribute."""
    return {"key": key, "value": typed(value)}


def typed(value: JSON) -> JSON:
    """A value as OTLP types it."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [typed(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": [attribute(key, item) for key, item in value.items()]}}
    return {"stringValue": value}


def span(
    name: str,
    attributes: Mapping[str, JSON] | None = None,
    *,
    id: str = "b7ad6b7169203331",  # noqa: A002 - as on the wire
    parent: str = "",
    trace: str = TRACE,
    start: int = 0,
    **more: JSON,
) -> dict[str, JSON]:
    """One OTLP span, `start` milliseconds after nine o'clock, a millisecond long."""
    began = 1_790_000_000_000_000_000 + start * 1_000_000
    return {
        "traceId": trace,
        "spanId": id,
        "parentSpanId": parent,
        "name": name,
        "startTimeUnixNano": str(began),
        "endTimeUnixNano": began + 1_000_000,
        "attributes": [attribute(key, value) for key, value in (attributes or {}).items()],
        "status": {},
        **more,
    }


def envelope(*spans: JSON, resource: Mapping[str, JSON] | None = None) -> JSON:
    """An OTLP envelope."""
    said = [attribute(key, value) for key, value in (resource or {"service.name": "helpdesk"}).items()]
    scope = {"scope": {"name": "helpdesk.flow"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": {"attributes": said}, "scopeSpans": [scope]}]}


def readings(value: JSON, *, format: str | None = None) -> Reading:  # noqa: A002
    """What comes of reading a document."""
    return read(json.dumps(value).encode(), name="trace.json", format=format)


def lines(*values: JSON) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def run_in(value: JSON) -> Run:
    """The one run in a document."""
    (run,) = readings(value).runs
    return run


def run_in_lines(*values: JSON) -> Run:
    """The one run in JSON lines."""
    (run,) = read(lines(*values), name="trace.jsonl").runs
    return run
