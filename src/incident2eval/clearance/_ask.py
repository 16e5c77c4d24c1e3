"""Everything that is known when somebody asks whether a workflow may run again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from incident2eval.model import (
    IncidentFile,
    LevelPolicy,
    LookBack,
    Report,
    Severity,
    SignedApproval,
    Trust,
    WorkflowSettings,
)
from incident2eval.model.incident import Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One open incident that the workflow was stopped for."""

    file: IncidentFile
    is_own: bool = True
    """Whether it is an incident of this workflow, not one of another that had this one stopped too."""
    questions: Questions = field(default_factory=Questions)
    """The seven, at the worst that anybody ever stated."""
    order: tuple[str, ...] = ()
    """Why it is not stopped."""
    seal: tuple[str, ...] = ()
    """What of its evidence or log is not what it was."""
    absent: tuple[str, ...] = ()
    """Sealed files that are not here."""
    cases: tuple[str, ...] = ()
    """Its locked cases."""
    no_case: tuple[SignedApproval, ...] = ()
    """Signed words that it needs no case, as its file tells it now."""
    look_back: LookBack = LookBack.CLEAN
    """What its own level asks of the look-back."""

    @property
    def name(self) -> str:
        """Its id."""
        return self.file.incident.id

    @property
    def level(self) -> Severity:
        """Its own level: what belongs to one incident goes by that, not by the highest among them."""
        return self.file.level.counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The pass report that is shown for the restart."""

    report: Report
    path: str
    digest: str
    is_signed: bool
    """Whether an approver's signature under it holds."""
    problems: tuple[str, ...] = ()
    """Why it does not hold, is too old, or speaks of something else than what is deployed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another workflow whose cases have to pass too."""

    workflow: str
    shares: str
    """What binds it to these incidents: a failure type, or the control that failed."""
    trouble: str | None = None
    """Why its newest report does not pass; None where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A workflow that uses something of this one."""

    workflow: str
    shares: tuple[str, ...]
    is_stopped: bool = False
    is_cleared: bool = False
    """Whether it was stopped for these incidents and cleared since."""
    looked_back: bool = False
    """Whether its past runs were looked through, and what was found put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """May this workflow run again? Everything that the answer rests on."""

    workflow: str
    now: datetime
    severity: Severity
    """The highest level that any of the incidents was ever given."""
    policy: LevelPolicy
    settings: WorkflowSettings = field(default_factory=WorkflowSettings)
    concerns: tuple[Concern, ...] = ()
    is_caseless: bool = False
    """Whether no case is locked for the workflow, so that no report of it can pass."""
    report: Shown | None = None
    runners: tuple[str, ...] = ()
    """The machines on which the same passed."""
    words: tuple[SignedApproval, ...] = ()
    """Signed words about this report, of approvers who count, given after the look-back as it stands."""
    outdated: tuple[SignedApproval, ...] = ()
    """Those that were given before a look-back that is asked for, or another one."""
    refusals: tuple[SignedApproval, ...] = ()
    """Signed refusals of this report, of approvers of now or before."""
    trust: Trust = field(default_factory=Trust)
    late: str = ""
    """That the approvers were named after the incident, and by nobody's word, in words."""
    untrusted: tuple[str, ...] = ()
    """What is looser or newer than somebody approved, and not covered."""
    unsound: tuple[str, ...] = ()
    """Signed reports that do not hold, or are gone."""
    fixers: tuple[str, ...] | None = ()
    """Names and addresses of those who committed since it was noticed; None where git cannot say it."""
    peers: tuple[Peer, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    safe: str | None = None
    """How the criteria were met, as somebody says with the restart."""
    throttle: str | None = None
    """How it starts in stages, as somebody says with the restart."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Demands taken out of order before: name -> who and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing that a restart asks for."""

    name: str
    met: bool
    why: str
    """How it is met, or what is missing, in words."""
    todo: str = ""
    """What to do; empty where it is met."""
    details: tuple[str, ...] = ()
    """What `why` only counts, one by one."""
    is_order: bool = False
    """Whether it is about the order of the steps: somebody may go ahead with a name and a reason."""
