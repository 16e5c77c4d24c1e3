"""The incident file: what people wrote down (contract section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from incident2eval.model.run import JSON, Subject

Moment = datetime | date
"""A time with an offset, or a bare date that is never read as midnight."""

INCIDENT_ID = r"[A-Z][A-Z0-9]{1,9}-[0-9]{4}-[0-9]{3,6}"
"""The form of an incident id, as a whole string (contract section 1)."""


class IncidentType(StrEnum):
    """What kind of incident it is; the first one given is the primary one."""

    DATA_EXPOSURE = "data_exposure"
    INCORRECT_EXTERNAL_OUTPUT = "incorrect_external_output"
    UNAUTHORISED_ACTION = "unauthorised_action"
    BIASED_OR_INCONSISTENT_DECISION = "biased_or_inconsistent_decision"
    WORKFLOW_DRIFT = "workflow_drift"
    HUMAN_REVIEW_FAILURE = "human_review_failure"


class Surface(StrEnum):
    """Where the failure showed, or would have."""

    OUTBOUND_COMMUNICATION = "outbound_communication"
    CLIENT_FACING_DOCUMENT = "client_facing_document"
    EXTERNAL_INTEGRATION = "external_integration"
    AUTOMATED_DECISION_STEP = "automated_decision_step"


class Happened(StrEnum):
    """Whether it had an effect."""

    REALISED = "realised"
    NEAR_MISS = "near_miss"


class Severity(IntEnum):
    """Four levels by business impact, not by technical oddness."""

    LOW = 1
    MATERIAL_CAUGHT = 2
    IMPACT = 3
    SEVERE = 4


class Answer(StrEnum):
    """Unknown is not no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Category(StrEnum):
    """Where the cause lies."""

    MODEL = "model"
    WORKFLOW_DESIGN = "workflow_design"
    DATA = "data"
    HUMAN_REVIEW = "human_review"


class ChangeKind(StrEnum):
    """What sort of thing changed."""

    MODEL = "model"
    PROMPT = "prompt"
    PERMISSION = "permission"
    DATA = "data"
    INTEGRATION = "integration"


class RestartDecision(StrEnum):
    """What was decided about the restart."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowVersion:
    """Which workflow, in which state."""

    name: str
    version: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    data_version: str | None = None
    permissions_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who reported it."""

    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The three times that matter; clocks start at `aware`."""

    noticed: Moment
    happened: Moment | None = None
    aware: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Someone or something affected, by a reference of the firm's own."""

    kind: str
    ref: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What it did to the business."""

    domains: tuple[str, ...] = ()
    text: str | None = None
    acted_on: Answer = Answer.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The seven escalation questions."""

    left_company: Answer = Answer.UNKNOWN
    exposed_information: Answer = Answer.UNKNOWN
    took_action: Answer = Answer.UNKNOWN
    approved_wrongly: Answer = Answer.UNKNOWN
    could_affect_more: Answer = Answer.UNKNOWN
    recent_change: Answer = Answer.UNKNOWN
    obligation_possible: Answer = Answer.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Facts that duties to notify hang on, beside the seven questions; unknown is not no."""

    personal_data: Answer = Answer.UNKNOWN
    """Whether data of living people are involved."""
    risk_to_people: Answer = Answer.UNKNOWN
    """No: a risk to them is unlikely. Alone it stops no clock; a named person's decision does."""
    high_risk: Answer = Answer.UNKNOWN
    client_harmed: Answer = Answer.UNKNOWN
    """Whether a client suffered concrete harm."""
    conduct_affected: Answer = Answer.UNKNOWN
    """Whether it touched onboarding, advice or another process that a financial regulator covers."""
    threshold_met: Answer = Answer.UNKNOWN
    """FCA: consumer harm, market integrity, or safety and soundness."""
    threshold_at: datetime | None = None
    serious_incident: Answer = Answer.UNKNOWN
    """EU AI Act, Article 3(49)."""
    widespread: Answer = Answer.UNKNOWN
    """EU AI Act: a widespread infringement, or a serious disruption of critical infrastructure."""
    death: Answer = Answer.UNKNOWN
    significant: Answer = Answer.UNKNOWN
    """NIS2, Article 23(3)."""
    major: Answer = Answer.UNKNOWN
    """DORA, Article 18."""
    classified_at: datetime | None = None
    """When it was classified as major."""
    health_data: Answer = Answer.UNKNOWN
    """HIPAA: unsecured protected health information."""
    material_to_investors: Answer = Answer.UNKNOWN
    """SEC: the registrant determined that it is material."""
    material_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNote:
    """What a person did about a duty to notify."""

    rule: str
    state: str
    """`filed`, `not_required` (counts with a name and a reason only) or `open`, which takes both back."""
    by: str | None = None
    at: Moment | None = None
    reason: str | None = None
    ref: str | None = None


