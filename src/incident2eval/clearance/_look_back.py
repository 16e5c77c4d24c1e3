"""The look-back over past runs, as the logs of the incidents tell of it (R111 to R113)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, line, says
from incident2eval.model import Event, LogEntry, LookBack, Moment, SignedApproval
from incident2eval.model.incident import Affected
from incident2eval.model.log import as_reviewed
from incident2eval.model.look_back import Reviewed

_CLEAN = frozenset({LookBack.CLEAN, LookBack.EVERYWHERE})
_ACCEPTED = "accepted"
"""`state` of the word of a person that past runs are not there, and why that may be."""
_MARK = 16
"""So many hexadecimal digits tell one look-back from another (our choice)."""
_MARKS = re.compile(r"\[([0-9a-f ]+)\]\Z")
"""The marks at the end of what a signature says."""


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


def look_back_words(concern: Concern, said: Callable[[str], str] = line) -> str:
    """What the log tells of look-backs, as whoever signs puts their name to it.

    Args:
        concern: The incident.
        said: Makes of a person's reason what may be kept of it.
    """
    told = dict.fromkeys(_in_words(one, said) for one in _entries(concern))
    dismissed = {one.ref: one for one in concern.file.entries if one.event == Event.HIT_REVIEWED}
    away = sum(one.state == Reviewed.DISMISSED for one in dismissed.values())
    found = [*told, *([f"dismissed by people: {away}"] if away else [])]
    return f"{concern.name}: {'; '.join(found) or 'nobody has looked back yet'}"


def look_back_mark(concern: Concern) -> str:
    """What tells these look-backs, and what people said of what they found, from any others of any incident.

    Args:
        concern: The incident.

    Returns:
        Empty where there are none.
    """
    meant = {Event.LOOKED_BACK, Event.HIT_REVIEWED}
    lines = [
        asdict(replace(one, previous=None, given=None)) for one in concern.file.entries if one.event in meant
    ]
    plain = json.dumps([concern.name, *lines], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:_MARK] if lines else ""


def covers(word: SignedApproval, concerns: Sequence[Concern]) -> bool:
    """Whether somebody signed with the look-backs before them as the logs hold them now.

    Args:
        word: What they signed.
        concerns: The incidents; those that ask for no look-back do not matter.
    """
    # What stands in front of the marks, somebody typed.
    found = _MARKS.search(word.approval.reason)
    marks = {"", *(found[1].split() if found else ())}
    asked = (one for one in concerns if one.look_back is not LookBack.OPTIONAL)
    return all(look_back_mark(one) in marks for one in asked)


def _in_words(entry: LogEntry, said: Callable[[str], str]) -> str:
    if entry.state == _ACCEPTED:
        reason = line(said(entry.reason or "no reason given"))
        return f"no look-back: {reason}, said by {line(entry.by or 'nobody')}"
    checked, hits = entry.checked or 0, entry.hits or 0
    return f"looked back over {checked} run{'s' * (checked != 1)}: {hits} hit{'s' * (hits != 1)}"


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
    entries = as_reviewed(concern.file.entries)
    said = (one for one in entries if one.event == Event.LOOKED_BACK and one.workflow in own)
    # Without a run that was judged it is none, unless somebody says why that may be.
    return [one for one in said if one.checked or one.state == _ACCEPTED]


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
