"""What was done out of order: stop first, keep the evidence, then why, then mend, then start again (R20)."""

from collections.abc import Iterator, Mapping
from itertools import chain

from incident2eval.model import Event, IncidentFile, Moment, Stage, Task, TaskKind
from incident2eval.model.incident import Action
from incident2eval.stages._blockers import blockers
from incident2eval.stages._log import not_stopped, restarts
from incident2eval.stages._minimum import cause_missing, is_formal
from incident2eval.stages._moments import before, shown
from incident2eval.stages._words import line

MENDING = frozenset({"corrective", "preventive"})
"""Kinds of actions that change the workflow; stopping it and telling people waits for nothing."""


def out_of_order(file: IncidentFile) -> tuple[str, ...]:
    """What came before what it has to follow: one line each, times in UTC; empty where the order holds.

    The order is the same for every workflow and tool (R21). Here it is flagged: what is done is done, and
    what somebody did out of order with a reason is told with it. A bare date is out of order only if it is in
    every zone.

    Args:
        file: Everything known of the incident.
    """
    parts = (_said(file), _cause(file), _repairs(file), _restarted(file), _closed(file))
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


def open_before(file: IncidentFile, step: Stage) -> Mapping[Stage, str]:
    """What has to come before a step and has not: stop it, classify it, keep the evidence, find the cause.

    What counts is the act that a stage is named after, not all of its paper: a restart asks for that.

    Args:
        file: Everything known of the incident.
        step: The stage that the step belongs to.

    Returns:
        Stage -> why it is not reached, in order; empty at level 1, which takes the light path.
    """
    if not is_formal(file):
        return {}
    return {one: why for one, why in _acts(file) if one < step}


def mends(task: Task, kind: str | None) -> bool:
    """Whether doing a task changes the workflow; stopping it and telling people waits for nothing.

    Args:
        task: What is to be done.
        kind: The kind of the action that it is, where people wrote it down.
    """
    return kind in MENDING if task.kind is TaskKind.ACTION else task.kind is TaskKind.FIX


def _acts(file: IncidentFile) -> Iterator[tuple[Stage, str]]:
    """The acts that come before mending it and that nothing shows, each at its stage."""
    if not_stopped(file.entries, file.incident.workflow.name):
        yield Stage.CONTAINED, "on_pause failed, and nobody has said since that it is stopped"
    elif not file.incident.containment:
        yield Stage.CONTAINED, "nothing shows that it was stopped"
    if file.incident.severity is None and file.level.confirmed_by is None:
        yield Stage.CLASSIFIED, "no person has confirmed the level"
    if not file.sealed:
        yield Stage.PRESERVED, "no evidence is sealed"
    if why := next(cause_missing(file), None):
        yield Stage.CAUSED, why.removesuffix(" (root_cause)")


def _said(file: IncidentFile) -> Iterator[str]:
    """The steps that somebody took out of order, with a name and a reason."""
    for entry in file.entries:
        if entry.event == Event.OUT_OF_ORDER:
            what = line(" ".join(filter(None, (entry.kind or "a step", entry.action))))
            who, why = line(entry.by or "nobody named"), line(entry.reason or "no reason given")
            yield f"{what}, out of order, by {who}, {shown(entry.at)}: {why}"


def _cause(file: IncidentFile) -> Iterator[str]:
    """R23: why comes after the stop, where the workflow can still do harm."""
    known = file.cause_confirmed or file.incident.root_cause is not None
    if known and is_formal(file) and not file.incident.containment:
        yield "the root cause is written down, and nothing shows that the workflow was stopped first"


def _repairs(file: IncidentFile) -> Iterator[str]:
    stop = min((row.at for row in file.incident.containment), default=None)
    for action in file.incident.actions:
        if action.done_at is None or not _mends(action, file):
            continue
        done = f"{line(action.text or action.id or action.kind)}: done {shown(action.done_at)}"
        if stop is None and is_formal(file):
            yield f"{done}, and nothing shows that the workflow was stopped first"
        elif stop is not None and before(action.done_at, stop):
            yield f"{done}, before the workflow was stopped, {shown(stop)}"
        if file.sealed_at is None or not file.sealed:
            yield f"{done}, and no evidence is sealed"
        elif before(action.done_at, file.sealed_at):
            yield f"{done}, before the evidence was sealed, {shown(file.sealed_at)}"


def _mends(action: Action, file: IncidentFile) -> bool:
    """Whether it changes the workflow: its task says so, else its kind."""
    task = next((task for task in file.tasks if action.id and task.id == action.id), None)
    return mends(task, action.kind) if task else action.kind in MENDING


def _restarted(file: IncidentFile) -> Iterator[str]:
    again = restarts(file.entries, file.incident.workflow.name)
    if not again:
        return
    stop = min((row.at for row in file.incident.containment), default=None)
    if stop is None or again[0].at < stop:
        yield f"the workflow was started again, {shown(again[0].at)}, before it was stopped"
    yield from _too_early("the workflow was started again", again[-1].at, file, Stage.REMEDIATED)


def _closed(file: IncidentFile) -> Iterator[str]:
    closed = [entry for entry in file.entries if entry.event == Event.CLOSED]
    if closed:
        yield from _too_early("it was closed", closed[-1].at, file, Stage.CLOSED)


def _too_early(what: str, at: Moment, file: IncidentFile, needed: Stage) -> Iterator[str]:
    lacking = len(blockers(file, needed))
    if lacking:
        things = "one thing that comes first is" if lacking == 1 else f"{lacking} things that come first are"
        yield f"{what}, {shown(at)}, and {things} still open"
