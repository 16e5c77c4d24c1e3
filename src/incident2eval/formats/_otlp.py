"""OTLP/JSON: one envelope, or one a line as a collector writes them; GenAI or OpenInference attributes.

Field names in camelCase as the specification has them, or in snake_case as some servers export them.
"""

import re
from collections.abc import Iterator, Sequence

from incident2eval.formats._clock import moment
from incident2eval.formats._conventions import Frame, meaning_of, step_of
from incident2eval.formats._format import Format, Row, Skipped
from incident2eval.formats._shape import first, items, mapping, text
from incident2eval.formats._trace import Span, runs_of
from incident2eval.model import JSON, Run

_HEX = re.compile(r"[0-9a-fA-F]+")
_ERROR = frozenset({2, "2", "STATUS_CODE_ERROR"})
_SCALARS = ("stringValue", "string_value", "boolValue", "bool_value", "doubleValue", "double_value")
_SCALARS_AS_TEXT = ("bytesValue", "bytes_value")
_SPANLESS = frozenset({"resourceLogs", "resource_logs", "resourceMetrics", "resource_metrics"})
_DETAILS = "gen_ai.client.inference.operation.details"
"""The event that carries a call's messages where they are not on the span itself."""


def sniff(value: JSON) -> bool:
    """An envelope of spans, in either spelling; or of logs or metrics, to say that these hold none."""
    return _envelopes(value) is not None or bool(mapping(value).keys() & _SPANLESS)


def read(rows: Sequence[Row]) -> Iterator[Run | Skipped]:
    """One run a trace, over all envelopes of the file."""
    spans: list[Span] = []
    for row in rows:
        if (envelopes := _envelopes(row.value)) is None:
            spanless = mapping(row.value).keys() & _SPANLESS
            yield Skipped(
                where=row.where, why="holds logs or metrics, no spans" if spanless else "is no OTLP envelope"
            )
            continue
        for raw, resource, scope in _spans(envelopes):
            if isinstance(raw, dict):
                spans.append(_span(raw, resource, scope, position=len(spans) + 1))
            else:
                yield Skipped(where=row.where, why="holds a span that is no object")
    yield from runs_of(spans)


def _envelopes(value: JSON) -> list[JSON] | None:
    source = mapping(value)
    found = first(source, "resourceSpans", "resource_spans")
    if isinstance(found, list):
        return found
    page = items(source.get("data"))  # Phoenix's endpoint for OTLP leaves the envelope out
    return [{"scope_spans": [{"spans": page}]}] if page and "span_id" in mapping(page[0]) else None


def _spans(envelopes: list[JSON]) -> Iterator[tuple[JSON, dict[str, JSON], dict[str, JSON]]]:
    for envelope in map(mapping, envelopes):
        resource = _flat(mapping(envelope.get("resource")).get("attributes"))
        for scoped in map(mapping, items(first(envelope, "scopeSpans", "scope_spans"))):
            scope = mapping(scoped.get("scope"))
            for raw in items(scoped.get("spans")):
                yield raw, resource, scope


def _span(raw: dict[str, JSON], resource: dict[str, JSON], scope: dict[str, JSON], *, position: int) -> Span:
    events = [mapping(event) for event in items(raw.get("events"))]
    attributes = _flat(raw.get("attributes"))
    for event in events:
        if event.get("name") == _DETAILS:
            attributes = {**_flat(event.get("attributes")), **attributes}
    failed, error = _failure(mapping(raw.get("status")), events, attributes)
    frame = Frame(
        id=_identity(first(raw, "spanId", "span_id")) or str(position),
        parent=_identity(first(raw, "parentSpanId", "parent_span_id")),
        name=text(raw.get("name")) or "",
        started=moment(first(raw, "startTimeUnixNano", "start_time_unix_nano")),
        ended=moment(first(raw, "endTimeUnixNano", "end_time_unix_nano")),
        failed=failed,
        error=error,
    )
    kept = {
        **attributes,
        "otel.scope.name": text(scope.get("name")),
        "events": [_event(event) for event in events if event.get("name") != _DETAILS],
        "links": raw.get("links"),
    }
    return Span(
        trace=_identity(first(raw, "traceId", "trace_id")),
        step=step_of(frame, meaning_of(attributes), kept),
        resource=resource,
    )


def _identity(value: JSON) -> str | None:
    """An id in lower case where it is hex; missing or all zeros is none."""
    found = text(value)
    if found is None or not found.strip("0"):
        return None
    return found.lower() if _HEX.fullmatch(found) else found


def _failure(
    status: dict[str, JSON], events: list[dict[str, JSON]], attributes: dict[str, JSON]
) -> tuple[bool, str | None]:
    code, kind = status.get("code"), text(attributes.get("error.type"))
    raised = next(
        (_flat(event.get("attributes")) for event in events if event.get("name") == "exception"), {}
    )
    why = text(status.get("message")) or text(raised.get("exception.message"))
    failed = kind is not None or (isinstance(code, (int, str)) and code in _ERROR)
    return failed, why or kind if failed else None


def _event(event: dict[str, JSON]) -> JSON:
    return {"name": event.get("name"), "attributes": _flat(event.get("attributes"))}


def _flat(attributes: JSON) -> dict[str, JSON]:
    """OTLP's list of keys and typed values as a dict; an attribute without a key is left out."""
    pairs = (mapping(pair) for pair in items(attributes))
    return {key: _value(pair.get("value")) for pair in pairs if (key := text(pair.get("key")))}


def _value(value: JSON) -> JSON:
    typed = mapping(value)
    if (scalar := first(typed, *_SCALARS, *_SCALARS_AS_TEXT)) is not None:
        return scalar
    if (number := first(typed, "intValue", "int_value")) is not None:
        return (
            int(number)
            if isinstance(number, str) and number.lstrip("-").isdecimal() and len(number) < 25
            else number
        )
    if (array := first(typed, "arrayValue", "array_value")) is not None:
        return [_value(item) for item in items(mapping(array).get("values"))]
    listed = first(typed, "kvlistValue", "kvlist_value")
    return None if listed is None else _flat(mapping(listed).get("values"))


OTLP = Format(
    name="otlp",
    title="OTLP/JSON (OpenTelemetry), GenAI or OpenInference attributes",
    sniff=sniff,
    read=read,
)
