"""What the log tells of stops, restarts and closing, in the order of its lines: clocks differ."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incident2eval.model import Event, IncidentFile, LogEntry, RestartDecision

_OPENS_AGAIN = frozenset(
    {
        *(Event.CONTAINED, Event.RESTARTED, Event.RESTART_REFUSED, Event.TRIAGED),
        *(Event.ANSWERED, Event.ACTION, Event.DUTY),
    }
)
"""What a closing does not outlive: whoever closed it did not know of it."""

_HISTORY = "history"
"""`kind` of a stop that was over when it was noted: the workflow had been restarted since."""


def stopped(entries: Sequence[LogEntry], own: str, as_of: datetime | None = None) -> dict[str, LogEntry]:
    """The workflows that the log shows stopped and not started again, each with the entry that it stands by.

    Args:
        entries: The log, in order.
        own: The incident's own workflow: an entry that names none means it.
        as_of: An emergency override that has ended by then stops the workflow again; None: none has ended.
    """
    paused: dict[str, LogEntry] = {}
    for entry in entries:
        name = entry.workflow or own
        has_ended = as_of is not None and entry.until is not None and entry.until <= as_of
        if _stops(entry) or (entry.event == Event.RESTARTED and has_ended):
            paused[name] = entry
        elif entry.event == Event.RESTARTED:
            paused.pop(name, None)
    return paused


def overriding(file: IncidentFile) -> LogEntry | None:
    """The emergency override that the incident's own workflow runs on, or ran on last; None without one."""
    own = file.incident.workflow.name
    said = [
        entry
        for entry in file.entries
        if entry.workflow in {None, own} and (_stops(entry) or entry.event == Event.RESTARTED)
    ]
    return said[-1] if said and said[-1].event == Event.RESTARTED and said[-1].until else None


def not_stopped(entries: Sequence[LogEntry], own: str) -> LogEntry | None:
    """The failure of the command that was to stop the incident's own workflow, if no stop came after it."""
    failed: LogEntry | None = None
    for entry in entries:  # somebody may say later that it was stopped by hand, and when
        if entry.workflow in {None, own} and entry.event in {Event.CONTAINED, Event.ON_PAUSE_FAILED}:
            failed = entry if entry.event == Event.ON_PAUSE_FAILED else None
    return failed


def restarts(entries: Iterable[LogEntry], own: str) -> list[LogEntry]:
    """The restarts of the incident's own workflow, the first one first."""
    return [entry for entry in entries if entry.event == Event.RESTARTED and entry.workflow in {None, own}]


def may_run_again(file: IncidentFile) -> bool:
    """Whether the workflow was started again, or a person approved it and the log holds no stop since."""
    own = file.incident.workflow.name
    note = file.incident.restart
    approved = note is not None and note.decision is RestartDecision.APPROVED
    is_stopped = own in stopped(file.entries, own, file.as_of)
    return not is_stopped and (approved or bool(restarts(file.entries, own)))


def closing(entries: Iterable[LogEntry]) -> LogEntry | None:
    """The entry by which a named person closed it, if nothing came after that opens it again."""
    closed: LogEntry | None = None
    for entry in entries:
        if entry.event == Event.CLOSED and entry.by:
            closed = entry
        elif entry.event in _OPENS_AGAIN or (entry.event == Event.LOOKED_BACK and entry.hits):
            closed = None
    return closed


def _stops(entry: LogEntry) -> bool:
    return entry.event == Event.CONTAINED and entry.kind != _HISTORY
