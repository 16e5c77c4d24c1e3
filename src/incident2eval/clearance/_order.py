"""What comes before a restart: the stop, the evidence, the cause, the repair (R20, R153)."""

from collections.abc import Callable, Iterator

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import judged, line, says
from incident2eval.model import IncidentFile, Severity, Stage, TaskKind

_MENDS = frozenset({"corrective", "preventive"})
_PEOPLE = frozenset({TaskKind.RECIPIENT, TaskKind.REVERSAL, TaskKind.CORRECTION})
"""What is done for those whom it hit."""


def order_demands(ask: Ask) -> Iterator[Demand]:
    """What has to be done first; level 1 asks for little of it.

    Args:
        ask: Everything known.
    """
    formal = ask.severity > Severity.LOW
    yield judged(
        "stopped and classified",
        _of_each(ask, lambda one: iter(one.order)),
        held="the stop and the level are on file",
        todo="incident2eval contain, then triage",
        is_order=True,
    )
    yield judged(
        "evidence unchanged",
        _of_each(ask, lambda one: iter(one.seal)),
        held="what was sealed and logged is as it was",
        todo="put it back as it was: `incident2eval verify INCIDENT` names what differs",
    )
    if formal:
        yield judged(
            "evidence kept",
            _of_each(ask, _unsealed),
            held="the evidence is sealed",
            todo="incident2eval collect INCIDENT",
            is_order=True,
        )
        yield judged(
            "root cause",
            _of_each(ask, _no_cause),
            held="people stated or confirmed the cause and the control that failed",
            todo="root_cause in incident.yaml, or incident2eval root-cause INCIDENT --confirm --by NAME",
            is_order=True,
        )
        yield judged(
            "what changed",
            _of_each(ask, _unchanged),
            held="what was changed is written down",
            todo="note under `actions` (kind corrective or preventive, done_at) what was changed",
        )
    yield judged(
        "immediate actions",
        _of_each(ask, _open_actions),
        held="none is open",
        todo="do it, then done_at in incident.yaml or incident2eval task INCIDENT ID --done --by NAME",
        is_order=formal,
    )
    if ask.severity >= Severity.IMPACT:
        yield judged(
            "affected put right",
            _of_each(ask, _not_put_right),
            held="what it did to others is put right",
            todo="assess recipients, take actions back, tell those who were misled; then note it",
        )


def _of_each(ask: Ask, lacks: Callable[[Concern], Iterator[str]]) -> Iterator[str]:
    for concern in ask.concerns:
        for why in lacks(concern):
            yield f"{concern.file.incident.id}: {why}"


def _unsealed(concern: Concern) -> Iterator[str]:
    if not concern.file.sealed and not concern.seal:
        yield "no evidence is sealed"


def _no_cause(concern: Concern) -> Iterator[str]:
    file = concern.file
    stated = file.incident.root_cause
    if stated and stated.category and stated.failed_control and says(stated.failed_control.name):
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


def _open_actions(concern: Concern) -> Iterator[str]:
    """What somebody has to do at once and has not done.

    A step of the tool's own list is open once somebody took it up; that nobody ticked the list is no sign
    that nothing was done.
    """
    taken = {one.id for one in concern.file.incident.actions if one.id}
    for task in concern.file.tasks:
        is_asked = task.kind in {TaskKind.IMMEDIATE, TaskKind.RESPONSE} and task.id in taken
        is_own = task.kind is TaskKind.ACTION and task.stage is Stage.CONTAINED
        if not task.done and (is_asked or is_own):
            yield f"{line(task.id)} is open"


def _not_put_right(concern: Concern) -> Iterator[str]:
    for task in concern.file.tasks:
        if not task.done and task.kind in _PEOPLE:
            yield f"{line(task.id)} is open"
