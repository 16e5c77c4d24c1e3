"""What it did to others: from level 3 on it is put right before the workflow runs again (R108 to R110)."""

from collections.abc import Iterator

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, line, the_only
from incident2eval.model import Answer, ClockState, Severity, Task, TaskKind

_PEOPLE = frozenset({TaskKind.RECIPIENT, TaskKind.REVERSAL, TaskKind.CORRECTION})
"""What is done for those whom it hit."""

_TOLD = frozenset({"customer", "client", "user", "employee", "applicant"})
"""Kinds of affected that can be told something."""

_TAKEN_BACK = frozenset({"yes", "impossible"})
_SETTLED = frozenset({ClockState.FILED, ClockState.DECIDED_NOT_REQUIRED})


def put_right_demands(ask: Ask) -> Iterator[Demand]:
    """That nothing is left open of what it did to others.

    Args:
        ask: Everything known.
    """
    grave = [one for one in ask.concerns if one.level >= Severity.IMPACT]
    if grave:
        yield each(
            "affected put right",
            grave,
            _left_open,
            held="what it did to others is put right",
            todo=_put_it_right,
        )


def _put_it_right(concern: Concern) -> str:
    task = the_only([one.id for one in _tasks(concern)], "TASK")
    return (
        f"in incident.yaml of {concern.name}: `recipients: {{ref, assessed}}`, "
        "`affected: {kind: customer, ref}`, `communications: {to, at}`, "
        "`actions: {kind, text, reversed: yes or impossible}`; "
        f"or incident2eval task {concern.name} {task} --done (--reversed yes) --by NAME"
    )


def _tasks(concern: Concern) -> list[Task]:
    return [one for one in concern.file.tasks if not one.done and one.kind in _PEOPLE]


def _left_open(concern: Concern) -> Iterator[str]:
    for task in _tasks(concern):
        yield f"{line(task.id)} is open ({line(task.text).rstrip('.')})"
    if Answer.YES in {concern.questions.left_company, concern.questions.exposed_information}:
        yield from _nobody_named(concern)
        yield from _not_told(concern)
    if concern.questions.took_action is Answer.YES and not _is_taken_back(concern):
        yield "the AI acted, and no action says that this was taken back, or cannot be (reversed)"


def _nobody_named(concern: Concern) -> Iterator[str]:
    incident = concern.file.incident
    if not incident.recipients and not any((one.ref or "").strip() for one in incident.affected):
        yield "it got out, and nobody is named who got it or whom it is about (recipients, affected)"


def _not_told(concern: Concern) -> Iterator[str]:
    """Named customers who were not told, unless a named person decided about the duty to tell them."""
    incident = concern.file.incident
    if any(one.rule.counsel and one.state in _SETTLED for one in concern.file.duties):
        return
    told = {one.to for one in incident.communications if one.at is not None}
    for one in incident.affected:
        if one.ref and _kind(one.kind) in _TOLD and one.ref not in told:
            yield f"{line(one.ref)} was not told, and nobody decided by name that nobody has to be"


def _kind(written: str) -> str:
    return written.strip().casefold()


def _is_taken_back(concern: Concern) -> bool:
    return any(one.reversed in _TAKEN_BACK for one in concern.file.incident.actions)
