"""The model as JSON, and as JSON Schema: both from the same dataclasses."""

from collections.abc import Mapping
from typing import Any

from incident2eval.model import JSON, BadInput, CaseFile, Fault, Incident, Report, Run, Settings
from incident2eval.store._validation import adapter, near

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS: Mapping[str, type] = {
    "incident": Incident,
    "case": CaseFile,
    "run": Run,
    "settings": Settings,
    "report": Report,
}
_LENIENT = ("incident", "settings")
"""What people write by hand: a list of one may stand there as its one item."""

SCHEMAS = tuple(_KINDS)
"""Names that `schema` knows."""


def dump(value: Any) -> dict[str, JSON]:
    """A dataclass of the model as JSON holds it: lists, texts, RFC 3339 times with Z; nothing left out."""
    # A mapping that pydantic does not know (a read-only view) is dumped as a dict, without a warning.
    dumped: dict[str, JSON] = adapter(type(value)).dump_python(
        value, mode="json", fallback=dict, warnings=False
    )
    return dumped


def schema(name: str) -> dict[str, JSON]:
    """The JSON Schema (2020-12) of one of the files; unknown keys are allowed, as when they are read.

    Raises:
        BadInput: There is no schema of that name.
    """
    if name not in _KINDS:
        hint = near(name, _KINDS) or f"one of: {', '.join(_KINDS)}"
        raise BadInput(Fault(message=f"there is no schema {name!r}", hint=hint))
    drawn: dict[str, Any] = adapter(_KINDS[name]).json_schema()
    properties = drawn["properties"]
    if name == "case":
        properties["from"] = properties.pop("sources")
    if name == "incident":
        properties["workflow"] = {"anyOf": [{"type": "string"}, properties["workflow"]]}
    return {"$schema": _DIALECT, **(_with_single_items(drawn) if name in _LENIENT else drawn)}


def _with_single_items(drawn: Any) -> Any:
    """The schema, with each list of texts or values also given as a single one."""
    if isinstance(drawn, list):
        return [_with_single_items(item) for item in drawn]
    if not isinstance(drawn, dict):
        return drawn
    inner = {key: _with_single_items(value) for key, value in drawn.items()}
    if inner.get("type") == "array" and "items" in inner:
        about = {key: inner.pop(key) for key in ("title", "default", "description") if key in inner}
        return {**about, "anyOf": [inner, inner["items"]]}
    return inner
