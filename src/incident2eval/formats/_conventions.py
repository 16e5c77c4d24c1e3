"""A step from a span's attributes, whichever conventions they follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incident2eval.formats import _genai, _openinference, _own_attributes
from incident2eval.formats._meaning import Attributes, Meaning
from incident2eval.formats._records import documents_in, records_of
from incident2eval.formats._shape import decoded, mapping, rest
from incident2eval.model import JSON, Status, Step, StepKind

_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a span says outside its attributes."""

    id: str
    parent: str | None
    name: str
    started: datetime | None
    ended: datetime | None
    failed: bool = False
    error: str | None = None


def meaning_of(attributes: Attributes) -> Meaning:
    """What the attributes say: GenAI first, then OpenInference, then people's own."""
    found = (
        _genai.read(attributes)
        .or_else(_openinference.read(attributes))
        .or_else(_own_attributes.read(attributes))
    )
    return with_records(found)


def with_records(found: Meaning) -> Meaning:
    """The meaning with its output's documents as records; an output that was nothing else is gone."""
    read = {StepKind.RETRIEVAL: records_of, StepKind.TOOL: documents_in}.get(found.kind or StepKind.OTHER)
    records = read(found.output) if read and not found.records else ()
    if not records:
        return found
    sources: Mapping[str, frozenset[str]] = {
        **found.sources,
        "records": found.sources.get("output", frozenset()),
    }
    return Meaning(
        kind=found.kind,
        name=found.name,
        agent=found.agent,
        input=found.input,
        records=records,
        sources=sources,
    )


def step_of(frame: Frame, found: Meaning, attributes: Attributes) -> Step:
    """The step: fields from the frame and the meaning, everything else kept in its attributes."""
    kind = found.kind or StepKind.OTHER
    kept = rest(attributes, found.used)
    if "metadata" in kept:  # an object in OpenInference's text, and where settings look for whose run it was
        kept["metadata"] = decoded(kept["metadata"])
    brief = _without_traceback(frame.error)
    if brief != frame.error:
        kept["error"] = frame.error
    return Step(
        id=frame.id,
        parent=frame.parent,
        kind=kind,
        name=found.name or frame.name or kind.value,
        agent=found.agent,
        started=frame.started,
        ended=frame.ended,
        input=_asked(found, attributes) if kind is StepKind.RETRIEVAL else found.input,
        output=found.output,
        status=Status.ERROR if frame.failed else Status.OK,
        error=brief,
        records=found.records,
        attributes=kept,
    )


def _without_traceback(error: str | None) -> str | None:
    """What went wrong in a sentence; exporters put the whole traceback behind it."""
    if error is None or _TRACEBACK not in error:
        return error
    before = error.partition(_TRACEBACK)[0].strip()
    return before or error.strip().splitlines()[-1]


def _asked(found: Meaning, attributes: Attributes) -> JSON:
    """What a retrieval was asked, with how wide it looked."""
    scope = _own_attributes.arguments_of_a_read(attributes)
    asked = found.input if found.input is not None or not scope else {}
    return {**scope, **mapping(asked)} if isinstance(asked, dict) else asked
