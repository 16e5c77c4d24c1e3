"""The pass report: what was run, what came of it, and what it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from incident2eval.model.approval import Approval, Trust
from incident2eval.model.case import Decision, EvalCase
from incident2eval.model.cause import RootCause
from incident2eval.model.run import StepKind


class Part(StrEnum):
    """What a step has to do with a failure."""

    CULPRIT = "culprit"
    """Where it came in."""
    CARRIER = "carrier"
    """Passed it on."""
    OUTPUT = "output"
    """Says it to the world."""
    ASIDE = "aside"
    """Nothing that is known of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """One row of a run drawn as a tree: a step, the run's own output, or steps that are not shown."""

    kind: StepKind | None
    """None for steps that are not shown."""
    name: str
    """Of the step; else what is said in its place, such as `12 more steps`."""
    depth: int = 0
    part: Part = Part.ASIDE
    note: str = ""
    """What a person should know of the step, in a few words."""
    quote: str = ""
    """The words of the failure that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNote:
    """An incident whose cases a report speaks of."""

    id: str
    title: str
    severity: int
    origin: str | None = None
    """Where the corrected run of its cases comes from; `repaired` is named in every report."""
    cause: RootCause | None = None
    """The root cause that counts; None where none was written, or none that can be read."""
    stand: tuple[str, ...] = ()
    """Who stands behind the cause, and what was said with it, in words."""
    overruled: bool = False
    """Whether the cause is a person's in place of what the tool proposed."""
    tree: tuple[TreeRow, ...] = ()
    """The recorded run in small, where the step of the cause is in it."""


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
    severity: int | None = None
    """The highest of its incidents; None where there is none."""
    expires: datetime | None = None
    """After that it opens nothing."""
    previous: str | None = None
    """SHA-256 of the JSON of this workflow's report before this one."""
    case_digests: Mapping[str, str] = field(default_factory=dict)
    """Case -> SHA-256 of what it is: its test, its facts and input, and its two runs."""
    trust: Trust = field(default_factory=Trust)
    approvals: tuple[Approval, ...] = ()
    """Signed words that the decision rests on: reasons for no case, quarantines, accepted edits."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where and how it ran: platform, packages, command line, kept variables, `runner`."""
    redaction: str = ""
    """SHA-256 of what was hidden by which rules."""
    monitor: bool = False
    """Whether it was a daily run after a restart."""
    notes: tuple[str, ...] = ()
