"""`check`: what is missing, in the settings of a workflow and in the incident files."""

from pathlib import Path

from incident2eval.model import BadInput, EvidenceKind, Incident, NotJudged, WorkflowSettings
from incident2eval.pipeline._answer import Answer
from incident2eval.store import Project

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


def check(*, project: Path | None, workflow: str | None) -> Answer:
    """Say what is missing: in one workflow's settings or in all, and in the incident files.

    Returns:
        Exit code 0 where nothing is missing, 1 where something is.
    """
    home = Project.find(project)
    names = (workflow,) if workflow is not None else tuple(home.settings.workflows)
    missing = [line for name in names for line in _workflow(name, home.workflow(name))]
    if not names:
        missing.append("incident2eval.toml names no workflow")
    warnings = list(home.warnings)
    for incident_id in home.incident_ids():
        try:
            loaded = home.incident(incident_id)
        except BadInput as error:
            missing += [str(fault) for fault in error.faults]
            continue
        if workflow in {None, loaded.incident.workflow.name}:
            missing += _incident(home, loaded.incident)
            warnings += loaded.warnings
    text = "\n".join(missing) if missing else f"nothing is missing ({len(names)} workflows checked)"
    return Answer(
        data={"ok": not missing, "missing": missing, "warnings": warnings},
        text=text,
        exit_code=int(bool(missing)),
        notes=tuple(warnings),
    )


def _workflow(name: str, settings: WorkflowSettings) -> list[str]:
    return [
        f"workflow {name}: {field} is not set ({what})"
        for field, what in PLAN.items()
        if not getattr(settings, field)
    ]


def _incident(home: Project, incident: Incident) -> list[str]:
    """What an incident lacks before its cause can be found and a case be written."""
    missing = []
    if incident.workflow.name not in home.settings.workflows:
        missing.append(f"{incident.id}: incident2eval.toml has no workflow {incident.workflow.name!r}")
    try:
        kept = home.evidence(incident.id)
    except NotJudged as absent:
        missing.append(str(absent))
    else:
        if not any(item.evidence.kind == EvidenceKind.TRACE for item in kept):
            missing.append(f"{incident.id}: no trace among the evidence")
    if not any(case.incident == incident.id for case in home.lock().cases):
        missing.append(f"{incident.id}: no locked case (incident2eval run {incident.id})")
    return missing
