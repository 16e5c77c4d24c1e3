"""Four principles that a regulator or a client asks about: touched, not touched, or not known (R81)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident2eval.model import Answer, Incident, IncidentType

PRINCIPLES = ("fairness", "transparency", "data minimisation", "accuracy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """Whether it was touched, and why that is thought."""

    name: str
    touched: Answer
    because: str


def principles(incident: Incident, types: Sequence[IncidentType]) -> tuple[Principle, ...]:
    """The four in the order of `PRINCIPLES`; unknown where no fact speaks for or against.

    Args:
        incident: File and log together.
        types: Its types, as stated or suggested.
    """
    told = {name: (answer, why) for name, answer, why in reversed(tuple(_told(incident, types)))}
    nothing = (Answer.UNKNOWN, "nothing in the file speaks for or against it")
    return tuple(
        Principle(name=name, touched=answer, because=why)
        for name in PRINCIPLES
        for answer, why in [told.get(name, nothing)]
    )


def _told(incident: Incident, types: Sequence[IncidentType]) -> Iterator[tuple[str, Answer, str]]:
    """What speaks for or against a principle; the first that speaks counts."""
    asked = incident.questions
    if IncidentType.BIASED_OR_INCONSISTENT_DECISION in types:
        yield "fairness", Answer.YES, "like cases were not decided alike (type)"
    if IncidentType.DATA_EXPOSURE in types or asked.exposed_information is Answer.YES:
        yield (
            "data minimisation",
            Answer.YES,
            "it reached data that it did not need (exposed_information, type)",
        )
    elif asked.exposed_information is Answer.NO:
        yield "data minimisation", Answer.NO, "nothing was exposed (exposed_information: no)"
    if {IncidentType.INCORRECT_EXTERNAL_OUTPUT, IncidentType.WORKFLOW_DRIFT} & set(types) or incident.wrong:
        yield "accuracy", Answer.YES, "what it wrote was wrong (wrong, type)"
    if asked.left_company is Answer.NO:
        yield "transparency", Answer.NO, "nobody outside saw it (left_company: no)"
    elif asked.left_company is Answer.YES and not any(one.at for one in incident.communications):
        yield "transparency", Answer.YES, "it left the company, and nobody was told yet (communications)"
