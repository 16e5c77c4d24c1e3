"""Failures as `cluster` compares them, and the types that they fall into."""

from dataclasses import dataclass
from enum import StrEnum

from incident2eval.model.incident import Moment


class TypeStatus(StrEnum):
    """What became of a failure type."""

    OPEN = "open"
    RESOLVED = "resolved"
    """Every workflow that it struck was restarted since, on passing cases."""
    REGRESSED = "regressed"
    """It came back after such a restart: the fix did not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure: what failed first, and its words."""

    id: str
    text: str
    workflow: str | None = None
    checks: tuple[str, ...] = ()
    control: str | None = None
    """Name of the control that failed."""
    step_kind: str | None = None
    """Kind of the step where it came in."""
    tool: str | None = None
    """Name of that step."""
    at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An earlier incident that resembles this one."""

    incident: str
    score: float
    """0 to 100."""
    because: str = ""
    """What the two share, in words."""
    status: str = ""
    """What became of it: open, or closed since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureType:
    """The type that one failure is of, as it stands beside the earlier ones."""

    id: str
    label: str
    new: bool = True
    similar: tuple[Similar, ...] = ()
    status: TypeStatus = TypeStatus.OPEN
    size: int = 1
    """How many failures are of the type, this one among them."""
