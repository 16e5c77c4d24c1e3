"""What may not pass as a level-1 note: the six markers that make an incident of a quality issue (R5)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from incident2eval.model import Answer, Happened, Incident, IncidentType, Policy, Severity
from incident2eval.triage._severity import QUESTIONS, beyond_operations, circumstances
from incident2eval.triage._words import client_noticed

MARKERS = ("material", "repeated", "visible", "unauthorised", "sensitive", "control_failed")
"""The six, in the order in which they are asked."""

_MARKER_OF_QUESTION: Mapping[str, str] = MappingProxyType(
    {
        "left_company": "visible",
        "exposed_information": "sensitive",
        "took_action": "unauthorised",
        "approved_wrongly": "control_failed",
        "could_affect_more": "material",
        "recent_change": "control_failed",
        "obligation_possible": "material",
    }
)
"""Which marker a question speaks for. That a change which went wrong is a control that failed, and that
what may hit more records, or oblige the firm, is material: our choice."""

_MARKER_OF_TYPE: Mapping[IncidentType, tuple[str, str]] = MappingProxyType(
    {
        IncidentType.DATA_EXPOSURE: ("sensitive", "it is a data exposure (type)"),
        IncidentType.UNAUTHORISED_ACTION: ("unauthorised", "it is an unauthorised action (type)"),
        IncidentType.HUMAN_REVIEW_FAILURE: ("control_failed", "the review failed (type)"),
    }
)

_DATA = frozenset({"personal_data", "health_data"})
"""Circumstances that speak for sensitive data; each other one is material."""


def escalations(incident: Incident, *, like_it: int, policy: Policy) -> tuple[str, ...]:
    """Why this may not pass as a level-1 note; nothing where it may.

    An answer that nobody gave is not no: it is named as one that rules the marker in. Of the circumstances
    (`personal_data` and the like) only a yes speaks, as question 2 asks for the same.

    Args:
        incident: The incident as its file and its log tell it, types included.
        like_it: How many failures of its type there were before it.
        policy: From how many on the next one counts as repeated.

    Returns:
        One line a reason, in the order of `MARKERS`, each starting with its marker and a colon.
    """
    told = [*_facts(incident), *_answers(incident), *_repeats(like_it, policy)]
    return tuple(f"{marker}: {why}" for marker in MARKERS for seen, why in told if seen == marker)


def _answers(incident: Incident) -> Iterator[tuple[str, str]]:
    for name, marker in _MARKER_OF_QUESTION.items():
        words, answer = QUESTIONS[name][0], getattr(incident.questions, name)
        if answer is Answer.YES:
            yield marker, f"{words} ({name}: yes)"
        elif answer is Answer.UNKNOWN:
            yield marker, f"nobody has said whether {words} ({name}: unknown)"
    if incident.impact.acted_on is not Answer.NO:
        known = "someone" if incident.impact.acted_on is Answer.YES else "nobody has said whether anyone"
        yield "material", f"{known} acted on it (impact.acted_on: {incident.impact.acted_on})"


def _facts(incident: Incident) -> Iterator[tuple[str, str]]:
    if incident.outcome is Happened.REALISED:
        yield "material", "it had an effect (outcome: realised)"
    if incident.outcome is Happened.NEAR_MISS:
        yield "material", "it would have had an effect, had nobody caught it (outcome: near_miss)"
    if touched := beyond_operations(incident):
        yield "material", f"it touches more than daily operations: {', '.join(touched)} (impact.domains)"
    if client_noticed(incident):
        yield "visible", "a client noticed it (noticed_by: client)"
    for name, why in circumstances(incident, Severity.MATERIAL_CAUGHT):
        yield "sensitive" if name in _DATA else "material", why
    if incident.root_cause and incident.root_cause.failed_control:
        yield "control_failed", "the file names a control that failed (root_cause.failed_control)"
    yield from (_MARKER_OF_TYPE[kind] for kind in incident.type if kind in _MARKER_OF_TYPE)


def _repeats(like_it: int, policy: Policy) -> Iterator[tuple[str, str]]:
    if like_it >= policy.repeated:
        yield (
            "repeated",
            f"{like_it} of its type before; {policy.repeated} make the next one repeated (policy)",
        )
