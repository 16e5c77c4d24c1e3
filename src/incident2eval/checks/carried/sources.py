"""What a run was asked, what it was told later, and what it made of that: its output and its calls."""

from collections.abc import Iterator, Mapping

from incident2eval.checks.carried.values import Said, Value
from incident2eval.detection.text.wording import embedded, vocabulary
from incident2eval.model import JSON, Run, Step, StepKind, flat_text, is_empty

_PEOPLE = vocabulary("user human customer client patient guest caller")
_DEEPEST = 4
_ENOUGH = 20_000
"""So much of a step is read to tell whether it still knew a value."""
_ACTS = frozenset({StepKind.TOOL, StepKind.RETRIEVAL, StepKind.OUTPUT})
_TAKES = frozenset({StepKind.MODEL, StepKind.AGENT, StepKind.HANDOFF, *_ACTS})
"""Kinds of steps that work with what they are given."""


def ask(run: Run) -> JSON:
    """What a run was asked: the first thing that somebody said, else the fields of its input."""
    given = _parsed(run.input)
    turns = list(_turns(given))
    return turns[0] if turns else given


def told_later(run: Run) -> tuple[str, ...]:
    """What people said after they had asked."""
    return tuple(_turns(_parsed(run.input)))[1:]


def _turns(value: JSON, depth: int = 0) -> Iterator[str]:
    """What people said in the messages of a conversation, in order."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        role = str(value.get("role") or value.get("speaker") or value.get("from") or "").casefold()
        said = value.get("content", value.get("text", value.get("message")))
        if role in _PEOPLE and said is not None:
            yield flat_text(said)
            return
        for inner in value.values():
            yield from _turns(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _turns(inner, depth + 1)


def made(run: Run) -> str:
    """What a run says and does: its output and what its calls were given."""
    calls = [flat_text(_parsed(step.input)) for step in run.steps if step.kind in _ACTS]
    return "\n".join([flat_text(_parsed(run.output)), *calls])


def handed(step: Step) -> str:
    """What a step was given to work with; what a hand-over hands over is its output, too."""
    given = [step.input, step.output] if step.kind is StepKind.HANDOFF else [step.input]
    return "\n".join(flat_text(_parsed(value)) for value in given)


def takers(run: Run) -> tuple[tuple[int, Step], ...]:
    """The steps that were given something to work with, with their positions."""
    whole = run.root if len(run.steps) > 1 else None
    return tuple(
        (at, step)
        for at, step in enumerate(run.steps)
        if step.kind in _TAKES and step is not whole and not is_empty(step.input or step.output)
    )


def is_handed_on(run: Run, wanted: Value, *, after: int) -> bool | None:
    """Whether a later model, agent or hand-over was given a value; None where none says what it got."""
    later = [step for at, step in takers(run) if at > after and step.kind not in _ACTS]
    return any(Said(handed(step)).holds(wanted) for step in later) if later else None


def lost_at(run: Run, wanted: Value) -> Step | None:
    """The first step that works on without a value that the steps before it still had; None if none does."""
    whole = run.root if len(run.steps) > 1 else None
    held = [
        at
        for at, step in enumerate(run.steps)
        if step is not whole and Said(f"{step.content[:_ENOUGH]}\n{handed(step)[:_ENOUGH]}").holds(wanted)
    ]
    last = held[-1] if held else -1
    return next((step for at, step in takers(run) if at > last and handed(step)), None)


def _parsed(value: JSON) -> JSON:
    return (embedded(value) or value) if isinstance(value, str) else value
