"""What a surface means before anybody has looked: how urgent, what to take for granted, whom to call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from incident2eval.model import Answer, Happened, Incident
from incident2eval.model.incident import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceDefaults:
    """What holds for a surface until people say otherwise; every answer is theirs to change."""

    urgency: str
    """How fast to look, and why: harm that is seen at once, or goes on unseen."""
    first: str
    """What to do first."""
    presumed: Mapping[str, Answer] = field(default_factory=dict)
    """Question -> the answer to take while there is none. It is shown and never kept for anybody."""
    functions: tuple[str, ...] = ()
    """Whom it usually concerns, beside the workflow's owner."""


SURFACES: Mapping[Surface, SurfaceDefaults] = MappingProxyType(
    {
        Surface.OUTBOUND_COMMUNICATION: SurfaceDefaults(
            urgency="Within the hour: whoever got the message reads it today.",
            first="Stop what is still waiting to be sent, then list who got it.",
            presumed={"left_company": Answer.YES},
            functions=("operations",),
        ),
        Surface.CLIENT_FACING_DOCUMENT: SurfaceDefaults(
            urgency="Today: a client may use the document before anybody asks.",
            first="Hold back the document and everything else from the same template or batch.",
            functions=("operations", "legal"),
        ),
        Surface.EXTERNAL_INTEGRATION: SurfaceDefaults(
            urgency="Within the hour: wrong records pile up unseen for days or weeks.",
            first="Take away the tool's access, then list what it wrote since the last known good run.",
            functions=("operations", "security"),
        ),
        Surface.AUTOMATED_DECISION_STEP: SurfaceDefaults(
            urgency="Today: everyone decided on meanwhile is treated alike.",
            first="Let a person decide, then list the decisions since the last known good run.",
            functions=("legal", "HR"),
        ),
    }
)
"""Defaults of the four surfaces. That outbound harm is seen fast and an integration's late is R14; the
hours and days are our choice."""


def presumed(incident: Incident) -> Iterator[str]:
    """What its surface makes likely where nobody has answered; said as a suggestion, it sets no level.

    A near miss is taken at its word: it says that it was caught.

    Args:
        incident: The incident as its file and its log tell it.
    """
    if incident.surface is None or incident.outcome is Happened.NEAR_MISS:
        return
    for name, answer in SURFACES[incident.surface].presumed.items():
        if getattr(incident.questions, name) is Answer.UNKNOWN:
            yield (
                f"Likely {answer} until shown otherwise: {name} (surface: {incident.surface}). Please answer."
            )
