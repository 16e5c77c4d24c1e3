"""What `triage` says to a person: what it is, what to do now, whom to tell, and what changed by a word."""

from collections.abc import Sequence
from datetime import datetime

from incident2eval.model import (
    Answer,
    ClockState,
    Duty,
    Incident,
    IncidentFile,
    IncidentType,
    Level,
    LogEntry,
    Stage,
    Task,
)
from incident2eval.model.incident import Surface
from incident2eval.pipeline._incident_file import Opened
from incident2eval.pipeline.shown.clock_lines import duty_lines, shown, task_lines
from incident2eval.pipeline.shown.running import Running, monitored, restarted
from incident2eval.stages import blockers, doubts, minimum, out_of_order, stage
from incident2eval.triage import SURFACES, Involved, involved, principles

_TASKS, _REASONS, _BLOCKERS = 6, 4, 3
"""How many are shown before `--all`."""


def triage_lines(opened: Opened, how: Running, at_once: datetime, *, everything: bool) -> list[str]:
    """What it is and how bad; what to do now; who must be told; who must be there; what is not known.

    Args:
        opened: The incident.
        how: How its workflow runs since the last restart.
        at_once: The moment that clocks are read at, UTC.
        everything: Every task, rule and reason.
    """
    file, judged = opened.file, opened.triage
    reached = stage(file)
    again = None if reached is Stage.CLOSED else restarted(file, at_once)
    because = (*judged.because, *file.level.because)
    odd = (*doubts(opened.stated, file.entries, at_once), *out_of_order(file))
    return [
        f"{file.incident.id}  {file.incident.title}",
        "",
        f"type: {_types(file.types)}; level {_level(file.level)}",
        *_some(because, _REASONS, everything=everything),
        *_surface_lines(file.incident.surface),
        *(f"  look at this: {each}" for each in odd),
        *(_again_lines(file, again, how) if again else _stage_lines(file, reached)),
        *(_file_lines(file) if everything else ()),
        "",
        *_task_lines(file, at_once, everything=everything),
        "",
        *duty_lines(file.duties, at_once, everything=everything),
        "",
        *_people_lines(file, everything=everything),
        *_unknown_lines(opened),
        "",
        f"next: {_open_next(file) if again else _next(opened, reached)}",
    ]


def changed_lines(before: Opened, after: Opened) -> list[str]:
    """What a person's word changed: level, stage, and above all which clocks it started and ended.

    Args:
        before: The incident as it was.
        after: The same with what was said.
    """
    file, was = after.file, before.file
    lines = [f"{file.incident.id}: kept"]
    if file.types != was.types:
        lines.append(f"  type: {_types(was.types)} -> {_types(file.types)}")
    if withdrawn := _withdrawn(was.incident, file.incident):
        names = ", ".join(withdrawn)
        lines.append(f"  {names}: yes before, and a yes stands for level and clocks until a person decides:")
        lines.append(
            "    `triage --severity` with a reason and the authority, `duty --not-required` with a reason"
        )
    lines.append(f"  level: {int(was.level.counts)} -> {_level(file.level)}")
    lines += [f"  {why}" for why in file.level.because]
    lines.append(f"  stage: {stage(was).words} -> {stage(file).words}")
    was_open = {one.rule.id for one in was.duties if one.state.is_open}
    ended = [one for one in file.duties if one.rule.id in was_open and not one.state.is_open]
    started = [one for one in file.duties if one.rule.id not in was_open and one.state.is_open]
    for heading, moved in (("this ends", ended), ("this starts", started)):
        if moved:
            lines.append(f"  {heading} {'a duty' if len(moved) == 1 else f'{len(moved)} duties'} to notify:")
            lines += [f"    {_moved(one)}" for one in moved]
    return [*lines, *_stage_lines(file, stage(file)), f"next: {_next(after, stage(file))}"]


def people(file: IncidentFile) -> Sequence[Involved]:
    """The functions that have to be there, with names where the settings give them."""
    return involved(file.incident, file.types, file.level.counts, file.approvers)


def _withdrawn(was: Incident, now: Incident) -> list[str]:
    """What had been answered with yes, and is not any more."""
    pairs = ((was.questions, now.questions), (was.circumstances, now.circumstances))
    return [
        name
        for before, after in pairs
        for name in before.__dataclass_fields__
        if getattr(before, name) is Answer.YES and getattr(after, name) is not Answer.YES
    ]


def _moved(duty: Duty) -> str:
    due = f", by {shown(duty.due)}" if duty.due and duty.state.is_open else ""
    why = f" ({duty.because[0]})" if duty.because else ""
    return f"{duty.rule.id}: {duty.rule.name}{due}{why}"


def _some(lines: Sequence[str], most: int, *, everything: bool) -> list[str]:
    shown_first = lines if everything else lines[:most]
    more = len(lines) - len(shown_first)
    return [*(f"  {line}" for line in shown_first), *([f"  and {more} more (--all)"] if more else [])]


def _surface_lines(surface: Surface | None) -> list[str]:
    """How urgent it is where it showed, and what comes first there."""
    if surface is None:
        return []
    usual = SURFACES[surface]
    return [f"showed in: {surface.replace('_', ' ')}. {usual.urgency} {usual.first}"]


