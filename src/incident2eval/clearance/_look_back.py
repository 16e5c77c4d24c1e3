"""The look-back over past runs, as the logs of the incidents tell of it (R111 to R113)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, line, says
from incident2eval.model import Event, LogEntry, LookBack, Moment
from incident2eval.model.incident import Affected

_CLEAN = frozenset({LookBack.CLEAN, LookBack.EVERYWHERE})


def look_back_demands(ask: Ask) -> Iterator[Demand]:
    """That past runs were looked through, and from level 3 on that what was found is put right.

    Args:
        ask: Everything known.
    """
    asked = [one for one in ask.concerns if one.look_back is not LookBack.OPTIONAL]
    if asked:
        yield each(
            "look-back",
            asked,
            lambda one: dict.fromkeys(_lacks(one, clean=one.look_back in _CLEAN)),
            held="; ".join(map(_said, asked)),
            todo=_todo(asked),
        )


def found_clean(concern: Concern) -> bool:
    """Whether its last look-back found nothing, or what it found is put right."""
    return not any(_lacks(concern, clean=True))


def _todo(asked: Sequence[Concern]) -> str:
    """How to look, and how what was found is put right: the rows by which that is told."""
    look = "incident2eval look-back ID (past runs that are not there: --gap REASON --by NAME)"
    if not any(entry.hits for one in asked for entry in _entries(one)):
        return look
    return (
        f"{look}; of each one found, in incident.yaml: `recipients: {{ref: <customer id>, assessed}}`, "
        "`communications: {to: <customer id>, at}`, or an action with done_at that names the id"
    )


def _entries(concern: Concern) -> list[LogEntry]:
    """What the log tells of look-backs in the incident's own workflow, in order."""
    own = {None, concern.file.incident.workflow.name}
    done = (one for one in concern.file.entries if one.event == Event.LOOKED_BACK and one.checked is not None)
    return [one for one in done if one.workflow in own]


def _lacks(concern: Concern, *, clean: bool) -> Iterator[str]:
    entries = _entries(concern)
    if not entries:
        yield "no past runs were looked through"
    elif clean:
        if entries[-1].state == "incomplete":
            yield "past runs were left unread or unjudged, and nobody said why that may be (--gap)"
        # Of all of them: a later look at fewer runs does not undo what an earlier one found.
        for entry in entries:
            yield from _open_hits(concern, entry)


def _open_hits(concern: Concern, entry: LogEntry) -> Iterator[str]:
    """What a look-back found and nobody put right."""
    named = [one for one in entry.affected if one.ref]
    if entry.hits and not named and not _acted_since(concern, entry.at, ""):
        yield f"{entry.hits} past runs show it, and nothing was done about them"
    for one in named:
        if not _put_right(concern, one, entry.at):
            yield f"{line(one.ref or '')} was hit too, and nothing was done about it"


def _put_right(concern: Concern, hit: Affected, since: datetime) -> bool:
    """Whether somebody found by a look-back was assessed, told, or had something done for them."""
    incident = concern.file.incident
    assessed = any(one.ref == hit.ref and says(one.assessed) for one in incident.recipients)
    told = any(one.to == hit.ref and one.at is not None for one in incident.communications)
    return assessed or told or _acted_since(concern, since, hit.ref or "")


def _acted_since(concern: Concern, since: datetime, about: str) -> bool:
    """Whether an action done since that time, whatever the zone of its day, speaks of it."""
    return any(
        one.done_at is not None
        and not _is_before(one.done_at, since)
        and about in f"{one.text} {one.evidence or ''}"
        for one in concern.file.incident.actions
    )


def _is_before(moment: Moment, since: datetime) -> bool:
    return moment < since if isinstance(moment, datetime) else moment < since.date()


def _said(concern: Concern) -> str:
    name, entries = concern.file.incident.id, _entries(concern)
    if not entries:
        return name
    last = entries[-1]
    told = f"; {line(last.by or '')}: {line(last.reason)}" if last.reason else ""
    window = f" ({line(last.text)})" if last.text else ""
    return f"{name}: {last.checked} checked, {last.hits or 0} hits{window}{told}"
