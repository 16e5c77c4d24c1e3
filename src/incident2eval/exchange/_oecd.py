"""The OECD's common reporting framework for AI incidents: 29 criteria, seven of them mandatory."""

from dataclasses import replace

from incident2eval.exchange._facts import affected, control, done, happened, title, what_happened
from incident2eval.exchange._mapping import Field, Target, approximate, direct, partial, unmapped
from incident2eval.model import JSON, Category, IncidentFile


def _numbered(number: int, field: Field) -> Field:
    """The criterion under its number, which is what others name it by; no dot of its name divides it."""
    return replace(field, path=(f"{number} {field.name}",))


def _relation(file: IncidentFile) -> JSON:
    said: dict[str, JSON] = {
        "type": [str(one) for one in file.types],
        "failure_modes": list(file.incident.failure_modes),
        "failed_control": control(file),
    }
    return said if any(said.values()) else None


def _reporter(file: IncidentFile) -> JSON:
    reporter = file.incident.reporter
    return {"name": reporter.name, "role": reporter.role} if reporter else None


def _system(file: IncidentFile) -> JSON:
    workflow = file.incident.workflow
    return {"name": workflow.name, "version": workflow.version, "model": workflow.model}


def _kept(file: IncidentFile) -> JSON:
    return sorted({row.kind for row in file.incident.evidence if row.file and row.kind})


def _model_is_to_blame(file: IncidentFile) -> JSON:
    stated = file.incident.root_cause.category if file.incident.root_cause else None
    confirmed = file.cause.category if file.cause and file.cause_confirmed else None
    return True if Category.MODEL in {stated, confirmed} else None


def _more(file: IncidentFile) -> JSON:
    incident = file.incident
    return {
        "outcome": str(incident.outcome) if incident.outcome else None,
        "noticed_by": incident.noticed_by,
        "impact": incident.impact.text,
        "acted_on": str(incident.impact.acted_on),
    }


_OWN_LIST = "our own list of words, not the OECD's values"
_CRITERIA = (
    direct("Title", "title", title, required=True),
    direct("Description of the incident", "what_happened", what_happened, required=True),
    approximate(
        "How is the AI system(s) related to the incident",
        "type failure_modes root_cause.failed_control",
        _relation,
        _OWN_LIST,
        required=True,
    ),
    partial(
        "Submitter information",
        "reporter.name reporter.role",
        _reporter,
        "who reported it inside the firm, by a pseudonym; whoever submits it puts their own name",
        required=True,
    ),
    direct("Date of first known occurrence", "when.happened", happened, "the day, in UTC"),
    unmapped("Country(ies) where incident occurred", "where a duty applies is not where it happened"),
    partial(
        "Supporting material(s) about the incident",
        "evidence.kind",
        _kept,
        "the kinds that are kept; the files stay at home",
        required=True,
    ),
    direct(
        "Name and version of the AI system(s)/product(s)",
        "workflow.name workflow.version workflow.model",
        _system,
    ),
    unmapped("Organisation(s) that developed and/or deployed the AI system"),
    unmapped("Severity", "our levels are not the OECD's, and are never converted", required=True),
    approximate(
        "Harm type",
        "impact.domains",
        lambda file: list(file.incident.impact.domains),
        _OWN_LIST,
        required=True,
    ),
    unmapped("Quantification of harm", "how many were affected is no measure of harm"),
    unmapped("Incident linked to use of AI system(s) in unintended/wrongful way"),
    approximate("Affected stakeholder(s)", "affected.kind affected.count", affected, _OWN_LIST),
    unmapped("Adverse impacts on human rights or fundamental rights"),
    unmapped("Associated AI Principles"),
    unmapped("Industry(ies)"),
    unmapped("Business function(s) where the AI incident occurred"),
    unmapped("Incident linked to the functioning of critical functions/infrastructure"),
    unmapped("Breadth of deployment"),
    unmapped("Incident linked to the training data of AI system(s)", "a cause in the data is no training"),
    approximate(
        "Incident linked to the AI model",
        "root_cause.category",
        _model_is_to_blame,
        "true where a person confirmed that the cause lies in the model; else left empty",
    ),
    unmapped("Usage rights"),
    unmapped("Incident linked to interaction of multiple AI systems"),
    unmapped("Task(s) of AI system(s)"),
    unmapped("Maximum autonomy level of AI system(s)", "that it acted once says nothing of the most it may"),
    partial(
        "Action(s) taken",
        "containment.did containment.action actions.text",
        done,
        "in the words of those who did it; only what is done",
    ),
    partial(
        "Steps to reproduce the incident",
        "cases",
        lambda file: list(file.cases),
        "ids of the tests that replay it, kept at home",
    ),
    partial(
        "Additional information",
        "outcome noticed_by impact.text impact.acted_on",
        _more,
    ),
)

OECD = Target(
    name="oecd",
    title="OECD common reporting framework for AI incidents",
    version="the 29 criteria of 2025, by number and name as a third party's mapping lists them",
    source="https://doi.org/10.1787/f326d4ac-en; names: Briella009/Africa-AI-Incident-Observatory at 4fe8a51",
    fields=tuple(_numbered(number, field) for number, field in enumerate(_CRITERIA, start=1)),
)
