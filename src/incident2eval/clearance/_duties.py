"""Duties to notify: from level 2 on somebody decided about each before the workflow runs again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, line, the_only
from incident2eval.model import Answer, ClockState, Duty, Severity


def duty_demands(ask: Ask) -> Iterator[Demand]:
    """That every duty is filed or decided; at level 2 only where information got out or a duty is possible.

    Args:
        ask: Everything known.
    """
    if ask.severity > Severity.LOW:
        asked = [one for one in ask.concerns if _is_asked(one)]
        demand = each(
            "duties decided",
            asked,
            _waiting,
            held="no duty to notify waits for a decision",
            todo=_decide,
        )
        yield replace(demand, details=tuple(_named(one, duty) for one in asked for duty in _open(one)))


def _is_asked(concern: Concern) -> bool:
    """By its own level: what another incident asks for does not make duties of this one."""
    asked = concern.questions
    answers = {asked.exposed_information, asked.obligation_possible}
    return concern.level >= Severity.IMPACT or (concern.level > Severity.LOW and answers != {Answer.NO})


def _open(concern: Concern) -> list[Duty]:
    """What has not started asks for nothing yet: the filing that it waits for is open itself."""
    return [
        one for one in concern.file.duties if one.state.is_open and one.state is not ClockState.NOT_STARTED
    ]


def _decide(concern: Concern) -> str:
    """What declares the firm, and the command that decides: with the rule's id, where one duty is left."""
    name, duties = concern.name, _open(concern)
    undeclared = any(one.state is ClockState.SCOPE_NOT_DECLARED for one in duties)
    first = "[organisation] in incident2eval.toml; then " if undeclared else ""
    rule = the_only([one.rule.id for one in duties], "RULE")
    named = f" (incident2eval triage {name} names them)" if rule == "RULE" else ""
    return (
        f"{first}incident2eval duty {name} {rule} --filed, or --not-required --reason TEXT, --by NAME{named}"
    )


def _waiting(concern: Concern) -> Iterator[str]:
    """One line: how many wait for what, those first that a declaration of the firm may settle together."""
    states = Counter(one.state for one in _open(concern))
    parts = []
    if undeclared := states.pop(ClockState.SCOPE_NOT_DECLARED, 0):
        wait = "duties wait" if undeclared > 1 else "duty waits"
        parts.append(f"{undeclared} {wait} for [organisation] in incident2eval.toml: where and what you are")
    parts += [f"{number} {state.replace('_', ' ')}" for state, number in states.items()]
    if parts:
        yield ", ".join(parts)


def _named(concern: Concern, duty: Duty) -> str:
    return f"{concern.name}: {line(duty.rule.id)} is {duty.state.replace('_', ' ')}"
