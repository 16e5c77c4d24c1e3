"""A span as MLflow's server answers with it, with its attributes written as an export has them.

The server gives attributes as OpenTelemetry's values, each tagged with its type; an export has JSON texts.
"""

import json

from incident2eval.formats._shape import items, mapping, text
from incident2eval.model import JSON


def as_exported(span: JSON) -> JSON:
    """A span with its attributes as in an export; one of an export stays as it is."""
    if not isinstance(span, dict):
        return span
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
