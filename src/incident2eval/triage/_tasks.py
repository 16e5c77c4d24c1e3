"""What has to be done about an incident: by its level and type, for those it hit, and what people added."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.model import (
    Answer,
    Happened,
    Incident,
    IncidentFile,
    IncidentType,
    Severity,
    Stage,
    Task,
    TaskKind,
    visible,
)
from incident2eval.model.incident import Action
from incident2eval.triage._controls import CONTROLS
from incident2eval.triage._facts import Facts
from incident2eval.triage._responses import RESPONSES
from incident2eval.triage._steps import Pace, Step, Whose, due_after, owner_of

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


def tasks(file: IncidentFile) -> tuple[Task, ...]:
    """Everything that has to be done about an incident, done or not.

    A level asks for its steps and for those of the levels below it; from level 2 on each type asks for its
    immediate control and its longer-term fix too (level 1 is the light path: correct it, learn, note it).
    Then: whoever received what was exposed, actions to take back, messages to correct, and the actions that
    people wrote down. A step is done where facts of the file show it, or where the file or the log has an
    action of its id with `done_at`; owner and date of that action go before ours.

    Owners and dates that nobody set are our choice: the person whom the settings name for such a step, else
    the workflow's owner; and a span from when it was noticed, by level (`Pace`), in UTC, or whole days after
    a bare date.

    Args:
        file: The incident file; its own `tasks` are not looked at.

    Returns:
        In that order; no id twice.
    """
    known = {one.id: one for one in file.incident.actions if one.id}
    facts = Facts(
        file=file,
        recipients=tuple(_said(_recipients(file), known)),
        reversals=tuple(_own(file, reversal=True)),
        corrections=tuple(_said(_corrections(file), known)),
    )
    steps = _said((_task(facts, step) for step in _steps(file)), known)
    asked = (*steps, *facts.recipients, *facts.corrections)
    taken = {one.id for one in asked}
    written = (*facts.reversals, *_own(file, reversal=False))
    return tuple(_numbered((*asked, *(one for one in written if one.id not in taken))))


def _said(all_tasks: Iterable[Task], known: Mapping[str, Action]) -> Iterator[Task]:
    """The tasks with what people said of them."""
    return (_with_action(one, known[one.id]) if one.id in known else one for one in all_tasks)


def _steps(file: IncidentFile) -> Iterator[Step]:
    level = file.level.counts
    for each, steps in RESPONSES.items():
        if each <= level:
            yield from steps
    if level >= Severity.MATERIAL_CAUGHT:
        for kind in dict.fromkeys(file.types):
            yield from CONTROLS[kind]


def _task(facts: Facts, step: Step) -> Task:
    file, how = facts.file, step.shown(facts)
    return Task(
        id=step.id,
        kind=step.kind,
        text=step.text,
        stage=step.stage,
        owner=owner_of(file, step.whose),
        due=due_after(file.incident.when.noticed, step.pace, file.level.counts),
        done=how is not None,
        how=how,
    )


def _recipients(file: IncidentFile) -> Iterator[Task]:
    """One for everybody who received it or could read it (R109)."""
    rows = file.incident.recipients
    for ref in dict.fromkeys(one.ref for one in rows):
        said = [(one.assessed or "").strip() for one in rows if one.ref == ref]
        yield _about(
            file,
            TaskKind.RECIPIENT,
            ref,
            f"Find out what {visible(ref)} got or could read, and whether it was given back or deleted.",
            whose=Whose.SECURITY,
            how=visible("; ".join(said)) if all(said) else None,
        )


def _corrections(file: IncidentFile) -> Iterator[Task]:
    """One for everybody who has to be told, or was (R110)."""
    incident = file.incident
    sent = {one.to: one for one in incident.communications if one.at is not None}
    for ref in dict.fromkeys([*(one.to for one in incident.communications), *_misled(incident, file.types)]):
        row = sent.get(ref)
        yield _about(
            file,
            TaskKind.CORRECTION,
            ref,
            f"Tell {visible(ref)} what was wrong, what is right, and what you do so that it stays right.",
            whose=Whose.OWNER,
            how=f"told on {row.at:%Y-%m-%d}" if row else None,
        )


def _misled(incident: Incident, types: Sequence[IncidentType]) -> Iterator[str]:
    """Who got a wrong text, as far as the file names them; nobody where it surely did not go out."""
    if IncidentType.INCORRECT_EXTERNAL_OUTPUT not in types or incident.outcome is Happened.NEAR_MISS:
        return
    if incident.questions.left_company is not Answer.NO or incident.outcome is Happened.REALISED:
        yield from (one.ref for one in incident.recipients)
        yield from (one.ref for one in incident.affected if one.ref and one.kind in _TOLD)


def _about(  # noqa: PLR0913 - what a task about somebody is made of
    file: IncidentFile, kind: TaskKind, ref: str, text: str, *, whose: Whose, how: str | None
) -> Task:
    return Task(
        id=f"{kind}/{visible(ref)}",
        kind=kind,
        text=text,
        stage=Stage.REMEDIATED,
        owner=owner_of(file, whose),
        due=due_after(file.incident.when.noticed, Pace.NEXT, file.level.counts),
        done=how is not None,
        how=how,
    )


def _own(file: IncidentFile, *, reversal: bool) -> Iterator[Task]:
    """The actions that people wrote down: those that take something back (R108), or the others."""
    unnamed = 0
    for action in file.incident.actions:
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
