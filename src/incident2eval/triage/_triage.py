"""Triage: what kind of incident it is, and how bad; a person confirms or overrules it."""

from dataclasses import dataclass

from incident2eval.model import Finding, Incident, IncidentType, Severity
from incident2eval.triage._severity import open_points, severity_of
from incident2eval.triage._types import types_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the tool makes of an incident; a person confirms or overrules it."""

    type: IncidentType | None
    """The primary type; None where neither the file nor the evidence tells one."""
    types: tuple[IncidentType, ...]
    """Every type, the primary one first."""
    suggested: Severity
    because: tuple[str, ...]
    """Why, in plain words, each naming the question or fact that it rests on."""
    unknown: tuple[str, ...]
    """What is not known or contradicts itself, and what it would change."""


def triage(incident: Incident, findings: tuple[Finding, ...]) -> Triage:
    """Tell the type and suggest a severity.

    The type comes from the file, else from the checks that are red on the recorded run and from the answers.
    The severity follows from the seven questions and the stated facts: unknown is never no, and that nobody
    complained lowers nothing. Level 4 is suggested on stated facts only.

    Args:
        incident: The incident as its file tells it.
        findings: What the checks found in the recorded run.

    Returns:
        Type, level and the reasons for both; what is open stands under `unknown`.
    """
    types, type_reasons = types_of(incident, findings)
    suggested, level_reasons = severity_of(incident, types, findings)
    return Triage(
        type=types[0] if types else None,
        types=types,
        suggested=suggested,
        because=(*type_reasons, *level_reasons),
        unknown=tuple(open_points(incident, suggested)),
    )
