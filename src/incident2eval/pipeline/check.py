"""`check`: what is missing, in the settings of a workflow, in the incident files, and under cases/."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from incident2eval.model import (
    EvidenceKind,
    Fault,
    Incident,
    Incident2EvalError,
    Severity,
    WorkflowSettings,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._layout import counted, wrapped
from incident2eval.pipeline._locked import read_locked
from incident2eval.pipeline._stock import stock
from incident2eval.store import Project
from incident2eval.triage import triage
from incident2eval.workflows import target_for

PLAN = {
    "target": "how to call it",
    "owner": "who answers for it",
    "deputy": "who stands in for the owner",
    "switch_off_by": "who can switch it off",
    "fallback": "how the work is done without it",
    "review_standard": "what a reviewer looks at",
    "escalation_path": "who is told next",
    "log_location": "where its logs and traces are",
    "safe_to_reenable": "what has to hold before it is switched on again",
}
"""What a workflow's settings must say before it is production-ready (R29, R30, R37, R70, R72)."""

SHOWN = 3
"""Files that a line names before it only counts them."""


def check(*, project: Path | None, workflow: str | None) -> Answer:
    """Say what is missing: in one workflow's settings or in all, in the incident files, and under cases/.

    The workflow itself is not called: whether its target answers, the gate tells.

    Returns:
        Exit code 0 where nothing is missing, 1 where something is.

    Raises:
        BadInput: There is no project, no workflow of that name, or the settings cannot be read.
    """
    home = Project.find(project)
    names = (workflow,) if workflow is not None else tuple(home.settings.workflows)
    incidents, broken = _incidents(home, workflow)
    missing = list(broken)
    if not names:
        missing.append("incident2eval.toml names no workflow")
    missing += _tried(lambda: len(home.customers))
    tracked = home.tracked_evidence()
    missing += _tracked(tracked.files)
    missing += [f"git could not say what it tracks: {why}" for why in tracked.unanswered]
    for name in names:
        missing += _workflow(home, name, home.workflow(name))
    for incident in incidents:
        missing += _incident(home, incident)
    looked = f"looked at {counted(len(names), 'workflow')} and {counted(len(incidents), 'incident')}"
    return Answer(
        data={"ok": not missing, "missing": missing, "warnings": list(home.warnings)},
        text=wrapped(
            [*missing, f"{looked}: {f'{len(missing)} things are' if missing else 'nothing is'} missing"]
        ),
        exit_code=int(bool(missing)),
        notes=home.warnings,
    )


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


def _workflow(home: Project, name: str, settings: WorkflowSettings) -> Iterator[str]:
    for field, what in PLAN.items():
        if not getattr(settings, field):
            yield f"workflow {name}: {field} is not set ({what})"
    if settings.target:
        for fault in _tried(lambda: target_for(settings, project=home.root)):
            yield f"workflow {name}: {fault}"
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
    if not absent:
        yield from _evidence(home, incident)
    if not any(case.incident == incident.id for case in home.lock().cases):
        yield f"{incident.id}: no locked case (incident2eval run {incident.id})"


def _evidence(home: Project, incident: Incident) -> Iterator[str]:
    """What the evidence lacks: a trace, and from severity 2 up any of the eight kinds without a reason."""
    kept = home.evidence(incident.id)
    if not any(item.evidence.kind == EvidenceKind.TRACE for item in kept):
        yield f"{incident.id}: no trace among the evidence"
    severity = max(triage(incident, ()).suggested, incident.severity or Severity.LOW)
    if severity < Severity.MATERIAL_CAUGHT:
        return
    try:
        readings, _ = read_traces(kept)
    except Incident2EvalError as error:
        yield from map(str, error.faults)
        return
    for item in stock(incident, kept, readings):
        if item.is_missing:
            yield f"{incident.id}: {item}"


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
