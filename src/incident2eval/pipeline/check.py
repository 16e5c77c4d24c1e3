"""`check`: what is missing, in the settings of a workflow, in the incident files, and under cases/."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from incident2eval.model import (
    JSON,
    ClockState,
    EvidenceKind,
    Fault,
    Incident,
    Incident2EvalError,
    Severity,
    Stage,
    WorkflowSettings,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._coverage_lines import coverage_data, coverage_text
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._layout import counted, wrapped
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline._locked import read_locked
from incident2eval.pipeline._readiness import firm, guarded, lacks, things
from incident2eval.pipeline._stock import stock
from incident2eval.readiness import Missing
from incident2eval.stages import doubts, minimum, out_of_order, stage
from incident2eval.store import Project
from incident2eval.workflows import target_for

_EVIDENCE_ITEM = 3
"""Which of the eight items of an incident file is its evidence."""

SHOWN = 3
"""Files that a line names before it only counts them."""


def check(*, project: Path | None, workflow: str | None, coverage: bool, now: datetime) -> Answer:
    """Say what is missing: in one workflow's settings or in all, in the incident files, and under cases/.

    The workflow itself is not called: whether its target answers, the gate tells.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Only this one and its incidents, or None for all.
        coverage: Whether to show too where no case stands guard; that is no thing missing.
        now: When it is asked, aware; reviews are overdue by it.

    Returns:
        Exit code 0 where nothing is missing, 1 where something is.

    Raises:
        BadInput: There is no project, no workflow of that name, or the settings cannot be read.
    """
    home = Project.find(project)
    names = (workflow,) if workflow is not None else tuple(home.settings.workflows)
    today = now.astimezone(UTC).date()
    plans = {name: tuple(_plan(home, name, home.workflow(name), today)) for name in names}
    of_all = firm(home, today).missing if names else ()
    incidents, broken = _incidents(home, workflow)
    missing = [
        *broken,
        *([] if names else ["incident2eval.toml names no workflow"]),
        *_tried(lambda: len(home.customers)),
        *_git(home),
        *(gap.why for gap in of_all),
        *(f"workflow {name}: {gap.why}" for name, gaps in plans.items() for gap in gaps),
        *(line for name in names for line in _cases(home, name)),
        *(
            line
            for incident in incidents
            for line in (*_incident(home, incident), *_due(home, incident, now))
        ),
    ]
    looked = f"looked at {counted(len(names), 'workflow')} and {counted(len(incidents), 'incident')}"
    lines = [*missing, f"{looked}: {things(len(missing))} missing"]
    seen = guarded(home, names) if coverage else ()
    return Answer(
        data={
            "ok": not missing,
            "missing": missing,
            "organisation": _as_rows(of_all),
            "workflows": [
                {"workflow": name, "ready": not (gaps or of_all), "missing": _as_rows(gaps)}
                for name, gaps in plans.items()
            ],
            **({"coverage": [coverage_data(each) for each in seen]} if coverage else {}),
            "warnings": list(home.warnings),
        },
        text="\n".join([wrapped(lines), *map(coverage_text, seen)]),
        exit_code=int(bool(missing)),
        notes=home.warnings,
    )


def _as_rows(gaps: Sequence[Missing]) -> list[JSON]:
    return [{"field": gap.field, "why": gap.why} for gap in gaps]


def _incidents(home: Project, workflow: str | None) -> tuple[list[Incident], list[str]]:
    """The incidents that can be read (of that workflow, if one is named), and the faults of the others."""
    incidents: list[Incident] = []
    faults: list[str] = []
    for incident_id in home.incident_ids():
        try:
            incident = home.incident(incident_id).incident
        except Incident2EvalError as error:
            faults += [str(fault) for fault in error.faults]
        else:
            if workflow in {None, incident.workflow.name}:
                incidents.append(incident)
    return incidents, faults


def _plan(home: Project, name: str, settings: WorkflowSettings, today: date) -> Iterator[Missing]:
    """What a workflow's settings lack before it is production-ready."""
    yield from lacks(home, name, today)
    if settings.target:
        for fault in _tried(lambda: target_for(settings, project=home.root)):
            yield Missing(field="target", why=fault)


