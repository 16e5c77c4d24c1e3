"""What the page of an incident says, put together from its file in pseudonyms."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from incident2eval import __version__
from incident2eval.model import (
    ClockState,
    Duty,
    Event,
    Happened,
    Incident,
    IncidentFile,
    LogEntry,
    Moment,
    Severity,
    Stage,
    Task,
)
from incident2eval.pipeline.packing import account
from incident2eval.pipeline.shown.clock_lines import left
from incident2eval.pipeline.shown.layout import counted
from incident2eval.report import wording
from incident2eval.report.incident import (
    NOT_SAID,
    STAGES,
    DutyRow,
    IncidentPage,
    ItemRow,
    StageRow,
    TaskRow,
)
from incident2eval.stages import Dwell, blockers, doubts, minimum, out_of_order, stage, times
from incident2eval.store import SealedFile
from incident2eval.triage import Triage

_LEVELS = {
    Severity.LOW: "low impact",
    Severity.MATERIAL_CAUGHT: "serious, and caught in time",
    Severity.IMPACT: "it had an impact",
    Severity.SEVERE: "severe",
}
_QUESTIONS = {
    "left_company": "Did it leave the company, or affect anyone outside",
    "exposed_information": "Did it expose confidential or personal information",
    "took_action": "Did it act, rather than draft",
    "approved_wrongly": "Did a reviewer approve what should have been rejected",
    "could_affect_more": "Could it affect more records or people",
    "recent_change": "Was a recent change behind it",
    "obligation_possible": "May somebody have to be told: by law, contract or insurance",
}
_DONE: Mapping[str, str] = {
    Event.CONTAINED: "stopped",
    Event.TRIAGED: "type and level decided",
    Event.ANSWERED: "questions answered",
    Event.ACTION: "task changed",
    Event.DUTY: "duty to notify decided",
    Event.RECIPIENT: "somebody who received it was assessed",
    Event.COMMUNICATED: "message sent",
    Event.UPDATED: "updated",
    Event.LOOKED_BACK: "past runs looked at again",
    Event.HIT_REVIEWED: "a hit among past runs reviewed",
    Event.SIGNED_OFF: "signed off",
    Event.RESTARTED: "started again",
    Event.RESTART_REFUSED: "restart refused",
    Event.CLOSED: "closed",
}


def page_of(
    file: IncidentFile, judged: Triage, written: Incident, sealed: Sequence[SealedFile], now: datetime
) -> IncidentPage:
    """Everything that the page says.

    Args:
        file: The incident, in pseudonyms.
        judged: What triage makes of it, in pseudonyms.
        written: The incident file alone, without its log, in pseudonyms.
        sealed: The entries of its seal, in pseudonyms.
        now: What the clocks are read at, UTC.
    """
    incident, reached = file.incident, stage(file)
    ahead = Stage(min(reached + 1, Stage.CLOSED))
    return IncidentPage(
        incident=incident.id,
        title=incident.title,
        workflow=incident.workflow.name,
        what_happened=incident.what_happened.strip(),
        now=now,
        tool=__version__,
        level=f"Level {int(file.level.counts)} of 4: {_LEVELS[file.level.counts]}",
        level_colour=_colour(file, reached),
        standing=tuple(_standing(file, reached)),
        level_because=tuple(map(wording.sentence, dict.fromkeys((*judged.because, *file.level.because)))),
        facts=tuple(_facts(file, times(incident, file.entries, file.as_of))),
        impact=account.impact(incident, str, full=True),
        answers=tuple((text, getattr(incident.questions, name)) for name, text in _QUESTIONS.items()),
        stages=tuple(
            StageRow(name=words.label, meaning=words.meaning, reached=reached >= each)
            for each, words in STAGES.items()
        ),
        next_stage=STAGES[ahead].label.lower() if reached is not Stage.CLOSED else "",
        blockers=_blockers(file, ahead) if reached is not Stage.CLOSED else (),
        doubts=(*doubts(incident, file.entries, now), *out_of_order(file)),
        tasks=tuple(_task(one, now) for one in sorted(file.tasks, key=lambda one: one.done)),
        duties=tuple(_duty(one, now) for one in sorted(_live(file), key=_urgency)),
        not_triggered=tuple((why, tuple(rules)) for why, rules in _not_triggered(file).items()),
        checked=wording.day(max((one.rule.checked for one in file.duties), default=date.min))
        if file.duties
        else "",
        evidence=tuple(_evidence(file)),
        cause=tuple(_cause(file)),
        changes=tuple(_changes(file)),
        items=tuple(
            ItemRow(name=one.name, missing=one.missing, due=STAGES[one.due].label) for one in minimum(file)
        ),
        cases=file.cases,
        restart=tuple(_restart(file)),
        updates=tuple(f"{one.kind}: {one.ref}" for one in incident.updates),
        said=tuple((one.to, one.text or NOT_SAID) for one in incident.communications),
        timeline=tuple(map(account.as_event, _timeline(file, written, sealed))),
    )


def _colour(file: IncidentFile, reached: Stage) -> str:
    """Green where it is closed, red where something is overdue, amber in between."""
    if reached is Stage.CLOSED:
        return "pass"
    return "blocked" if any(one.state is ClockState.OVERDUE for one in file.duties) else "error"


def _standing(file: IncidentFile, reached: Stage) -> Iterator[str]:
    yield f"{STAGES[reached].label}."
    if file.incident.outcome is Happened.NEAR_MISS:
        yield "A near miss: caught before it had an effect."
    if file.types:
        yield f"Type: {', '.join(one.replace('_', ' ') for one in file.types)}."
    if file.level.confirmed_by:
        yield f"Level confirmed by {file.level.confirmed_by}."
    elif not file.level.given:
        yield "Nobody has confirmed the level yet."
    late = sum(one.state is ClockState.OVERDUE for one in file.duties)
    if late:
        yield f"Overdue: {counted(late, 'notice')}."
    if todo := sum(not one.done for one in file.tasks):
        yield f"Open: {counted(todo, 'task')}."


def _blockers(file: IncidentFile, ahead: Stage) -> tuple[str, ...]:
    """What keeps it from the next stage; where nothing is open a person still has to close it."""
    return blockers(file, ahead) or ("nobody has closed it yet (close)",)


def _facts(file: IncidentFile, dwell: Dwell) -> Iterator[tuple[str, str]]:
    incident = file.incident
    when = incident.when
    yield "Happened", _at(when.happened)
    yield "Noticed", _at(when.noticed) + (f", by {incident.noticed_by}" if incident.noticed_by else "")
    yield "The firm became aware", _at(when.aware)
    spans = {
        "Time until it was noticed": dwell.to_detect,
        "Time until it was stopped": dwell.to_contain,
        "Time until it ran again": dwell.to_restart,
    }
    yield from ((name, _span(span)) for name, span in spans.items() if span is not None)
    if incident.reporter:
        role = f" ({incident.reporter.role})" if incident.reporter.role else ""
        yield "Reported by", f"{incident.reporter.name}{role}"
    if file.workflow:
        yield "Owner of the workflow", file.workflow.owner or NOT_SAID
        yield "What people do meanwhile", file.workflow.fallback or NOT_SAID


def _task(one: Task, now: datetime) -> TaskRow:
    late = not one.done and one.due is not None and left(one.due, now).endswith("late")
    due = f"by {_at(one.due)} ({left(one.due, now)})" if one.due and not one.done else ""
    return TaskRow(
        id=one.id,
        what=wording.sentence(one.text),
        who=one.owner or "",
        when=one.how or "" if one.done else due,
        done=one.done,
        late=late,
    )


def _live(file: IncidentFile) -> list[Duty]:
    return [one for one in file.duties if one.state is not ClockState.NOT_APPLICABLE]


def _not_triggered(file: IncidentFile) -> dict[str, list[str]]:
    """Why rules do not fire, and which."""
    found: dict[str, list[str]] = {}
    for one in file.duties:
        if one.state is ClockState.NOT_APPLICABLE:
            found.setdefault("; ".join(one.because), []).append(f"{one.rule.name} ({one.rule.id})")
    return found


def _urgency(duty: Duty) -> tuple[bool, bool, datetime]:
    far = datetime.max.replace(tzinfo=UTC)
    return not duty.state.is_open, duty.state is not ClockState.OVERDUE, duty.due or far


def _duty(duty: Duty, now: datetime) -> DutyRow:
    rule = duty.rule
    when = f"{rule.term.promptly}" if rule.term.promptly else ""
    if duty.due and duty.state.is_open:
        when = "; ".join(filter(None, (f"{_at(duty.due)} ({left(duty.due, now)})", when)))
    return DutyRow(
        id=rule.id,
        what=rule.name,
        tell=rule.tell,
        state=duty.state,
        when=when,
        dated=duty.due is not None,
        because=duty.because,
        holds=rule.holds,
        law=f"{rule.article} ({rule.seen} source, checked {wording.day(rule.checked)})",
        decided=_decided(duty),
        note=rule.note or "",
        own=rule.own,
    )


def _decided(duty: Duty) -> str:
    """What a person did about it: when, who, late or not, and why."""
    if duty.state.is_open:
        return ""
    said = [
        f"On {_at(duty.filed_at)}" if duty.filed_at else "",
        f"by {duty.decided_by}" if duty.decided_by else "",
        {True: "late", False: "in time", None: ""}[duty.late],
    ]
    return ": ".join(filter(None, (", ".join(filter(None, said)), duty.reason or "")))


def _evidence(file: IncidentFile) -> Iterator[str]:
    if file.sealed:
        since = f" since {wording.spoken(file.sealed_at)}" if file.sealed_at else ""
        yield f"{counted(file.sealed, 'file')} sealed{since}."
    yield from (f"Missing, without a reason: {kind}." for kind in file.missing_evidence)
    for row in file.incident.evidence:
        if row.absent_reason:
            yield f"Not there: {row.kind.replace('_', ' ') or 'a kind'}: {row.absent_reason}"


def _cause(file: IncidentFile) -> Iterator[str]:
    if file.cause:
        category, where, failed = wording.cause_in_words(file.cause)
        yield from (category, where, failed)
        if file.cause.control and file.cause.control.why:
            yield wording.sentence(file.cause.control.why)
        if not file.cause_confirmed:
            yield "This is what the tool proposes; nobody has confirmed it yet."
    stated = file.incident.root_cause
    if stated and stated.failed_control:
        control = stated.failed_control
        said = "; ".join(filter(None, (control.name, control.where, control.why)))
        yield f"As people wrote it down: {said}."


def _changes(file: IncidentFile) -> Iterator[str]:
    for one in file.incident.changes:
        yield f"{wording.CHANGES[one.kind]}, {_at(one.at)}{f': {one.what}' if one.what else ''}"


def _restart(file: IncidentFile) -> Iterator[str]:
    if note := file.incident.restart:
        version = f", version {note.version}" if note.version else ""
        yield f"{wording.sentence(note.decision)}{version}."
    for one in file.entries:
        if one.event in {Event.SIGNED_OFF, Event.RESTARTED, Event.RESTART_REFUSED}:
            who = f" by {one.by}" if one.by else ""
            role = f" ({one.role.replace('_', ' ')})" if one.role else ""
            said = _DONE[one.event]
            yield f"{_at(one.at)}: {said}{who}{role}{f': {one.reason}' if one.reason else ''}"


def _timeline(
    file: IncidentFile, written: Incident, sealed: Sequence[SealedFile]
) -> tuple[account.Happening, ...]:
    """File, log and seal in one order; what the log says is not told again from the file."""
    logged = [
        account.Happening(at=one.at, what=_logged(one), by=one.by, source="log") for one in file.entries
    ]
    return account.happenings(written, None, sealed, logged)


def _logged(entry: LogEntry) -> str:
    said = [_DONE.get(entry.event, entry.event.replace("_", " "))]
    if entry.event == Event.TRIAGED and entry.severity:
        said.append(f"level {int(entry.severity)}")
    if entry.event == Event.ANSWERED:
        said += [f"{name.replace('_', ' ')}: {answer}" for name, answer in entry.answers.items()]
        said += [f"{name.replace('_', ' ')}: {_at(moment)}" for name, moment in entry.moments.items()]
    if entry.event == Event.LOOKED_BACK and entry.checked is not None:
        said.append(f"{counted(entry.checked, 'run')}, {counted(entry.hits or 0, 'hit')}")
    said += filter(None, (entry.rule, _way(entry), entry.did, entry.reason))
    return "; ".join(said)


def _way(entry: LogEntry) -> str:
    """How it was stopped, which task it was, or what was decided of a duty."""
    return (entry.action or entry.state or "").replace("_", " ")


def _at(moment: Moment | None) -> str:
    if moment is None:
        return NOT_SAID
    return wording.spoken(moment) if isinstance(moment, datetime) else wording.day(moment)


def _span(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{counted(days, 'day')} {counted(hours, 'hour')}"
    return counted(minutes, "minute") if not hours else f"{counted(hours, 'hour')} {minutes % 60} min"
