"""Whom to trust: approvers, policy and targets as somebody approved them, not as somebody left them."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from incident2eval.clearance import loosened
from incident2eval.model import Approver, Matter, Policy, Settings, Trust
from incident2eval.pipeline._approvals import signed_approvals
from incident2eval.pipeline._attested import last_signed
from incident2eval.pipeline._git_history import settings_at
from incident2eval.pipeline._word import now
from incident2eval.store import Project, dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Who may sign for a workflow, and what of the settings nobody has approved."""

    approvers: tuple[Approver, ...]
    """Those whose signatures count."""
    changes: tuple[str, ...]
    """What is looser or newer than what was approved, and that no approver of before covers."""
    source: str
    """Where the trust comes from, in words."""
    known: tuple[Approver, ...] = ()
    """Those of before and of now: a refusal by any of them counts."""
    problems: tuple[str, ...] = ()
    """Signed reports that do not hold, or are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Baseline:
    trust: Trust
    source: str
    problems: tuple[str, ...] = ()


def trust_of(settings: Settings, workflow: str) -> Trust:
    """What of the settings somebody has to approve, for one workflow: approvers, policy, targets.

    Args:
        settings: The project's.
        workflow: Its name; one that the settings do not know has no targets.
    """
    own = settings.workflows.get(workflow)
    named = {f"targets.{name}": address for name, address in own.targets.items()} if own else {}
    default = {"target": own.target} if own and own.target else {}
    shipped, policy = dump(Policy()), dump(settings.policy)
    return Trust(
        approvers=settings.approvers,
        policy={name: value for name, value in policy.items() if value != shipped[name]},
        targets={**default, **named},
    )


def trust_digest(trust: Trust) -> str:
    """SHA-256 in hex of approvers, policy and targets, wherever and in whatever order they are written."""
    plain: dict[str, Any] = dump(trust)
    plain["approvers"] = sorted(
        ({**one, "roles": sorted(one["roles"])} for one in plain["approvers"]),
        key=lambda one: json.dumps(one, sort_keys=True),
    )
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def trusted(home: Project, workflow: str, *, since: str | None = None) -> Trusted:
    """Who may sign for a workflow now.

    Trust starts with the settings of `since`, else with those of the last signed report, else with the
    settings as they are. An approver counts who stood there with the same key and role; what came since
    counts as soon as one of them has signed for it.

    Args:
        home: The project.
        workflow: Its name.
        since: A revision of git whose settings are the start.

    Raises:
        BadInput: The settings, or those of that revision, cannot be read.
    """
    new = trust_of(home.settings, workflow)
    start = _baseline(home, workflow, new, since)
    changes = loosened(start.trust, new)
    known = tuple(dict.fromkeys((*start.trust.approvers, *new.approvers)))
    words, _ = signed_approvals(home, start.trust.approvers) if changes else ((), ())
    covered = any(
        one.approval.matter is Matter.SETTINGS
        and one.approval.decision == "approved"
        and one.approval.digest == trust_digest(new)
        and (one.approval.until is None or one.approval.until > now())
        for one in words
    )
    is_open = bool(changes) and not covered
    return Trusted(
        approvers=_in_both(start.trust, new) if is_open else new.approvers,
        changes=changes if is_open else (),
        source=f"{start.source}, with changes that were approved since" if covered else start.source,
        known=known,
        problems=start.problems,
    )


def _baseline(home: Project, workflow: str, new: Trust, since: str | None) -> _Baseline:
    if since is not None:
        before = trust_of(settings_at(home, since), workflow)
        return _Baseline(trust=before, source=f"the settings of {since}")
    last, problems = last_signed(home, workflow, new.approvers)
    if last is None:
        return _Baseline(trust=new, source="the settings as they are: first signed report", problems=problems)
    return _Baseline(
        trust=last.report.trust, source=f"the last signed report, {last.shown}", problems=problems
    )


def _in_both(before: Trust, new: Trust) -> tuple[Approver, ...]:
    """The approvers of before who are still there with the same key, in the roles that they have in both."""
    known = {one.name: one for one in before.approvers}
    kept = (
        Approver(
            name=one.name,
            roles=tuple(role for role in one.roles if role in known[one.name].roles),
            public_key=one.public_key,
        )
        for one in new.approvers
        if one.name in known and known[one.name].public_key == one.public_key
    )
    return tuple(one for one in kept if one.roles)