def _cases(home: Project, name: str) -> Iterator[str]:
    """What became of a workflow's cases since they were proved."""
    try:
        locked = read_locked(home, name)
    except Incident2EvalError:
        return  # the faults of an incident file are named one by one
    yield from locked.edited.values()
    yield from locked.strangers


def _incident(home: Project, incident: Incident) -> Iterator[str]:
    """What an incident lacks before its cause can be found and a case be written."""
    if incident.workflow.name not in home.settings.workflows:
        yield f"{incident.id}: incident2eval.toml has no workflow {incident.workflow.name!r}"
    absent = _tried(lambda: home.evidence(incident.id))
    changed = absent or _tried(lambda: home.verify_seal(incident.id))
    yield from changed
    if cut := home.log_cut(incident.id):
        yield f"{incident.id}: {cut}"
    if not absent:
        yield from _evidence(home, incident)
    if not any(case.incident == incident.id for case in home.lock().cases):
        yield f"{incident.id}: no locked case (incident2eval run {incident.id})"


def _due(home: Project, incident: Incident, now: datetime) -> Iterator[str]:
    """What the incident file lacks for the next stage, clocks that ran out, and times that contradict."""
    file = open_file(home, incident.id, now).file
    ahead = min(stage(file) + 1, Stage.CLOSED)
    for item in minimum(file):
        # Evidence has lines of its own.
        if item.due <= ahead and item.number != _EVIDENCE_ITEM:
            yield from (f"{incident.id}: {why}" for why in item.missing)
    for duty in file.duties:
        # A clock runs on while nobody says whether the rule is for this firm.
        if duty.state.is_open and duty.due is not None and duty.due < now:
            due = f"{duty.due:%Y-%m-%d %H:%M} UTC"
            doubt = ", if it is for you" if duty.state is ClockState.SCOPE_NOT_DECLARED else ""
            what = f"tell {duty.rule.tell}, or decide (duty)"
            yield f"{incident.id}: {duty.rule.id} was due by {due}{doubt}: {what}"
    for odd in (*doubts(incident, file.entries, now), *out_of_order(file)):
        yield f"{incident.id}: {odd}"


def _evidence(home: Project, incident: Incident) -> Iterator[str]:
    """What the evidence lacks: a trace, and from severity 2 up any of the eight kinds without a reason."""
    kept = home.evidence(incident.id)
    if not any(item.evidence.kind == EvidenceKind.TRACE for item in kept):
        yield f"{incident.id}: no trace among the evidence"
    if severity_of(home, home.incident(incident.id)) < Severity.MATERIAL_CAUGHT:
        return
    try:
        readings, _ = read_traces(kept)
    except Incident2EvalError as error:
        yield from map(str, error.faults)
        return
    for item in stock(incident, kept, readings):
        if item.is_missing:
            yield f"{incident.id}: {item}"


def _git(home: Project) -> Iterator[str]:
    tracked = home.tracked_evidence()
    yield from _tracked(tracked.files)
    yield from (f"git could not say what it tracks: {why}" for why in tracked.unanswered)


def _tracked(files: Sequence[str]) -> Iterator[str]:
    """What git holds and should not."""
    if files:
        more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
        message = f"git tracks what must not spread: {', '.join(files[:SHOWN])}{more}"
        hint = "git rm --cached takes a file out of the next commit; .gitignore keeps it out"
        yield str(Fault(message=message, hint=hint))


def _tried(look: Callable[[], object]) -> list[str]:
    """What is wrong with something that is looked at, in words; nothing where it can be used."""
    try:
        look()
    except Incident2EvalError as error:
        return [str(fault) for fault in error.faults]
    return []
