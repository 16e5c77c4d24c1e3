"""`root-cause`: the step where the failure came in, the control that failed, and how we know."""

from pathlib import Path

from incident2eval import evalcase, formats
from incident2eval.checks import Known
from incident2eval.model import BadInput, Fault, Incident, RootCause, Run, WorkflowSettings
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.pipeline import intake
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.pipeline._hiding import incident_redactor, redacted_cause
from incident2eval.pipeline._layout import wrapped
from incident2eval.rootcause import Evidence
from incident2eval.rootcause import root_cause as rank
from incident2eval.store import Project, dump


def root_cause(*, project: Path | None, incident: str | None, run: Path | None) -> Answer:
    """Propose the root cause of an incident, or of a run in a file of its own.

    Returns:
        Exit code 0 where a step was found, 1 where nothing points at one.
    """
    if incident is not None:
        home = Project.find(project)
        dossier = open_dossier(home, incident)
        home.write_cause(incident, redacted_cause(dossier.cause, incident_redactor(dossier)))
        cause, judged, notes = dossier.cause, dossier.gathered.recorded, dossier.warnings
    else:
        assert run is not None  # noqa: S101 - the CLI asks for one of the two
        judged, cause = _of_file(project, run)
        notes = ()
    data = {"root_cause": dump(cause)}
    return Answer(
        data=data, text=wrapped(describe(cause, judged)), exit_code=int(cause.step is None), notes=notes
    )


def describe(cause: RootCause, run: Run) -> list[str]:
    """The cause in words: category, step, control, the ranking and what had changed."""
    if cause.step is None:
        return ["root cause: nothing points at a step", *(f"  {line}" for line in cause.because)]
    control = cause.control.name if cause.control else "unknown"
    lines = [
        f"root cause: {cause.category} - the control that failed: {control}",
        f"  at step {cause.name} [{cause.step}] (a proposal)",
        *(f"  because {line}" for line in cause.because[:6]),
    ]
    names = {step.id: step.name for step in run.steps}
    others = [f"{names.get(rank.step, '')} [{rank.step}] {rank.score:g}" for rank in cause.ranked[1:4]]
    if others:
        lines.append(f"  next in line (it scores {cause.ranked[0].score:g}): {', '.join(others)}")
    return [
        *lines,
        *(f"  changed before: {change.kind} {change.at:%Y-%m-%d}: {change.what}" for change in cause.changes),
    ]


def _of_file(project: Path | None, path: Path) -> tuple[Run, RootCause]:
    """The cause in a file with one run, judged by what the project's settings say.

    Where there is a project.
    """
    home = intake.project_or_none(project)
    reading = formats.read(intake.contents(path), name=path.name)
    if len(reading.runs) > 1:
        raise BadInput(
            Fault(message=f"holds {len(reading.runs)} runs", file=str(path), hint="hand over one run")
        )
    run = intake.owned(reading.runs[0], home).run
    workflow = home.settings.workflows.get(run.workflow or "") if home else None
    known = Known(
        incident=_nameless(run),
        recorded=run,
        workflow=workflow or WorkflowSettings(),
        customers=home.customers if home else intake.NOBODY,
        customer_id=run.customer_id,
    )
    findings = [finding for findings in evalcase.suspicions(known) for finding in findings]
    return run, rank(Evidence(run=run, findings=findings))


def _nameless(run: Run) -> Incident:
    """An incident for a run that nobody has written up yet: nothing is stated, so the checks decide alone."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    return Incident(
        id="RUN-0000-000",
        title="a run",
        workflow=WorkflowVersion(name=run.workflow or "unknown"),
        when=When(noticed=run.started or datetime.now(UTC)),
        what_happened="",
    )
