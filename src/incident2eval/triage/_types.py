"""What kind of incident it is: as its file says, else as the evidence and the answers tell."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from incident2eval import checks
from incident2eval.model import Answer, Finding, Incident, IncidentType
from incident2eval.triage._words import client_noticed, plain

PRECEDENCE = (
    IncidentType.DATA_EXPOSURE,  # cannot be taken back
    IncidentType.UNAUTHORISED_ACTION,  # has to be reversed
    IncidentType.BIASED_OR_INCONSISTENT_DECISION,
    IncidentType.WORKFLOW_DRIFT,
    IncidentType.HUMAN_REVIEW_FAILURE,
    IncidentType.INCORRECT_EXTERNAL_OUTPUT,  # last: most of the others also show as a wrong text
)
"""Which type is the primary one where several are told of: the one whose immediate control is most urgent."""

NAMED: Mapping[IncidentType, str] = MappingProxyType(
    {
        IncidentType.DATA_EXPOSURE: "a data exposure",
        IncidentType.INCORRECT_EXTERNAL_OUTPUT: "an incorrect external output",
        IncidentType.UNAUTHORISED_ACTION: "an unauthorised action",
        IncidentType.BIASED_OR_INCONSISTENT_DECISION: "a biased or inconsistent decision",
        IncidentType.WORKFLOW_DRIFT: "workflow drift",
        IncidentType.HUMAN_REVIEW_FAILURE: "a human-review failure",
    }
)
"""The types as a sentence says them."""


def types_of(
    incident: Incident, findings: tuple[Finding, ...]
) -> tuple[tuple[IncidentType, ...], tuple[str, ...]]:
    """The types, the primary one first, and why; none where nothing tells.

    Args:
        incident: The incident as its file and its log tell it.
        findings: What the checks found in the recorded run.
    """
    if incident.type:
        return incident.type, (f"It is {NAMED[incident.type[0]]}: the incident file says so (type).",)
    told = tuple(_told_types(incident, findings)) or tuple(_guessed_types(incident, findings))
    types = tuple(kind for kind in PRECEDENCE if any(kind is seen for seen, _ in told))
    if not types:
        return (), (
            "No type is suggested: no check is red, and no answer tells what kind it was. Name one (type).",
        )
    return types, tuple(
        f"It is {NAMED[kind]}: {why}." for kind in types for seen, why in told if seen is kind
    )


def _told_types(incident: Incident, findings: tuple[Finding, ...]) -> Iterator[tuple[IncidentType, str]]:
    """What the evidence and the answers say for certain."""
    for check in sorted({finding.check for finding in findings}):
        if check in checks.TYPE_OF_CHECK:
            yield checks.TYPE_OF_CHECK[check], f"the check {check} is red on the recorded run"
    if incident.questions.exposed_information is Answer.YES:
        yield (
            IncidentType.DATA_EXPOSURE,
            "it exposed confidential or personal information (exposed_information: yes)",
        )
    if incident.surface == "automated_decision_step":
        yield IncidentType.BIASED_OR_INCONSISTENT_DECISION, "it showed in an automated decision (surface)"
    if "silent_degradation" in map(plain, incident.failure_modes):
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
    elif client_noticed(incident):
        yield (
            IncidentType.INCORRECT_EXTERNAL_OUTPUT,
            "a client noticed it, and nothing tells more (noticed_by: client); please confirm",
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
