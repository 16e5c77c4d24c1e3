"""What the file of an incident shows to be done, so that nobody has to tick it; each says how it is known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from incident2eval.model import (
    Answer,
    ClockState,
    Event,
    EvidenceKind,
    Happened,
    IncidentFile,
    Task,
    visible,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The file, and the tasks that its people, actions and messages make."""

    file: IncidentFile
    recipients: tuple[Task, ...] = ()
    reversals: tuple[Task, ...] = ()
    corrections: tuple[Task, ...] = ()


Shown = Callable[[Facts], str | None]
"""How it is known that something is done; None where it is not, or nobody can tell."""

_WAITING = frozenset(
    {ClockState.SCOPE_NOT_DECLARED, ClockState.ANCHOR_MISSING, ClockState.DUE, ClockState.OVERDUE}
)
"""States of a duty that somebody still has to decide; one that has not started yet waits for another."""


def nothing_shows(_: Facts) -> str | None:
    """Only a person can say that it is done."""
    return None


def written_down(_: Facts) -> str | None:
    """The file is there, or there would be no task."""
    return "the incident file is there"


def corrected(facts: Facts) -> str | None:
    """Whether there is a corrected output."""
    incident = facts.file.incident
    kinds = {EvidenceKind.CORRECTED_OUTPUT, EvidenceKind.CORRECTED_TRACE}
    if incident.corrected_output or any(one.file and one.kind in kinds for one in incident.evidence):
        return "a corrected output is in the file"
    return None


def stopped(facts: Facts) -> str | None:
    """Whether somebody stopped or limited it."""
    rows = facts.file.incident.containment
    return f"by {visible(rows[0].by)}, {rows[0].at:%Y-%m-%d}" if rows else None


def stopped_by(*actions: str) -> Shown:
    """Whether it was stopped in one of these ways."""

    def shown(facts: Facts) -> str | None:
        row = next((one for one in facts.file.incident.containment if one.action in actions), None)
        return f"{row.action}, by {visible(row.by)}, {row.at:%Y-%m-%d}" if row else None

    return shown


def sealed(facts: Facts) -> str | None:
    """Whether evidence is sealed, and none of it is missing."""
    file = facts.file
    return f"files sealed: {file.sealed}" if file.sealed and not file.missing_evidence else None


def cause_known(facts: Facts) -> str | None:
    """Whether a person confirmed the cause, or the file states it with the control that failed."""
    stated = facts.file.incident.root_cause
    if facts.file.cause_confirmed:
        return "a person confirmed the cause"
    if stated and stated.category and stated.failed_control:
        return "the file states the cause and the control that failed"
    return None


def duties_decided(facts: Facts) -> str | None:
    """Whether no duty to notify waits for anybody; nothing is known where none was looked at."""
    duties = facts.file.duties
    if duties and not any(one.state in _WAITING for one in duties):
        return "no duty to notify waits for a decision"
    return None


def locked(facts: Facts) -> str | None:
    """Whether an eval case guards it."""
    if facts.file.cases:
        return f"locked: {', '.join(visible(one) for one in facts.file.cases)}"
    return None


def updated(kind: str) -> Shown:
    """Whether a policy, a training or a runbook was updated because of it."""

    def shown(facts: Facts) -> str | None:
        refs = [visible(one.ref) for one in facts.file.incident.updates if one.kind == kind]
        return f"updated: {', '.join(refs)}" if refs else None

    return shown


def looked_back(facts: Facts) -> str | None:
    """Whether earlier runs were looked at again."""
    entries = [one for one in facts.file.entries if one.event == Event.LOOKED_BACK]
    return f"looked back on {entries[-1].at:%Y-%m-%d}" if entries else None


def reviewed_since(facts: Facts) -> str | None:
    """Whether the owner has reviewed the workflow on a later day than it was noticed."""
    workflow, noticed = facts.file.workflow, facts.file.incident.when.noticed
    day: date = noticed.date() if isinstance(noticed, datetime) else noticed
    if workflow and workflow.reviewed and workflow.reviewed > day:
        return f"reviewed on {workflow.reviewed}"
    return None


def recipients_assessed(facts: Facts) -> str | None:
    """Whether everybody who is named as a recipient was assessed; a file that names nobody tells nothing."""
    return _all_done(facts.recipients)


def actions_reversed(facts: Facts) -> str | None:
    """Whether every action is taken back or cannot be; also where the AI acted on nothing at all."""
    if not facts.reversals and facts.file.incident.questions.took_action is Answer.NO:
        return "it drafted and did not act (took_action: no)"
    return _all_done(facts.reversals)


def messages_corrected(facts: Facts) -> str | None:
    """Whether everybody who was told something wrong was told better; also where nothing left the firm."""
    incident = facts.file.incident
    held_back = incident.questions.left_company is Answer.NO and incident.outcome is not Happened.REALISED
    if not facts.corrections and held_back and incident.noticed_by != "client":
        return "it did not leave the company (left_company: no)"
    return _all_done(facts.corrections)


def all_put_right(facts: Facts) -> str | None:
    """Whether every action and every message named in the file is put right."""
    return _all_done((*facts.reversals, *facts.corrections))


def _all_done(tasks: tuple[Task, ...]) -> str | None:
    if tasks and all(one.done for one in tasks):
        return f"{len(tasks)} of {len(tasks)} done"
    return None
