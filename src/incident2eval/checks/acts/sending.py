"""What a workflow hands over to the world: letters sent, replies posted, documents released."""

from collections.abc import Iterator, Mapping

from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Step, StepKind

_DELIVERS = vocabulary(
    "send post publish queue release deliver dispatch submit issue email mail reply notify respond "
    "share upload"
)
_INSIDE = vocabulary(
    "review reviewer approval approver approve internal slack log draft colleague manager desk audit "
    "metrics event"
)
"""Words of the name of a step that hands something over inside the house."""
_VALUES = vocabulary(
    "variables vars context merge substitutions params parameters placeholders data fields values"
)
"""Keys of what somebody else fills a template in with."""
_TEMPLATES = vocabulary("template templates prompt schema pattern regex example")


def sends(step: Step) -> bool:
    """Whether the step hands something over to somebody outside."""
    if step.kind not in {StepKind.TOOL, StepKind.OUTPUT}:
        return False
    words = key_words(step.name.replace(" ", "_"))
    if not _INSIDE.isdisjoint(words):
        return False
    return step.kind is StepKind.OUTPUT or not _DELIVERS.isdisjoint(words[:2])


def sent_texts(step: Step) -> Iterator[str]:
    """The texts that a sending step was given; none where values to fill in were given with them."""
    given = embedded(step.input) or step.input if isinstance(step.input, str) else step.input
    if isinstance(given, Mapping) and any(
        isinstance(value, (Mapping, list, tuple)) and _VALUES.intersection(key_words(str(key)))
        for key, value in given.items()
    ):
        return
    yield from written(given)


def written(value: JSON) -> Iterator[str]:
    """Every text in a value but for templates that it shows as such."""
    shown = embedded(value) or value if isinstance(value, str) else value
    for path, leaf in leaves(shown):
        if isinstance(leaf, str) and leaf and not _TEMPLATES.intersection(key_words(path)):
            yield leaf
