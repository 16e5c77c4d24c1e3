"""A project's settings: trusted, written by people, committed (contract section 2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from incident2eval.model.duty import Organisation, Rule
from incident2eval.model.incident import Severity
from incident2eval.model.policy import LEVELS, OVERRIDE_HOURS, LevelPolicy, LookBack, Signature
from incident2eval.model.run import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """Where things are."""

    customers: str = "customers.csv"
    canaries: str = "canaries.csv"
    """Texts planted in the records of single customers: `customer_id,text`."""
    evidence: str = "incidents"
    archive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A system that the workflow acts on."""

    name: str
    vendor: str | None = None
    contract: str | None = None
    recovery: str | None = None
    retry: str | None = None
    escalation: str | None = None
    notifies: str | None = None
    """What the contract makes us, or the vendor, tell whom and by when."""
    tools: tuple[str, ...] = ()
    """Tools by which the workflow acts on it; without them its own name stands for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSettings:
    """One workflow: how to call it, what it may do, who answers for it."""

    target: str | None = None
    targets: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    timeout: float = 30.0
    """Seconds for one run."""
    replay_safe: bool = False
    observes: tuple[str, ...] | None = None
    owner: str | None = None
    deputy: str | None = None
    switch_off_by: str | None = None
    fallback: str | None = None
    review_standard: str | None = None
    escalation_path: str | None = None
    log_location: str | None = None
    safe_to_reenable: str | None = None
    data_rules: str | None = None
    approved_tools: tuple[str, ...] | None = None
    """None where the settings hold no list: then no check about lists proposes."""
    needs_approval: tuple[str, ...] = ()
    limits: Mapping[str, JSON] = field(default_factory=dict)
    """Tool -> the most that a call may be about without an approval: 500, or {amount, currency}."""
    shares: tuple[str, ...] = ()
    monitor: str | None = None
    """Who or what runs `gate --monitor` daily after a restart."""
    receiver: int | None = None
    """Port on loopback where spans of an http target are received while cases run."""
    on_pause: str | None = None
    on_restart: str | None = None
    subject: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field of the subject -> paths where a trace says it; the first that is there counts."""
    deployed: Mapping[str, JSON] = field(default_factory=dict)
    reviewed: date | None = None
    """When its owner last reviewed it."""
    integrations: tuple[Integration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Someone who may sign, and as what."""

    name: str
    roles: tuple[str, ...] = ()
    public_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Overrides of the shipped policy; each is printed in every report."""

    trials: Mapping[str, int] = field(default_factory=dict)
    report_hours: Mapping[str, int] = field(default_factory=dict)
    monitor_days: Mapping[str, int] = field(default_factory=dict)
    look_back: Mapping[str, LookBack] = field(default_factory=dict)
    signatures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Severity -> roles; a role that stands there twice is two people."""
    override_hours: int = OVERRIDE_HOURS
    repeated: int = 3
    """So many failures of one type before make the next one repeated (R6)."""
    review_months: int = 3
    """How often a workflow and the register are reviewed (R146)."""

    def level(self, severity: int) -> LevelPolicy:
        """What that severity asks for: the shipped policy with what is overridden here."""
        name, shipped = str(int(severity)), LEVELS[Severity(severity)]
        roles = Counter(self.signatures[name]) if name in self.signatures else None
        return replace(
            shipped,
            trials=self.trials.get(name, shipped.trials),
            report_hours=self.report_hours.get(name, shipped.report_hours),
            monitor_days=self.monitor_days.get(name, shipped.monitor_days),
            look_back=self.look_back.get(name, shipped.look_back),
            signatures=tuple(Signature(role=role, people=n) for role, n in roles.items())
            if roles is not None
            else shipped.signatures,
            people=roles.total() if roles is not None else shipped.people,
        )

    def trials_for(self, severity: int) -> int:
        """How many trials a case of that severity takes."""
        return self.level(severity).trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of incident2eval.toml."""

    project: ProjectSettings = field(default_factory=ProjectSettings)
    workflows: Mapping[str, WorkflowSettings] = field(default_factory=dict)
    approvers: tuple[Approver, ...] = ()
    organisation: Organisation = field(default_factory=Organisation)
    obligations: tuple[Rule, ...] = ()
    """Rules of the team's own, and those of ours that it corrects, by the same id."""
    policy: Policy = field(default_factory=Policy)
