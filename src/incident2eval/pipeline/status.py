"""`status`: every incident with its stage, the clocks that run, and what is due next from whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval._guard import WorkflowPaused, guard
from incident2eval.model import (
    JSON,
    NOTICE,
    BadInput,
    ClockState,
    Duty,
    Event,
    Fault,
    Incident2EvalError,
    IncidentFile,
    Stage,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import incident_files
from incident2eval.pipeline._word import now
from incident2eval.pipeline.shown.clock_lines import duty_json, left, shown
from incident2eval.pipeline.shown.layout import counted, table, wrapped
from incident2eval.pipeline.shown.running import Running, restarted, running, running_json, running_lines
from incident2eval.pipeline.shown.said_times import iso
from incident2eval.stages import Due, blockers, next_due, stage
from incident2eval.store import Project, dump

_DOUBT = {ClockState.SCOPE_NOT_DECLARED: " (?)"}
_OURS = {ClockState.DUE, ClockState.OVERDUE, ClockState.ANCHOR_MISSING}
_NEXT = 8
"""How many of the things that are due are shown; `--json` has all."""


def status(*, project: Path | None, workflow: str | None) -> Answer:
    """The register: what is open, how far it is, which clocks run, and what is due next.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Only the incidents of this one, and whether it may run.

    Returns:
        Exit code 0, or 3 where an incident cannot be read, which may be the one that is due, or where nobody
        can tell whether a workflow is paused. Of one workflow 1 where it is.

    Raises:
        BadInput: There is no project, or no workflow of that name.
    """
    home, at_once = Project.find(project), now()
    if workflow is not None:
        home.workflow(workflow)
    every, faults = _files(home, at_once)
    files = [one for one in every if workflow in {None, one.incident.workflow.name}]
    names = [name for name in _workflows(home, files) if workflow in {None, name}]
    paused = {name: _paused(home, name) for name in names}
    how = {name: running(every, name, home.settings.policy, at_once) for name in names}
    unknown = [pause.why for pause in paused.values() if pause and not pause.is_sure]
    stopped = workflow is not None and any(pause and pause.is_sure for pause in paused.values())
    unread = faults or unknown
    said = running_json(how[workflow]) if workflow is not None else {}
    return Answer(
        data={
            "incidents": [_json(one, at_once) for one in files],
            "paused": {name: pause.why for name, pause in paused.items() if pause},
            "workflows": {name: running_json(one) for name, one in how.items()},
            **said,
            "unreadable": [str(fault) for fault in faults],
        },
        text=_text(files, paused, how, at_once, workflow),
        exit_code=1 if stopped else 3 if unread else 0,
        notes=(*(f"not read: {fault}" for fault in faults), *_odd(home, files)),
    )


def _files(home: Project, at_once: datetime) -> tuple[list[IncidentFile], list[Fault]]:
    """The incidents that can be read, and the faults of the others; none where one may be missed."""
    try:
        home.incident_ids()
    except BadInput as error:
        return [], list(error.faults)
    return incident_files(home, at_once)


def _odd(home: Project, files: list[IncidentFile]) -> Iterator[str]:
    """What is odd about the files and logs: a line that was cut short tells nothing."""
    for one in files:
        yield from home.incident(one.incident.id).warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paused:
    """Why a workflow must not run."""

    why: str
    is_sure: bool
    """False where it cannot be read: then it may be paused."""


def _paused(home: Project, name: str) -> _Paused | None:
    """Why a workflow must not run: by its logs, or because the guard would not let it."""
    try:
        if why := home.paused(name):
            return _Paused(why=why, is_sure=True)
        if name in home.settings.workflows:
            guard(name, home.root)
    except Incident2EvalError as error:
        return _Paused(why=f"perhaps: {error.faults[0] if error.faults else error}", is_sure=False)
    except WorkflowPaused as error:
        return _Paused(why=f"perhaps: {error}", is_sure=False)
    return None


def _workflows(home: Project, files: list[IncidentFile]) -> list[str]:
    return sorted({*home.settings.workflows, *(one.incident.workflow.name for one in files)})


def _json(file: IncidentFile, at_once: datetime) -> dict[str, JSON]:
    open_duties = [duty_json(one) for one in file.duties if one.state.is_open]
    return {
        "incident": file.incident.id,
        "title": file.incident.title,
        "workflow": file.incident.workflow.name,
        "severity": int(file.level.counts),
        "stage": stage(file).words,
        "restarted": iso(again.at) if (again := restarted(file, at_once)) else None,
        "owner": file.workflow.owner if file.workflow else None,
        "open_tasks": sum(not one.done for one in file.tasks),
        "clocks": open_duties,
        "next": [dump(one) for one in next_due(file, at_once)],
    }


def _text(
    files: list[IncidentFile],
    paused: Mapping[str, _Paused | None],
    how: Mapping[str, Running],
    at_once: datetime,
    workflow: str | None,
) -> str:
    standing = list(_standing_lines(files, paused, how, workflow))
    if not files:
        return wrapped(["there are no incidents", *standing])
    rows = [
        (
            one.incident.id,
            one.incident.workflow.name,
            int(one.level.counts),
            _standing(one, paused, at_once),
            sum(not task.done for task in one.tasks) or "",
            _first_due(one, at_once),
        )
        for one in sorted(files, key=_urgency)
    ]
    parts = [table(("incident", "workflow", "level", "stage", "to do", "due next"), rows)]
    if standing:
        parts.append(wrapped(standing))
    if clocks := _clocks(files, at_once):
        parts.append(wrapped(["duties to notify:", *clocks, f"  {NOTICE}"]))
    if dues := _dues(files, at_once):
        parts.append(wrapped(["to do next:", *dues]))
    return "\n\n".join(parts)


def _standing_lines(
    files: list[IncidentFile],
    paused: Mapping[str, _Paused | None],
    how: Mapping[str, Running],
    workflow: str | None,
) -> Iterator[str]:
    """How each workflow stands, and what comes next where nothing else of an incident does."""
    if workflow is not None and not any(paused.values()):
        yield f"{workflow} is not paused"
    for name, pause in paused.items():
        if pause:
            yield from _stopped(name, pause)
    for name, one in how.items():
        yield from running_lines(name, one)
    for file in files:
        if not paused.get(file.incident.workflow.name):
            yield from _only_told(file)
        if stage(file) is Stage.RESTART and not blockers(file, Stage.CLOSED):
            incident = file.incident.id
            yield f"nothing of {incident} is open: incident2eval close {incident} --by NAME"


def _standing(file: IncidentFile, paused: Mapping[str, _Paused | None], at_once: datetime) -> str:
    """The stage; where its workflow runs again that, since papers that are still open do not stop it."""
    reached = stage(file)
    stands_still = paused.get(file.incident.workflow.name) is not None
    is_back = not stands_still and reached is not Stage.CLOSED and restarted(file, at_once) is not None
    return "restarted" if is_back else reached.words


def _stopped(name: str, pause: _Paused) -> list[str]:
    if not pause.is_sure:
        return [f"{name} is paused, {pause.why}", "  mend what is named; until then the guard stops it"]
    todo = f"  what it takes to run again: incident2eval restart {name}"
    return [f"{name} is paused: {pause.why}", todo]


def _only_told(file: IncidentFile) -> list[str]:
    """That a stop stands in the incident file alone: the guard goes by the log, and lets the workflow run."""
    told = file.incident.containment and file.incident.restart is None
    logged = {one.event for one in file.entries} & {Event.CONTAINED, Event.RESTARTED}
    if logged or not told or stage(file) is Stage.CLOSED:
        return []
    incident = file.incident.id
    return [
        f"{incident}: its file tells of a stop and its log of none, so nothing holds the workflow up",
        f"  if it has to stand still: incident2eval contain {incident} --action ACTION --by NAME",
    ]


def _urgency(file: IncidentFile) -> tuple[bool, int, str]:
    return stage(file) is Stage.CLOSED, -int(file.level.counts), file.incident.id


def _first_due(file: IncidentFile, at_once: datetime) -> str:
    first = next(iter(next_due(file, at_once)), None)
    if first is None:
        return ""
    return left(first.at, at_once) if first.at else f"now: {first.source}"


def _clocks(files: list[IncidentFile], at_once: datetime) -> list[str]:
    """The duties that are open: those that a word makes due at once, then the clocks, the shortest first."""
    live = [
        (one.incident.id, duty)
        for one in files
        for duty in one.duties
        if duty.state.is_open and duty.state is not ClockState.NOT_STARTED and stage(one) is not Stage.CLOSED
    ]
    running = [(duty.due, incident, duty) for incident, duty in live if duty.due is not None]
    by_word = [pair for pair in live if pair[1].due is None and pair[1].state in _OURS]
    lines = [
        f"  {_soon(duty)}: {incident}: {duty.rule.id}, tell {duty.rule.tell}" for incident, duty in by_word
    ]
    lines += [
        f"  {left(due, at_once)}: {incident}: {duty.rule.id}, by {shown(due)}{_DOUBT.get(duty.state, '')}"
        for due, incident, duty in sorted(running, key=lambda row: (row[0], row[1], row[2].rule.id))[:_NEXT]
    ]
    if len(running) > _NEXT:
        lines.append(f"  and {len(running) - _NEXT} more (--json)")
    if any(duty.state is ClockState.SCOPE_NOT_DECLARED for _, duty in live):
        lines.append("  (?) [organisation] in incident2eval.toml does not say whether it is for you")
    return lines


def _soon(duty: Duty) -> str:
    if duty.state is ClockState.ANCHOR_MISSING:
        return "when did you become aware (--when aware=TIME)"
    return str(duty.rule.term.promptly or "due")


def _dues(files: list[IncidentFile], at_once: datetime) -> list[str]:
    """The tasks that are due next over all incidents, and from whom; duties have clocks of their own."""
    tasks: list[tuple[str, Due]] = [
        (one.incident.id, due)
        for one in files
        if stage(one) is not Stage.CLOSED
        for due in next_due(one, at_once)
        if due.source in {task.id for task in one.tasks}
    ]
    dated = sorted((pair for pair in tasks if pair[1].at), key=lambda pair: _at(pair[1]))
    lines = [
        f"  {left(due.at, at_once)}: {incident}: {due.what} ({due.who or 'nobody yet'})"
        for incident, due in dated[:_NEXT]
        if due.at
    ]
    more = len(tasks) - len(lines)
    return [*lines, f"  and {counted(more, 'more task')} (--json)"] if more > 0 else lines


def _at(due: Due) -> str:
    return due.at.isoformat() if due.at else ""
