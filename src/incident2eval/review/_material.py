"""What a review is worked out from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incident2eval.model import (
    Acceptance,
    EvalCase,
    FileItem,
    IncidentFile,
    Rule,
    Severity,
    WorkflowSettings,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """How long an incident took; None where a time is not known to the minute."""

    to_detect: timedelta | None = None
    to_contain: timedelta | None = None
    to_restart: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRun:
    """One run of the gate, as its report tells it."""

    workflow: str
    at: datetime
    """When it started, UTC."""
    report: str
    """Path of the report, relative to the project."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Case id -> what came of it."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """What was judged -> its digest; parts of the workflow begin with `deployed.`."""
    overrides: tuple[str, ...] = ()
    """Departures from the shipped policy, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that a project's files tell, whatever the quarter."""

    files: tuple[IncidentFile, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Ids of incidents whose files cannot be read."""
    written: Mapping[str, Severity] = field(default_factory=dict)
    """Incident -> the level that its file gave before its log changed it."""
    not_counting: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Incident -> the numbers of those entries of its log, from 1, that give a level which does not count."""
    dwell: Mapping[str, Dwell] = field(default_factory=dict)
    """By incident."""
    items: Mapping[str, tuple[FileItem, ...]] = field(default_factory=dict)
    """Incident -> the eight things that its file must hold."""
    closed: frozenset[str] = frozenset()
    """Incidents that are closed."""
    failure_types: Mapping[str, str] = field(default_factory=dict)
    """Incident -> id of its failure type."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Failure type -> what people call it."""
    came_back: frozenset[str] = frozenset()
    """Incidents that came after a restart which should have ended their failure type."""
    cases: tuple[EvalCase, ...] = ()
    """All locked cases."""
    drafts: tuple[str, ...] = ()
    """Incidents whose case nobody has finished."""
    accepted: tuple[Acceptance, ...] = ()
    gate_runs: tuple[GateRun, ...] = ()
    deployed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Workflow -> part -> its digest as it is now."""
    workflows: Mapping[str, WorkflowSettings] = field(default_factory=dict)
    uncovered: tuple[str, ...] | None = None
    """Integrations that no case guards, each as `workflow: integration`; None where nobody looked."""
    rules: tuple[Rule, ...] = ()
    """The duties that are prompted for."""