def _stage_lines(file: IncidentFile, reached: Stage) -> list[str]:
    if reached is Stage.CLOSED:
        return ["stage: closed"]
    ahead = Stage(reached + 1)
    waiting = blockers(file, ahead)
    lines = [f"stage: {reached.words}; before it is {ahead.words}:"]
    return [*lines, *_some(waiting, _BLOCKERS, everything=False)] if waiting else lines[:1]


def _again_lines(file: IncidentFile, again: LogEntry, how: Running) -> list[str]:
    """That its workflow runs again, how it is watched, and what is open until the incident is closed."""
    override = f", on an emergency override until {shown(again.until)}" if again.until else ""
    watched = f"; {monitored(how.monitoring)}" if how.monitoring else ""
    lines = [f"stage: restarted on {shown(again.at)} by {again.by}{override}{watched}"]
    if how.monitoring:
        name, day = file.incident.workflow.name, how.monitoring.next_run
        lines.append(f"  next run, {day}: incident2eval gate {name} --monitor")
    waiting = blockers(file, Stage.CLOSED)
    return (
        [*lines, "before it is closed:", *_some(waiting, _BLOCKERS, everything=False)] if waiting else lines
    )


def _file_lines(file: IncidentFile) -> list[str]:
    """Which of the eight parts of the incident file are complete, and what the others lack."""
    lines = ["the eight parts of the incident file:"]
    for item in minimum(file):
        lines.append(f"  {'[x]' if item.is_complete else '[ ]'} {item.name}, due when {item.due.words}")
        lines += [f"      {why}" for why in item.missing]
    return lines


def _task_lines(file: IncidentFile, at_once: datetime, *, everything: bool) -> list[str]:
    todo = sorted((one for one in file.tasks if not one.done), key=_by_day)
    if not todo:
        return ["nothing is left to do"]
    shown_first = todo if everything else todo[:_TASKS]
    lines = [f"to do at level {int(file.level.counts)}:"]
    for one in shown_first:
        lines += task_lines(one, at_once)
    more = len(todo) - len(shown_first)
    return [*lines, f"  and {more} more (--all)"] if more else lines


def _people_lines(file: IncidentFile, *, everything: bool) -> list[str]:
    there = people(file)
    touched = [one.name for one in principles(file.incident, file.types) if one.touched is Answer.YES]
    lines = [f"principles that it touches: {', '.join(touched)}"] if touched else []
    if everything:
        return [*lines, "who has to be there:", *(f"  {_who(one)}: {one.because}" for one in there)]
    return [*lines, f"who has to be there: {', '.join(map(_who, there))}"] if there else lines


def _who(one: Involved) -> str:
    return f"{one.function} ({one.who})" if one.who else one.function


def _unknown_lines(opened: Opened) -> list[str]:
    """What nobody has said yet, and how to say it."""
    if not opened.triage.unknown:
        return []
    say = f"incident2eval triage {opened.file.incident.id} --answer NAME=yes|no --by NAME"
    return ["", "not known:", *(f"  {what}" for what in opened.triage.unknown), f"  answer with: {say}"]


def _types(types: Sequence[IncidentType]) -> str:
    return ", ".join(one.replace("_", " ") for one in types) or "not known yet"


def _level(level: Level) -> str:
    """The level that counts, and who says so."""
    said = [f"{int(level.suggested)} suggested"]
    if level.given:
        said.append(f"{int(level.given)} given{f' by {level.confirmed_by}' if level.confirmed_by else ''}")
    else:
        said.append("confirmed by nobody")
    return f"{int(level.counts)} ({', '.join(said)})"


def _by_day(one: Task) -> tuple[bool, str]:
    """The soonest first; what has no day comes last."""
    return one.due is None, one.due.isoformat() if one.due else ""


def _next(opened: Opened, reached: Stage) -> str:
    file = opened.file
    incident, name = file.incident.id, file.incident.workflow.name
    if reached is Stage.REPORTED and not file.incident.containment:
        return f"stop it: incident2eval contain {incident} --action stopped --by NAME"
    if reached <= Stage.CONTAINED and file.level.confirmed_by is None and file.incident.severity is None:
        return f"say that this is so: incident2eval triage {incident} --confirm --by NAME"
    if reached is Stage.CLASSIFIED and not file.sealed:
        return f"seal the evidence: incident2eval collect {incident} --trace FILE"
    if reached is Stage.PRESERVED and file.cause is None:
        return f"find the cause: incident2eval run {incident}"
    if reached is Stage.PRESERVED and not file.cause_confirmed:
        return f"say whether the cause is right: incident2eval root-cause {incident}"
    if reached is Stage.REMEDIATED:
        return f"prove it: incident2eval gate {name}; then incident2eval restart {name} says what is missing"
    return "nothing" if reached is Stage.CLOSED else _open_next(file)


def _open_next(file: IncidentFile) -> str:
    """The command for the first thing that keeps an incident from being closed."""
    incident = file.incident.id
    if todo := sorted((one for one in file.tasks if not one.done), key=lambda one: (one.stage, _by_day(one))):
        return f"do what is open: incident2eval task {incident} {todo[0].id} --done --by NAME"
    if asked := [one for one in file.duties if one.state.is_open and one.state is not ClockState.NOT_STARTED]:
        how = "--filed, or --not-required --reason TEXT, --by NAME"
        return f"decide the duty: incident2eval duty {incident} {asked[0].rule.id} {how}"
    if waiting := blockers(file, Stage.CLOSED):
        return f"settle what is open: {waiting[0]}"
    return f"close it: incident2eval close {incident} --by NAME"
