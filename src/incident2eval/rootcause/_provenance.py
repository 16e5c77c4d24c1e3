"""Provenance: the steps that hold what is wrong, in the order in which it passed through them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from incident2eval.model import JSON, Run, Step, StepKind, flat_text
from incident2eval.rootcause._content import LINES, MOST_TEXT, Content, content, rows
from incident2eval.rootcause._symptoms import Symptom

WRITING = frozenset({StepKind.MODEL, StepKind.AGENT})
PROSE = frozenset({*WRITING, StepKind.REVIEW, StepKind.GUARDRAIL})
"""Kinds of steps that word things: where one has the very words, another with its figures did not say it."""

_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
_REQUESTS = ("tool_calls", "function_call", "tool_use")
"""Keys under which a model's output asks for a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One symptom and the steps that hold it, the first one first."""

    symptom: Symptom
    steps: tuple[Step, ...]

    @property
    def origin(self) -> Step | None:
        """The first step that holds it."""
        return self.steps[0] if self.steps else None


class Contents:
    """What each step of a run brought in and what it was given, taken apart once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        calls = {step.name for step in run.steps if step.is_call}
        self._texts = {step.id: _brought(step, calls) for step in run.steps}
        self._brought = {step: content(text) for step, text in self._texts.items()}
        self._given = {step.id: content(rows(step.input)) for step in run.steps}
        self.request = content(flat_text(run.input))
        self.parts = _parts(run)
        """The steps that are no wrapper around the whole run."""

    def brought(self, step: Step) -> Content:
        """What a step added to the run: its output, its records, its error, and what a call was told."""
        return self._brought[step.id]

    def line(self, step: Step, symptom: Symptom) -> str:
        """The sentence or row of what a step brought in that holds a symptom; empty where none does alone."""
        lines = [one for one in LINES.split(self._texts[step.id][:MOST_TEXT]) if one.strip()]
        whole = (one for one in lines if symptom.stands_in(content(one)))
        partly = (one for one in lines if symptom.partly_in(content(one)))
        return next(whole, None) or next(partly, "")

    def given(self, step: Step) -> Content:
        """What a step was given."""
        return self._given[step.id]

    def before(self, step: Step) -> list[Step]:
        """The steps that had brought something in when a step began: those it stands in were not done yet."""
        around = _enclosing(self.run, [step])
        earlier = self.parts[: self.parts.index(step)] if step in self.parts else []
        return [one for one in earlier if one.id not in around]

    def known_before(self, step: Step) -> frozenset[str]:
        """Every value that the request and the steps before this one hold."""
        return self.request.values.union(*(self.brought(one).values for one in self.before(step)))

    def knew(self, step: Step, symptom: Symptom) -> bool:
        """Whether the request or the steps before this one hold it, one of them or all together."""
        if symptom.values and symptom.values <= self.known_before(step):
            return True
        return any(symptom.stands_in(one) for one in (self.request, *map(self.brought, self.before(step))))


def trails(contents: Contents, symptoms: Sequence[Symptom]) -> tuple[Trail, ...]:
    """For each symptom the steps that hold it.

    A step that only encloses another one that holds it (an agent around its model) is left out: the inner
    one is where it came from.
    """
    return tuple(Trail(symptom=one, steps=_holders(contents, one)) for one in symptoms)


def _holders(contents: Contents, symptom: Symptom) -> tuple[Step, ...]:
    found = [
        step
        for step in contents.parts
        if symptom.stands_in(contents.brought(step))
        or (step.kind not in PROSE and symptom.partly_in(contents.brought(step)))
    ]
    if found and found[0].kind in WRITING:
        found = [*_reckoned_with(contents, symptom, found[0]), *found]
    if any(contents.brought(step).repeats(symptom.says) for step in found):
        found = [
            step for step in found if step.kind not in PROSE or contents.brought(step).repeats(symptom.says)
        ]
    enclosing = _enclosing(contents.run, found)
    return tuple(step for step in found if step.id not in enclosing)


def _reckoned_with(contents: Contents, symptom: Symptom, writer: Step) -> list[Step]:
    """The steps that gave what a writer reckoned with: `20p a day` for `20p, so 2.20 for 11 days`.

    Only where every figure that nothing before holds is a product of one in the quote and one that was known.
    """
    known = contents.known_before(writer)
    told, made = symptom.values & known, symptom.values - known
    if (
        symptom.wrong is not None
        or not told
        or not made
        or not all(_is_product(one, told, known) for one in made)
    ):
        return []
    return [
        step
        for step in contents.before(writer)
        if step.kind not in PROSE and told & contents.brought(step).values - contents.request.values
    ]


def _is_product(value: str, told: frozenset[str], known: frozenset[str]) -> bool:
    number = _number(value)
    factors = [one for one in map(_number, told) if one]
    others = [one for one in map(_number, known) if one]
    return number is not None and any(
        mine * other in {number, number * 100} for mine in factors for other in others if other != 1
    )


def _number(value: str) -> Decimal | None:
    match = _NUMBER.match(value)
    return Decimal(match[0]) if match else None


def _enclosing(run: Run, steps: Sequence[Step]) -> set[str]:
    """Ids of the steps that the steps stand in."""
    parents = {step.id: step.parent for step in run.steps}
    enclosing: set[str] = set()
    for step in steps:
        at = step.parent
        while at is not None and at not in enclosing:
            enclosing.add(at)
            at = parents.get(at)
    return enclosing


def _parts(run: Run) -> list[Step]:
    root = run.root if len(run.steps) > 1 else None
    return [step for step in run.steps if step is not root and step.kind is not StepKind.INPUT]


def _brought(step: Step, calls: set[str]) -> str:
    told = rows(step.input) if step.is_call else ""
    said = _without_requests(step.output, calls) if step.kind is StepKind.MODEL else step.output
    records = (text for one in step.records for text in (one.id, one.text, rows(one.metadata)))
    return "\n".join((told, rows(said), *records, step.error or ""))


def _without_requests(value: JSON, calls: set[str]) -> JSON:
    """What a model said, without its requests for calls that the run shows as steps: these count there."""
    if isinstance(value, Mapping):
        return {
            key: _without_requests(inner, calls)
            for key, inner in value.items()
            if not (key in _REQUESTS and _names_a_call(inner, calls))
        }
    if isinstance(value, (list, tuple)):
        return [_without_requests(inner, calls) for inner in value]
    return value


def _names_a_call(requests: JSON, calls: set[str]) -> bool:
    if isinstance(requests, Mapping):
        return requests.get("name") in calls or _names_a_call(requests.get("function"), calls)
    return isinstance(requests, (list, tuple)) and any(_names_a_call(one, calls) for one in requests)
