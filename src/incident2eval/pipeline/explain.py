"""`root-cause`: the step where the failure came in, the control that failed, and how we know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from incident2eval import evalcase, formats
from incident2eval.checks import Known
from incident2eval.model import (
    JSON,
    BadInput,
    Category,
    Customers,
    FailedControl,
    Fault,
    Incident,
    IncidentFile,
    RootCause,
    Run,
    Severity,
    Stage,
    Step,
    WorkflowSettings,
    visible,
)
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.pipeline import intake
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._cause_note import retold_cause
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline._hiding import incident_redactor
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline._order import note_reason, refusal
from incident2eval.pipeline._redacting import learn_incident, redactor_of
from incident2eval.pipeline.shown.cause_lines import cause_lines, standing_lines, stated_lines
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.marked_tree import as_text, marked_tree
from incident2eval.pipeline.triage import findings
from incident2eval.rootcause import Evidence
from incident2eval.rootcause import root_cause as rank
from incident2eval.store import CauseFile, Confirmed, Overruled, Project, dump

_SHOWN_STEPS = 8

_THING = r"(?:output|answer|response|result|text|draft|reply|model|prompt|llm|ai|agent|bot)"
_WRONG = r"(?:wrong|bad|incorrect|false|faulty|broken|(?:a )?mistake|(?:an )?error|not right|hallucinat\w+)"
_SYMPTOM = re.compile(
    rf"\W*(?:the |its |an? )?(?:{_WRONG} {_THING}|{_THING}(?: (?:was|is|were|came out|gave|made|got))?"
    rf"(?: {_WRONG})?|{_WRONG})\W*",
    re.IGNORECASE,
)
"""Words for the harm, or for the model as such, that name no cause (R92)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What a person puts in a proposal's place; what is None stays as proposed."""

    category: Category | None = None
    step: str | None = None
    control: str | None = None


def root_cause(*, project: Path | None, incident: str | None, run: Path | None) -> Answer:
    """Propose the root cause of an incident, or of a run in a file of its own.

    Returns:
        Exit code 0 where a step was found, 1 where nothing points at one.
    """
    if incident is None:
        assert run is not None  # noqa: S101 - the CLI asks for one of the two
        judged, cause = _of_file(project, run)
        tree = as_text(marked_tree(judged, cause, _roster(project)))
        text = f"{wrapped(cause_lines(cause, judged))}\n\n{tree}"
        return Answer(data={"root_cause": dump(cause)}, text=text, exit_code=int(cause.step is None))
    home = Project.find(project)
    dossier = open_dossier(home, incident)
    home.write_cause(incident, retold_cause(dossier.cause, incident_redactor(dossier).text))
    return Answer(
        data=_data(_with_words(dossier), dossier.incident),
        text=f"{wrapped(described(dossier))}\n\n{_tree(dossier)}",
        exit_code=int(dossier.counting.step is None),
        notes=dossier.warnings,
    )


def described(dossier: Dossier) -> list[str]:
    """The root cause of an incident for a reviewer, with what people have said to it."""
    said, cause = _with_words(dossier), dossier.counting
    return [
        *cause_lines(cause, dossier.gathered.recorded),
        *stated_lines(dossier.incident.root_cause, cause),
        *standing_lines(said),
    ]


def _tree(dossier: Dossier) -> str:
    """The steps of the incident's run, with the way that the failure took."""
    return as_text(marked_tree(dossier.gathered.recorded, dossier.counting, dossier.project.customers))


def _roster(project: Path | None) -> Customers:
    home = intake.project_or_none(project)
    return home.customers if home else intake.NOBODY


def _with_words(dossier: Dossier) -> CauseFile:
    """What is proposed now, in clear, and what people have said to it."""
    return replace(dossier.project.cause_file(dossier.incident.id), proposed=dossier.cause)


def confirm(
    *, project: Path | None, incident: str, by: str, note: str | None, out_of_order: str | None = None
) -> Answer:
    """Note a person's word that the proposal is right.

    Returns:
        Exit code 1, and nothing written, where something comes first and `out_of_order` gives no reason.

    Raises:
        BadInput: There is no proposal yet.
    """
    home = Project.find(project)
    _refuse_name(by)
    proposed = _proposed(home, incident)
    file = _file(home, incident)
    if refused := refusal(file, Stage.CAUSED, out_of_order):
        return refused
    word = Confirmed(
        by=by,
        at=_now(),
        note=_hidden(home, incident, note),
        category=proposed.category,
        step=proposed.step,
        control=proposed.control and FailedControl(name=proposed.control.name),
    )
    note_reason(home, file, Stage.CAUSED, by=by, reason=out_of_order)
    return _said(home, incident, word, event="cause_confirmed")


