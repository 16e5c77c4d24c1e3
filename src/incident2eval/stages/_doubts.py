"""What cannot be, or should not: times that contradict each other, one person where two are asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from incident2eval.model import Circumstances, Event, Incident, LogEntry, Moment, Severity
from incident2eval.model.log import as_reviewed
from incident2eval.stages._moments import before, shown
from incident2eval.stages._order import MENDING
from incident2eval.stages._words import line, same_person


def doubts(incident: Incident, entries: Sequence[LogEntry], now: datetime) -> tuple[str, ...]:
    """What a person should look at again: one line each, times in UTC; empty where nothing is odd.

    A bare date contradicts only what it contradicts in every zone.

    Args:
        incident: File and log together.
        entries: Its log.
        now: Aware, UTC.
    """
    found = chain(
        _asked_again(entries),
        _contradictions(incident),
        _to_come(incident, entries, now),
        _one_for_two(incident, entries),
    )
    return tuple(dict.fromkeys(found))


def hits_since_triage(entries: Sequence[LogEntry]) -> int:
    """How many past runs a look-back showed to be hit since a person last said the level (R112).

    Args:
        entries: The incident's log.
    """
    hits = 0
    for entry in as_reviewed(entries):
        if entry.event == Event.TRIAGED:
            hits = 0
        elif entry.event == Event.LOOKED_BACK:
            hits = max(hits, entry.hits or 0)
    return hits


def _asked_again(entries: Sequence[LogEntry]) -> Iterator[str]:
    if hits := hits_since_triage(entries):
        runs = "a past run shows it too" if hits == 1 else f"{hits:,} past runs show it too"
        yield f"{runs}, and nobody has said the level since: is it still the right one?"


def _contradictions(incident: Incident) -> Iterator[str]:
    when = incident.when
    noticed = ("it was noticed", when.noticed)
    happened = ("it happened", when.happened)
    yield from _earlier("it was noticed (when.noticed)", when.noticed, *happened)
    yield from _earlier("the firm was aware (when.aware)", when.aware, *happened)
    yield from _earlier("the firm was aware (when.aware)", when.aware, *noticed)
    for row in incident.containment:
        yield from _earlier(f"it was stopped by {line(row.by) or 'nobody named'}", row.at, *happened)
        yield from _earlier(f"it was stopped by {line(row.by) or 'nobody named'}", row.at, *noticed)
    for action in incident.actions:
        name = line(action.text or action.id or action.kind)
        yield from _earlier(f"{name}: due", action.due, *noticed)
        yield from _earlier(f"{name}: done", action.done_at, *noticed)


def _earlier(what: str, at: Moment | None, than: str, other: Moment | None) -> Iterator[str]:
    if at is not None and other is not None and before(at, other):
        yield f"{what}, {shown(at)}, before {than}, {shown(other)}"


def _to_come(incident: Incident, entries: Sequence[LogEntry], now: datetime) -> Iterator[str]:
    """What is told of as past and is in the future."""
    logged = {entry.at for entry in entries}
    told = ((f"the log says {line(entry.event)}", entry.at) for entry in entries)
    written = ((what, at) for what, at in _past(incident) if at not in logged)
    for what, at in chain(told, written):
        if at is not None and before(now, at):
            yield f"{what} {shown(at)}, and that is in the future"


def _past(incident: Incident) -> Iterator[tuple[str, Moment | None]]:
    """Every time in the file that should be past, and what it is the time of."""
    when, facts = incident.when, incident.circumstances
    yield from (("when.happened is", when.happened), ("when.noticed is", when.noticed))
    yield "when.aware is", when.aware
    for name in Circumstances.__dataclass_fields__:
        if name.endswith("_at"):
            yield f"circumstances.{name} is", getattr(facts, name)
    yield from (("a row of containment is of", row.at) for row in incident.containment)
    yield from (("a row of changes is of", row.at) for row in incident.changes)
    yield from (("a row of communications is of", row.at) for row in incident.communications)
    yield from ((f"{line(row.rule)} (duties) is of", row.at) for row in incident.duties)
    yield from ((f"{line(row.text)}: done", row.done_at) for row in incident.actions)


def _one_for_two(incident: Incident, entries: Sequence[LogEntry]) -> Iterator[str]:
    signed = [entry for entry in entries if entry.event == Event.SIGNED_OFF and entry.by]
    yield from _two_roles(signed)
    if incident.severity is not Severity.LOW:
        restarted = [entry for entry in entries if entry.event == Event.RESTARTED and entry.by]
        yield from _own_judge(incident, signed or restarted)


def _two_roles(signed: Sequence[LogEntry]) -> Iterator[str]:
    """One person who signed for one report in two roles: they are there to be two people."""
    roles: dict[tuple[str, str | None], dict[str, LogEntry]] = defaultdict(dict)
    for entry in signed:
        roles[same_person(entry.by or ""), entry.ref][line(entry.role or "no role")] = entry
    for held in roles.values():
        if len(held) > 1:
            name = line(next(iter(held.values())).by or "")
            yield f"{name} signed as {' and '.join(held)}: that takes different people"


def _own_judge(incident: Incident, signed: Sequence[LogEntry]) -> Iterator[str]:
    """Whoever mended it is the only one who approved the restart."""
    signers = {same_person(entry.by or "") for entry in signed}
    fixers = {
        same_person(row.owner)
        for row in incident.actions
        if row.owner and row.done_at and row.kind in MENDING
    }
    if len(signers) == 1 and signers <= fixers:
        name = line(signed[0].by or "")
        yield f"{name} mended it and is the only one who approved the restart: somebody else has to as well"
