"""Changes of approvers, owners, policy and targets, and whose word about them is still missing."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from incident2eval.clearance import loosened
from incident2eval.model import Approver, Matter, Trust, visible
from incident2eval.pipeline._word import now
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.store import Project, dump

_NOT_ALONE = 2
"""So many people of before cover a change, or all of them where there are fewer."""


def trust_digest(trust: Trust) -> str:
    """SHA-256 in hex of all that `Trust` holds, wherever and in whatever order it is written."""
    plain: dict[str, Any] = dump(trust)
    plain["approvers"] = sorted(
        ({**one, "roles": sorted(one["roles"])} for one in plain["approvers"]),
        key=lambda one: json.dumps(one, sort_keys=True),
    )
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def changes_of_trust(before: Trust, new: Trust) -> tuple[str, ...]:
    """What is looser or newer than it was, and that nobody is left beside whom one person could not decide.

    Args:
        before: As it was approved.
        new: As it is.
    """
    changes = loosened(before, new)
    was, left = len(people(before.approvers)), len(people(new.approvers))
    if was >= _NOT_ALONE > left:
        return (*changes, f"{left} of {was} approvers are left: one person could change all the rest alone")
    return changes


def lacking(home: Project, before: Trust, new: Trust) -> str:
    """Whose word about changes of trust is missing, in words; empty where enough people signed for them.

    Two different people who counted before have to, or the only one there was: who is new covers nothing.

    Args:
        home: The project.
        before: As it was approved.
        new: As it is.
    """
    digest, asked_of = trust_digest(new), people(before.approvers)
    said = {
        one.approval.by
        for one in signed_approvals(home, before.approvers)[0]
        if (one.approval.matter, one.approval.decision) == (Matter.SETTINGS, "approved")
        and one.approval.digest == digest
        and (one.approval.until is None or one.approval.until > now())
    }
    asked = max(1, min(_NOT_ALONE, len(asked_of)))
    if len(said) >= asked:
        return ""
    others = " or ".join(visible(name) for name in asked_of if name not in said) or "somebody approved before"
    return f"{len(said)} of {asked} people of before signed for it: the word of {others} is missing"


def people(approvers: Sequence[Approver]) -> list[str]:
    """Those who can sign at all, by name, each once.

    Args:
        approvers: As the settings name them.
    """
    return list(dict.fromkeys(one.name for one in approvers if one.public_key))
