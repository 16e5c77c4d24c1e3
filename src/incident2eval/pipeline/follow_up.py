"""`duty`, `task` and `close`: who told whom, what became of each task, and the end of an incident."""

from dataclasses import replace
from pathlib import Path

from incident2eval.model import (
    BadInput,
    ClockState,
    DutyNote,
    Event,
    Fault,
    LogEntry,
    Stage,
    TaskKind,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._clock_lines import duty_json, task_lines
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._layout import wrapped
from incident2eval.pipeline._word import append, now
from incident2eval.stages import blockers, stage
from incident2eval.store import Project, dump

FILED, NOT_REQUIRED = "filed", "not_required"


def duty(*, project: Path | None, incident: str, note: DutyNote) -> Answer:
    """Keep that a notice was filed, or that a person decided that none is required, with the reason.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        note: The rule, what became of it, who says so; now counts where it gives no time.

    Returns:
        Exit code 0, or 1 where it does not count yet: the person may not decide that at this level.

    Raises:
        BadInput: No such rule; no name; or no reason where nothing is to be notified.
    """
    home, at_once = Project.find(project), now()
    known = {one.rule.id for one in open_file(home, incident, at_once).file.duties}
    if note.rule not in known:
        hint = f"one of: {', '.join(sorted(known))}"
        raise BadInput(Fault(message=f"there is no rule {visible(note.rule)!r}", hint=hint))
    if note.state == NOT_REQUIRED and not (note.reason or "").strip():
        raise BadInput(Fault(field="--reason", message="is missing", hint="say why nobody has to be told"))
    entry = LogEntry(
        at=at_once,
        event=Event.DUTY,
        by=note.by,
        rule=note.rule,
        state=note.state,
        reason=note.reason,
        ref=note.ref,
        done_at=note.at,
    )
    append(home, incident, entry)
    judged = next(one for one in open_file(home, incident, at_once).file.duties if one.rule.id == note.rule)
    counts = judged.state in {ClockState.FILED, ClockState.DECIDED_NOT_REQUIRED}
    lines = [f"{incident}: {note.rule}: {note.state.replace('_', ' ')}, by {visible(note.by or '')}"]
    if not counts:
        lines += [f"it does not count: {why}" for why in judged.because]
    return Answer(
        data={"incident": incident, "duty": duty_json(judged)},
        text=wrapped(lines),
        exit_code=int(not counts),
    )


def task(*, project: Path | None, incident: str, change: LogEntry) -> Answer:
    """Keep what became of a task: done, given to somebody, due on another day; or add one.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        change: An entry of the log: `action` is the task's id, or a new one where it holds a `text`.

    Returns:
        Exit code 0, or 1 where it was called done and the facts of the incident say otherwise.

    Raises:
        BadInput: No such task, or no name.
    """
    home, at_once = Project.find(project), now()
    name = change.action or ""
    known = {one.id: one for one in open_file(home, incident, at_once).file.tasks}
    if name not in known and not change.text:
        hint = f"`incident2eval triage {incident}` lists them; --text adds a new one"
        raise BadInput(Fault(message=f"there is no task {visible(name)!r}", hint=hint))
    if name in known and known[name].kind is not TaskKind.ACTION and not change.text:
        # What the tool asks for is no row of the incident file: the log keeps its words with it.
        change = replace(change, text=known[name].text)
    append(home, incident, change)
    after = next(one for one in open_file(home, incident, at_once).file.tasks if one.id == name)
    return Answer(
        data={"incident": incident, "task": dump(after)},
        text=wrapped(task_lines(after, at_once)),
        exit_code=int(change.done_at is not None and not after.done),
    )


def close(*, project: Path | None, incident: str, by: str) -> Answer:
    """Close an incident, if nothing of it is open.

    Returns:
        Exit code 0 once it is closed, 1 with everything that keeps it open.

    Raises:
        BadInput: No such incident, or no name.
    """
    home, at_once = Project.find(project), now()
    file = open_file(home, incident, at_once).file
    found = () if stage(file) is Stage.CLOSED else blockers(file, Stage.CLOSED)
    if found:
        return Answer(
            data={"incident": incident, "stage": stage(file).words, "open": list(found)},
            text=wrapped([f"{incident} is not closed; open:", *(f"  {each}" for each in found)]),
            exit_code=1,
        )
    if stage(file) is not Stage.CLOSED:
        append(home, incident, LogEntry(at=at_once, event=Event.CLOSED, by=by))
    after = stage(open_file(home, incident, at_once).file)
    said = f"{incident} is closed" if after is Stage.CLOSED else f"{incident} is not closed"
    return Answer(
        data={"incident": incident, "stage": after.words, "open": []},
        text=said,
        exit_code=int(after is not Stage.CLOSED),
    )
