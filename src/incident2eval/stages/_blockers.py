"""The stage of an incident, and everything that keeps it from the next one."""

from collections.abc import Iterator

from incident2eval.model import Answer, ClockState, Duty, IncidentFile, Severity, Stage
from incident2eval.stages._log import closing, not_stopped, overriding, stopped
from incident2eval.stages._minimum import NOT_STOPPED, is_formal, minimum
from incident2eval.stages._moments import shown
from incident2eval.stages._words import line


def stage(file: IncidentFile) -> Stage:
    """The last stage that was reached without a gap; a report is always there.

    It is closed where nothing is open and a named person closed it, after the last stop, restart, triage and
    look-back that found something.

    Args:
        file: Everything known of the incident.
    """
    gap = next((one for one in Stage if any(_open_at(file, one))), None)
    reached = Stage.CLOSED if gap is None else Stage(max(gap - 1, Stage.REPORTED))
    return reached if closing(file.entries) else min(reached, Stage.RESTART)


def blockers(file: IncidentFile, stage: Stage) -> tuple[str, ...]:
    """Everything that keeps an incident from reaching a stage: its own gaps and those of the stages before.

    That nobody has closed it yet keeps nobody from closing it, so it is not among them.

    Args:
        file: Everything known of the incident.
        stage: The stage that it should reach.

    Returns:
        One line each, in the order of the stages, times in UTC; empty where it has reached the stage.
    """
    return tuple(dict.fromkeys(why for one in Stage if one <= stage for why in _open_at(file, one)))


def _open_at(file: IncidentFile, stage: Stage) -> Iterator[str]:
    """What is open at exactly that stage."""
    yield from _not_done(file, stage)
    for item in minimum(file):
        # Stopping it waits for no paper, so what is due with the report holds up the stage after the stop.
        if max(item.due, Stage.CLASSIFIED) is stage:
            yield from item.missing
    for task in file.tasks:
        if task.stage is stage and not task.done:
            whose = f", {line(task.owner)}" if task.owner else ", nobody's yet"
            due = f", due {shown(task.due)}" if task.due else ""
            yield f"{line(task.text).rstrip('.')} ({line(task.id)}{whose}{due})"
    for duty in file.duties:
        if _holds_up(duty, file) and _decided_by(file) is stage:
            yield _told(duty)


def _not_done(file: IncidentFile, stage: Stage) -> Iterator[str]:
    """What a stage is, beyond items, tasks and duties."""
    match stage:
        case Stage.CONTAINED:
            if not_stopped(file.entries, file.incident.workflow.name):
                yield "on_pause failed, and nobody has said since that it is stopped (contain --by-hand)"
            elif is_formal(file) and not file.incident.containment:
                yield NOT_STOPPED
        case Stage.CLASSIFIED if file.incident.severity is None and file.level.confirmed_by is None:
            yield "no person has confirmed the level (triage)"
        case Stage.CLOSED:
            if (override := overriding(file)) and override.until:
                until = shown(override.until)
                yield f"the workflow was started again on an emergency override only, until {until} (restart)"
            yield from _others_stopped(file)


def _others_stopped(file: IncidentFile) -> Iterator[str]:
    own = file.incident.workflow.name
    for name, entry in stopped(file.entries, own, file.as_of).items():
        if name != own:
            yield f"the workflow {line(name)} is still stopped, since {shown(entry.at)} (restart)"


def _decided_by(file: IncidentFile) -> Stage:
    """The stage that waits for the duties."""
    asked = file.incident.questions
    answers = {asked.exposed_information, asked.obligation_possible}
    if file.level.counts >= Severity.IMPACT:
        return Stage.RESTART
    return Stage.RESTART if is_formal(file) and answers != {Answer.NO} else Stage.CLOSED


def _holds_up(duty: Duty, file: IncidentFile) -> bool:
    """Whether somebody has to do or decide something about it now, at this level.

    What has not started asks for nothing: the filing that it waits for holds up by itself, and a rule that is
    not in force yet binds nobody. Level 1 waits for clocks that run, not for a scope that nobody declared.
    """
    if duty.state is ClockState.SCOPE_NOT_DECLARED:
        return is_formal(file)
    return duty.state.is_open and duty.state is not ClockState.NOT_STARTED


def _told(duty: Duty) -> str:
    due = f", due {shown(duty.due)}" if duty.due else ""
    return f"{line(duty.rule.name)}: {duty.state.replace('_', ' ')}{due} ({line(duty.rule.id)})"
