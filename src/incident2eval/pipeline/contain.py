"""`contain`: note that a workflow was stopped, and stop it where the settings say how. Why comes later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from incident2eval.model import (
    JSON,
    BadInput,
    Event,
    Fault,
    Incident2EvalError,
    LogEntry,
    Severity,
    StepKind,
    WorkflowSettings,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._related import Related, related, switched_off_by
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.shown.clock_lines import shown
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.said_times import CLOCKS_DIFFER, iso, refuse_impossible
from incident2eval.store import HISTORY, Loaded, Project, dump
from incident2eval.triage import triage
from incident2eval.workflows import HookResult, run_hook

KEYS_REVOKED = "api_keys_revoked"
_OTHER = "--workflow {} --action related_workflows_stopped --by NAME"
_READ_AT_MOST = 5_000_000
"""Bytes of evidence that are looked through for calls: whoever stops something does not wait for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """What became of it."""

    home: Project
    loaded: Loaded
    workflow: str
    settings: WorkflowSettings | None
    """None where the settings do not know the workflow."""
    entry: LogEntry
    is_new: bool
    """False where the log said the same before."""
    hook: HookResult | None
    """None where the settings name no `on_pause`."""
    by_hand: bool
    is_paused: bool | None
    """Whether the gate takes it for paused now; None where another log cannot be read."""
    asks: tuple[str, ...]
    related: tuple[Related, ...]


def contain(
    *,
    project: Path | None,
    incident: str,
    stop: LogEntry,
    at: datetime | None = None,
    by_hand: bool = False,
) -> Answer:
    """Note a stop, run the workflow's `on_pause`, and say what to do next.

    Needs no cause, no evidence and no trace that can be read. The same again adds no line, and runs
    `on_pause` again: a stop that is done twice is better than one that is not done.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        stop: Who did what: `by`, `action`, `did`, and `workflow` where it is another one than the incident's.
        at: When, UTC; `stop.at` where nobody says.
        by_hand: Whether somebody stopped it: then `on_pause` is not run.

    Returns:
        Exit code 1 where `on_pause` failed: the log says so, and the incident does not count as contained.

    Raises:
        BadInput: No such incident or workflow, a faulty file, a name that is none, or a time to come.
        NotJudged: The log cannot be written; nothing was run.
    """
    home = Project.find(project)
    refuse_name(stop.by or "")
    settings = home.workflow(stop.workflow) if stop.workflow else None
    refuse_impossible({"at": at}, now())
    loaded = _opened(home, incident, stop.workflow)
    name = stop.workflow or loaded.incident.workflow.name
    # The log names the workflow, whoever's it is: the guard reads it without the incident file.
    entry = _dated(replace(stop, workflow=name), loaded, at)
    before = _same(loaded, entry, exactly_then=at is not None, paused=_paused(home, name))
    if before is None:
        append(home, incident, entry)
    settings = settings or home.settings.workflows.get(name)
    command = settings.on_pause if settings and not by_hand else None
    hook = run_hook(command, project=home.root) if command else None
    if hook is not None and hook.trouble is not None:
        failed_to = LogEntry(
            at=now(), event=Event.ON_PAUSE_FAILED, by=entry.by, workflow=entry.workflow, reason=hook.trouble
        )
        append(home, incident, failed_to)
    done = Contained(
        home=home,
        loaded=loaded,
        workflow=name,
        settings=settings,
        entry=before or entry,
        is_new=before is None,
        hook=hook,
        by_hand=by_hand,
        is_paused=_paused(home, name),
        asks=tuple(_asks(home, loaded, settings, entry)),
        related=related(home.settings, name) if _level(loaded) is Severity.SEVERE else (),
    )
    failed = hook is not None and hook.trouble is not None
    notes = (*home.warnings, *loaded.warnings, *_printed(hook))
    return Answer(data=_data(done), text=wrapped(_text(done)), exit_code=int(failed), notes=notes)


def _opened(home: Project, incident: str, workflow: str | None) -> Loaded:
    """The incident; where it cannot be read, the faults say too that nothing was stopped, and who can."""
    try:
        return home.incident(incident)
    except BadInput as error:
        names = [workflow] if workflow else list(home.settings.workflows)
        who = (f"{name}: {switched_off_by(home.settings.workflows[name])}" for name in names)
        hint = f"stop it by hand now; {'; '.join(who)}" if names else "stop it by hand now"
        raise BadInput(*error.faults, Fault(message="nothing was stopped or noted", hint=hint)) from error


def _dated(stop: LogEntry, loaded: Loaded, at: datetime | None) -> LogEntry:
    """The stop with its time: what somebody says, and never before the last line where nobody does.

    A time before the workflow was last restarted makes it history, which pauses nothing.
    """
    if at is None:
        near = [one.at for one in loaded.entries[-1:] if one.at <= stop.at + CLOCKS_DIFFER]
        return replace(stop, at=max([stop.at, *near]))
    again = [
        one.at
        for one in loaded.entries
        if one.event == Event.RESTARTED and (one.workflow or loaded.incident.workflow.name) == stop.workflow
    ]
    return replace(stop, at=at, kind=HISTORY if again and at < again[-1] else None)


