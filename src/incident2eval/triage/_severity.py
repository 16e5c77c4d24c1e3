"""How bad it is: by what it did to the business, not by how odd it looks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from incident2eval.model import Answer, Finding, Happened, Incident, IncidentType, Severity
from incident2eval.triage._surfaces import presumed
from incident2eval.triage._types import NAMED
from incident2eval.triage._words import client_noticed, domains, plain

LARGE_SCALE = 1_000
"""From how many affected on an exposure is large-scale: our choice, no source gives a figure."""

_ACTS = frozenset({"amounts_over_limit", "repeated_calls", "unapproved_actions", "wrong_record"})
"""Checks that are red only where the run did something: each of them judges calls that act or write."""

QUESTIONS: Mapping[str, tuple[str, Severity]] = MappingProxyType(
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

CIRCUMSTANCES: Mapping[str, tuple[str, Severity]] = MappingProxyType(
    {
        "death": ("somebody died", Severity.SEVERE),
        "client_harmed": ("a client was harmed", Severity.IMPACT),
        "serious_incident": ("it is a serious incident of an AI system", Severity.IMPACT),
        "widespread": ("it is widespread, or disrupts critical infrastructure", Severity.IMPACT),
        "major": ("it is a major incident of a financial firm's systems", Severity.IMPACT),
        "significant": ("it is a significant incident of network and information systems", Severity.IMPACT),
        "threshold_met": ("it meets the threshold of a financial regulator", Severity.IMPACT),
        "high_risk": ("the risk to people is high", Severity.IMPACT),
        "material_to_investors": ("it is material to investors", Severity.IMPACT),
        "health_data": ("health data of living people are involved", Severity.IMPACT),
        "personal_data": ("data of living people are involved", Severity.MATERIAL_CAUGHT),
    }
)
"""The circumstances in words, and the least level that a yes means (our choice). Only a yes speaks: nobody is
asked for them at first, and an unknown one raises nothing."""

_HARMS = frozenset({"death", "client_harmed"})
"""Circumstances that contradict a near miss."""

_SLIP = (
    "all seven questions are answered no, nobody acted on it (impact.acted_on: no), "
    "and it touches no more than daily operations (impact.domains)"
)


def severity_of(
    incident: Incident, types: tuple[IncidentType, ...], findings: tuple[Finding, ...]
) -> tuple[Severity, tuple[str, ...]]:
    """The level that the stated facts mean, and why.

    Args:
        incident: The incident as its file and its log tell it.
        types: Its types, stated or suggested.
        findings: What the checks found in the recorded run.
    """
    level, reasons = _by_facts(incident, types, findings)
    told = tuple(f"Level {int(level)}: {why}." for why in reasons)
    return level, (*told, *presumed(incident))


def open_points(incident: Incident, suggested: Severity) -> Iterator[str]:
    """What is not known, or contradicts itself, and what it would change.

    Args:
        incident: The incident as its file and its log tell it.
        suggested: The level that the rest of it means.
    """
    for name, words, level in _not_answered(incident):
        raises = f" A yes makes it level {level}." if level > suggested else ""
        yield f"Not known: whether {words} ({name}).{raises}"
    reached = tuple(_reached(incident))
    if incident.outcome is Happened.NEAR_MISS and reached:
        yield (
            "The file calls it a near miss (outcome: near_miss), and says otherwise: "
            f"{'; '.join(reached)}. Correct one of them; until then the higher level stands."
        )
    if suggested is Severity.IMPACT:
        yield "Not judged: whether the loss is severe or the action was repeated. Either makes it level 4."


def asked(incident: Incident, answer: Answer) -> Iterator[tuple[str, str, Severity]]:
    """The questions that were answered so: name, words, and the level that a yes means."""
    return (
        (name, words, level)
        for name, (words, level) in QUESTIONS.items()
        if getattr(incident.questions, name) is answer
    )


def beyond_operations(incident: Incident) -> tuple[str, ...]:
    """What it touched beside daily operations."""
    return tuple(domain for domain in domains(incident) if domain != "operational")


def circumstances(incident: Incident, level: Severity) -> Iterator[tuple[str, str]]:
    """The circumstances that were answered yes and mean that level at least: name, and why it counts."""
    return (
        (name, f"{words} ({name}: yes)")
        for name, (words, least) in CIRCUMSTANCES.items()
        if least >= level and getattr(incident.circumstances, name) is Answer.YES
    )


def _by_facts(
    incident: Incident, types: tuple[IncidentType, ...], findings: tuple[Finding, ...]
) -> tuple[Severity, tuple[str, ...]]:
    stated = (*_reached(incident), *_acted(incident, ()))
    impact = (*_reached(incident), *_acted(incident, findings), *_grave(incident))
    if severe := tuple(_severe(incident, types, happened=bool(stated))):
        return Severity.SEVERE, severe
    if impact:
        return Severity.IMPACT, impact
    if material := tuple(_material(incident, types)):
        return Severity.MATERIAL_CAUGHT, material
    return Severity.LOW, (_SLIP,)


def _severe(incident: Incident, types: tuple[IncidentType, ...], *, happened: bool) -> Iterator[str]:
    """Stated facts only: nothing here is worked out from how the incident reads."""
    yield from (why for _, why in circumstances(incident, Severity.SEVERE))
    if any("safety" in domain for domain in domains(incident)):
        yield "safety is at risk (impact.domains: safety)"
    most, where = _affected(incident)
    if happened and most >= LARGE_SCALE and IncidentType.DATA_EXPOSURE in types:
        yield f"it is an exposure on a large scale, {most:,} affected ({where})"


def _affected(incident: Incident) -> tuple[int, str]:
    """How many of one kind were affected, or were in the batch, and where that stands.

    The rows of one kind add up; one without a count is one.
    """
    rows = Counter[str]()
    for row in incident.affected:
        rows[plain(row.kind)] += 1 if row.count is None else max(row.count, 0)
    count = incident.batch.get("count")
    batch = count if isinstance(count, int) else 0
    return max((max(rows.values(), default=0), "affected"), (batch, "batch.count"), key=lambda one: one[0])


def _reached(incident: Incident) -> Iterator[str]:
    """Facts that say it had an effect; each of them contradicts a near miss."""
    if incident.outcome is Happened.REALISED:
        yield "it had an effect (outcome: realised)"
    if incident.questions.left_company is Answer.YES:
        yield f"{QUESTIONS['left_company'][0]} (left_company: yes)"
    if client_noticed(incident):
        yield "a client noticed it, so it had reached one (noticed_by: client)"
    if incident.impact.acted_on is Answer.YES:
        yield "someone acted on it (impact.acted_on: yes)"
    yield from (why for name, why in circumstances(incident, Severity.IMPACT) if name in _HARMS)


def _grave(incident: Incident) -> Iterator[str]:
    """Circumstances that are grave whether or not it was caught in time."""
    yield from (why for name, why in circumstances(incident, Severity.IMPACT) if name not in _HARMS)


def _acted(incident: Incident, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Facts that say the AI did something, unless it was caught in time."""
    if incident.outcome is Happened.NEAR_MISS:
        return
    if incident.questions.took_action is Answer.YES:
        yield "the AI acted, and nothing says it was caught in time (took_action: yes)"
    elif incident.questions.took_action is Answer.UNKNOWN:
        for check in sorted({finding.check for finding in findings} & _ACTS):
            yield f"the AI acted, as the check {check} shows, and nothing says it was caught in time"


def _material(incident: Incident, types: tuple[IncidentType, ...]) -> Iterator[str]:
    if incident.outcome is Happened.NEAR_MISS:
        yield "it was caught before it had an effect (outcome: near_miss)"
    for kind in (IncidentType.DATA_EXPOSURE, IncidentType.UNAUTHORISED_ACTION):
        if kind in types:
            yield f"{NAMED[kind]} is more than a slip even when it is caught (type)"
    yield from (f"{words} ({name}: yes)" for name, words, _ in asked(incident, Answer.YES))
    yield from (why for _, why in circumstances(incident, Severity.MATERIAL_CAUGHT))
    if touched := beyond_operations(incident):
        yield f"more than daily operations could have been hit: {', '.join(touched)} (impact.domains)"
    if still_open := [name for name, _, _ in _not_answered(incident)]:
        yield f"unknown is not no, and this is open: {', '.join(still_open)}"


def _not_answered(incident: Incident) -> Iterator[tuple[str, str, Severity]]:
    """What of the seven questions, and whether anyone acted on it, nobody has answered."""
    yield from asked(incident, Answer.UNKNOWN)
    if incident.impact.acted_on is Answer.UNKNOWN:
        yield "impact.acted_on", "anyone acted on it", Severity.IMPACT
