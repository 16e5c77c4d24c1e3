"""The open incidents that a workflow stands still for, and what keeps anybody from knowing them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incident2eval.model import (
    Event,
    Incident,
    Incident2EvalError,
    IncidentFile,
    LogEntry,
    Matter,
    Severity,
    Stage,
)
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._word import now
from incident2eval.pipeline.signed.git_history import incidents_gone
from incident2eval.pipeline.signed.noticed import known_since
from incident2eval.pipeline.signed.trust import Trusted
from incident2eval.pipeline.signed.trust import trusted as trust_in
from incident2eval.pipeline.signed.vouched import (
    Scene,
    as_held,
    first_override,
    is_signed_for,
    needs_no_case,
    overridden_until,
    severity_for,
)
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
    emergency: datetime | None = None
    """When the first emergency override was given since the last signed restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restarts:
    """What a log and the words of people tell of the restarts after an incident."""

    last: LogEntry | None = None
    """The last one after the last stop, if enough people signed for it."""
    spent: frozenset[str] = frozenset()
    emergency: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a workflow stands still for."""

    open: tuple[OpenIncident, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Why nobody can tell that this is all."""
    restarted: bool = False
    """Whether a restart that enough people signed for settled an incident."""


def standing(home: Project, workflow: str, trusted: Trusted, at: datetime) -> Standing:
    """The open incidents of a workflow, and those of others that had it stopped.

    An incident is settled once the workflow was restarted after its last stop, on a report or an override
    that somebody signed; or where it never stopped anything and is closed.

    Args:
        home: The project.
        workflow: Its name.
        trusted: Whose signatures vouch for a restart.
        at: UTC.
    """
    scene = Scene(home=home, workflow=workflow, trusted=trusted, now=at)
    restarted = False
    found: list[OpenIncident] = []
    unreadable: list[str] = []
    try:
        ids = home.incident_ids()
    except Incident2EvalError as error:
        return Standing(unreadable=tuple(map(str, error.faults or (error,))))
    for name in ids:
        try:
            file = as_held(scene, open_file(home, name, at).file)
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
            told = _restarts(scene, file, about)
            last = told.last
            restarted |= last is not None and last.until is None
            if not _is_settled(file, about, last, is_own=is_own):
                severity = severity_for(home, workflow, file)
                running = last if last and last.until and last.until > at else None
                found.append(
                    OpenIncident(
                        file=file,
                        is_own=is_own,
                        running=running,
                        spent=told.spent,
                        severity=severity,
                        emergency=told.emergency,
                    )
                )
            elif cut := home.log_cut(name):
                unreadable.append(cut)
    unreadable += _missed(home, workflow, ids)
    return Standing(open=tuple(found), unreadable=tuple(unreadable), restarted=restarted)


def open_of(home: Project, workflow: str, at: datetime) -> tuple[str, ...]:
    """The ids of the incidents that another workflow stands still for, by those who sign for that one.

    Args:
        home: The project.
        workflow: Its name.
        at: UTC.
    """
    return tuple(one.file.incident.id for one in standing(home, workflow, trust_in(home, workflow), at).open)


def _missed(home: Project, workflow: str, ids: Sequence[str]) -> Iterator[str]:
    """Incidents that the lock or git tells of, and that are gone or about another workflow now."""
    locked = {case.incident for case in home.lock().cases if case.workflow == workflow}
    for name in sorted(locked):
        if name not in ids:
            yield f"cases/{name} is locked, and incidents/{name} is gone"
        elif home.incident(name).incident.workflow.name != workflow:
            yield f"cases/{name} is locked for {workflow}, and incidents/{name} is about another workflow"
    for name, incident in incidents_gone(home).items():
        if name not in locked and (incident is None or _is_due(incident, workflow)):
            yield f"incidents/{name} is gone: git held it"


def _is_due(incident: Incident, workflow: str) -> bool:
    """Whether it was about the workflow, and its file did not say that it may be gone by now."""
    kept = incident.retention.until if incident.retention else None
    last = kept.date() if isinstance(kept, datetime) else kept
    return incident.workflow.name == workflow and (last is None or last >= now().date())


def _is_settled(
    file: IncidentFile, about: Sequence[LogEntry], last: LogEntry | None, *, is_own: bool
) -> bool:
    if last is not None:
        return last.until is None
    stopped = any(one.event == Event.CONTAINED for one in about)
    restarted = any(one.event == Event.RESTARTED for one in about)
    return not stopped and (not is_own or (stage(file) is Stage.CLOSED and not restarted))


def _restarts(scene: Scene, file: IncidentFile, about: Sequence[LogEntry]) -> _Restarts:
    """What counts of the restarts in a log: a line is nobody's word.

    What the workflow ran on before it was stopped again opens it no second time.
    """
    last: LogEntry | None = None
    used: set[str] = set()
    spent: set[str] = set()
    since = known_since(scene.home, file.incident, file.entries)
    emergency = first_override(scene, file, since)
    for entry in about:
        if entry.event == Event.CONTAINED and entry.kind != HISTORY:
            spent |= used
            last = None
        elif entry.event == Event.RESTARTED and entry.by and entry.digest not in spent:
            used |= {entry.digest} if entry.digest else set()
            if entry.kind == OVERRIDE:
                emergency = min(entry.at, emergency or entry.at)
                last = _overridden(scene, file, entry, emergency) or last
            elif _is_vouched(scene, file, entry):
                last, emergency = entry, first_override(scene, file, entry.at)
    return _Restarts(last=last, spent=frozenset(spent), emergency=emergency)


def _overridden(scene: Scene, file: IncidentFile, entry: LogEntry, since: datetime) -> LogEntry | None:
    """The override until the signed words end; None where too few people signed for it."""
    until = overridden_until(scene, file, entry.digest, since) if entry.digest else None
    return replace(entry, until=until) if until else None


def _is_vouched(scene: Scene, file: IncidentFile, entry: LogEntry) -> bool:
    """Whether enough people signed for a restart."""
    settles = needs_no_case if entry.kind == NO_CASE else is_signed_for
    return entry.digest is not None and settles(scene, file, entry)
