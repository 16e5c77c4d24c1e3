"""The open incidents that a workflow stands still for, and what keeps anybody from knowing them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incident2eval.model import (
    Event,
    Incident2EvalError,
    IncidentFile,
    LogEntry,
    Matter,
    Severity,
    SignedApproval,
    Stage,
)
from incident2eval.pipeline._approvals import signed_approvals
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._trust import Trusted
from incident2eval.pipeline._vouched import Scene, is_signed_for, overridden_until, severity_for
from incident2eval.stages import stage
from incident2eval.store import HISTORY, Project

OVERRIDE = "override"
"""`kind` of a restart by emergency override."""

NO_CASE = str(Matter.NO_CASE)
"""`kind` of a restart at level 1 on the word that no case is needed; its digest is of the incident's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that a workflow was stopped for, or that nobody has settled."""

    file: IncidentFile
    is_own: bool
    severity: Severity
    """What the restart goes by."""
    running: LogEntry | None = None
    """The emergency override under which it runs meanwhile."""
    spent: frozenset[str] = frozenset()
    """Digests of what it was restarted on before it was stopped again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a workflow stands still for."""

    open: tuple[OpenIncident, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Why nobody can tell that this is all."""
    restarted: bool = False
    """Whether a restart that enough people signed for settled an incident."""


def standing(home: Project, workflow: str, trusted: Trusted, now: datetime) -> Standing:
    """The open incidents of a workflow, and those of others that had it stopped.

    An incident is settled once the workflow was restarted after its last stop, on a report or an override
    that somebody signed; or where it never stopped anything and is closed.

    Args:
        home: The project.
        workflow: Its name.
        trusted: Whose signatures vouch for a restart.
        now: UTC.
    """
    words, _ = signed_approvals(home, trusted.known)
    scene = Scene(home=home, workflow=workflow, trusted=trusted, now=now)
    restarted = False
    found: list[OpenIncident] = []
    unreadable: list[str] = []
    try:
        ids = home.incident_ids()
    except Incident2EvalError as error:
        return Standing(unreadable=tuple(map(str, error.faults or (error,))))
    for name in ids:
        try:
            file = open_file(home, name, now).file
            torn = home.incident(name).torn
        except Incident2EvalError as error:
            # Which workflow it is about cannot be told either.
            unreadable += map(str, error.faults or (error,))
            continue
        about = [one for one in file.entries if (one.workflow or file.incident.workflow.name) == workflow]
        is_own = file.incident.workflow.name == workflow
        if torn and (is_own or about):
            unreadable.append(f"incidents/{name}/log.jsonl: a line was cut short, and what it said is lost")
        if is_own or about:
            last, spent = _restart(scene, file, about, words)
            restarted |= last is not None and last.until is None
            if not _is_settled(file, about, last, is_own=is_own):
                severity = severity_for(home, workflow, file)
                running = last if last and last.until and last.until > now else None
                found.append(
                    OpenIncident(file=file, is_own=is_own, running=running, spent=spent, severity=severity)
                )
    gone = {case.incident for case in home.lock().cases if case.workflow == workflow} - set(ids)
    unreadable += (f"cases/{name} is locked, and incidents/{name} is gone" for name in sorted(gone))
    return Standing(open=tuple(found), unreadable=tuple(unreadable), restarted=restarted)


def _is_settled(
    file: IncidentFile, about: Sequence[LogEntry], last: LogEntry | None, *, is_own: bool
) -> bool:
    if last is not None:
        return last.until is None
    stopped = any(one.event == Event.CONTAINED for one in about)
    restarted = any(one.event == Event.RESTARTED for one in about)
    return not stopped and (not is_own or (stage(file) is Stage.CLOSED and not restarted))


def _restart(
    scene: Scene, file: IncidentFile, about: Sequence[LogEntry], words: Sequence[SignedApproval]
) -> tuple[LogEntry | None, frozenset[str]]:
    """The last restart after the last stop, if somebody signed for it, and the digests that are spent.

    A line in a log is nobody's word; and what the workflow ran on before it was stopped again opens it no
    second time.
    """
    last: LogEntry | None = None
    used: set[str] = set()
    spent: set[str] = set()
    for entry in about:
        if entry.event == Event.CONTAINED and entry.kind != HISTORY:
            spent |= used
            last = None
        elif entry.event == Event.RESTARTED and entry.by and entry.digest not in spent:
            used |= {entry.digest} if entry.digest else set()
            last = _vouched(scene, file, entry, words) or last
    return last, frozenset(spent)


def _vouched(
    scene: Scene, file: IncidentFile, entry: LogEntry, words: Sequence[SignedApproval]
) -> LogEntry | None:
    """The restart, an override until the signed words end; None where too few people signed for it."""
    digest = entry.digest
    if entry.kind == NO_CASE:
        return entry if any(_on_no_case(file, entry, words)) else None
    if digest is None:
        return None
    if entry.kind == OVERRIDE:
        until = overridden_until(scene, file, digest)
        return replace(entry, until=until) if until else None
    return entry if is_signed_for(scene, file, digest) else None


def _on_no_case(
    file: IncidentFile, entry: LogEntry, words: Sequence[SignedApproval]
) -> Iterator[SignedApproval]:
    """Who signed that it needs no case, at level 1 and where it has none: only there that opens it."""
    if file.level.counts is not Severity.LOW or file.cases:
        return
    for word in words:
        said = word.approval
        told = (said.matter, said.subject, said.digest, said.decision)
        if told == (Matter.NO_CASE, file.incident.id, entry.digest, "approved"):
            yield word
