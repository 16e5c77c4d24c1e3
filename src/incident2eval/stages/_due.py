"""What is due next, and from whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from incident2eval.model import ClockState, Duty, IncidentFile, Moment, Promptness, Severity
from incident2eval.stages._moments import latest
from incident2eval.stages._words import line

_AT_ONCE = frozenset({Promptness.IMMEDIATELY, Promptness.UNDUE_DELAY, Promptness.HOLD})
"""Words that stand for a date of now."""

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that somebody has to do or to decide."""

    what: str
    """In words, on one line."""
    who: str | None
    """None where nobody is named yet."""
    at: Moment | None
    """By when: UTC, or a bare date. None where there is no date: at once for a duty that says so."""
    overdue: bool
    """Whether the time is past, whatever the zone of a bare date."""
    source: str
    """The id of the task, or of the rule of the duty."""


def next_due(file: IncidentFile, now: datetime) -> tuple[Due, ...]:
    """What is due of tasks and duties, the soonest first.

    First what is overdue, then what is due at once, then what has a date, then the rest. A duty whose scope
    nobody declared is among them: unknown stops no clock. One that has not started is not.

    Args:
        file: Everything known of the incident.
        now: Aware, UTC.
    """
    ranked = sorted([*_tasks(file, now), *_duties(file, now)], key=lambda one: one[0])
    return tuple(due for _, due in ranked)


def _tasks(file: IncidentFile, now: datetime) -> Iterator[tuple[tuple[int, datetime], Due]]:
    for task in file.tasks:
        if not task.done:
            due = Due(
                what=line(task.text).rstrip("."),
                who=_named(task.owner),
                at=task.due,
                overdue=_is_past(task.due, now),
                source=task.id,
            )
            yield _rank(due, at_once=False), due


def _duties(file: IncidentFile, now: datetime) -> Iterator[tuple[tuple[int, datetime], Due]]:
    for duty in file.duties:
        if duty.state.is_open and duty.state is not ClockState.NOT_STARTED:
            due = Due(
                what=f"{line(duty.rule.name)} (to {line(duty.rule.tell)})",
                who=_decider(duty, file),
                at=duty.due,
                overdue=duty.state is ClockState.OVERDUE or _is_past(duty.due, now),
                source=duty.rule.id,
            )
            yield _rank(due, at_once=_is_at_once(duty)), due


def _is_past(at: Moment | None, now: datetime) -> bool:
    return at is not None and latest(at) < now


def _is_at_once(duty: Duty) -> bool:
    """Whether no date is given because it is due now, or because a clock may be running that nobody sees."""
    return duty.due is None and (
        duty.rule.term.promptly in _AT_ONCE or duty.state is ClockState.ANCHOR_MISSING
    )


def _rank(due: Due, *, at_once: bool) -> tuple[int, datetime]:
    """Overdue, at once, dated, undated; within them by the end of the time that there is."""
    group = 0 if due.overdue else 1 if at_once else 2 if due.at else 3
    return group, latest(due.at) if due.at else _NEVER


def _decider(duty: Duty, file: IncidentFile) -> str | None:
    """Counsel for what tells customers or people, from level 3 on (R89); else the owner of the workflow."""
    if duty.rule.counsel and file.level.counts >= Severity.IMPACT:
        counsel = next((one.name for one in file.approvers if "legal" in one.roles), None)
        if counsel:
            return _named(counsel)
    return _named(file.workflow.owner if file.workflow else None)


def _named(name: str | None) -> str | None:
    return line(name or "") or None
