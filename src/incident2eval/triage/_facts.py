"""What the file of an incident shows to be done beyond doubt; all else is done when a person says so."""

from collections.abc import Callable

from incident2eval.model import ClockState, IncidentFile, visible
from incident2eval.model.incident import FailedControl
from incident2eval.triage._words import has_letters, plain

Shown = Callable[[IncidentFile], str | None]
"""How it is known that something is done; None where it is not, or only a person can tell."""

Barred = Callable[[IncidentFile], bool]
"""Whether it cannot be done yet, whoever says so."""

_WAITING = frozenset(
    {ClockState.SCOPE_NOT_DECLARED, ClockState.ANCHOR_MISSING, ClockState.DUE, ClockState.OVERDUE}
)
"""States of a duty that somebody still has to decide; one that has not started yet waits for another."""

_STOPS = frozenset({"stopped", "workflow_disabled", "human_only", "api_keys_revoked", "tool_access_revoked"})
"""Containment after which the workflow does nothing any more: one that is only throttled goes on."""


def nothing_shows(_: IncidentFile) -> str | None:
    """Only a person can say that it is done."""
    return None


def never(_: IncidentFile) -> bool:
    """A person's word is enough."""
    return False


def stopped(file: IncidentFile) -> str | None:
    """Whether somebody stopped it, and did not only slow it down or stop others."""
    rows = (one for one in file.incident.containment if plain(one.action or "") in _STOPS)
    row = next(rows, None)
    return f"by {visible(row.by)}, {row.at:%Y-%m-%d}" if row else None


def sealed(file: IncidentFile) -> str | None:
    """Whether evidence is sealed, and none of it is missing."""
    return f"files sealed: {file.sealed}" if file.sealed and not file.missing_evidence else None


def cause_known(file: IncidentFile) -> str | None:
    """Whether a person confirmed the cause, or the file states it; both with the control that failed."""
    stated = file.incident.root_cause
    if file.cause_confirmed and file.cause and _is_named(file.cause.control):
        return "a person confirmed the cause and the control that failed"
    if stated and stated.category and _is_named(stated.failed_control):
        return "the file states the cause and the control that failed"
    return None


def _is_named(control: FailedControl | None) -> bool:
    return control is not None and has_letters(control.name)


def duties_wait(file: IncidentFile) -> bool:
    """Whether a duty to notify waits for a decision: nobody's word that all are decided stands against it."""
    return any(one.state in _WAITING for one in file.duties)


def duties_decided(file: IncidentFile) -> str | None:
    """Whether no duty to notify waits for anybody; nothing is known where none was looked at."""
    return "no duty to notify waits for a decision" if file.duties and not duties_wait(file) else None


def learnt(file: IncidentFile) -> str | None:
    """Whether an eval case guards it, or something was updated because of it."""
    if file.cases:
        return f"locked: {', '.join(visible(one) for one in file.cases)}"
    refs = [visible(one.ref) for one in file.incident.updates if has_letters(one.ref)]
    return f"updated: {', '.join(refs)}" if refs else None
