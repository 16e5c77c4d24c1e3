"""Who decides what: one named person for each decision, and who stands in (R71)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident2eval.model import Approver, Policy, Severity, Signature, WorkflowSettings
from incident2eval.readiness._people import person, same_person
from incident2eval.readiness._plan import holders


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPoint:
    """One decision and who makes it."""

    what: str
    who: str | None
    """None where the settings name nobody."""
    stands_in: str | None = None
    needs: str = ""
    """What the settings would have to say where nobody is named."""
    role: str | None = None
    """The approver's role that it goes with, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One signature under a restart, and who gives it."""

    role: str
    who: str | None
    when: str = ""


_BY_ROLE = (
    ("legal", "Is an authority, a client or an insurer to be told?"),
    ("functional_leader", "What are clients and staff told?"),
    ("security", "Which access and which keys are revoked?"),
    ("executive_sponsor", "Does it become an incident of the whole firm?"),
)
"""Decisions that go with a role; which of them is asked is our choice."""


def decisions(workflow: WorkflowSettings, approvers: Sequence[Approver]) -> tuple[DecisionPoint, ...]:
    """Every decision of the first hours, in the order in which it comes up, each with one person.

    Args:
        workflow: Its settings: owner, deputy and who can switch it off.
        approvers: Who holds which role; the first in the settings decides, the second stands in.
    """
    owner, deputy = person(workflow.owner), person(workflow.deputy)
    off = person(workflow.switch_off_by)
    beside = owner if same_person(off, deputy) else deputy
    return (
        DecisionPoint(what="Is it switched off?", who=off, stands_in=beside, needs="switch_off_by"),
        DecisionPoint(what="Who leads, and keeps the file?", who=owner, stands_in=deputy, needs="owner"),
        DecisionPoint(what="What is it, and how bad?", who=owner, stands_in=deputy, needs="owner"),
        *(_held(what, role, approvers) for role, what in _BY_ROLE),
    )


def restart_signers(
    severity: Severity, workflow: WorkflowSettings, approvers: Sequence[Approver], policy: Policy
) -> tuple[Signer, ...]:
    """Who signs a restart of this workflow after an incident of that level: different people each.

    Args:
        severity: The level that counts.
        workflow: Its settings; its owner signs as the workflow's owner.
        approvers: Who holds which role.
        policy: Whose signatures that level asks for.
    """
    return tuple(_signers(policy.level(severity).signatures, workflow, approvers))


def _held(what: str, role: str, approvers: Sequence[Approver]) -> DecisionPoint:
    who, stands_in = (*holders(approvers, role), None, None)[:2]
    return DecisionPoint(
        what=what, who=who, stands_in=stands_in, needs=f"an approver who is {role}", role=role
    )


def _signers(
    signatures: Sequence[Signature], workflow: WorkflowSettings, approvers: Sequence[Approver]
) -> Iterator[Signer]:
    owner = person(workflow.owner)
    taken: list[str | None] = []
    for signature in signatures:
        named = [owner] if signature.role == "workflow_owner" else holders(approvers, signature.role)
        # Whoever does not own the workflow comes first: its owner alone never restarts it from level 2 on.
        names = sorted(
            (name for name in named if name not in taken), key=lambda name: same_person(name, owner)
        )
        if signature.when and not names:
            names = [*named]  # what is asked beside the others may be somebody who signs already
        for number in range(signature.people):
            who = names[number] if number < len(names) else None
            taken.append(who)
            yield Signer(role=signature.role, who=who, when=signature.when)
