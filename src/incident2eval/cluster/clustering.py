"""What `cluster` hands out: the types, and which failure is of which."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """A failure type as a project's register keeps it: enough to recognise it, and no customer's name."""

    id: str
    label: str = ""
    """What people call it; empty where it is to be made anew from the failures."""
    words: str = ""
    """The words of the failure that founded it, masked."""
    checks: tuple[str, ...] = ()
    control: str | None = None
    step_kind: str | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A failure type and the failures that share it."""

    id: str
    label: str
    members: tuple[str, ...]
    """Ids of the failures, in the order in which they came."""
    exemplar: str
    """Id of the member in the middle: the one most like the rest."""
    edge: str
    """Id of the member least like the rest; the exemplar itself where there is but one."""
    known: KnownType
    """What a register has to keep for the next run to find the same type again."""

    @property
    def size(self) -> int:
        """How many failures share the type."""
        return len(self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Every failure in its cluster."""

    clusters: tuple[Cluster, ...] = ()
    """In the order in which they were founded; known types that nothing joined are left out."""
    assignment: Mapping[str, str] = field(default_factory=dict)
    """Failure id -> cluster id."""
