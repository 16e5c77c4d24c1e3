"""Attributes of people's own that say what they are: `app.step.kind`, `app.input`, `traceloop.entity.output`.

No convention has a place for a review or a handoff; what the keys of hand-written instrumentation end in is
all there is. Read last, and only for what the conventions leave open.
"""

from incident2eval.formats._kinds import kind_of
from incident2eval.formats._meaning import Attributes, Meaning
from incident2eval.formats._shape import decoded, text
from incident2eval.formats._unwrap import unwrapped_input, unwrapped_output
from incident2eval.model import JSON

_KIND = ("step.kind", "step.type", "span.kind", "span.type", "node.type")
_NAME = ("step", "step.name", "entity.name", "task.name", "node.name")
_INPUT = ("input", "inputs")
_OUTPUT = ("output", "outputs")


def read(attributes: Attributes) -> Meaning:
    """What attributes say by the way their keys end."""
    asked, given = _ending(attributes, _INPUT)
    said, back = _ending(attributes, _OUTPUT)
    return Meaning(
        kind=kind_of(_ending(attributes, _KIND)[1]),
        name=text(_ending(attributes, _NAME)[1]),
        input=unwrapped_input(given),
        output=unwrapped_output(back),
        sources={"input": frozenset({asked}), "output": frozenset({said})},
    )


def _ending(attributes: Attributes, endings: tuple[str, ...]) -> tuple[str, JSON]:
    """The first attribute whose key is or ends in one of these, with text or an object as its value."""
    for ending in endings:
        for key, value in attributes.items():
            if (
                (key == ending or key.endswith("." + ending))
                and isinstance(value, (str, dict, list))
                and value
            ):
                return key, value
    return "", None


def arguments_of_a_read(attributes: Attributes) -> dict[str, JSON]:
    """How wide a retrieval looked, which no convention has a place for: `crm.scope`, `search.filter`."""
    return {
        ending: decoded(value)
        for ending in ("scope", "filter", "filters")
        if (value := _ending(attributes, (ending,))[1])
    }
