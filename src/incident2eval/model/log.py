"""What was done about an incident after it was written down: one entry each, never taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from incident2eval.model.incident import (
    Action,
    Affected,
    Answer,
    Circumstances,
    Communication,
    Containment,
    DutyNote,
    Happened,
    Impact,
    Incident,
    IncidentType,
    Moment,
    Questions,
    Recipient,
    Severity,
    Update,
)
from incident2eval.model.look_back import Reviewed


class Event(StrEnum):
    """What an entry tells of; others are kept and mean nothing to the tool."""

    CONTAINED = "contained"
    ON_PAUSE_FAILED = "on_pause_failed"
    """The command that was to stop it failed; a later `contained` says that it is stopped."""
    TRIAGED = "triaged"
    """A person confirmed or overruled type and severity."""
    ANSWERED = "answered"
    """A person answered questions, or said when the firm became aware."""
    ACTION = "action"
    """A task was added, given to somebody, or done."""
    DUTY = "duty"
    """A person filed a notice, or decided that none is required."""
    RECIPIENT = "recipient"
    """Somebody who received or could read it was assessed."""
    COMMUNICATED = "communicated"
    UPDATED = "updated"
    LOOKED_BACK = "looked_back"
    HIT_REVIEWED = "hit_reviewed"
    """A person confirmed or dismissed what a look-back found in the run `ref`; of two the later counts."""
    SIGNED_OFF = "signed_off"
    RESTARTED = "restarted"
    RESTART_REFUSED = "restart_refused"
    MONITORED = "monitored"
    """The daily run after a restart; `state` is what the gate said."""
    OUT_OF_ORDER = "out_of_order"
    """A step was taken before one that comes first, with a name and a reason; `kind` is the step."""
    CLOSED = "closed"


AS_REVIEWED = "as_reviewed"
"""`kind` of a line `looked_back` that looked at nothing: it tells what people's words on hits left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One thing that was done. Which fields it has depends on the event; the rest are empty."""

    at: datetime
    event: str
    by: str | None = None
    role: str | None = None
    reason: str | None = None
    workflow: str | None = None
    """Whose workflow it is about; None means the incident's own."""
    action: str | None = None
    """contained: how it was stopped. action: the task's id."""
    did: str | None = None
    severity: Severity | None = None
    """triaged: the level that the person chose."""
    given: Severity | None = None
    """The level that incident.yaml stated when the line was written."""
    suggested: Severity | None = None
    """triaged: the level that the tool suggested then."""
    type: tuple[IncidentType, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    """answered: field of `questions` or `circumstances`, or `acted_on` -> yes, no or unknown."""
    moments: Mapping[str, datetime] = field(default_factory=dict)
    """answered: `aware`, or a moment of `circumstances` -> when, in UTC."""
    outcome: Happened | None = None
    """answered: whether it had an effect."""
    kind: str | None = None
    text: str | None = None
    owner: str | None = None
    due: Moment | None = None
    done_at: Moment | None = None
    reversed: str | None = None
    evidence: str | None = None
    rule: str | None = None
    state: str | None = None
    """duty: `filed`, `not_required` or `open`. hit_reviewed: `confirmed` or `dismissed`."""
    ref: str | None = None
    affected: tuple[Affected, ...] = ()
    """looked_back: who else was hit."""
    checked: int | None = None
    hits: int | None = None
    digest: str | None = None
    """signed_off, restarted, monitored: SHA-256 of the JSON of the report in `ref`. looked_back: over what
    was read and asked. hit_reviewed: the hit's mark."""
    until: datetime | None = None
    """restarted: an emergency override ends then, and the workflow is paused again."""
    previous: str | None = None
    """SHA-256 of the line before; None in a line that no command wrote."""


_QUESTIONS = frozenset(Questions.__dataclass_fields__)
_CIRCUMSTANCES = frozenset(
    name for name, one in Circumstances.__dataclass_fields__.items() if one.type is Answer
)
_MOMENTS = frozenset(Circumstances.__dataclass_fields__) - _CIRCUMSTANCES


def as_reviewed(entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
    """The log with each look-back as it stands now.

    A later line of the same digest is about the same runs: only what people said of hits makes the two
    differ. It holds where that many hits were dismissed. One that only tells of their words stands where the
    look-back was done: it undoes nothing that was said meanwhile.
    """
    rows: dict[int | str, LogEntry] = {}
    dismissed: dict[str, bool] = {}
    for number, one in enumerate(entries):
        if one.event == Event.HIT_REVIEWED and one.digest and one.by and one.reason:
            dismissed[one.digest] = one.state == Reviewed.DISMISSED
        first = rows.get(one.digest or "") if one.event == Event.LOOKED_BACK else None
        if first is None:
            rows[one.digest if one.event == Event.LOOKED_BACK and one.digest else number] = one
        elif one.digest and (first.hits or 0) - (one.hits or 0) <= sum(dismissed.values()):
            if one.kind != AS_REVIEWED:
                del rows[one.digest]
            rows[one.digest] = replace(one, at=first.at)
    return tuple(rows.values())


def merged(incident: Incident, entries: Sequence[LogEntry]) -> Incident:
    """The incident as its file and its log tell it together; of two answers the later entry counts.

    A fault of a batch affects all of the batch (R15): its documents stand among the affected. Whom a
    look-back reached by hits that were dismissed since does not.

    Args:
        incident: As its file tells it.
        entries: Its log, in order.
    """
    for entry in as_reviewed(entries):
        incident = _with(incident, entry)
    return _with_batch(incident)


def as_ever_stated(written: Incident, entries: Sequence[LogEntry]) -> Incident:
    """The incident like `merged`, but at the worst that anybody ever stated: nobody takes that back.

    A yes stays (questions, circumstances, `impact.acted_on`), realised stays, and the earliest `aware`
    counts. Unknown may still become no.

    Args:
        written: As its file tells it.
        entries: Its log, in order.
    """
    for entry in entries:
        written = _never_less(written, _with(written, entry))
    return written


def _never_less(before: Incident, after: Incident) -> Incident:
    """What came after, with what was stated before and may not be taken back."""
    aware = [one.when.aware for one in (before, after) if one.when.aware is not None]
    acted_on = before.impact.acted_on is Answer.YES or after.impact.acted_on is Answer.YES
    realised = before.outcome is Happened.REALISED
    return replace(
        after,
        questions=replace(after.questions, **_yeses(before.questions)),
        circumstances=replace(
            after.circumstances,
            **_yeses(before.circumstances),  # type: ignore[arg-type]  # by name
            **_earliest(before.circumstances, after.circumstances),  # type: ignore[arg-type]  # by name
        ),
        impact=replace(after.impact, acted_on=Answer.YES) if acted_on else after.impact,
        outcome=Happened.REALISED if realised else after.outcome,
        when=replace(after.when, aware=min(aware, default=None)),
    )


def _earliest(before: Circumstances, after: Circumstances) -> dict[str, datetime | None]:
    """The moments of both, each as early as anybody stated it."""
    stated = {name: (getattr(before, name), getattr(after, name)) for name in _MOMENTS}
    return {name: min((at for at in both if at is not None), default=None) for name, both in stated.items()}


def _yeses(stated: Questions | Circumstances) -> dict[str, Answer]:
    return {name: Answer.YES for name in stated.__dataclass_fields__ if getattr(stated, name) is Answer.YES}


def _with(incident: Incident, entry: LogEntry) -> Incident:
    """The incident with what one entry adds."""
    match entry.event:
        case Event.CONTAINED | Event.ON_PAUSE_FAILED if entry.workflow in {None, incident.workflow.name}:
            return replace(incident, containment=_stops(incident.containment, entry))
        case Event.TRIAGED:
            return replace(
                incident, severity=entry.severity or incident.severity, type=entry.type or incident.type
            )
        case Event.ANSWERED:
            return _answered(incident, entry)
        case Event.ACTION if entry.action or entry.text:
            return replace(incident, actions=_with_action(incident.actions, entry))
        case Event.DUTY if entry.rule and entry.state:
            return replace(incident, duties=(*incident.duties, _duty_note(entry)))
        case Event.RECIPIENT if entry.ref:
            return replace(incident, recipients=_with_recipient(incident.recipients, entry))
        case Event.COMMUNICATED if entry.ref:
            said = Communication(to=entry.ref, at=entry.at, text=entry.text)
            return replace(incident, communications=(*incident.communications, said))
        case Event.UPDATED if entry.kind and entry.ref:
            update = Update(kind=entry.kind, ref=entry.ref)
            return replace(incident, updates=tuple(dict.fromkeys((*incident.updates, update))))
        case Event.LOOKED_BACK:
            return replace(incident, affected=_with_affected(incident.affected, entry.affected))
        case _:
            return incident


def _stops(rows: tuple[Containment, ...], entry: LogEntry) -> tuple[Containment, ...]:
    """The stops with one more; without the last one by that person, where what was to stop it failed."""
    by = entry.by or ""
    if entry.event == Event.CONTAINED:
        return (*rows, Containment(at=entry.at, by=by, did=entry.did, action=entry.action))
    last = next((at for at in reversed(range(len(rows))) if rows[at].by == by), None)
    return rows if last is None else (*rows[:last], *rows[last + 1 :])


def _with_batch(incident: Incident) -> Incident:
    """The incident with the documents of its batch among the affected, if they are not there yet."""
    name, count = incident.batch.get("id"), incident.batch.get("count")
    count = int(count) if isinstance(count, (int, str)) and str(count).isdecimal() else None
    if not count or any(one.kind == "document" and (one.count or 0) >= count for one in incident.affected):
        return incident
    whole = Affected(kind="document", ref=f"batch {name}" if name else None, count=count)
    return replace(incident, affected=(*incident.affected, whole))


def _answered(incident: Incident, entry: LogEntry) -> Incident:
    """Questions, circumstances and moments as that entry has them."""
    answers = {name: Answer(said) for name, said in entry.answers.items() if said in set(Answer)}
    moments = {name: at for name, at in entry.moments.items() if name in _MOMENTS}
    facts = {name: said for name, said in answers.items() if name in _CIRCUMSTANCES}
    asked = {name: said for name, said in answers.items() if name in _QUESTIONS}
    impact: Impact = incident.impact
    if "acted_on" in answers:
        impact = replace(impact, acted_on=answers["acted_on"])
    aware = entry.moments.get("aware", incident.when.aware)
    return replace(
        incident,
        questions=replace(incident.questions, **asked),
        circumstances=replace(incident.circumstances, **facts, **moments),  # type: ignore[arg-type]  # both by name
        impact=impact,
        outcome=entry.outcome or incident.outcome,
        when=replace(incident.when, aware=aware),
    )


def _duty_note(entry: LogEntry) -> DutyNote:
    return DutyNote(
        rule=entry.rule or "",
        state=entry.state or "",
        by=entry.by,
        at=entry.done_at or entry.at,
        reason=entry.reason,
        ref=entry.ref,
    )


def _with_recipient(recipients: tuple[Recipient, ...], entry: LogEntry) -> tuple[Recipient, ...]:
    """The recipients with one added or assessed; what the entry does not tell of stays."""
    ref, assessed = entry.ref or "", entry.text or entry.reason
    if all(one.ref != ref for one in recipients):
        return (*recipients, Recipient(ref=ref, assessed=assessed))
    return tuple(
        replace(one, assessed=assessed or one.assessed) if one.ref == ref else one for one in recipients
    )


def _with_affected(known: tuple[Affected, ...], found: tuple[Affected, ...]) -> tuple[Affected, ...]:
    """The affected with those that a look-back found: it adds, and takes nobody away (R112).

    Somebody found again is the same, with the greater count of the two.
    """
    rows = list(known)
    for one in found:
        place = next((n for n, row in enumerate(rows) if _is_same(row, one)), None)
        if place is None:
            rows.append(one)
        elif (one.count or 0) > (rows[place].count or 0):
            rows[place] = one
    return tuple(rows)


def _is_same(row: Affected, other: Affected) -> bool:
    return row == other or (row.ref is not None and (row.kind, row.ref) == (other.kind, other.ref))


def _with_action(actions: tuple[Action, ...], entry: LogEntry) -> tuple[Action, ...]:
    """The actions with one added or changed; what the entry leaves empty stays."""
    given = {
        name: value
        for name in ("kind", "text", "owner", "due", "done_at", "reversed", "evidence")
        if (value := getattr(entry, name)) is not None
    }
    place = _place(actions, entry.action) if entry.action else None
    if place is None:
        action = Action(**{"kind": "corrective", "text": entry.action or "", "id": entry.action, **given})
        return (*actions, action)
    return tuple(replace(one, **given) if n == place else one for n, one in enumerate(actions))


def _place(actions: tuple[Action, ...], name: str) -> int | None:
    """Where the action of that name stands: those without an id are `action/1`, `action/2` and so on."""
    unnamed = 0
    for place, action in enumerate(actions):
        unnamed += action.id is None
        if name == (f"action/{unnamed}" if action.id is None else action.id):
            return place
    return None
