"""The incident file: everything that is known of an incident without calling a workflow or judging a run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incident2eval import duties as duties_room
from incident2eval.model import (
    Fault,
    Finding,
    Incident,
    Incident2EvalError,
    IncidentFile,
    Moment,
    NotJudged,
    Rule,
    Severity,
    as_ever_stated,
)
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._stock import stock
from incident2eval.pipeline.shown.said_times import CLOCKS_DIFFER
from incident2eval.store import Project, Standing, shipped_rules
from incident2eval.triage import Triage, level, tasks, triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An incident file, and what came up when it was put together."""

    file: IncidentFile
    triage: Triage
    stated: Incident
    """File and log as they are: also what is dated at a time to come."""
    findings: tuple[Finding, ...] = ()
    """What its run shows, or what the checks of its cases stand for."""
    notes: tuple[str, ...] = ()


def open_file(
    home: Project, incident_id: str, now: datetime, findings: Sequence[Finding] | None = None
) -> Opened:
    """Put together what the file, the log, the seal, the cause and the cases of an incident tell.

    Args:
        home: The project.
        incident_id: Which incident.
        now: What the clocks are read at, UTC.
        findings: What the checks found in its run, where they were asked; without them the checks of its
            locked cases stand for them.

    Raises:
        BadInput: No such incident, or a fault in its file or log, in the settings, or in its cause.
    """
    loaded = home.incident(incident_id)
    incident, settings = _so_far(loaded.incident, now), home.settings
    worst = _so_far(as_ever_stated(loaded.written or incident, loaded.entries), now)
    cases = tuple(case for case in home.lock().cases if case.incident == incident_id)
    red = (
        findings
        if findings is not None
        else [Finding(check=case.check, step=None, message="") for case in cases]
    )
    judged = triage(incident, tuple(red))
    held = level(
        incident,
        loaded.written or incident,
        judged.suggested,
        loaded.entries,
        settings.approvers,
        findings=tuple(red),
    )
    rules = rules_of(home)
    due = duties_room.duties(
        worst,
        settings.organisation,
        rules,
        now=now,
        severity=held.counts,
        approvers=settings.approvers,
        workflow=settings.workflows.get(incident.workflow.name),
    )
    cause = home.cause_file(incident_id)
    sealed, notes = _sealed(home, incident_id)
    missing, unseen = _missing(home, incident_id) if held.counts >= Severity.MATERIAL_CAUGHT else ((), ())
    file = IncidentFile(
        incident=incident,
        as_of=now,
        entries=loaded.entries,
        types=judged.types or triage(worst, tuple(red)).types,
        level=held,
        workflow=settings.workflows.get(incident.workflow.name),
        approvers=settings.approvers,
        sealed=len(sealed),
        sealed_at=min(sealed, default=None),
        missing_evidence=missing,
        cause=cause.counting,
        cause_confirmed=cause.standing in {Standing.CONFIRMED, Standing.OVERRULED},
        cases=tuple(case.id for case in cases),
        duties=due,
    )
    return Opened(
        # What a yes asked for is still to be done when somebody says no.
        file=replace(file, tasks=tasks(replace(file, incident=worst))),
        triage=judged,
        stated=loaded.incident,
        findings=tuple(red),
        notes=(*loaded.warnings, *_of_rules(incident, rules, now), *notes, *unseen),
    )


def incident_files(home: Project, now: datetime) -> tuple[list[IncidentFile], list[Fault]]:
    """The files of all incidents that can be read, by id, and the faults of the others.

    Args:
        home: The project.
        now: What the clocks are read at, UTC.

    Raises:
        BadInput: An incident stands in a folder whose name is no id, or the settings cannot be read.
    """
    files: list[IncidentFile] = []
    faults: list[Fault] = []
    home.settings  # noqa: B018 - their faults are no fault of an incident
    for incident_id in home.incident_ids():
        try:
            files.append(open_file(home, incident_id, now).file)
        except Incident2EvalError as error:
            faults += error.faults
    return files, faults


def rules_of(home: Project) -> tuple[Rule, ...]:
    """The duties that the tool ships, with what the project's settings add and correct."""
    return duties_room.rules(shipped_rules(), home.settings.obligations)


def _so_far(incident: Incident, now: datetime) -> Incident:
    """The incident without stops and messages that are dated at a time to come."""
    latest = now + CLOCKS_DIFFER
    return replace(
        incident,
        containment=tuple(row for row in incident.containment if row.at <= latest),
        communications=tuple(
            row if row.at is None or not _is_to_come(row.at, latest) else replace(row, at=None)
            for row in incident.communications
        ),
    )


def _is_to_come(at: Moment, latest: datetime) -> bool:
    return at > latest if isinstance(at, datetime) else at > latest.date()


def _of_rules(incident: Incident, rules: Sequence[Rule], now: datetime) -> tuple[str, ...]:
    """What is odd about the rules: words about one that is none, and those past their review."""
    return (*duties_room.unread(incident, rules), *duties_room.stale(rules, now.date()))


def _sealed(home: Project, incident_id: str) -> tuple[list[datetime], list[str]]:
    """When each sealed file was sealed; none where manifest or files are not what they were.

    Files that are absent count: a checkout for CI holds none.
    """
    try:
        sealed = [entry.when for entry in home.sealed(incident_id)]
        home.verify_seal(incident_id)
    except NotJudged as error:
        return sealed, [str(error)]
    except Incident2EvalError as error:
        return [], [str(fault) for fault in error.faults] or [str(error)]
    return sealed, []


def _missing(home: Project, incident_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds of evidence that are absent without a reason, and what could not be seen from here."""
    try:
        kept = home.evidence(incident_id)
        readings, _ = read_traces(kept)
    except Incident2EvalError as error:
        # What cannot be looked at is not there: nobody may take it for complete.
        return ("evidence that can be read here",), tuple(map(str, error.faults))
    items = stock(home.incident(incident_id).incident, kept, readings)
    return tuple(item.kind.words for item in items if item.is_missing), ()
