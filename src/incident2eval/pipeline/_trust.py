"""Whom to trust: approvers, policy and targets as somebody approved them, not as somebody left them."""

from dataclasses import dataclass, field

from incident2eval.model import Approver, Policy, Settings, Trust
from incident2eval.pipeline._attested import Attested, Chain, signed_chain
from incident2eval.pipeline._covered import changes_of_trust, lacking, trust_digest
from incident2eval.pipeline._git_history import settings_at
from incident2eval.store import Project, dump

__all__ = ["Trusted", "trust_digest", "trust_of", "trusted"]


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
    missing: str = ""
    """Whose word about the changes is missing, in words."""
    chain: Chain = field(default_factory=Chain)
    """The signed reports that hold."""

    @property
    def last(self) -> Attested | None:
        """The newest signed report that holds."""
        return self.chain.reports[-1] if self.chain.reports else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Baseline:
    trust: Trust
    source: str
    chain: Chain = field(default_factory=Chain)


def trust_of(settings: Settings, workflow: str) -> Trust:
    """What of the settings somebody has to approve, for one workflow: approvers, policy, targets.

    Args:
        settings: The project's.
        workflow: Its name; one that the settings do not know has no targets.
    """
    own = settings.workflows.get(workflow)
    named = {f"targets.{name}": address for name, address in own.targets.items()} if own else {}
    default = {"target": own.target} if own and own.target else {}
    python = {"python": own.python} if own and own.python else {}
    shipped, policy = dump(Policy()), dump(settings.policy)
    return Trust(
        approvers=settings.approvers,
        policy={name: value for name, value in policy.items() if value != shipped[name]},
        targets={**default, **named, **python},
    )


def trusted(home: Project, workflow: str, *, since: str | None = None) -> Trusted:
    """Who may sign for a workflow now.

    Trust starts with the settings of `since`, else with those of the last signed report, else with the
    settings as they are. An approver counts who stood there with the same key and role; what came since
    counts as soon as two of them have signed for it, or the only one.

    Args:
        home: The project.
        workflow: Its name.
        since: A revision of git whose settings are the start.

    Raises:
        BadInput: The settings, or those of that revision, cannot be read.
    """
    new = trust_of(home.settings, workflow)
    start = _baseline(home, workflow, new, since)
    changes = changes_of_trust(start.trust, new)
    known = tuple(dict.fromkeys((*start.trust.approvers, *new.approvers)))
    missing = lacking(home, start.trust, new) if changes else ""
    is_open = bool(missing)
    return Trusted(
        approvers=_in_both(start.trust, new) if is_open else new.approvers,
        changes=changes if is_open else (),
        source=f"{start.source}, with changes that were approved since"
        if changes and not is_open
        else start.source,
        known=known,
        problems=start.chain.problems,
        missing=missing,
        chain=start.chain,
    )


def _baseline(home: Project, workflow: str, new: Trust, since: str | None) -> _Baseline:
    if since is not None:
        before = trust_of(settings_at(home, since), workflow)
        return _Baseline(trust=before, source=f"the settings of {since}")
    chain = signed_chain(home, workflow, new.approvers)
    if chain.last is None:
        return _Baseline(trust=new, source="the settings as they are: first signed report", chain=chain)
    source = f"the last signed report, {chain.last.shown}"
    return _Baseline(trust=chain.last.report.trust, source=source, chain=chain)


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
