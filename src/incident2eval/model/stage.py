"""How far an incident has come: its stages, the minimum file, and what is still to be done by whom."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from incident2eval.model.cause import RootCause
from incident2eval.model.duty import Duty
from incident2eval.model.incident import Incident, IncidentType, Moment, Severity
from incident2eval.model.log import LogEntry
from incident2eval.model.settings import Approver, WorkflowSettings


class Stage(IntEnum):
    """In this order: stop first, why comes later (R20)."""

    REPORTED = 1
    CONTAINED = 2
    CLASSIFIED = 3
    PRESERVED = 4
    CAUSED = 5
    REMEDIATED = 6
    RESTART = 7
    CLOSED = 8

    @property
    def words(self) -> str:
        """As a person says it."""
        return self.name.lower()


class TaskKind(StrEnum):
    """Where a task comes from."""

    RESPONSE = "response"
    """What the level asks for."""
    IMMEDIATE = "immediate"
    """What the type asks for at once."""
    FIX = "fix"
    """What the type asks for in the longer term."""
    ACTION = "action"
    """What people wrote down themselves."""
    RECIPIENT = "recipient"
    """Somebody who got it, to be assessed."""
    REVERSAL = "reversal"
    """An action to be taken back."""
    CORRECTION = "correction"
    """A communication to be corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that has to be done, by whom and by when."""

    id: str
    """Stays the same from one look to the next; a log names it."""
    kind: TaskKind
    text: str
    stage: Stage
    """The stage that is not reached while it is open."""
    owner: str | None = None
    due: Moment | None = None
    done: bool = False
    how: str | None = None
    """How it is known to be done, or who did it and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The severity of an incident: who said what, and which counts."""

    suggested: Severity
    given: Severity | None
    """By the file, or by the last person who decided."""
    highest: Severity
    """The highest it was ever given or decided to be; it is never forgotten."""
    counts: Severity
    """What duties, signatures and stages go by."""
    confirmed_by: str | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileItem:
    """One of the eight things that an incident file must hold (R40 to R47)."""

    number: int
    name: str
    missing: tuple[str, ...]
    """What it lacks, in plain words; empty where it is complete."""
    due: Stage
    """The stage at which it has to be there, at this level."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """Everything known of an incident without judging a run: file, log, evidence, cause, cases, duties."""

    incident: Incident
    """File and log together."""
    as_of: datetime | None = None
    """When it was put together, UTC; what is dated later has not happened."""
    entries: tuple[LogEntry, ...] = ()
    types: tuple[IncidentType, ...] = ()
    """As a person or the file says, else as suggested."""
    level: Level
    workflow: WorkflowSettings | None = None
    """None where the settings do not know it."""
    approvers: tuple[Approver, ...] = ()
    sealed: int = 0
    """Files of evidence that are sealed."""
    sealed_at: datetime | None = None
    """When the first was sealed, UTC."""
    missing_evidence: tuple[str, ...] = ()
    """Kinds of evidence that are absent without a reason."""
    cause: RootCause | None = None
    """The one that counts."""
    cause_confirmed: bool = False
    """Whether a person confirmed or overruled it."""
    cases: tuple[str, ...] = ()
    """Ids of its locked cases."""
    duties: tuple[Duty, ...] = ()
    tasks: tuple[Task, ...] = field(default=())
