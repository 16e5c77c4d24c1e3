"""Triage: what kind of incident it is, and how bad: by what it did to the business, not by oddness."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from incident2eval.checks import SHELF
from incident2eval.model import Answer, Finding, Happened, Incident, IncidentType, Severity


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
    """What is not known or not judged yet, and what it would change."""


TYPE_OF_CHECK: Mapping[str, IncidentType] = {check.name: check.type for check in SHELF if check.type}
"""What kind of incident a red check speaks for."""

PRECEDENCE = (
    IncidentType.DATA_EXPOSURE,  # cannot be taken back
    IncidentType.UNAUTHORISED_ACTION,  # has to be reversed
    IncidentType.BIASED_OR_INCONSISTENT_DECISION,
    IncidentType.WORKFLOW_DRIFT,
    IncidentType.HUMAN_REVIEW_FAILURE,
    IncidentType.INCORRECT_EXTERNAL_OUTPUT,  # last: most of the others also show as a wrong text
)
"""Which type is the primary one where several are told of: the one whose immediate control is most urgent."""

_NAMED: Mapping[IncidentType, str] = MappingProxyType(
    {
        IncidentType.DATA_EXPOSURE: "a data exposure",
        IncidentType.INCORRECT_EXTERNAL_OUTPUT: "an incorrect external output",
        IncidentType.UNAUTHORISED_ACTION: "an unauthorised action",
        IncidentType.BIASED_OR_INCONSISTENT_DECISION: "a biased or inconsistent decision",
        IncidentType.WORKFLOW_DRIFT: "workflow drift",
        IncidentType.HUMAN_REVIEW_FAILURE: "a human-review failure",
    }
)

LARGE_SCALE = 1_000
"""From how many affected on an exposure is large-scale: our choice, no source gives a figure."""

_QUESTIONS: Mapping[str, tuple[str, Severity]] = MappingProxyType(
    {
        "left_company": ("it left the company or affected anyone outside", Severity.IMPACT),
        "exposed_information": ("it exposed confidential or personal information", Severity.MATERIAL_CAUGHT),
        "took_action": ("the AI acted rather than drafted", Severity.MATERIAL_CAUGHT),
        "approved_wrongly": ("a reviewer approved what should have been rejected", Severity.MATERIAL_CAUGHT),
        "could_affect_more": ("it could affect more records or users", Severity.MATERIAL_CAUGHT),
        "recent_change": ("a recent change is behind it", Severity.MATERIAL_CAUGHT),
        "obligation_possible": ("someone may have to be notified", Severity.MATERIAL_CAUGHT),
    }
)
"""The seven questions in words, and the least level that a yes means."""

_SLIP = (
    "all seven questions are answered no, nobody acted on it (impact.acted_on: no), "
    "and it touches no more than daily operations (impact.domains)"
)

_NOT_JUDGED = (
    "Not judged yet: duties to notify and their deadlines, and who has to be involved and to sign. "
    "Ask a qualified person; this is not legal advice."
)


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
    types, type_reasons = _types(incident, findings)
    suggested, level_reasons = _severity(incident, types)
    return Triage(
        type=types[0] if types else None,
        types=types,
        suggested=suggested,
        because=(*type_reasons, *level_reasons),
        unknown=tuple(_unknown(incident, suggested)),
    )


def _types(
    incident: Incident, findings: tuple[Finding, ...]
) -> tuple[tuple[IncidentType, ...], tuple[str, ...]]:
    if incident.type:
        return incident.type, (f"It is {_NAMED[incident.type[0]]}: the incident file says so (type).",)
    told = tuple(_told_types(incident, findings)) or tuple(_guessed_types(incident, findings))
    types = tuple(kind for kind in PRECEDENCE if any(kind is seen for seen, _ in told))
    if not types:
        return (), (
            "No type is suggested: no check is red, and no answer tells what kind it was. Name one (type).",
        )
    return types, tuple(
        f"It is {_NAMED[kind]}: {why}." for kind in types for seen, why in told if seen is kind
    )


def _told_types(incident: Incident, findings: tuple[Finding, ...]) -> Iterator[tuple[IncidentType, str]]:
    """What the evidence and the answers say for certain."""
    for check in sorted({finding.check for finding in findings} & TYPE_OF_CHECK.keys()):
        yield TYPE_OF_CHECK[check], f"the check {check} is red on the recorded run"
    if incident.questions.exposed_information is Answer.YES:
        yield (
            IncidentType.DATA_EXPOSURE,
            "it exposed confidential or personal information (exposed_information: yes)",
        )
    if incident.surface == "automated_decision_step":
        yield IncidentType.BIASED_OR_INCONSISTENT_DECISION, "it showed in an automated decision (surface)"
    if "silent_degradation" in incident.failure_modes:
        yield IncidentType.WORKFLOW_DRIFT, "it went wrong bit by bit (failure_modes: silent_degradation)"
    if incident.questions.approved_wrongly is Answer.YES:
        yield IncidentType.HUMAN_REVIEW_FAILURE, "a reviewer let it through (approved_wrongly: yes)"


def _guessed_types(incident: Incident, findings: tuple[Finding, ...]) -> Iterator[tuple[IncidentType, str]]:
    """What is likely where nothing says more: the action may have been allowed, the output right."""
    if incident.questions.took_action is Answer.YES:
        yield (
            IncidentType.UNAUTHORISED_ACTION,
            "the AI acted, and nothing tells more (took_action: yes); please confirm",
        )
    elif incident.questions.left_company is Answer.YES:
        yield (
            IncidentType.INCORRECT_EXTERNAL_OUTPUT,
            "it left the company, and nothing tells more (left_company: yes); please confirm",
        )
    elif any(finding.step is None for finding in findings):
        checks = " and ".join(sorted({finding.check for finding in findings if finding.step is None}))
        yield (
            IncidentType.INCORRECT_EXTERNAL_OUTPUT,
            f"what it wrote is wrong, and nothing tells more ({checks}); please confirm",
        )
    elif incident.wrong:
        yield (
            IncidentType.INCORRECT_EXTERNAL_OUTPUT,
            "words of it are marked as wrong, and nothing tells more (wrong); please confirm",
        )


def _severity(incident: Incident, types: tuple[IncidentType, ...]) -> tuple[Severity, tuple[str, ...]]:
    impact = tuple(_impact(incident))
    severe = tuple(_severe(incident, types, happened=bool(impact)))
    if severe:
        return Severity.SEVERE, tuple(f"Level 4: {why}." for why in severe)
    if impact:
        return Severity.IMPACT, tuple(f"Level 3: {why}." for why in impact)
    material = tuple(_material(incident, types))
    if material:
        return Severity.MATERIAL_CAUGHT, tuple(f"Level 2: {why}." for why in material)
    return Severity.LOW, (f"Level 1: {_SLIP}.",)


def _severe(incident: Incident, types: tuple[IncidentType, ...], *, happened: bool) -> Iterator[str]:
    """Stated facts only: nothing here is worked out from how the incident reads."""
    if "safety" in incident.impact.domains:
        yield "safety is at risk (impact.domains: safety)"
    most = max((row.count or 0 for row in incident.affected), default=0)
    if happened and most >= LARGE_SCALE and IncidentType.DATA_EXPOSURE in types:
        yield f"it is an exposure on a large scale, {most:,} affected (affected)"


def _impact(incident: Incident) -> Iterator[str]:
    questions, caught = incident.questions, incident.outcome is Happened.NEAR_MISS
    if incident.outcome is Happened.REALISED:
        yield "it had an effect (outcome: realised)"
    if questions.left_company is Answer.YES:
        yield f"{_QUESTIONS['left_company'][0]} (left_company: yes)"
    if incident.noticed_by == "client":
        yield "a client noticed it, so it had reached one (noticed_by: client)"
    if incident.impact.acted_on is Answer.YES:
        yield "someone acted on it (impact.acted_on: yes)"
    if questions.took_action is Answer.YES and not caught:
        yield "the AI acted, and nothing says it was caught in time (took_action: yes)"


def _material(incident: Incident, types: tuple[IncidentType, ...]) -> Iterator[str]:
    if incident.outcome is Happened.NEAR_MISS:
        yield "it was caught before it had an effect (outcome: near_miss)"
    for kind in (IncidentType.DATA_EXPOSURE, IncidentType.UNAUTHORISED_ACTION):
        if kind in types:
            yield f"{_NAMED[kind]} is more than a slip even when it is caught (type)"
    yield from (f"{words} ({name}: yes)" for name, (words, _) in _asked(incident, Answer.YES))
    touched = [domain for domain in incident.impact.domains if domain != "operational"]
    if touched:
        yield f"more than daily operations could have been hit: {', '.join(touched)} (impact.domains)"
    still_open = [name for name, _ in _asked(incident, Answer.UNKNOWN)]
    if incident.impact.acted_on is Answer.UNKNOWN:
        still_open.append("impact.acted_on")
    if still_open:
        yield f"unknown is not no, and this is open: {', '.join(still_open)}"


def _unknown(incident: Incident, suggested: Severity) -> Iterator[str]:
    open_questions = dict(_asked(incident, Answer.UNKNOWN))
    if incident.impact.acted_on is Answer.UNKNOWN:
        open_questions["impact.acted_on"] = ("anyone acted on it", Severity.IMPACT)
    for name, (words, level) in open_questions.items():
        raises = f" A yes makes it level {level}." if level > suggested else ""
        yield f"Not known: whether {words} ({name}).{raises}"
    if incident.outcome is Happened.NEAR_MISS and any(_impact(incident)):
        yield "The file calls it a near miss and says that it had an effect: correct one of them (outcome)."
    if suggested is Severity.IMPACT:
        yield "Not judged: whether the loss is severe or the action was repeated. Either makes it level 4."
    yield _NOT_JUDGED


def _asked(incident: Incident, answer: Answer) -> Iterator[tuple[str, tuple[str, Severity]]]:
    """The questions that were answered so, with their words and level."""
    return (
        (name, asked) for name, asked in _QUESTIONS.items() if getattr(incident.questions, name) is answer
    )
