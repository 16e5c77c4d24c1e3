"""What has to be done about an incident: by its level and type, for those it hit, and what people added."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incident2eval.model import (
    Answer,
    Happened,
    Incident,
    IncidentFile,
    IncidentType,
    Moment,
    Severity,
    Stage,
    Task,
    TaskKind,
    visible,
)
from incident2eval.model.incident import Action
from incident2eval.triage._controls import CONTROLS
from incident2eval.triage._responses import RESPONSES
from incident2eval.triage._steps import Pace, Step, Whose, due_after, owner_of
from incident2eval.triage._words import is_reason, plain

_SHIPPED = frozenset(step.id for steps in (*RESPONSES.values(), *CONTROLS.values()) for step in steps)

_STAGE_OF_ACTION = {
    "immediate": Stage.CONTAINED,
    "preventive": Stage.CLOSED,
    "policy": Stage.CLOSED,
    "training": Stage.CLOSED,
    "runbook": Stage.CLOSED,
}
"""Which stage an open action of a kind holds up; every other kind holds up `remediated`."""

_TOLD = frozenset({"customer", "client", "user", "employee", "applicant"})
"""Kinds of affected that can have been told something."""


_AHEAD = timedelta(hours=14)
"""No clock on Earth is further ahead of UTC."""


def tasks(file: IncidentFile) -> tuple[Task, ...]:
    """Everything that has to be done about an incident, done or not.

    A level asks for its steps and for those of the levels below it; from level 2 on each type asks for its
    immediate control and its longer-term fix too (level 1 is the light path: correct it, learn from it).
    Then: whoever received what was exposed, actions to take back, messages to correct, and the actions that
    people wrote down. A step is done where facts of the file show it beyond doubt, or where the file or the
    log has an action of its id with `done_at`; owner and date of that action go before ours. What is done
    after the last line of the log was written is to come: it is not done.

    Whoever received it, or has to be told, is numbered by the place in the lists of the file, which only grow
    (recipients, then affected, then communications); an id holds no name.

    Owners and dates that nobody set are our choice: the person whom the settings name for such a step, else
    the workflow's owner; and a span from when it was noticed, by level (`Pace`), in UTC, or whole days after
    a bare date.

    Args:
        file: The incident file; its own `tasks` are not looked at.

    Returns:
        In that order; no id twice.
    """
    actions = tuple(_so_far(file))
    known = {one.id: one for one in actions if one.id}
    people = (*_recipients(file), *_corrections(file))
    asked = (*(_task(file, step, known) for step in _steps(file)), *_said(people, known))
    taken = {one.id for one in asked}
    written = (*_own(actions, reversal=True), *_own(actions, reversal=False))
    return tuple(_numbered((*asked, *(one for one in written if one.id not in taken))))


def _so_far(file: IncidentFile) -> Iterator[Action]:
    """The actions; one that is done at a time to come is not done yet."""
    for action in file.incident.actions:
        to_come = file.as_of and action.done_at and _is_after(action.done_at, file.as_of)
        yield replace(action, done_at=None, reversed=action.reversed and "no") if to_come else action


def _is_after(moment: Moment, last: datetime) -> bool:
    """Whether it is after that time in every zone: in doubt, no."""
    return moment > last if isinstance(moment, datetime) else moment > (last + _AHEAD).date()


def _said(people: Sequence[Task], known: Mapping[str, Action]) -> Iterator[Task]:
    """The tasks about people with what was said of each.

    A word that was kept with the text of another is about that one, should the numbers have shifted since.
    """
    texts = {one.text for one in people}
    for task in people:
        action = known.get(task.id)
        about_other = action is not None and action.text != task.text and action.text in texts
        yield _with_action(task, action) if action and not about_other else task


def _steps(file: IncidentFile) -> Iterator[Step]:
    level = file.level.counts
    for each, steps in RESPONSES.items():
        if each <= level:
            yield from steps
    if level >= Severity.MATERIAL_CAUGHT:
        for kind in dict.fromkeys(file.types):
            yield from CONTROLS[kind]


def _task(file: IncidentFile, step: Step, known: Mapping[str, Action]) -> Task:
    how = step.shown(file)
    task = Task(
        id=step.id,
        kind=step.kind,
        text=step.text,
        stage=step.stage,
        owner=owner_of(file, step.whose),
        due=due_after(file.incident.when.noticed, step.pace, file.level.counts),
        done=how is not None,
        how=how,
    )
    task = _with_action(task, known[step.id]) if step.id in known else task
    return replace(task, done=False, how=None) if step.barred(file) else task


def _recipients(file: IncidentFile) -> Iterator[Task]:
    """One for everybody who received it or could read it (R109)."""
    rows = file.incident.recipients
    for number, ref in enumerate(dict.fromkeys(one.ref for one in rows), start=1):
        said = [(one.assessed or "").strip() for one in rows if one.ref == ref]
        yield _about(
            file,
            TaskKind.RECIPIENT,
            number,
            f"Find out what {visible(ref)} got or could read, and whether it was given back or deleted.",
            whose=Whose.SECURITY,
            how=visible("; ".join(said)) if all(map(is_reason, said)) else None,
        )


def _corrections(file: IncidentFile) -> Iterator[Task]:
    """One for everybody who has to be told, or was (R110)."""
    incident = file.incident
    sent = {one.to: one for one in incident.communications if one.at is not None}
    misled = _reached(incident) if _may_have_misled(incident, file.types) else ()
    told = tuple(one.to for one in incident.communications)
    for number, ref in enumerate(dict.fromkeys((*_reached(incident), *told)), start=1):
        if ref not in misled and ref not in told:
            continue
        row = sent.get(ref)
        yield _about(
            file,
            TaskKind.CORRECTION,
            number,
            f"Tell {visible(ref)} what was wrong, what is right, and what you do so that it stays right.",
            whose=Whose.OWNER,
            how=f"told on {row.at:%Y-%m-%d}" if row else None,
        )


def _reached(incident: Incident) -> tuple[str, ...]:
    """Who got it, as far as the file names them."""
    received = (one.ref for one in incident.recipients)
    return (*received, *(one.ref for one in incident.affected if one.ref and plain(one.kind) in _TOLD))


def _may_have_misled(incident: Incident, types: Sequence[IncidentType]) -> bool:
    """Whether what they got was a wrong text, unless it surely did not go out."""
    if IncidentType.INCORRECT_EXTERNAL_OUTPUT not in types or incident.outcome is Happened.NEAR_MISS:
        return False
    return incident.questions.left_company is not Answer.NO or incident.outcome is Happened.REALISED


def _about(  # noqa: PLR0913 - what a task about somebody is made of
    file: IncidentFile, kind: TaskKind, number: int, text: str, *, whose: Whose, how: str | None
) -> Task:
    return Task(
        id=f"{kind}/{number}",
        kind=kind,
        text=text,
        stage=Stage.REMEDIATED,
        owner=owner_of(file, whose),
        due=due_after(file.incident.when.noticed, Pace.NEXT, file.level.counts),
        done=how is not None,
        how=how,
    )


def _own(actions: Sequence[Action], *, reversal: bool) -> Iterator[Task]:
    """The actions that people wrote down: those that take something back (R108), or the others."""
    unnamed = 0
    for action in actions:
        unnamed += action.id is None
        if action.id in _SHIPPED or (action.reversed is not None) is not reversal:
            continue
        yield _with_action(
            Task(
                id=visible(action.id) if action.id else f"action/{unnamed}",
                kind=TaskKind.REVERSAL if reversal else TaskKind.ACTION,
                text=visible(action.text),
                stage=Stage.REMEDIATED if reversal else _STAGE_OF_ACTION.get(action.kind, Stage.REMEDIATED),
            ),
            action,
        )


def _with_action(task: Task, action: Action) -> Task:
    """The task with what people said of it: who, by when, and whether it is done."""
    how = _done_by(action) or (None if action.reversed == "no" else task.how)
    return replace(
        task,
        owner=visible(action.owner) if action.owner else task.owner,
        due=action.due or task.due,
        done=how is not None,
        how=how,
    )


def _done_by(action: Action) -> str | None:
    """How an action is known to be done; one that takes something back: when it is back, or cannot be."""
    when = f" on {action.done_at:%Y-%m-%d}" if action.done_at else ""
    seen = f" ({visible(action.evidence)})" if action.evidence else ""
    if action.reversed is not None:
        words = {"yes": "taken back", "impossible": "cannot be taken back"}.get(action.reversed)
        return f"{words}{when}{seen}" if words else None
    return f"done{when}{seen}" if action.done_at else None


def _numbered(all_tasks: Iterable[Task]) -> Iterator[Task]:
    """The tasks, each with an id of its own; of two with one id the later gets a number."""
    seen: set[str] = set()
    for task in all_tasks:
        name, number = task.id, 1
        while name in seen:
            number += 1
            name = f"{task.id}#{number}"
        seen.add(name)
        yield replace(task, id=name)
