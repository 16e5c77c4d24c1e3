"""`triage`: what an incident is, how bad, what to do about it now, and whom to tell by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from incident2eval.duties import advice
from incident2eval.model import (
    JSON,
    NOTICE,
    BadInput,
    Circumstances,
    Event,
    Fault,
    Finding,
    Incident2EvalError,
    IncidentFile,
    IncidentType,
    Level,
    LogEntry,
    Severity,
    Stage,
    Task,
)
from incident2eval.model import Answer as Said
from incident2eval.model.incident import Questions, Surface
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._clock_lines import duty_json, duty_lines, task_lines
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.pipeline._incident_file import Opened, open_file
from incident2eval.pipeline._layout import wrapped
from incident2eval.pipeline._word import append, now
from incident2eval.stages import blockers, doubts, minimum, out_of_order, stage
from incident2eval.store import Project, dump
from incident2eval.triage import SURFACES, Involved, involved, principles

ANSWERABLE = (
    *Questions.__dataclass_fields__,
    *(name for name in Circumstances.__dataclass_fields__ if not name.endswith("_at")),
    "acted_on",
)
"""What `--answer` takes."""

MOMENTS = ("aware", *(name for name in Circumstances.__dataclass_fields__ if name.endswith("_at")))
"""What `--when` takes."""

_SHOWN_TASKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says about type and level, and answers."""

    by: str
    confirm: bool = False
    severity: Severity | None = None
    type: tuple[IncidentType, ...] = ()
    reason: str | None = None
    answers: Mapping[str, Said] = field(default_factory=dict)
    moments: Mapping[str, datetime] = field(default_factory=dict)


def triage(
    *, project: Path | None, incident: str, word: Word | None = None, everything: bool = False
) -> Answer:
    """Say what an incident is, how bad, what has to be done and by whom; or keep what a person says of it.

    Works from the first minute: without evidence, and where a trace cannot be read, the file alone is judged.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        word: What a person confirms, overrules or answers.
        everything: Whether every task and every rule is shown, with all reasons.

    Raises:
        BadInput: No such incident, a faulty file, or a level other than the suggested one without a reason.
    """
    home, at_once = Project.find(project), now()
    findings, unread = _findings(home, incident)
    opened = open_file(home, incident, at_once, findings)
    if word is not None:
        _keep(home, opened, word, at_once)
        opened = open_file(home, incident, at_once, findings)
    return Answer(
        data=_data(opened, at_once),
        text=wrapped(_text(opened, at_once, everything=everything)),
        notes=(*opened.notes, *unread),
    )


def _findings(home: Project, incident: str) -> tuple[tuple[Finding, ...] | None, tuple[str, ...]]:
    """What the checks find in the recorded run; None where there is no run to ask, and why."""
    try:
        return open_dossier(home, incident).findings, ()
    except (BadInput, Incident2EvalError) as error:
        why = str(error.faults[0]) if error.faults else str(error)
        return None, (f"judged without a run: {why}",)


def _keep(home: Project, opened: Opened, word: Word, at_once: datetime) -> None:
    """Write down what a person says of type and level, and what they answer."""
    incident, suggested = opened.file.incident, opened.triage.suggested
    severity = word.severity or (suggested if word.confirm else incident.severity) or suggested
    decides = bool(word.confirm or word.severity or word.type)
    if decides and severity != suggested and not (word.reason or "").strip():
        message = f"level {int(suggested)} is suggested, and a level other than it needs a reason"
        raise BadInput(Fault(field="--reason", message=message, hint="say why with --reason TEXT"))
    if word.answers or word.moments:
        answered = LogEntry(
            at=at_once,
            event=Event.ANSWERED,
            by=word.by,
            reason=word.reason,
            answers=word.answers,
            moments=word.moments,
        )
        append(home, incident.id, answered)
    if decides:
        triaged = LogEntry(
            at=at_once,
            event=Event.TRIAGED,
            by=word.by,
            reason=word.reason,
            severity=severity,
            suggested=suggested,
            type=word.type or opened.triage.types,
        )
        append(home, incident.id, triaged)


