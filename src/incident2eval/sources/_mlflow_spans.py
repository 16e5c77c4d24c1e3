"""A trace as MLflow's server answers with it -> as `Trace.to_json` exports it.

The server gives attributes as OpenTelemetry's values, each tagged with its type; an export has JSON texts.
"""

import json

from incident2eval.model import JSON
from incident2eval.sources._shape import items, mapping, text


def exported(trace: dict[str, JSON]) -> JSON:
    """The trace with its parts named, and its attributes written, as in an export; nothing is left out."""
    rest = {key: value for key, value in trace.items() if key not in {"trace_info", "spans"}}
    spans: list[JSON] = [_span(mapping(span)) for span in items(trace.get("spans"))]
    return {**rest, "info": trace.get("trace_info"), "data": {"spans": spans}}


def _span(span: dict[str, JSON]) -> JSON:
    events: list[JSON] = [
        _with_attributes(mapping(event), encode=False) for event in items(span.get("events"))
    ]
    told: dict[str, JSON] = {"events": events} if events else {}
    return {**_with_attributes(span, encode=True), **told}


def _with_attributes(source: dict[str, JSON], *, encode: bool) -> dict[str, JSON]:
    listed = source.get("attributes")
    if not isinstance(listed, list):
        return source
    plain = _object(listed)
    found: dict[str, JSON] = {key: json.dumps(value) for key, value in plain.items()} if encode else plain
    return {**source, "attributes": found}


def _object(listed: list[JSON]) -> dict[str, JSON]:
    pairs = map(mapping, listed)
    return {key: _value(pair.get("value")) for pair in pairs if (key := text(pair.get("key")))}


def _value(tagged: JSON) -> JSON:
    """What an OpenTelemetry value holds; anything that is none stays what it is."""
    if not isinstance(tagged, dict) or len(tagged) != 1:
        return tagged or None
    ((kind, value),) = tagged.items()
    if kind == "kvlist_value":
        return _object(items(mapping(value).get("values")))
    if kind == "array_value":
        return [_value(each) for each in items(mapping(value).get("values"))]
    if kind == "int_value" and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return value if kind.endswith("_value") else tagged
