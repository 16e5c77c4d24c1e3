"""The root cause as the tool proposes it, and what kind of failure it was."""

from dataclasses import dataclass, field

from incident2eval.model.incident import Category, Change, FailedControl


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStep:
    """How strongly the evidence points at one step."""

    step: str
    score: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCause:
    """Where it went wrong first, which control failed, and how we know."""

    category: Category | None = None
    step: str | None = None
    """Id of the step; None where the trace does not show one."""
    name: str | None = None
    """The step's name."""
    control: FailedControl | None = None
    ranked: tuple[RankedStep, ...] = ()
    changes: tuple[Change, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An earlier incident that resembles this one."""

    incident: str
    score: float
    """0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureType:
    """What incidents that failed alike have in common."""

    id: str
    label: str
    new: bool = True
    similar: tuple[Similar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure as `cluster` compares it: what failed, and its words."""

    id: str
    text: str
    workflow: str | None = None
    checks: tuple[str, ...] = field(default=())
