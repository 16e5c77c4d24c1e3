"""`triage`: what an incident is, how bad, what to do about it now, and whom to tell by when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
    Happened,
    Incident2EvalError,
    IncidentType,
    LogEntry,
    Moment,
    Severity,
    Stage,
    merged,
)
from incident2eval.model import Answer as Said
from incident2eval.model.incident import Questions
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.pipeline._incident_file import Opened, open_file
from incident2eval.pipeline._order import note_reason, refusal
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.shown.clock_lines import duty_json
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.running import restarted, running
from incident2eval.pipeline.shown.said_times import iso, refuse_impossible
from incident2eval.pipeline.shown.triage_lines import changed_lines, people, triage_lines
from incident2eval.stages import blockers, doubts, hits_since_triage, minimum, out_of_order, stage
from incident2eval.store import Project, dump
from incident2eval.triage import principles
from incident2eval.triage import triage as judge

ANSWERABLE = (
    *Questions.__dataclass_fields__,
    *(name for name in Circumstances.__dataclass_fields__ if not name.endswith("_at")),
    "acted_on",
)
"""What `--answer` takes."""

MOMENTS = ("aware", *(name for name in Circumstances.__dataclass_fields__ if name.endswith("_at")))
"""What `--when` takes."""


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
    outcome: Happened | None = None
    out_of_order: str | None = None
    """Why it is said before what comes first."""


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

    Returns:
        Exit code 1 where type or level are confirmed before the workflow was stopped, from level 2 on, and
        nobody says why; nothing is written then.

    Raises:
        BadInput: No such incident, a faulty file, or a level other than the suggested one without a reason.
    """
    home, at_once = Project.find(project), now()
    found, unread = findings(home, incident)
    opened = open_file(home, incident, at_once, found)
    if word is None:
        how = running([opened.file], opened.file.incident.workflow.name, home.settings.policy, at_once)
        text = triage_lines(opened, how, at_once, everything=everything)
    else:
        if refused := _keep(home, opened, word, at_once):
            return refused
        before, opened = opened, open_file(home, incident, at_once, found)
        text = changed_lines(before, opened)
    again = restarted(opened.file, at_once)
    return Answer(
        data={**_data(opened, at_once), "restarted": iso(again.at) if again else None},
        text=wrapped(text),
        notes=(*opened.notes, *unread),
    )


def findings(home: Project, incident: str) -> tuple[tuple[Finding, ...] | None, tuple[str, ...]]:
    """What the checks find in the recorded run; None where there is no run to ask, and why."""
    try:
        return open_dossier(home, incident).findings, ()
    except (BadInput, Incident2EvalError) as error:
        why = str(error.faults[0]) if error.faults else str(error)
        return None, (f"judged without a run: {why}",)


def _keep(home: Project, opened: Opened, word: Word, at_once: datetime) -> Answer | None:
    """Write down what a person answers, and what they say of type and level in the light of it.

    Returns:
        Why it was not written down: something else comes first.
    """
    refuse_name(word.by)
    refuse_impossible(word.moments, at_once)
    incident = opened.file.incident
    _refuse_early(word.moments.get("aware"), incident.when.happened)
    answered = LogEntry(
        at=at_once,
        event=Event.ANSWERED,
        by=word.by,
        reason=word.reason,
        answers=word.answers,
        moments=word.moments,
        outcome=word.outcome,
    )
    judged = judge(merged(incident, [answered]), opened.findings)
    counts = max(opened.file.level.counts, judged.suggested)
    severity = word.severity or counts
    decides = bool(word.confirm or word.severity or word.type)
    if decides and severity not in {judged.suggested, counts} and not (word.reason or "").strip():
        message = f"level {int(counts)} stands, and a level other than it needs a reason"
        raise BadInput(Fault(field="--reason", message=message, hint="say why with --reason TEXT"))
    # A level is raised whatever else is open: an alarm is not held up. Answers alone decide nothing.
    in_turn = not decides or severity > opened.file.level.counts
    if not in_turn and (refused := refusal(opened.file, Stage.CLASSIFIED, word.out_of_order)):
        return refused
    if merged(incident, [answered]) != incident:
        append(home, incident.id, answered)
    if decides:
        triaged = LogEntry(
            at=at_once,
            event=Event.TRIAGED,
            by=word.by,
            reason=word.reason,
            severity=severity,
            suggested=judged.suggested,
            type=word.type or (judged.types if word.confirm else ()),
        )
        last = next((one for one in reversed(opened.file.entries) if one.event == Event.TRIAGED), None)
        kept = last and replace(triaged, at=last.at, previous=last.previous, given=last.given)
        # Said once more, it is news where past runs turned out to be hit since.
        if kept is None or kept != last or hits_since_triage(opened.file.entries):
            if not in_turn:
                note_reason(home, opened.file, Stage.CLASSIFIED, by=word.by, reason=word.out_of_order)
            append(home, incident.id, triaged)
    return None


def _refuse_early(aware: datetime | None, happened: Moment | None) -> None:
    """Refuse an awareness of what had not happened: the earliest one that is ever stated counts."""
    if aware is None or happened is None:
        return
    if aware < happened if isinstance(happened, datetime) else aware.date() < happened - timedelta(days=1):
        message = f"is before {happened}, when it happened"
        raise BadInput(Fault(field="--when aware", message=message, hint="say when the firm became aware"))


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
        "involve": [dump(one) for one in people(file)],
        "obligations": [duty_json(one) for one in file.duties],
        "principles": [dump(one) for one in principles(file.incident, file.types)],
        "advice": advice(file.duties),
        "notice": NOTICE,
        "doubts": [*doubts(opened.stated, file.entries, at_once), *out_of_order(file)],
    }
