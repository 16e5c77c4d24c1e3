"""Whom to trust: approvers, owners, policy and targets as somebody approved them, not as they were left."""

from dataclasses import dataclass, field

from incident2eval.clearance import policy_of
from incident2eval.model import Approver, Event, Policy, Trust
from incident2eval.pipeline.signed.attested import Attested, Chain, signed_chain
from incident2eval.pipeline.signed.covered import changes_of_trust, lacking, trust_digest
from incident2eval.pipeline.signed.first_use import Start, first_trust, trust_of
from incident2eval.pipeline.signed.git_history import cut_history, settings_at
from incident2eval.store import Project

__all__ = ["Trusted", "trust_digest", "trust_of", "trusted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Who may sign for a workflow, and what of the settings nobody has approved."""

    approvers: tuple[Approver, ...]
    """Those whose signatures count."""
    changes: tuple[str, ...]
    """What is looser or newer than what was approved, and that no approver of before covers."""
    policy: Policy
    """As it was approved."""
    source: str
    """Where the trust comes from, in words."""
    counted: tuple[Approver, ...] = ()
    """Those whose signatures count, and those of before: what was settled by their word stays so."""
    known: tuple[Approver, ...] = ()
    """Those of before and of now: a refusal by any of them counts."""
    problems: tuple[str, ...] = ()
    """Signed reports that do not hold, or are gone."""
    missing: str = ""
    """Whose word about the changes is missing, in words."""
    late: str = ""
    """That the approvers whom trust starts with were named after the incident, in words."""
    chain: Chain = field(default_factory=Chain)
    """The signed reports that hold."""

    @property
    def last(self) -> Attested | None:
        """The newest signed report that holds."""
        return self.chain.reports[-1] if self.chain.reports else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Baseline:
    start: Start
    chain: Chain = field(default_factory=Chain)


def trusted(home: Project, workflow: str, *, since: str | None = None) -> Trusted:
    """Who may sign for a workflow now.

    Trust starts with the settings of `since`, else with those of the last signed report, else with those from
    before the incident was noticed (`first_trust`). An approver counts who stood there with the same key and
    role; what came since counts as soon as two of them have signed for it, or the only one.

    Args:
        home: The project.
        workflow: Its name.
        since: A revision of git whose settings are the start.

    Raises:
        BadInput: The settings, or those of that revision, cannot be read.
    """
    new = trust_of(home.settings, workflow)
    baseline = _baseline(home, workflow, new, since)
    start, chain = baseline.start, baseline.chain
    changes = changes_of_trust(start.trust, new)
    missing = lacking(home, start.trust, new) if changes else ""
    covered = ", with changes that were approved since" if changes and not missing else ""
    cut = cut_history(home)
    counting = _in_both(start.trust, new) if missing else new.approvers
    return Trusted(
        approvers=counting,
        changes=changes if missing else (),
        policy=policy_of(start.trust.policy) if missing else home.settings.policy,
        source=f"{start.source}{covered}",
        counted=tuple(dict.fromkeys((*start.trust.approvers, *counting))),
        known=tuple(dict.fromkeys((*start.trust.approvers, *new.approvers))),
        problems=(*chain.problems, *([cut] if cut else [])),
        missing=missing,
        late=start.late,
        chain=chain,
    )


def _baseline(home: Project, workflow: str, new: Trust, since: str | None) -> _Baseline:
    if since is not None:
        before = trust_of(settings_at(home, since), workflow)
        return _Baseline(start=Start(trust=before, source=f"the settings of {since}"))
    chain = signed_chain(home, workflow, new.approvers)
    if chain.last is None:
        return _Baseline(start=first_trust(home, workflow, new), chain=chain)
    source = f"the last signed report, {chain.last.shown}"
    late = "" if _was_restarted(home, workflow) else chain.late
    return _Baseline(start=Start(trust=chain.last.report.trust, source=source, late=late), chain=chain)


def _was_restarted(home: Project, workflow: str) -> bool:
    """Whether the approvers are those of an earlier restart: nobody need be told when they were named."""
    loaded = map(home.incident, home.incident_ids())
    told = ((one.workflow or each.incident.workflow.name, one) for each in loaded for one in each.entries)
    return any(name == workflow and one.event == Event.RESTARTED for name, one in told)


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
