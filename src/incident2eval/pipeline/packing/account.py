"""What a pack tells of an incident: when, what it did, what was done, and the timeline of it all."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from incident2eval.model import JSON, Incident, Moment, Run, Status, WorkflowSettings
from incident2eval.report.pack import Event
from incident2eval.report.wording import spoken
from incident2eval.store import SealedFile

Told = Callable[[str], str]
"""A text as the pack's reader may see it."""

_NOT_SAID = "not written down"
_BY_TRACE = "(the trace says so; the incident file does not)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing at one time."""

    at: Moment
    what: str
    source: str
    by: str | None = None


def times(incident: Incident, run: Run | None) -> tuple[tuple[str, str], ...]:
    """The three times that matter and when it was contained; the run's start for want of another."""
    contained = min((one.at for one in incident.containment), default=None)
    said: dict[str, Moment | None] = {
        "Happened": incident.when.happened,
        "Noticed": incident.when.noticed,
        "Aware": incident.when.aware,
        "First contained": contained,
    }
    words = {name: _words(moment) if moment else _NOT_SAID for name, moment in said.items()}
    if not incident.when.happened and run and run.started:
        words["Happened"] = f"{_words(run.started)} {_BY_TRACE}"
    return tuple(words.items())


def impact(incident: Incident, told: Told, *, full: bool) -> tuple[tuple[str, str], ...]:
    """What it did, as far as people wrote it down; without whom it touched where that is not the reader's."""
    rows = [
        ("In words", told(incident.impact.text) if incident.impact.text else _NOT_SAID),
        ("Touches", ", ".join(told(domain) for domain in incident.impact.domains) or _NOT_SAID),
        ("Realised or near miss", incident.outcome.replace("_", " ") if incident.outcome else _NOT_SAID),
        ("Was it acted on", incident.impact.acted_on),
        ("Did anything leave the company", incident.questions.left_company),
    ]
    if full:
        rows.append(("Severity given", f"{incident.severity:d} of 4" if incident.severity else _NOT_SAID))
        rows += [
            ("Affected", " ".join(filter(None, (str(one.count or ""), one.kind, one.ref))))
            for one in incident.affected
        ]
        rows += [
            ("Received it, or could read it", f"{one.ref}: {one.assessed or 'not assessed'}")
            for one in incident.recipients
        ]
    return tuple(rows)


def done(incident: Incident, told: Told, *, full: bool) -> tuple[str, ...]:
    """What was done, line by line: to stop it, to put it right and, for who may see that, whom was told."""
    lines = [
        f"{_words(one.at)}: {_did(one.action, one.did, told)}" + (f" ({one.by})" if full else "")
        for one in incident.containment
    ]
    lines += _actions(incident, told, full=full)
    if full:
        lines += [
            f"{_words(one.at) if one.at else 'At a time not written down'}: told {one.to}"
            + (f": {one.text}" if one.text else "")
            for one in incident.communications
        ]
        lines += [f"Updated: {one.kind} {one.ref}" for one in incident.updates]
    return tuple(lines)


def workflow(
    incident: Incident, settings: WorkflowSettings | None, run: Run | None
) -> tuple[tuple[str, str], ...]:
    """Which workflow it was, in which state, and who answers for it; the run's word for want of another."""
    was = incident.workflow
    said = {
        "Name": was.name,
        "Version": was.version or _traced(run.version if run else None),
        "Model": was.model or _traced(run.model if run else None),
        "Prompt version": was.prompt_version,
        "Data version": was.data_version,
        "Permissions version": was.permissions_version,
        "Owner": settings and settings.owner,
        "Deputy": settings and settings.deputy,
        "Who may switch it off": settings and settings.switch_off_by,
        "Fallback": settings and settings.fallback,
        "Review standard": settings and settings.review_standard,
    }
    return tuple((name, value or _NOT_SAID) for name, value in said.items())


