"""Who has to be there besides the workflow's owner: the functions that the facts point at."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incident2eval.model import Answer, Approver, Incident, IncidentType, Severity
from incident2eval.triage._severity import QUESTIONS
from incident2eval.triage._surfaces import SURFACES
from incident2eval.triage._words import domains, plain


class Function(StrEnum):
    """Who may have to be there; in a small firm one person is several of them."""

    SECURITY = "security"
    LEGAL = "legal"
    HR = "HR"
    FINANCE = "finance"
    OPERATIONS = "operations"
    INSURER = "insurer"
    SOLICITOR = "solicitor"


_ROLE = {
    Function.SECURITY: "security",
    Function.LEGAL: "legal",
    Function.OPERATIONS: "workflow_owner",
}
"""Which role of an approver stands for a function; the settings name nobody for the others."""

_OF_QUESTION = {
    "exposed_information": (Function.SECURITY, Function.LEGAL),
    "took_action": (Function.SECURITY, Function.OPERATIONS),
    "obligation_possible": (Function.LEGAL,),
}
"""Whom a question points at; from level 3 on the first and the last point outside the firm too (R69, R84)."""

_OF_DOMAIN = {
    "employee": (Function.HR,),
    "financial": (Function.FINANCE, Function.INSURER),
    "legal": (Function.LEGAL, Function.SOLICITOR),
    "security": (Function.SECURITY, Function.INSURER),
    "safety": (Function.OPERATIONS, Function.LEGAL, Function.INSURER),
    "operational": (Function.OPERATIONS,),
}

_OUTSIDE = (Function.INSURER, Function.SOLICITOR)
"""Whom the firm calls from outside."""

_DECIDED_ON = frozenset({"employee", "applicant"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """A function that has to be there, why, and who of the firm that is."""

    function: str
    because: str
    """In plain words; each reason names the fact it rests on."""
    who: str | None = None
    """Names from the settings; None where they name nobody."""


def involved(
    incident: Incident, types: Sequence[IncidentType], severity: Severity, approvers: Sequence[Approver]
) -> tuple[Involved, ...]:
    """The functions that the facts point at (R68, R69, R84), in the order of `Function`.

    An answer that nobody gave points like a yes. A question to a person, not a finding: no duty to notify is
    judged here.

    Args:
        incident: File and log together.
        types: Its types, as stated or suggested.
        severity: The level that counts.
        approvers: Who has which role.
    """
    told = list(_told(incident, frozenset(types), severity))
    return tuple(
        Involved(function=function, because="; ".join(reasons), who=_who(function, approvers))
        for function in Function
        if (reasons := tuple(dict.fromkeys(why for seen, why in told if seen is function)))
    )


def _told(
    incident: Incident, types: Collection[IncidentType], severity: Severity
) -> Iterator[tuple[Function, str]]:
    yield from _by_answer(incident, severity)
    yield from _by_domain(incident, severity)
    yield from _by_type(incident, types)
    yield from _by_level(severity)
    if incident.surface and severity >= Severity.MATERIAL_CAUGHT:
        for name in SURFACES[incident.surface].functions:
            yield Function(name), f"it showed there (surface: {incident.surface})"


def _by_answer(incident: Incident, severity: Severity) -> Iterator[tuple[Function, str]]:
    asked, facts = incident.questions, incident.circumstances
    outside = severity >= Severity.IMPACT
    for name, functions in _OF_QUESTION.items():
        if (answer := getattr(asked, name)) is not Answer.NO:
            yield from ((each, _told_or_open(name, answer)) for each in functions)
            if outside and name != "took_action":
                yield from ((each, _told_or_open(name, answer)) for each in _OUTSIDE)
    if facts.client_harmed is Answer.YES:
        yield from ((each, "a client was harmed (client_harmed: yes)") for each in _OUTSIDE)
    elif outside and facts.client_harmed is Answer.UNKNOWN:
        open_question = "nobody has said whether a client was harmed (client_harmed: unknown)"
        yield from ((each, open_question) for each in _OUTSIDE)
    if facts.personal_data is Answer.YES:
        yield Function.LEGAL, "data of living people are involved (personal_data: yes)"


def _told_or_open(name: str, answer: Answer) -> str:
    words = QUESTIONS[name][0]
    told = words if answer is Answer.YES else f"nobody has said whether {words}"
    return f"{told} ({name}: {answer})"


def _by_domain(incident: Incident, severity: Severity) -> Iterator[tuple[Function, str]]:
    for domain in domains(incident):
        yield from (
            (each, f"it touched this (impact.domains: {domain})") for each in _OF_DOMAIN.get(domain, ())
        )
    for kind in sorted({plain(row.kind) for row in incident.affected} & _DECIDED_ON):
        yield Function.HR, f"it affected people of ours or who apply to us (affected: {kind})"
    if not incident.impact.domains and severity >= Severity.IMPACT:
        for each in (Function.HR, Function.FINANCE, Function.OPERATIONS):
            yield each, "it had an effect, and nobody has said on what (impact.domains)"


def _by_type(incident: Incident, types: Collection[IncidentType]) -> Iterator[tuple[Function, str]]:
    if IncidentType.DATA_EXPOSURE in types:
        yield from ((each, "it is a data exposure") for each in (Function.SECURITY, Function.LEGAL))
    if IncidentType.UNAUTHORISED_ACTION in types:
        yield from (
            (each, "it is an unauthorised action") for each in (Function.SECURITY, Function.OPERATIONS)
        )
    if IncidentType.BIASED_OR_INCONSISTENT_DECISION in types:
        yield Function.LEGAL, "it is a biased or inconsistent decision"
        if not incident.affected:
            yield Function.HR, "it is a decision, and nobody has said about whom (affected)"


def _by_level(severity: Severity) -> Iterator[tuple[Function, str]]:
    if severity >= Severity.MATERIAL_CAUGHT:
        yield Function.OPERATIONS, "the work goes on without the workflow (level 2 and above)"
    if severity >= Severity.IMPACT:
        yield Function.LEGAL, "duties to notify are decided (level 3 and above)"
    if severity >= Severity.SEVERE:
        for each in (Function.SECURITY, Function.FINANCE, *_OUTSIDE):
            yield each, "it is severe (level 4)"


def _who(function: Function, approvers: Sequence[Approver]) -> str | None:
    role = _ROLE.get(function)
    return ", ".join(one.name for one in approvers if role in one.roles) or None
