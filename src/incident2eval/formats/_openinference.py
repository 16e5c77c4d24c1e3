"""OpenInference attributes: lists flattened with a zero-based index, values as text."""

import re
from collections.abc import Iterable

from incident2eval.formats._kinds import kind_of
from incident2eval.formats._meaning import Attributes, Meaning
from incident2eval.formats._messages import messages
from incident2eval.formats._records import records_of
from incident2eval.formats._shape import decoded, text
from incident2eval.formats._unwrap import unwrapped_input, unwrapped_output
from incident2eval.model import JSON, Record, StepKind

_IN, _OUT = "input.value", "output.value"
_PREFIXES = ("openinference.", "input.", "output.", "llm.", "retrieval.", "reranker.", "tool.", "agent.")
_LAYERS = frozenset({"message", "message_content", "tool_call", "document"})
"""Segments that only repeat what the list is a list of."""

_FLAT = re.compile(
    r"(?P<list>llm\.(?:input|output)_messages|retrieval\.documents|reranker\.output_documents)\.\d{1,6}\.\w+(?:\.\w+){0,8}"
)


def read(attributes: Attributes) -> Meaning:
    """What the OpenInference attributes of a span say."""
    if not any(key.startswith(_PREFIXES) for key in attributes):
        return Meaning()
    kind = kind_of(attributes.get("openinference.span.kind"))
    plain = Meaning(
        kind=kind,
        name=text(attributes.get("tool.name")) if kind is StepKind.TOOL else None,
        agent=text(attributes.get("agent.name")),
    )
    lists = _lists(attributes)
    return (
        plain.or_else(_talk(lists))
        .or_else(_documents(lists, attributes, kind))
        .or_else(_values(attributes, kind))
    )


def _talk(lists: dict[str, dict[str, JSON]]) -> Meaning:
    asked = lists.get("llm.input_messages", {})
    said = lists.get("llm.output_messages", {})
    given, back = messages(_listed(asked)), messages(_listed(said))
    # a call's values are the same call once more, as the provider's API writes it
    return Meaning(
        input=given,
        output=unwrapped_output(back),
        sources={
            "input": frozenset({*asked, _IN} if given else ()),
            "output": frozenset({*said, _OUT} if back else ()),
        },
    )


def _documents(lists: dict[str, dict[str, JSON]], attributes: Attributes, kind: StepKind | None) -> Meaning:
    flat = lists.get("retrieval.documents") or lists.get("reranker.output_documents") or {}
    listed = records_of(_listed(flat))
    whole = records_of(attributes.get(_OUT)) if kind is StepKind.RETRIEVAL else ()
    return Meaning(
        records=_fuller(listed, whole),
        sources={"records": frozenset({*(flat if listed else ()), *({_OUT} if whole else ())})},
    )


def _fuller(listed: tuple[Record, ...], whole: tuple[Record, ...]) -> tuple[Record, ...]:
    """The documents as listed, unless only the output tells their ids."""
    named = sum(bool(record.id) for record in whole) > sum(bool(record.id) for record in listed)
    return whole if not listed or (named and len(whole) == len(listed)) else listed


def _values(attributes: Attributes, kind: StepKind | None) -> Meaning:
    given, back = attributes.get(_IN), attributes.get(_OUT)
    asked = messages(given) if kind is StepKind.MODEL else None
    return Meaning(
        input=asked or unwrapped_input(given),
        output=unwrapped_output(back),
        sources={"input": frozenset({_IN}), "output": frozenset({_OUT})},
    )


def _lists(attributes: Attributes) -> dict[str, dict[str, JSON]]:
    """The flattened attributes of each list."""
    lists: dict[str, dict[str, JSON]] = {}
    for key, value in attributes.items():
        if found := _FLAT.fullmatch(key):
            lists.setdefault(found["list"], {})[key] = value
    return lists


def _listed(flat: dict[str, JSON]) -> JSON:
    """The list that keys such as `llm.input_messages.0.message.tool_calls.0.tool_call.id` flatten."""
    root: dict[str, JSON] = {}
    for key, value in flat.items():
        path = [part for part in key.split(".")[2:] if part not in _LAYERS]
        node = root
        for part in path[:-1]:
            inner = node.setdefault(part, {})
            node = inner if isinstance(inner, dict) else {}
        if path:
            node[path[-1]] = value
    return [_folded(root[index]) for index in _ordered(root)] or None


def _folded(node: JSON) -> JSON:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdecimal() for key in node):
        return [_folded(node[index]) for index in _ordered(node)]
    folded = {key: _folded(inner) for key, inner in node.items()}
    return folded | {"metadata": decoded(folded["metadata"])} if "metadata" in folded else folded


def _ordered(node: Iterable[str]) -> list[str]:
    return sorted((key for key in node if key.isdecimal()), key=int)