def happenings(
    incident: Incident, run: Run | None, sealed: Sequence[SealedFile], log: Sequence[Happening]
) -> tuple[Happening, ...]:
    """Everything that is known to have happened, in order; a bare date stands before the times of its day."""
    found = [*_told_by(incident), *_steps(run)]
    found += [
        Happening(at=at, what=f"sealed {number} files", by=by, source="SEALED.json")
        for (at, by), number in Counter((entry.when, entry.by) for entry in sealed).items()
    ]
    return tuple(sorted([*found, *log], key=lambda one: _place(one.at)))


def read_log(raw: bytes) -> tuple[tuple[Happening, ...], tuple[int, ...]]:
    """What a log tells, and the numbers of the lines that cannot be read."""
    found, unread = [], []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            entry = json.loads(line) if line.strip() else None
            if entry is not None:
                found.append(_logged(entry))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            unread.append(number)
    return tuple(found), tuple(unread)


def as_event(one: Happening) -> Event:
    """It as the page shows it."""
    at = f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if isinstance(one.at, datetime) else str(one.at)
    return Event(at=at, what=one.what, by=one.by or "", source=one.source)


def as_data(one: Happening) -> Mapping[str, JSON]:
    """It as timeline.json holds it."""
    return {"at": one.at.isoformat(), "event": one.what, "by": one.by, "source": one.source}


def _told_by(incident: Incident) -> Iterator[Happening]:
    source = "incident.yaml"
    when = incident.when
    for at, what in ((when.happened, "happened"), (when.noticed, "noticed"), (when.aware, "aware")):
        if at:
            by = incident.noticed_by if what == "noticed" else None
            yield Happening(at=at, what=what, by=by, source=source)
    for change in incident.changes:
        what = f"change before it ({change.kind}): {change.what or _NOT_SAID}"
        yield Happening(at=change.at, what=what, source=source)
    for one in incident.containment:
        what = f"contained: {_did(one.action, one.did, str)}"
        yield Happening(at=one.at, what=what, by=one.by, source=source)
    for said in incident.communications:
        if said.at:
            yield Happening(at=said.at, what=f"told {said.to}", source=source)
    for action in incident.actions:
        if action.done_at:
            yield Happening(at=action.done_at, what=f"done: {action.text}", by=action.owner, source=source)


def _steps(run: Run | None) -> Iterator[Happening]:
    for step in run.steps if run else ():
        if step.started:
            what = f"{step.kind}: {step.name}" + (" (error)" if step.status is Status.ERROR else "")
            yield Happening(at=step.started, what=what, by=step.agent, source="recorded run")


def _logged(entry: Mapping[str, JSON]) -> Happening:
    at = datetime.fromisoformat(str(entry["at"]))
    by, audience = entry.get("by"), entry.get("audience")
    what = str(entry["event"]) + (f" for {audience}" if audience else "")
    return Happening(
        at=at if at.tzinfo else at.replace(tzinfo=UTC), what=what, by=str(by) if by else None, source="log"
    )


def _traced(said: str | None) -> str | None:
    return f"{said} {_BY_TRACE}" if said else None


def _did(action: str | None, did: str | None, told: Told) -> str:
    said = [told(text) for text in ((action or "").replace("_", " "), did or "") if text]
    return ": ".join(said) or _NOT_SAID


def _actions(incident: Incident, told: Told, *, full: bool) -> Iterator[str]:
    for action in incident.actions:
        if not (full or action.done_at):
            continue
        said = [f"{_words(action.done_at)}: done" if action.done_at else "Open"]
        said.append(f"{told(action.kind)}: {told(action.text)}")
        if full:
            said += [f"owner {action.owner}"] if action.owner else []
            said += [f"due {_words(action.due)}"] if action.due and not action.done_at else []
        said += [f"reversed: {told(action.reversed)}"] if action.reversed else []
        yield ", ".join(said)


def _words(moment: Moment) -> str:
    return spoken(moment) if isinstance(moment, datetime) else f"{moment.day} {moment:%B %Y}"


def _place(moment: Moment) -> tuple[date, bool, datetime]:
    if isinstance(moment, datetime):
        at = moment.astimezone(UTC)
        return at.date(), True, at
    return moment, False, datetime.min.replace(tzinfo=UTC)
