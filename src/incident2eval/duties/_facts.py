"""Whether the facts of an incident fire a rule: only a no stops one, and unknown is not no."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from incident2eval.model import FACTS, Answer, Incident, Rule, Severity, WorkflowSettings

WEIGHED = "risk_to_people"
"""A no to this one is a judgement, not a fact: it stops no clock until a named person decides, with a reason
(UK and EU GDPR, Article 33(1), puts the burden that way round)."""

WORDS: Mapping[str, str] = {
    "left_company": "it left the company or touched somebody outside",
    "exposed_information": "it exposed confidential, regulated or personal information",
    "took_action": "it took an action rather than wrote a draft",
    "approved_wrongly": "a reviewer approved what should have been rejected",
    "could_affect_more": "it could affect more records or users",
    "recent_change": "a recent change is behind it",
    "obligation_possible": "a contract, insurance policy or law may ask for a notice",
    "personal_data": "data of living people are involved",
    "risk_to_people": "it is a risk to people",
    "high_risk": "it is a high risk to people",
    "client_harmed": "a client suffered concrete harm",
    "conduct_affected": "it touched a process that the financial regulator covers",
    "threshold_met": "a threshold of the FCA is met",
    "serious_incident": "it is a serious incident under the AI Act",
    "widespread": "it is a widespread infringement or disrupts critical infrastructure",
    "death": "somebody died",
    "significant": "it is significant under NIS2",
    "major": "it is major under DORA",
    "health_data": "unsecured health information is involved",
    "material_to_investors": "it is material to investors",
    "acted_on": "somebody acted on the output",
    "contract_found": "an integration of the workflow has a vendor or a contract, which may ask for a notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """Whether a rule fires, and the facts that say so."""

    fires: bool
    because: tuple[str, ...]


def facts_of(
    incident: Incident, workflow: WorkflowSettings | None, severity: Severity
) -> Mapping[str, Answer]:
    """Every fact that a rule may name, with its answer.

    Args:
        incident: File and log together.
        workflow: The settings of its workflow; their contracts are a fact too, unknown without settings.
        severity: The level that counts; no contract asks for a notice of a slip inside the house (our
            choice), unless somebody says that one may (obligation_possible).
    """
    found = _contract(workflow) if severity > Severity.LOW else Answer.NO
    apart = {"acted_on": incident.impact.acted_on, "contract_found": found}
    return {name: apart.get(name) or _asked(incident, name) for name in FACTS}


def _contract(workflow: WorkflowSettings | None) -> Answer:
    """Whether an integration names a contract, a vendor, or whom to tell."""
    if workflow is None:
        return Answer.UNKNOWN
    said = (text for one in workflow.integrations for text in (one.contract, one.notifies, one.vendor))
    return Answer.YES if any((text or "").strip() for text in said) else Answer.NO


def _asked(incident: Incident, name: str) -> Answer:
    """What the file says to one question or circumstance."""
    holder = incident.questions if hasattr(incident.questions, name) else incident.circumstances
    return Answer(getattr(holder, name))


def firing(rule: Rule, facts: Mapping[str, Answer]) -> Firing:
    """Whether the facts let a rule fire: any no of `all_of`, or all no of `any_of`, stops it."""
    needed = [name for name in rule.all_of if name != WEIGHED]
    against = [name for name in needed if facts[name] is Answer.NO]
    if rule.any_of and all(facts[name] is Answer.NO for name in rule.any_of):
        against += rule.any_of
    if against:
        return Firing(fires=False, because=tuple(_said(name, Answer.NO) for name in against))
    alternatives = [name for name in rule.any_of if facts[name] is not Answer.NO]
    return Firing(fires=True, because=tuple(_reasons([*needed, *alternatives], rule, facts)))


def _reasons(names: list[str], rule: Rule, facts: Mapping[str, Answer]) -> Iterator[str]:
    """Why it fires, and what would end it."""
    yield from (_said(name, facts[name]) for name in names)
    if WEIGHED not in rule.all_of:
        return
    if facts[WEIGHED] is Answer.NO:
        yield (
            f"{WEIGHED} is no: that alone stops no clock; a named person has to decide, with a reason, "
            "that no notice is required"
        )
    else:
        yield _said(WEIGHED, facts[WEIGHED])


def _said(name: str, answer: Answer) -> str:
    """A fact with its answer and what it is about."""
    words = f"{name} is {answer} ({WORDS[name]})"
    return f"{words}; unknown is not no" if answer is Answer.UNKNOWN else words
