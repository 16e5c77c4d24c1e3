"""What comes before a restart: the stop, the evidence, the cause, the repair (R20, R153)."""

from collections.abc import Iterator
from datetime import datetime

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, judged, line, says, the_only
from incident2eval.model import Event, IncidentFile, Severity, Stage, TaskKind

_MENDS = frozenset({"corrective", "preventive"})


def order_demands(ask: Ask) -> Iterator[Demand]:
    """What has to be done first; an incident of level 1 asks for little of it.

    Args:
        ask: Everything known.
    """
    formal = [one for one in ask.concerns if one.level > Severity.LOW]
    yield _stopped(ask)
    yield each(
        "evidence unchanged",
        ask.concerns,
        lambda one: (*one.seal, *(() if _is_lapsed(one, ask) else _absent(one))),
        held="what was sealed and logged is as it was",
        todo="put it back as it was, or ask where it is kept: `incident2eval verify ID` names what differs",
    )
    if formal:
        yield each(
            "evidence kept",
            formal,
            lambda one: (*_unsealed(one), *(_absent(one) if _is_lapsed(one, ask) else ())),
            held="the evidence is sealed",
            todo="incident2eval collect ID",
            is_order=True,
        )
        yield each(
            "root cause",
            formal,
            _no_cause,
            held="people stated or confirmed the cause and the control that failed",
            todo="root_cause in incident.yaml, or incident2eval root-cause ID --confirm --by NAME",
            is_order=True,
        )
        yield each(
            "what changed",
            formal,
            _unchanged,
            held="what was changed is written down",
            todo=_tell_change,
        )
    yield each(
        "immediate actions",
        ask.concerns,
        _open_actions,
        held="none is open",
        todo=_do_it,
        is_order=bool(formal),
    )


def _stopped(ask: Ask) -> Demand:
    """The stop, and from level 2 on a level that a person stands behind; each with its own command."""
    lacks = [f"{one.name}: {why}" for one in ask.concerns for why in (*one.order, *_unclassified(one))]
    told = [one.name for one in ask.concerns if not one.order and _is_only_told(one)]
    history = f"; of {', '.join(told)} the file alone tells the stop, the log holds none" if told else ""
    return judged(
        "stopped and classified",
        lacks,
        held=f"the stop and the level are on file{history}",
        todo="; ".join(command for one in ask.concerns for command in _commands(one)),
        is_order=True,
    )


def _unclassified(concern: Concern) -> Iterator[str]:
    file = concern.file
    if concern.level > Severity.LOW and file.incident.severity is None and file.level.confirmed_by is None:
        yield "no person has confirmed its level"


def _commands(concern: Concern) -> Iterator[str]:
    if concern.order:
        failed = any(one.event == Event.ON_PAUSE_FAILED for one in concern.file.entries)
        by_hand = "--by-hand " if failed else ""
        yield f"incident2eval contain {concern.name} {by_hand}--action workflow_disabled --by NAME"
    if any(_unclassified(concern)):
        yield f"incident2eval triage {concern.name} --confirm --by NAME"


def _is_only_told(concern: Concern) -> bool:
    """Whether rows under `containment` are all that shows a stop: history, as people wrote it down."""
    stops = (one for one in concern.file.entries if one.event == Event.CONTAINED)
    return bool(concern.file.incident.containment) and not any(stops)


def _unsealed(concern: Concern) -> Iterator[str]:
    if not concern.file.sealed and not concern.seal:
        yield "no evidence is sealed"


def _absent(concern: Concern) -> Iterator[str]:
    """From level 2 on: a restart is decided where the evidence is."""
    if concern.absent and concern.level > Severity.LOW:
        first, more = line(concern.absent[0]), len(concern.absent) - 1
        yield f"sealed evidence is not here: {first}{f' and {more} more' if more else ''}"


def _is_lapsed(concern: Concern, ask: Ask) -> bool:
    """Whether it was kept for as long as its file says, on a basis that it names: then it may be gone."""
    kept = concern.file.incident.retention
    if kept is None or kept.until is None or not says(kept.basis):
        return False
    return kept.until < (ask.now if isinstance(kept.until, datetime) else ask.now.date())


def _no_cause(concern: Concern) -> Iterator[str]:
    file = concern.file
    if file.incident.root_cause and file.incident.root_cause.is_complete:
        return
    if not file.cause_confirmed or file.cause is None:
        yield "no person has stated or confirmed the root cause"
    elif file.cause.category is None or file.cause.control is None:
        yield "the root cause lacks its category or the control that failed"


def _unchanged(concern: Concern) -> Iterator[str]:
    if not _has_change(concern.file):
        yield "nothing says what was changed so that it stays right"


def _has_change(file: IncidentFile) -> bool:
    """Whether a repair that is done, or something that was updated, is noted in words (R153)."""
    actions = (one.text for one in file.incident.actions if one.done_at is not None and one.kind in _MENDS)
    fixes = (one.text for one in file.tasks if one.kind is TaskKind.FIX and one.done)
    return any(map(says, (*actions, *fixes, *(one.ref for one in file.incident.updates))))


def _tell_change(concern: Concern) -> str:
    task = the_only([one.id for one in concern.file.tasks if one.kind is TaskKind.FIX], "TASK")
    return (
        f"incident2eval task {concern.name} {task} --done --by NAME for the fix that was made; in "
        "incident.yaml: `actions` (kind corrective or preventive, done_at), or `updates`"
    )


def _open_actions(concern: Concern) -> Iterator[str]:
    return (f"{line(one)} is open" for one in _to_do(concern))


def _do_it(concern: Concern) -> str:
    task = the_only(tuple(_to_do(concern)), "TASK")
    return (
        f"do it, then done_at in incident.yaml or incident2eval task {concern.name} {task} --done --by NAME"
    )


def _to_do(concern: Concern) -> Iterator[str]:
    """What somebody has to do at once and has not done.

    A step of the tool's own list is open once somebody took it up; that nobody ticked the list is no sign
    that nothing was done.
    """
    taken = {one.id for one in concern.file.incident.actions if one.id}
    for task in concern.file.tasks:
        is_asked = task.kind in {TaskKind.IMMEDIATE, TaskKind.RESPONSE} and task.id in taken
        is_own = task.kind is TaskKind.ACTION and task.stage is Stage.CONTAINED
        if not task.done and (is_asked or is_own):
            yield task.id
