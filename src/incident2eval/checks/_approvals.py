"""What people decided in the course of a run, and which call a decision speaks of."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from incident2eval.checks._wording import embedded, key_words, vocabulary
from incident2eval.model import JSON, Run, Step, StepKind

_YES = vocabulary("true yes y ok approve approved accept accepted allow allowed granted confirmed")
_NO = vocabulary("false no n not reject rejected decline declined deny denied refuse refused")
_DECISION_KEYS = ("approved", "decision", "verdict", "outcome")
_WHO_KEYS = ("by", "reviewer", "approver", "approved_by", "reviewed_by", "decided_by")
_TOOL_KEYS = ("tool", "tool_name", "toolName", "tools", "function", "action", "actions", "call")
_ARGUMENT_KEYS = ("arguments", "args", "parameters", "params", "tool_input", "kwargs")
_RECORD_WORDS = vocabulary("id ids ref number no account customer client amount")
_IDENTIFIER = re.compile(r"[A-Za-z]\w*(?:[._-]\w+)+")
_MACHINES = vocabulary(
    "agent ai assistant auto automatic automation bot llm model policy rule rules script self system "
    "workflow pipeline none n/a unknown"
)
_MACHINE = re.compile(
    r"(?:^|[\s_.:/-])(?:agent|bot|llm|gpt|copilot|autopilot|auto|ai)$|^(?:auto|ai|gpt|claude)[\s_-]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one person said in one review step."""

    at: int
    """Position of the step in the run."""
    step: Step
    approved: bool
    by: str
    tools: frozenset[str] = frozenset()
    """The tools it names; empty where it names none."""
    arguments: Mapping[str, JSON] = field(default_factory=dict)
    """The arguments and ids it names."""

    def speaks_of(self, call: Step) -> bool:
        """Whether it can be about that call: it names no other tool and no other record."""
        named = not self.tools or call.name.strip() in self.tools
        given = _parsed(call.input)
        return named and (not isinstance(given, Mapping) or _agrees(self.arguments, given))

    def comes_before(self, call: Step) -> bool:
        """Whether it had been taken when the call began, where both say when."""
        taken = self.step.ended or self.step.started
        return taken is None or call.started is None or taken <= call.started


def decisions(run: Run, *, tools: Collection[str]) -> Iterator[Decision]:
    """What people decided in the review steps of a run, in order; the agent's own word is no decision.

    Args:
        run: The run.
        tools: Names of tools that a decision may name in other words than under a key `tool`.
    """
    agents = _machine_names(run)
    for at, step in enumerate(run.steps):
        if step.kind is not StepKind.REVIEW:
            continue
        asked, said = _parsed(step.input), _parsed(step.output)
        verdict = _verdict(said)
        by = _who(said) or _who(asked) or _who(step.attributes)
        if verdict is None or by is None or _is_machine(by, agents):
            continue
        yield Decision(
            at=at,
            step=step,
            approved=verdict,
            by=by,
            tools=frozenset((*_tools(said, tools), *_tools(asked, tools))),
            arguments={**_arguments(asked), **_arguments(said)},
        )


def _parsed(value: JSON) -> JSON:
    """The value itself, or what it spells out as JSON."""
    return (embedded(value) or value) if isinstance(value, str) else value


def _verdict(said: JSON) -> bool | None:
    """True for yes, False for no, None for neither; one no outweighs any yes."""
    if isinstance(said, Mapping):
        answers = [_answer(said[key]) for key in _DECISION_KEYS if key in said]
    else:
        answers = [_answer(said)]
    return None if not answers or None in answers else all(answers)


def _answer(value: JSON) -> bool | None:
    if isinstance(value, bool):
        return value
    word = re.match(r"\W*(\w+)", value) if isinstance(value, str) else None
    first = word[1].casefold() if word else ""
    return True if first in _YES else False if first in _NO else None


def _who(value: JSON) -> str | None:
    """Who decided, as the value says it."""
    if not isinstance(value, Mapping):
        return None
    for key in _WHO_KEYS:
        who = value.get(key)
        if isinstance(who, Mapping):
            who = who.get("name") or who.get("id") or who.get("email")
        if isinstance(who, str) and who.strip():
            return who.strip()
    return None


def _machine_names(run: Run) -> frozenset[str]:
    """What the agents and models of a run are called."""
    made = {StepKind.AGENT, StepKind.MODEL}
    names = {step.name for step in run.steps if step.kind in made} | {
        step.agent for step in run.steps if step.agent
    }
    return frozenset(name.strip().casefold() for name in (*names, run.model, run.workflow) if name)


def _is_machine(who: str, agents: Collection[str]) -> bool:
    name = who.casefold()
    return name in agents or name in _MACHINES or bool(_MACHINE.search(name))


def _tools(value: JSON, known: Collection[str]) -> Iterator[str]:
    """The tools that a review names; a description of an action in plain words names none."""
    if not isinstance(value, Mapping):
        return
    for key in _TOOL_KEYS:
        named = value.get(key)
        for one in named if isinstance(named, (list, tuple)) else (named,):
            name = one.get("name") or one.get("tool") if isinstance(one, Mapping) else one
            if isinstance(name, str) and (
                key.startswith("tool") or name in known or _IDENTIFIER.fullmatch(name)
            ):
                yield name.strip()


def _arguments(value: JSON) -> Mapping[str, JSON]:
    """The arguments that a review shows, and ids that it names beside them."""
    if not isinstance(value, Mapping):
        return {}
    named = {
        key: inner for key, inner in value.items() if _RECORD_WORDS.intersection(key_words(str(key))[-1:])
    }
    call = value.get("call") if isinstance(value.get("call"), Mapping) else {}
    for holder in (call, value):
        for key in _ARGUMENT_KEYS:
            inner = _parsed(holder.get(key)) if isinstance(holder, Mapping) else None
            named.update(inner if isinstance(inner, Mapping) else {})
    return named


def _agrees(named: JSON, given: JSON) -> bool:
    """Whether two values differ in nothing that both of them say."""
    if isinstance(named, Mapping) and isinstance(given, Mapping):
        return all(_agrees(named[key], given[key]) for key in named.keys() & given.keys())
    return named == given or str(named).strip() == str(given).strip()
