"""The open incidents that a workflow stands still for, and what keeps anybody from knowing them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from incident2eval.pipeline._reports import documents_in, folder_of
from incident2eval.pipeline._trust import Trusted
from incident2eval.stages import stage
from incident2eval.store import HISTORY, Project, read_bytes, read_report, sha256

OVERRIDE = "override"
"""`kind` of a restart by emergency override."""

NO_CASE = str(Matter.NO_CASE)
"""`kind` of a restart at level 1 on the word that no case is needed; its digest is of the incident's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that a workflow was stopped for, or that nobody has settled."""

    file: IncidentFile
    is_own: bool
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
            last, spent = _restart(home, file, workflow, about, words)
            if not _is_settled(file, about, last, is_own=is_own):
                running = last if last and last.until and last.until > now else None
                found.append(OpenIncident(file=file, is_own=is_own, running=running, spent=spent))
    gone = {case.incident for case in home.lock().cases if case.workflow == workflow} - set(ids)
    unreadable += (f"cases/{name} is locked, and incidents/{name} is gone" for name in sorted(gone))
    return Standing(open=tuple(found), unreadable=tuple(unreadable))


def _is_settled(
    file: IncidentFile, about: Sequence[LogEntry], last: LogEntry | None, *, is_own: bool
) -> bool:
    if last is not None:
        return last.until is None
    stopped = any(one.event == Event.CONTAINED for one in about)
    restarted = any(one.event == Event.RESTARTED for one in about)
    return not stopped and (not is_own or (stage(file) is Stage.CLOSED and not restarted))


def _restart(
    home: Project,
    file: IncidentFile,
    workflow: str,
    about: Sequence[LogEntry],
    words: Sequence[SignedApproval],
) -> tuple[LogEntry | None, frozenset[str]]:
    """The last restart after the last stop, if somebody signed for it, and the digests that are spent.

    A line in a log is nobody's word; and what the workflow ran on before it was stopped again opens it no
    second time.
    """
    last: LogEntry | None = None
    spent: set[str] = set()
    for entry in about:
        if entry.event == Event.CONTAINED and entry.kind != HISTORY:
            spent |= {last.digest} if last and last.digest else set()
            last = None
        elif entry.event == Event.RESTARTED and entry.by and entry.digest not in spent:
            vouched = (
                any(_on_no_case(file, entry, words))
                if entry.kind == NO_CASE
                else any(_vouchers(home, workflow, entry, words))
            )
            last = entry if vouched else last
    return last, frozenset(spent)


def _vouchers(
    home: Project, workflow: str, entry: LogEntry, words: Sequence[SignedApproval]
) -> Iterator[SignedApproval]:
    """Who signed for a restart: an approver of now or before, or one that its report names."""
    matter = Matter.OVERRIDE if entry.kind == OVERRIDE else Matter.RESTART
    if entry.digest is None:
        return
    then = () if matter is Matter.OVERRIDE else _signed_then(home, workflow, entry.digest)
    for word in (*words, *then):
        said = word.approval
        if (said.matter, said.subject, said.digest, said.decision) == (
            matter,
            workflow,
            entry.digest,
            "approved",
        ):
            yield word


def _on_no_case(
    file: IncidentFile, entry: LogEntry, words: Sequence[SignedApproval]
) -> Iterator[SignedApproval]:
    """Who signed that it needs no case, at level 1 and where none is locked: nowhere else does that open it."""
    if file.level.counts is not Severity.LOW or file.cases:
        return
    for word in words:
        said = word.approval
        told = (said.matter, said.subject, said.digest, said.decision)
        if told == (Matter.NO_CASE, file.incident.id, entry.digest, "approved"):
            yield word


def _signed_then(home: Project, workflow: str, digest: str) -> tuple[SignedApproval, ...]:
    """Words of those who were approvers when that report was made: people leave, their word stays."""
    for path in documents_in(folder_of(home, workflow)):
        try:
            raw = read_bytes(path)
            if sha256(raw) == digest:
                return signed_approvals(home, read_report(raw, file=path.name).trust.approvers)[0]
        except Incident2EvalError:
            continue
    return ()
