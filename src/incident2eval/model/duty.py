"""Duties to notify: rules as data, and the clock of each; a prompt for a qualified person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from incident2eval.model.incident import Answer, Circumstances, Moment, Questions

NOTICE = "General information and a prompt for a qualified person; not legal advice."
"""Goes with everything that is said of duties (R152)."""


class ClockState(StrEnum):
    """Where the clock of a duty stands; only a named person sets the last."""

    NOT_APPLICABLE = "not_applicable"
    SCOPE_NOT_DECLARED = "scope_not_declared"
    NOT_STARTED = "not_started"
    ANCHOR_MISSING = "anchor_missing"
    DUE = "due"
    OVERDUE = "overdue"
    FILED = "filed"
    DECIDED_NOT_REQUIRED = "decided_not_required"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do or to decide something."""
        return self not in {
            ClockState.NOT_APPLICABLE,
            ClockState.FILED,
            ClockState.DECIDED_NOT_REQUIRED,
        }


class Anchor(StrEnum):
    """What a clock counts from."""

    AWARE = "aware"
    THRESHOLD = "threshold_at"
    CLASSIFIED = "classified_at"
    MATERIAL = "material_at"
    FILING = "filing"
    """The filing of the rule named under `after`."""
    NOW = "now"
    """No clock: it holds from the first minute."""


class Promptness(StrEnum):
    """How soon, where no number is given."""

    IMMEDIATELY = "immediately"
    UNDUE_DELAY = "without undue delay"
    ALWAYS = "always"
    HOLD = "until the authority is told"
    AS_AGREED = "as the contract says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long after its anchor a duty is due: one number, or a word where the law gives none."""

    hours: int | None = None
    days: int | None = None
    working_days: int | None = None
    """Monday to Friday; holidays are not known, so the true date may be later."""
    months: int | None = None
    """Calendar months: one after 31 January is the last of February."""
    promptly: Promptness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom a rule is for. What the settings do not declare is unknown, and unknown is not no."""

    jurisdictions: tuple[str, ...] = ()
    """Any of them; empty: everywhere."""
    roles: tuple[str, ...] = ()
    """Any of them; empty: everybody."""
    declared_only: bool = False
    """Whether it is off until the settings declare its jurisdiction or role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One duty as the law, or a team, puts it."""

    id: str
    version: str
    name: str
    """What has to be done, in plain words."""
    article: str
    quote: str
    """The words of the law that the number comes from."""
    source: str
    seen: str
    """`primary`, `secondary` or `unverified`: how the words were seen."""
    checked: date
    review_by: date
    tell: str
    """Whom."""
    holds: tuple[str, ...] = ()
    """What the notice must hold."""
    scope: Scope = field(default_factory=Scope)
    all_of: tuple[str, ...] = ()
    """Fires unless one of these facts is no: names of questions and circumstances."""
    any_of: tuple[str, ...] = ()
    """Fires unless all of these are no."""
    anchor: Anchor = Anchor.AWARE
    after: tuple[str, ...] = ()
    """The rules whose filing starts the clock, or ends this hold; any of them will do."""
    term: Term = field(default_factory=Term)
    at_most: Term | None = None
    """A second limit, counted from awareness; the earlier counts. A clock that starts after it has the
    term alone (Delegated Regulation (EU) 2025/301, Article 5(2))."""
    in_force: date | None = None
    counsel: bool = False
    """Whether it tells customers or people, so that counsel decides it from level 3 on (R89)."""
    note: str | None = None
    """What a reader should know: what is disputed, what the number leaves out."""
    own: bool = False
    """Whether it comes from the project's settings."""
    replaces: bool = False
    """Whether it is one of the project's own that takes the place of a shipped one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A rule applied to an incident at a moment."""

    rule: Rule
    state: ClockState
    because: tuple[str, ...]
    """Why it fires or does not, each naming the fact it rests on."""
    started: datetime | None = None
    """UTC."""
    due: datetime | None = None
    """UTC; also where the scope is not declared: unknown stops no clock."""
    decided_by: str | None = None
    reason: str | None = None
    filed_at: Moment | None = None
    late: bool | None = None
    """Whether it was filed after it was due; None where that cannot be told."""
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What a firm declares of itself, so that rules can be left out."""

    jurisdictions: tuple[str, ...] | None = None
    """`UK`, `EU`, `US`; None where nothing is declared."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """One of `ROLES` -> yes, no or unknown."""


JURISDICTIONS = ("UK", "EU", "US")
"""Where the shipped rules hold; a Member State is `EU`."""

ROLES = (
    "controller",
    "processor",
    "provider",
    "deployer",
    "regulated_fs",
    "part_4a_firm",
    "enhanced_reporting_firm",
    "payment_service_provider",
    "essential_entity",
    "financial_entity",
    "communications_provider",
    "hipaa_entity",
    "sec_registrant",
)
"""What a firm can be to a rule."""

FACTS = (
    *Questions.__dataclass_fields__,
    *(name for name, one in Circumstances.__dataclass_fields__.items() if one.type is Answer),
    "acted_on",
    "contract_found",
)
"""What a rule may hang on: questions, circumstances, whether the output was acted on, and whether an
integration of the workflow has a contract that says whom to tell."""
