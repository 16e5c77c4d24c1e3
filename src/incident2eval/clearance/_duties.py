"""Duties to notify: from level 2 on somebody decided about each before the workflow runs again."""

from collections.abc import Iterator

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import judged, line
from incident2eval.model import Answer, ClockState, Severity


def duty_demands(ask: Ask) -> Iterator[Demand]:
    """That every duty is filed or decided; at level 2 only where information got out or a duty is possible.

    Args:
        ask: Everything known.
    """
    if ask.severity > Severity.LOW:
        yield judged(
            "duties decided",
            (why for one in ask.concerns if _is_asked(ask, one) for why in _open(one)),
            held="no duty to notify waits for a decision",
            todo="incident2eval triage INCIDENT shows them; incident2eval duty INCIDENT RULE "
            "--filed or --not-required --reason TEXT --by NAME",
        )


def _is_asked(ask: Ask, concern: Concern) -> bool:
    asked = concern.questions
    answers = {asked.exposed_information, asked.obligation_possible}
    return ask.severity >= Severity.IMPACT or answers != {Answer.NO}


def _open(concern: Concern) -> Iterator[str]:
    """What has not started asks for nothing yet: the filing that it waits for is open itself."""
    for duty in concern.file.duties:
        if duty.state.is_open and duty.state is not ClockState.NOT_STARTED:
            yield f"{concern.file.incident.id}: {line(duty.rule.id)} is {duty.state.replace('_', ' ')}"