def _same(loaded: Loaded, entry: LogEntry, *, exactly_then: bool, paused: bool | None) -> LogEntry | None:
    """The line that says the same already; a stop after a restart is another one."""
    ending = {Event.ON_PAUSE_FAILED} if exactly_then else {Event.ON_PAUSE_FAILED, Event.RESTARTED}
    for at, one in enumerate(loaded.entries):
        if any(later.event in ending for later in loaded.entries[at:]):
            continue  # what was said then did not hold, or not for long
        alike = (one.event, one.by, one.action, one.workflow or loaded.incident.workflow.name) == (
            Event.CONTAINED,
            entry.by,
            entry.action,
            entry.workflow,
        )
        if (
            alike
            and entry.did in {None, one.did}
            and (one.at == entry.at if exactly_then else paused is True)
        ):
            return one
    return None


def _paused(home: Project, workflow: str) -> bool | None:
    try:
        return home.paused(workflow) is not None
    except Incident2EvalError:
        return None


def _level(loaded: Loaded) -> Severity:
    """The gravest that anybody, or the tool, takes it for."""
    said = (loaded.incident.severity, loaded.written and loaded.written.severity)
    return max(triage(loaded.incident, ()).suggested, *(one or Severity.LOW for one in said))


def _asks(home: Project, loaded: Loaded, settings: WorkflowSettings | None, entry: LogEntry) -> Iterator[str]:
    """What a stop leaves open: keys that still work outside (R25)."""
    revoked = KEYS_REVOKED in {entry.action, *(row.action for row in loaded.incident.containment)}
    integrations = tuple(one.name for one in settings.integrations) if settings else ()
    reached = tuple(dict.fromkeys((*integrations, *_called(home, loaded.incident.id))))
    if reached and not revoked:
        yield (
            f"It reaches {', '.join(reached[:5])}{' and more' if len(reached) > 5 else ''}: do its API keys "
            f"still work? Revoke them, then: incident2eval contain {loaded.incident.id} "
            f"--action {KEYS_REVOKED} --by NAME"
        )


def _called(home: Project, incident: str) -> tuple[str, ...]:
    """The tools that its runs called, where that can be read soon; nothing where it cannot be read at all."""
    try:
        kept = home.evidence(incident)
        if sum(item.path.stat().st_size for item in kept) > _READ_AT_MOST:
            return ()
        runs = [run for reading in read_traces(kept)[0].values() for run in reading.runs]
    except (Incident2EvalError, OSError):
        return ()
    return tuple(step.name for run in runs for step in run.steps if step.kind is StepKind.TOOL)


def _printed(hook: HookResult | None) -> Iterator[str]:
    for line in hook.printed.splitlines() if hook else ():
        yield f"on_pause: {line}"


def _data(done: Contained) -> dict[str, JSON]:
    command = done.settings.on_pause if done.settings else None
    return {
        "incident": done.loaded.incident.id,
        "workflow": done.workflow,
        "action": done.entry.action,
        "by": done.entry.by,
        "at": iso(done.entry.at),
        "new": done.is_new,
        "paused": done.is_paused,
        "on_pause": {"command": command, "trouble": done.hook.trouble} if done.hook else None,
        "ask": list(done.asks),
        "related": [dump(one) for one in done.related],
    }


def _text(done: Contained) -> list[str]:
    entry, incident = done.entry, done.loaded.incident.id
    did = f": {entry.did}" if entry.did else ""
    noted = "noted" if done.is_new else "was noted before, nothing new"
    action = (entry.action or "contained").replace("_", " ")
    lines = [
        f"{incident}: {done.workflow}, {action}, by {entry.by}, {shown(entry.at)}{did} ({noted})",
        *_stopped(done),
    ]
    if entry.did is None:
        lines.append("Say how more harm is kept away meanwhile: the same command with --did TEXT.")
    if done.is_paused is False:
        lines.append("It went live again after that time, so it does not count as paused now.")
    lines += ["", *done.asks] if done.asks else []
    if done.related:
        lines += ["", "Level 4: stop what shares something with it too, or say why not:"]
        for one in done.related:
            lines.append(f"  {one.workflow}: {', '.join(one.shares)}")
            lines.append(f"    incident2eval contain {incident} {_OTHER.format(one.workflow)}")
    if _is_sealed(done.home, incident):
        return [*lines, "", f"The evidence is sealed. next: incident2eval triage {incident}"]
    return [
        *lines,
        "",
        "Change nothing yet: keep what shows it first.",
        f"next: incident2eval collect {incident} --trace FILE",
    ]


def _is_sealed(home: Project, incident: str) -> bool:
    """Whether something was kept already; a seal that cannot be read keeps nobody from a stop."""
    try:
        return bool(home.sealed(incident))
    except Incident2EvalError:
        return False


def _stopped(done: Contained) -> Iterator[str]:
    """Whether this command switched anything off, and how people work meanwhile."""
    settings, hook = done.settings, done.hook
    if done.by_hand:
        yield "Stopped by hand: on_pause was not run."
    elif hook is None:
        why = "names no on_pause" if settings else "does not know this workflow"
        yield f"incident2eval.toml {why}: NOTHING WAS SWITCHED OFF FROM HERE. {switched_off_by(settings)}."
    elif hook.trouble is None:
        yield "on_pause ran."
    else:
        yield f"NOT STOPPED FROM HERE: on_pause failed: {visible(hook.trouble)}. {switched_off_by(settings)}."
        yield "Once it is stopped, say so: the same command with --by-hand."
    if settings and settings.fallback:
        yield f"Meanwhile: {settings.fallback}"
