"""The calls of a run that failed and that nothing answered for later."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.failures.failure import failure, is_outage
from incident2eval.checks.failures.topics import (
    arguments,
    holds_text,
    is_side_show,
    same_target,
    stands_in,
    topics,
    value_words,
)
from incident2eval.model import Run, Status, Step, StepKind, flat_text

CALLS = frozenset({StepKind.TOOL, StepKind.RETRIEVAL})
_DEEPEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCall:
    """A call that failed, and nothing answered for it later in the run."""

    step: Step
    """The first attempt."""
    error: str
    """What went wrong, in the words of the step."""

    @property
    def topics(self) -> frozenset[str]:
        """The words that say what it was about: those of the tool's name, else those of its arguments."""
        return topics(self.step.name) or value_words(self.step)


def calls(run: Run) -> tuple[Step, ...]:
    """The steps of a run that look something up or do something."""
    return tuple(step for step in run.steps if step.kind in CALLS)


def failed_calls(run: Run, *, tools: Tools) -> tuple[FailedCall, ...]:
    """The calls of a run that failed for good, in order; what was asked again and again stands there once.

    Args:
        run: The run.
        tools: Tools with a question of their own each: none of them answers for another one.
    """
    failed = _failures(run)
    asked = {at: arguments(step) for at, step in enumerate(run.steps) if at in failed or _can_answer(step)}
    found: dict[int, FailedCall] = {}
    for at in _innermost(run.steps, failed):
        step = run.steps[at]
        same = [other for other in asked if same_target(asked[at], asked[other])]
        again = any(other in found and found[other].step.name == step.name for other in same)
        later = (run.steps[other] for other in same if other > at and other not in failed)
        if not again and not any(_answers(other, step, tools) for other in later):
            found[at] = FailedCall(step=step, error=failed[at])
    return tuple(found.values())


def _failures(run: Run) -> dict[int, str]:
    """Position -> what went wrong, of every step whose answer the output could have rested on.

    A step that was to deliver the output itself is none: no text tells how its own delivery went.
    """
    output, root = flat_text(run.output), run.root
    found: dict[int, str] = {}
    for at, step in enumerate(run.steps):
        called = step.kind in CALLS
        inner = step.kind in {StepKind.AGENT, StepKind.OTHER} and step is not root
        broke = called or (inner and step.status is Status.ERROR)
        error = failure(step) if broke and not is_side_show(step.name) else None
        if error and (step.kind is not StepKind.OTHER or is_outage(error)):
            found[at] = error
    return {at: error for at, error in found.items() if not holds_text(run.steps[at].input, output)}


def _can_answer(step: Step) -> bool:
    return step.kind in CALLS or step.kind is StepKind.AGENT


def _innermost(steps: Sequence[Step], failed: Mapping[int, str]) -> list[int]:
    """The failed steps without those that only passed a failure up, and without requests inside a call.

    A request that failed inside a call is the call's own affair: it may have tried again.
    """
    parents = {step.id: step.parent for step in reversed(steps)}
    kinds = {step.id: step.kind for step in reversed(steps)}
    above = {at: list(_ancestors(steps[at].parent, parents)) for at in failed}
    own = [
        at
        for at in failed
        if steps[at].kind in CALLS or not any(kinds.get(one) in CALLS for one in above[at])
    ]
    passed_up = {one for at in own for one in above[at]}
    return [at for at in own if not steps[at].id or steps[at].id not in passed_up]


def _ancestors(step_id: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    for _ in range(_DEEPEST):
        if step_id is None or step_id not in parents:
            return
        yield step_id
        step_id = parents[step_id]


def _answers(other: Step, failed: Step, tools: Tools) -> bool:
    """Whether a call that came back, asked the same, says what a failed one would have said."""
    if other.name in Tools((failed.name,)):
        return True
    alike = bool(topics(failed.name)) and topics(failed.name) <= topics(other.name)
    return other.kind in CALLS and (alike or stands_in(other.name) or other.name not in tools)