def _data(opened: Opened, at_once: datetime) -> dict[str, JSON]:
    file, judged = opened.file, opened.triage
    reached = stage(file)
    return {
        "incident": file.incident.id,
        "workflow": file.incident.workflow.name,
        "type": judged.type,
        "types": list(judged.types),
        "severity": {
            "given": file.level.given,
            "suggested": int(judged.suggested),
            "highest": int(file.level.highest),
            "counts": int(file.level.counts),
            "confirmed_by": file.level.confirmed_by,
            "because": list(judged.because),
        },
        "not_known": list(judged.unknown),
        "stage": reached.words,
        "blockers": list(blockers(file, Stage(min(reached + 1, Stage.CLOSED)))),
        "tasks": [{**dump(one), "stage": one.stage.words} for one in file.tasks],
        "file": [
            {"item": one.number, "name": one.name, "missing": list(one.missing), "due": one.due.words}
            for one in minimum(file)
        ],
        "involve": [
            dump(one) for one in involved(file.incident, file.types, file.level.counts, file.approvers)
        ],
        "obligations": [duty_json(one) for one in file.duties],
        "principles": [dump(one) for one in principles(file.incident, file.types)],
        "advice": advice(file.duties),
        "notice": NOTICE,
        "doubts": [*doubts(file.incident, file.entries, at_once), *out_of_order(file)],
    }


def _text(opened: Opened, at_once: datetime, *, everything: bool) -> list[str]:
    """What it is and how bad; what to do now; who must be told; who must be there; what is not known."""
    file, judged = opened.file, opened.triage
    reached = stage(file)
    lines = [
        f"{file.incident.id}  {file.incident.title}",
        "",
        f"type: {_types(file.types)}; severity {_level(file.level)}",
        *(f"  {reason}" for reason in judged.because),
        *(f"  {reason}" for reason in file.level.because),
        f"stage: {reached.words}{_next_of(reached)}",
        *_surface_lines(file.incident.surface),
    ]
    odd = (*doubts(file.incident, file.entries, at_once), *out_of_order(file))
    lines += [f"  look at this: {each}" for each in odd]
    todo = sorted((one for one in file.tasks if not one.done), key=_by_day)
    lines += ["", f"to do at level {int(file.level.counts)}:" if todo else "nothing is left to do"]
    shown = todo if everything else todo[:_SHOWN_TASKS]
    for one in shown:
        lines += task_lines(one, at_once)
    if len(todo) > len(shown):
        lines.append(f"  and {len(todo) - len(shown)} more (--all)")
    lines += ["", *duty_lines(file.duties, at_once, everything=everything)]
    people = _people(file)
    touched = [one.name for one in principles(file.incident, file.types) if one.touched is Said.YES]
    if touched:
        lines += ["", f"principles that it touches: {', '.join(touched)}"]
    if people:
        lines += ["", "who has to be there:"]
        lines += [f"  {one.function}{f' ({one.who})' if one.who else ''}: {one.because}" for one in people]
    if judged.unknown:
        lines += ["", "not known:", *(f"  {what}" for what in judged.unknown)]
    return [*lines, "", f"next: {_next(opened, reached)}"]


def _surface_lines(surface: Surface | None) -> list[str]:
    """How urgent it is where it showed, and what comes first there."""
    if surface is None:
        return []
    usual = SURFACES[surface]
    return [f"showed in: {surface.replace('_', ' ')}. {usual.urgency} {usual.first}"]


def _people(file: IncidentFile) -> Sequence[Involved]:
    return involved(file.incident, file.types, file.level.counts, file.approvers)


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


def _next_of(reached: Stage) -> str:
    return "" if reached is Stage.CLOSED else f"; next: {Stage(reached + 1).words}"


def _next(opened: Opened, reached: Stage) -> str:
    incident, name = opened.file.incident.id, opened.file.incident.workflow.name
    if reached is Stage.REPORTED:
        return f"stop it: incident2eval contain {incident} --action stopped --by NAME"
    if reached is Stage.CONTAINED:
        return f"say that this is so: incident2eval triage {incident} --confirm --by NAME"
    if reached is Stage.CLASSIFIED:
        return f"seal the evidence: incident2eval collect {incident} --trace FILE"
    if reached is Stage.PRESERVED:
        return f"find the cause: incident2eval run {incident}"
    if reached is Stage.CAUSED:
        return f"do what is open: incident2eval task {incident} TASK --done --by NAME"
    if reached is Stage.REMEDIATED:
        return f"prove it: incident2eval gate {name}"
    return "nothing" if reached is Stage.CLOSED else f"close it: incident2eval close {incident} --by NAME"
