"""The page of an incident: for operators, finance and compliance, in plain words, no code needed."""

from dataclasses import dataclass
from datetime import datetime

from incident2eval.model import NOTICE, ClockState, Stage
from incident2eval.report.pack import Event
from incident2eval.report.templating import filled
from incident2eval.report.wording import Wording

NOT_SAID = "not written down"
"""Stands where the file does not say; the page names such things together, in one line."""

MADE_UP = (
    "Names, addresses and secrets here are made up, though they may look real: the same one stands for the "
    "same throughout. Only who answers for a workflow by the settings is called by the real name."
)

MOST_BLOCKERS = 3
"""So many of what keeps it from the next stage stand at the top."""

LONGEST = 20_000
"""A text longer than this is cut on the page: nobody reads it here."""

STAGES: dict[Stage, Wording] = {
    Stage.REPORTED: Wording("Reported", "Somebody wrote it down."),
    Stage.CONTAINED: Wording("Stopped", "It can do no further harm while people look at it."),
    Stage.CLASSIFIED: Wording(
        "Level and facts settled", "A person said how serious it is, and the first facts are there."
    ),
    Stage.PRESERVED: Wording("Evidence kept", "What it was is sealed, before anything is changed."),
    Stage.CAUSED: Wording("Cause known", "A person confirmed why it happened and which control failed."),
    Stage.REMEDIATED: Wording("Put right", "Everything that had to be done first is done."),
    Stage.RESTART: Wording("Restart decided", "Somebody entitled to decided on the evidence."),
    Stage.CLOSED: Wording("Closed", "Nothing is left open."),
}
"""Each stage as people in an office say it."""

CLOCKS: dict[ClockState, Wording] = {
    ClockState.NOT_APPLICABLE: Wording("Not triggered", "pass"),
    ClockState.SCOPE_NOT_DECLARED: Wording("Is it for us?", "error"),
    ClockState.NOT_STARTED: Wording("Not started", "error"),
    ClockState.ANCHOR_MISSING: Wording("Its start is not known", "error"),
    ClockState.DUE: Wording("Due", "error"),
    ClockState.OVERDUE: Wording("Overdue", "blocked"),
    ClockState.FILED: Wording("Told", "pass"),
    ClockState.DECIDED_NOT_REQUIRED: Wording("Decided: not required", "pass"),
}
"""Each state of a clock: what the page calls it, and the colour it has there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A stage, and whether the incident has come so far."""

    name: str
    meaning: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """Something to do."""

    id: str
    what: str
    who: str
    """Empty where nobody is named."""
    when: str
    """By when, or how it is known to be done."""
    done: bool
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """A duty to tell somebody, and where its clock stands."""

    id: str
    what: str
    tell: str
    state: ClockState
    when: str
    """By when, and what is left, or the word of the law where it gives no number."""
    dated: bool
    because: tuple[str, ...]
    holds: tuple[str, ...]
    """What the notice must hold."""
    law: str
    """The article, and how its words were seen."""
    decided: str = ""
    note: str = ""
    own: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether somebody said that the rule is for the firm at all."""
        return self.state is not ClockState.SCOPE_NOT_DECLARED

    @property
    def is_waiting(self) -> bool:
        """Whether it asks for nothing yet: its clock has not started, or the rule is not in force."""
        return self.state is ClockState.NOT_STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One of the eight things that an incident file must hold."""

    name: str
    missing: tuple[str, ...]
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """Everything that the page says, in words that its reader may see."""

    incident: str
    title: str
    workflow: str
    what_happened: str
    now: datetime
    """What the clocks were read at, UTC."""
    tool: str
    level: str
    level_colour: str
    standing: tuple[str, ...]
    """What a reader should know first, a sentence each."""
    level_because: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    impact: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    """The seven questions and what was answered."""
    stages: tuple[StageRow, ...]
    next_stage: str
    """What the next stage is called; empty where it is closed."""
    blockers: tuple[str, ...]
    """What keeps it from the next stage."""
    doubts: tuple[str, ...]
    """What contradicts itself in the file or its log."""
    tasks: tuple[TaskRow, ...]
    duties: tuple[DutyRow, ...]
    """Those that somebody has to look at, then those that are done."""
    not_triggered: tuple[tuple[str, tuple[str, ...]], ...]
    """The others by why they do not fire: the reason, and the rules."""
    checked: str
    """The day on which the rules were checked last; empty where there are none."""
    evidence: tuple[str, ...]
    cause: tuple[str, ...]
    changes: tuple[str, ...]
    """What had changed before."""
    items: tuple[ItemRow, ...]
    cases: tuple[str, ...]
    restart: tuple[str, ...]
    updates: tuple[str, ...]
    """Policies, training, runbooks and cases that were updated."""
    said: tuple[tuple[str, str], ...]
    """Whom it was told, and the words."""
    timeline: tuple[Event, ...]


def incident_page(page: IncidentPage) -> str:
    """The page; its policy forbids scripts and loading, and names the one style sheet."""
    return filled(
        "incident.html.j2",
        longest=LONGEST,
        cut="cut here",
        sheet="incident.css",
        page=page,
        clocks=CLOCKS,
        made_up=MADE_UP,
        not_said=NOT_SAID,
        most=MOST_BLOCKERS,
        notice=NOTICE,
    )