def overrule(  # noqa: PLR0913 - who, what, why, and why now
    *,
    project: Path | None,
    incident: str,
    by: str,
    because: str,
    instead: Instead,
    out_of_order: str | None = None,
) -> Answer:
    """Note a person's word that the proposal is wrong, and what it was instead.

    Returns:
        Exit code 1, and nothing written, where something comes first and `out_of_order` gives no reason.

    Raises:
        BadInput: There is no proposal yet; nothing is put in its place; the run has no such step; the
            symptom, or the model alone, is given for the cause; or the name is none.
    """
    home = Project.find(project)
    _refuse_name(by)
    _refuse_symptoms(because, instead)
    _proposed(home, incident)
    file = _file(home, incident)
    if refused := refusal(file, Stage.CAUSED, out_of_order):
        return refused
    step = _step(home, incident, instead.step) if instead.step else None
    word = Overruled(
        by=by,
        at=_now(),
        because=(_hidden(home, incident, because) or because,),
        category=instead.category,
        step=step.id if step else None,
        name=step.name if step else None,
        control=FailedControl(name=_hidden(home, incident, instead.control) or instead.control)
        if instead.control
        else None,
    )
    note_reason(home, file, Stage.CAUSED, by=by, reason=out_of_order)
    said = _said(home, incident, word, event="cause_overruled")
    return replace(said, notes=tuple(_missing_control(home, incident)))


def _proposed(home: Project, incident: str) -> RootCause:
    """The proposal that a person speaks of."""
    proposed = home.cause_file(incident).proposed
    if proposed is None:
        write = f"write one: incident2eval root-cause {incident}"
        raise BadInput(
            Fault(file=f"incidents/{incident}/root-cause.yaml", message="holds no proposal yet", hint=write)
        )
    return proposed


def _file(home: Project, incident: str) -> IncidentFile:
    """The incident as it stands, by what its run shows too."""
    return open_file(home, incident, _now(), findings(home, incident)[0]).file


def _said(home: Project, incident: str, word: Confirmed | Overruled, *, event: str) -> Answer:
    """Write a person's word into the file and into the log, and show what counts now."""
    home.write_word(incident, word)
    held = {key: value for key, value in dump(word).items() if value not in (None, [])}
    home.log(incident, {"event": event, **held})
    said, loaded = home.cause_file(incident), home.incident(incident).incident
    cause = said.counting or RootCause()
    lines = [
        *cause_lines(cause, None)[:1],
        *(f"  because {line}" for line in cause.because if said.overruled),
        *stated_lines(loaded.root_cause, cause),
        *standing_lines(said),
    ]
    return Answer(data=_data(said, loaded), text=wrapped(lines))


def _data(said: CauseFile, incident: Incident) -> dict[str, JSON]:
    """What counts, what is proposed, and what people said to it."""
    parts = {"confirmed": said.confirmed, "overruled": said.overruled, "stated": incident.root_cause}
    return {
        "root_cause": dump(said.counting or RootCause()),
        "standing": said.standing,
        "proposed": dump(said.proposed) if said.proposed else None,
        **{name: dump(part) if part else None for name, part in parts.items()},
    }


def _refuse_name(by: str) -> None:
    """Refuse a name that is none: it is shown to others as a signature is."""
    if not by.strip() or not by.isprintable():
        message = f"{visible(by).strip()!r} is no name"
        raise BadInput(Fault(field="--by", message=message, hint="who says so, in one line"))


def _refuse_symptoms(because: str, instead: Instead) -> None:
    """Refuse what names the harm and calls it the cause."""
    if not (instead.category or instead.step or instead.control):
        hint = "add --category, --step or --control"
        raise BadInput(Fault(field="--overrule", message="says nothing in the proposal's place", hint=hint))
    if instead.category is Category.MODEL and not instead.control:
        hint = "add --control: what should have stopped what the model wrote"
        raise BadInput(Fault(field="--category", message="the model alone is no cause", hint=hint))
    for option, text in (("--control", instead.control), ("--because", because)):
        if text is not None and (not text.strip() or _SYMPTOM.fullmatch(text.strip())):
            hint = "name what should have stopped it, and why it did not"
            raise BadInput(Fault(field=option, message=f"{visible(text)!r} is no cause", hint=hint))


def _step(home: Project, incident: str, step_id: str) -> Step:
    """The step of the incident's run that a person means."""
    run = open_dossier(home, incident).gathered.recorded
    named = [one for one in run.steps if one.name == step_id]
    step = run.step(step_id) or (named[0] if len(named) == 1 else None)
    if step is None:
        known = ", ".join(f"{one.id} ({one.name})" for one in run.steps[:_SHOWN_STEPS])
        more = "" if len(run.steps) <= _SHOWN_STEPS else f" and {len(run.steps) - _SHOWN_STEPS} more"
        message = f"{visible(step_id)!r} is no step of run {run.id}"
        raise BadInput(Fault(field="--step", message=message, hint=f"one of {visible(known)}{more}"))
    return step


def _missing_control(home: Project, incident: str) -> Iterator[str]:
    """What a cause still lacks from severity 2 on (R92)."""
    severity = severity_of(home, home.incident(incident))
    cause = home.read_cause(incident)
    if severity >= Severity.MATERIAL_CAUGHT and cause is not None and cause.control is None:
        yield f"at severity {int(severity)} the control that failed is asked for: add --control"


def _hidden(home: Project, incident: str, text: str | None) -> str | None:
    """A person's words as git may hold them."""
    if text is None:
        return None
    redactor = redactor_of(home, key=home.make_key())
    learn_incident(redactor, home.incident(incident).incident, ())
    return redactor.text(text)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


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
    return Incident(
        id="RUN-0000-000",
        title="a run",
        workflow=WorkflowVersion(name=run.workflow or "unknown"),
        when=When(noticed=run.started or datetime.now(UTC)),
        what_happened="",
    )
