"""The shipped policy in words: what counts as an incident, and the four levels (R7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from incident2eval.model import Severity

POLICY_FILE = "POLICY.md"
"""Where a project publishes it; `init` writes one."""

DEFINITION = (
    "An AI incident is anything that an AI workflow did, wrote or decided and that hurt, or could well have "
    "hurt, a customer, an employee, our money, our legal position, security, operations or our name. "
    "It counts when it was caught in time too: then it is a near miss, and is written down all the same."
)
"""What counts as an incident, in our words (R1, R2)."""

MARKERS = (
    "it matters to the business",
    "it keeps happening",
    "somebody outside could see it",
    "nobody had allowed it",
    "it touched sensitive information",
    "a control should have stopped it and did not",
)
"""One of these, and it is no mere quality issue (R5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One row of the severity matrix."""

    name: str
    what: str
    """What such an incident looks like."""
    response: str
    """What has to be done, before anything else of the list."""


MATRIX: Mapping[Severity, Standard] = {
    Severity.LOW: Standard(
        name="low",
        what="A slip inside the house with little effect, found in the usual review.",
        response="Write it down, put the output right, mend the prompt or add a case.",
    ),
    Severity.MATERIAL_CAUGHT: Standard(
        name="material, caught",
        what="A grave mistake, sensitive content, or an action nobody allowed, stopped before it reached "
        "anybody outside.",
        response="Pause the workflow, keep the evidence, find the cause to its end.",
    ),
    Severity.IMPACT: Standard(
        name="had an impact",
        what="Customers, employees, money, the law, security or operations were affected.",
        response="Name a team, settle who has to be told, put right what was done.",
    ),
    Severity.SEVERE: Standard(
        name="severe",
        what="Many people's data exposed, unauthorised actions again and again, a heavy loss, or danger "
        "to somebody.",
        response="Stop related workflows too; executives and counsel take charge.",
    ),
}
"""Severity goes by what it does to the business, not by how odd it looks (R57, R59 to R62)."""
