"""The pass report: what was run, what came of it, and what it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from incident2eval.model.case import Decision, EvalCase


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNote:
    """An incident whose cases a report speaks of."""

    id: str
    title: str
    severity: int
    origin: str | None = None
    """Where the corrected run of its cases comes from; `repaired` is named in every report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a reader needs to judge the gate's decision, a year later too."""

    schema: str = "incident2eval/report/1"
    decision: Decision
    started: datetime
    finished: datetime
    nonce: str
    tool: str
    """Version of incident2eval."""
    python: str
    commit: str | None = None
    dirty: bool = False
    incidents: tuple[IncidentNote, ...] = ()
    proofs: tuple[EvalCase, ...] = ()
    """The locked cases: red on the evidence, green on the corrected run, variants caught."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """What the decision rests on: lock, settings, roster, deployed parts -> sha256."""
    overrides: tuple[str, ...] = ()
    """Every override of the shipped policy, in words."""
    notes: tuple[str, ...] = ()
