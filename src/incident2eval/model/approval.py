"""What people sign: an approval is a statement of its own, about one thing, as it was then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from incident2eval.model.run import JSON
from incident2eval.model.settings import Approver


class Matter(StrEnum):
    """What an approval is about; what its digest is of is said with each."""

    RESTART = "restart"
    """A workflow may run again. Digest: of the pass report's JSON."""
    NO_CASE = "no_case"
    """An incident needs no case (R116). Digest: of its incident.yaml."""
    CHANGED_CASE = "changed_case"
    """A case that a signed report holds is gone, weaker or another one. Digest: of the case as it is now."""
    EDITED_TEST = "edited_test"
    """Tests edited by hand count although they do not pass the proofreader. Digest: of the case's folder."""
    QUARANTINE = "quarantine"
    """A broken case does not count until a time. Digest: of the case as it is now."""
    TOLERANCE = "tolerance"
    """A case passes with k of n trials. Digest: of the case as it is now."""
    OVERRIDE = "override"
    """A workflow runs in an emergency before it may, until a time.

    Digest: of one version: the committed code without its records, the deployed parts, lock and settings.
    """
    SETTINGS = "settings"
    """Approvers, owners, policy and targets are as they should be. Digest: of these four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What one person decided about one thing."""

    matter: Matter
    subject: str
    """A workflow, an incident's id, or a case's id."""
    digest: str
    """SHA-256 in hex of what it is about: where that changes, the approval is spent."""
    decision: str = "approved"
    """`approved` or `refused`."""
    by: str
    role: str
    at: datetime
    """UTC."""
    reason: str = ""
    until: datetime | None = None
    """When it ends, UTC; None where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedApproval:
    """An approval whose signature holds, by somebody whom the settings know in that role."""

    approval: Approval
    key: str
    """Fingerprint of the key that signed."""
    file: str
    """Relative to the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who may sign, by which rules, and what is called: whoever changes this needs somebody's word."""

    approvers: tuple[Approver, ...] = ()
    policy: Mapping[str, JSON] = field(default_factory=dict)
    """The overrides of the shipped policy."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """`target`, or `targets.<name>` -> address."""
    owners: tuple[str, ...] = ()
    """Who owns the workflow, and stands in: of all workflow owners only these sign for it."""
