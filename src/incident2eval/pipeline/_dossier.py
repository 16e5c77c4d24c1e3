"""The dossier of an incident: its file, its evidence read, and what every check found in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident2eval import evalcase, formats
from incident2eval.checks import Known
from incident2eval.collect import Gathered, TraceRun, gather
from incident2eval.model import (
    JSON,
    BadInput,
    EvidenceKind,
    Fault,
    Finding,
    Findings,
    Incident,
    IncidentType,
    Origin,
    RootCause,
    Run,
    Severity,
    WorkflowSettings,
)
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline._told import joined
from incident2eval.pipeline.past.archive import Archived, archived_runs
from incident2eval.pipeline.past.onset import history
from incident2eval.rootcause import Evidence, root_cause
from incident2eval.store import Kept, Project
from incident2eval.triage import Triage, triage

SERIES = 40
"""How many archived inputs a case of a drift replays; each costs a call of the workflow in every trial."""

LONGEST_WORDS = 20_000
"""Characters that one entry under `wrong` or `right` may have, as any text of an incident file."""

TRACES = {EvidenceKind.TRACE, EvidenceKind.CORRECTED_TRACE, EvidenceKind.GOOD_TRACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything known of one incident, read and judged."""

    project: Project
    incident: Incident
    workflow: WorkflowSettings
    gathered: Gathered
    known: Known
    """With a corrected run: a repaired one where none was handed over."""
    origin: Origin
    archived: Archived | None
    """Past runs of the workflow; None where they were not needed so far."""
    recorded_runs: Mapping[str, Run]
    """Every recorded run by the name of its input; `gathered.at` names the one that went wrong."""
    corrected_runs: Mapping[str, Run]
    """How they should have gone; in a series the runs before the change, whose names need not pair."""
    found: tuple[Findings, ...]
    cause: RootCause
    """As the evidence proposes it."""
    counting: RootCause
    """The one that counts: a person's word before the proposal."""
    triage: Triage
    severity: Severity
    """The greater of what counts as given and what is suggested."""
    synthetic: bool = False
    """Whether a person gave the input in place of the recorded one."""
    sources: tuple[str, ...] = ()
    """What was inferred about the run's subject and the records' owners, and from where."""
    warnings: tuple[str, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every check, flat."""
        return tuple(finding for findings in self.found for finding in findings)

    @property
    def doubtful(self) -> tuple[Finding, ...]:
        """What may be wrong and is not certain."""
        return tuple(finding for findings in self.found for finding in findings.doubtful)

    @property
    def corrected(self) -> Run:
        """How the run should have gone."""
        assert self.known.corrected is not None  # noqa: S101 - repaired where none was handed over
        return self.known.corrected


def open_dossier(project: Project, incident_id: str) -> Dossier:
    """Read an incident's file and evidence, judge the run with every check, and propose the cause.

    Raises:
        BadInput: A fault in a file, no run read, or several that might be the one.
        NotProvable: Nothing to replay.
        NotJudged: Evidence is listed but absent.
    """
    loaded = project.incident(incident_id)
    incident, unsaid = _said(loaded.incident)
    workflow = project.workflow(incident.workflow.name)
    kept = project.evidence(incident_id)
    readings, warnings = read_traces(kept)
    traces, sources = _runs(project, incident, workflow, readings)
    gathered = gather(
        incident,
        traces,
        given_input=_content(kept, EvidenceKind.INPUT),
        corrected_output=_content(kept, EvidenceKind.CORRECTED_OUTPUT),
    )
    drifting = IncidentType.WORKFLOW_DRIFT in triage(incident, ()).types
    archived = archived_runs(project, incident, workflow) if drifting else None
    known = _known(project, incident, workflow, gathered, archived)
    found = evalcase.suspicions(known)
    telling = evalcase.telling(known, found)
    findings = tuple(finding for each in telling for finding in each)
    handed_over = known.corrected
    past = history(project, known, telling, archived)
    if known.corrected is None:
        known = replace(known, corrected=evalcase.repair(known.recorded, findings, incident))
    assert known.corrected is not None  # noqa: S101 - repaired where none was handed over
    cause = root_cause(
        Evidence(
            run=gathered.recorded,
            findings=findings,
            incident=incident,
            corrected=handed_over if gathered.origin is Origin.CORRECTED_TRACE else None,
            right=handed_over.output if handed_over else incident.corrected_output,
            judge=evalcase.again(known, telling),
            changes=past.changes,
            onset=past.onset,
        )
    )
    said = replace(project.cause_file(incident_id), proposed=cause)
    counting = said.counting or cause
    corrected_runs = {
        name: gathered.corrected_runs.get(name, known.corrected) for name in gathered.recorded_runs
    }
    recorded_runs = {**gathered.recorded_runs, **_series("since", known.since)}
    corrected_runs |= _series("before", known.before)
    judged = triage(incident, findings)
    return Dossier(
        project=project,
        incident=incident,
        workflow=workflow,
        gathered=gathered,
        known=replace(
            known,
            cause=counting,
            all_recorded=tuple(recorded_runs.values()),
            all_corrected=tuple(corrected_runs.values()),
        ),
        origin=gathered.origin or Origin.REPAIRED,
        archived=past.archived,
        recorded_runs=recorded_runs,
        corrected_runs=corrected_runs,
        found=found,
        cause=cause,
        counting=counting,
        triage=judged,
        severity=severity_of(project, loaded, judged.suggested),
        sources=sources,
        warnings=(*loaded.warnings, *unsaid, *project.warnings, *gathered.warnings, *warnings, *past.notes),
    )


def _said(incident: Incident) -> tuple[Incident, tuple[str, ...]]:
    """The incident without the blanks under `wrong` and `right`, and what was left out.

    Raises:
        BadInput: Words are longer than anybody marks them.
    """
    for name in ("wrong", "right"):
        if any(len(words) > LONGEST_WORDS for words in getattr(incident, name)):
            hint = "mark the words that matter; a whole text belongs to the evidence"
            message = f"is longer than {LONGEST_WORDS:,} characters"
            raise BadInput(Fault(file=incident.id, field=name, message=message, hint=hint))
    wrong, right = (tuple(filter(str.strip, words)) for words in (incident.wrong, incident.right))
    left_out = [name for name in ("wrong", "right") if "" in map(str.strip, getattr(incident, name))]
    said = tuple(f"{name}: a blank entry was left out" for name in left_out)
    return replace(incident, wrong=wrong, right=right), said


def _known(
    project: Project,
    incident: Incident,
    workflow: WorkflowSettings,
    gathered: Gathered,
    archived: Archived | None,
) -> Known:
    """What the checks are told before anything is known of the cause."""
    since = [run for run in archived.since if run.id != gathered.recorded.id] if archived else []
    since = [run for run in since if isinstance(run.input, Mapping) and run.input]
    return Known(
        incident=incident,
        recorded=gathered.recorded,
        workflow=workflow,
        customers=project.customers,
        corrected=gathered.corrected,
        origin=gathered.origin or Origin.REPAIRED,
        good=gathered.good,
        customer_id=gathered.recorded.customer_id,
        all_recorded=(*gathered.recorded_runs.values(), *since[:SERIES]),
        all_corrected=tuple(
            run
            for name in gathered.recorded_runs
            if (run := gathered.corrected if name == gathered.at else gathered.corrected_runs.get(name))
        ),
        before=archived.before if archived else (),
        since=tuple(since[:SERIES]),
    )


def _series(name: str, runs: Sequence[Run]) -> dict[str, Run]:
    return {f"{name}-{number}": run for number, run in enumerate(runs, start=1)}


def read_traces(kept: Sequence[Kept]) -> tuple[dict[Kept, formats.Reading], list[str]]:
    """Read every trace among the evidence, and say what was left out of it.

    Returns:
        A reading for every file that holds runs; one that only tells more of the runs of other files of its
        kind is read into these.

    Raises:
        BadInput: A listed trace cannot be read; one that only lies there is left out with a warning.
    """
    readings: dict[Kept, formats.Reading] = {}
    warnings: list[str] = []
    rows = [item for item in kept if item.evidence.kind in TRACES]
    # A file that several rows name is read once, or it would be taken for the same export twice.
    first = {(item.path, item.evidence.kind): item for item in reversed(rows)}
    for item in dict.fromkeys(first[item.path, item.evidence.kind] for item in rows):
        file = item.evidence.file
        try:
            readings[item] = formats.read(item.read(), name=file, format=item.evidence.format)
        except BadInput as error:
            if item.listed:
                raise
            warnings.append(f"{file}: not read as a trace: {error}")
        else:
            warnings += [f"{file}: {skipped.where}: {skipped.why}" for skipped in readings[item].skipped]
    together: dict[Kept, formats.Reading] = {}
    for kind in dict.fromkeys(item.evidence.kind for item in readings):
        together |= joined({item: each for item, each in readings.items() if item.evidence.kind == kind})
    read = {item: together.get(first[item.path, item.evidence.kind]) for item in rows}
    return {item: reading for item, reading in read.items() if reading is not None}, warnings


def _runs(
    project: Project, incident: Incident, workflow: WorkflowSettings, readings: Mapping[Kept, formats.Reading]
) -> tuple[list[TraceRun], tuple[str, ...]]:
    """Every run that was read, with its subject and the owners of its records, and where these are from."""
    traces: list[TraceRun] = []
    sources: dict[str, None] = {}
    for item, reading in readings.items():
        evidence = item.evidence
        stated = incident.subject if evidence.kind != EvidenceKind.GOOD_TRACE else None
        # A row that names a run speaks of that one; where no run is called so, `gather` says so.
        named_runs = [run for run in reading.runs if run.id == evidence.run]
        for run in named_runs or reading.runs:
            owned = formats.with_owners(
                run, customers=project.customers, paths=workflow.subject, stated=stated
            )
            sources.update(dict.fromkeys(map(str, owned.sources)))
            named = replace(owned.run, workflow=incident.workflow.name)
            traces.append(TraceRun(file=evidence.file, kind=evidence.kind, run=named, named=evidence.run))
    return traces, tuple(sources)


def _content(kept: tuple[Kept, ...], kind: EvidenceKind) -> JSON:
    """What the first file of that kind holds.

    JSON where it is JSON, else text; None where there is no such file.
    """
    first = next((item for item in kept if item.evidence.kind == kind and item.listed), None)
    first = first or next((item for item in kept if item.evidence.kind == kind), None)
    return _parsed(first.read()) if first else None


def _parsed(data: bytes) -> JSON:
    """JSON where it is JSON, else the text."""
    text = data.decode("utf-8-sig", errors="replace")
    try:
        value: JSON = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()
    return value
