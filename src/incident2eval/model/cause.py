"""The root cause as the tool proposes it: where it went wrong first, which control failed, how we know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident2eval.model.incident import Category, ChangeKind, FailedControl, Moment
from incident2eval.model.run import StepKind


class Proof(StrEnum):
    """How sure a proposed cause is."""

    REPAIR = "proved by repair"
    """Without what the step brought in, every finding behind it vanishes."""
    LIKELY = "most likely"


class Area(StrEnum):
    """The four areas that are examined before anybody blames the model (R93, R94)."""

    PERMISSION = "permission"
    DATA = "data"
    INTEGRATION = "integration"
    REVIEW = "review"


class State(StrEnum):
    """What the trace shows of an area."""

    FAILED = "failed"
    HELD = "held"
    NOT_SEEN = "not seen in the trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One area, and what the evidence says of it."""

    area: Area
    state: State
    evidence: str = ""
    """What was seen, in words; empty where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStep:
    """How strongly the evidence points at one step."""

    step: str
    score: float
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A step that the failure passed through, and the words of it that the step holds."""

    step: str | None = None
    """Id of the step; None is the output of the run."""
    name: str = ""
    quote: str = ""
    """Empty where the step does not hold the words themselves, such as a call that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChange:
    """Something that had changed before, and how we know."""

    kind: ChangeKind
    what: str | None = None
    at: Moment | None = None
    source: str = ""
    """Where it was seen: the incident file, or the runs that differ."""

    @property
    def is_seen(self) -> bool:
        """Whether runs show it, whoever else says so."""
        return "the runs" in self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A run, and when it started."""

    run: str = ""
    at: datetime | None = None
    """Aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """When it began, as far as the archive bounds it."""

    checked: int
    """Archived runs that were judged."""
    read: int = 0
    """Archived runs that there are."""
    last_good: Sighting | None = None
    """The last run before the first hit that shows nothing of the kind."""
    first_hit: Sighting | None = None
    """The first run that shows it; None where the incident's own is the first."""
    hits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCause:
    """Where it went wrong first, which control failed, and how we know."""

    category: Category | None = None
    step: str | None = None
    """Id of the step; None where the trace does not show one."""
    name: str | None = None
    """The step's name."""
    step_kind: StepKind | None = None
    control: FailedControl | None = None
    proof: Proof = Proof.LIKELY
    rules: tuple[str, ...] = ()
    """The rules that gave category and control, the deciding one first, in words."""
    ranked: tuple[RankedStep, ...] = ()
    path: tuple[Passage, ...] = ()
    """The step where it came in, and those that carried it on to the output, in order."""
    examined: tuple[Examined, ...] = ()
    changes: tuple[SeenChange, ...] = ()
    onset: Onset | None = None
    checks: tuple[str, ...] = ()
    """The checks that were red, the first to fail first."""
    because: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