class EvidenceKind(StrEnum):
    """Kinds the tool knows; others are kept as they are."""

    TRACE = "trace"
    CORRECTED_TRACE = "corrected_trace"
    CORRECTED_OUTPUT = "corrected_output"
    GOOD_TRACE = "good_trace"
    PROMPT = "prompt"
    INPUT = "input"
    OUTPUT = "output"
    TOOL_LOG = "tool_log"
    APPROVAL = "approval"
    USER_ACTION = "user_action"
    RETRIEVAL_LOG = "retrieval_log"
    SCREENSHOT = "screenshot"
    EXPORT = "export"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One file kept as evidence, or why there is none of a kind."""

    file: str = ""
    """Relative to the incident's folder; empty where a reason stands in its place."""
    kind: str = ""
    """Empty where the incident file does not say: then content and name tell it."""
    format: str | None = None
    run: str | None = None
    absent_reason: str | None = None
    """Why there is no evidence of that kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """One thing done to stop it."""

    at: datetime
    by: str
    did: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that had changed before."""

    at: Moment
    kind: ChangeKind
    what: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Someone who received, or could read, what was exposed."""

    ref: str
    assessed: str | None = None
    retrieved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """What was said to whom about it."""

    to: str
    at: Moment | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do, with an owner and a date."""

    kind: str
    text: str
    id: str | None = None
    """What a log calls it."""
    owner: str | None = None
    due: Moment | None = None
    done_at: Moment | None = None
    reversed: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A policy, training, runbook or case that was updated."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedControl:
    """The control that should have stopped it."""

    name: str
    where: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCause:
    """The root cause as people state it."""

    category: Category | None = None
    step: str | None = None
    failed_control: FailedControl | None = None
    examined: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether it names the category and the control that failed: three letters or digits at least."""
        control = self.failed_control.name if self.failed_control else ""
        return self.category is not None and sum(map(str.isalnum, control)) >= 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartNote:
    """The decision about the restart."""

    decision: RestartDecision
    version: str | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the file is kept, and on what basis."""

    until: Moment | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as its file tells it."""

    id: str
    title: str
    workflow: WorkflowVersion
    when: When
    what_happened: str
    schema: str = "incident2eval/incident/1"
    type: tuple[IncidentType, ...] = ()
    failure_modes: tuple[str, ...] = ()
    surface: Surface | None = None
    outcome: Happened | None = None
    severity: Severity | None = None
    batch: Mapping[str, JSON] = field(default_factory=dict)
    reporter: Reporter | None = None
    noticed_by: str | None = None
    affected: tuple[Affected, ...] = ()
    subject: Subject | None = None
    wrong: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    corrected_output: str | None = None
    impact: Impact = field(default_factory=Impact)
    questions: Questions = field(default_factory=Questions)
    circumstances: Circumstances = field(default_factory=Circumstances)
    duties: tuple[DutyNote, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    containment: tuple[Containment, ...] = ()
    changes: tuple[Change, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    communications: tuple[Communication, ...] = ()
    actions: tuple[Action, ...] = ()
    updates: tuple[Update, ...] = ()
    root_cause: StatedCause | None = None
    restart: RestartNote | None = None
    retention: Retention | None = None


KNOWN_VALUES: Mapping[str, frozenset[str]] = {
    "failure_modes": frozenset(
        "scope_too_broad context_loss wrong_recipient wrong_record wrong_data template_error hallucination "
        "goal_drift cascading_error tool_misuse retry_loop silent_degradation other".split()
    ),
    "noticed_by": frozenset("client reviewer monitoring staff other".split()),
    "affected.kind": frozenset("customer user record client document employee applicant other".split()),
    "evidence.kind": frozenset(EvidenceKind) | {"timestamp", "model_version"},
    "containment.action": frozenset(
        "stopped throttled workflow_disabled api_keys_revoked tool_access_revoked human_only "
        "related_workflows_stopped".split()
    ),
    "actions.kind": frozenset(
        "immediate corrective preventive communication policy training runbook".split()
    ),
    "updates.kind": frozenset("policy training runbook case".split()),
    "impact.domains": frozenset(
        "customer employee financial legal security safety operational reputational".split()
    ),
}
"""Lists whose unknown values are kept and warned about (marked + in contract section 3)."""
