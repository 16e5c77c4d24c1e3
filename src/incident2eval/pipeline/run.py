"""`run`: collect, triage, cluster, root-cause and eval-case in one go."""

from pathlib import Path

from incident2eval.cluster import place
from incident2eval.model import JSON, Failure, FailureType, NotProvable, flat_text
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline._layout import wrapped
from incident2eval.pipeline.cases import Built, build, cases_json, describe
from incident2eval.pipeline.explain import describe as describe_cause
from incident2eval.pipeline.intake import whoami
from incident2eval.store import Project, dump


def run(*, project: Path | None, incident: str) -> Answer:
    """Take an incident from its file and evidence to proved cases.

    Returns:
        Exit code 0 with proved cases, 1 where nothing could be proved.
    """
    home = Project.find(project)
    home.incident(incident)
    home.evidence(incident)
    entries = home.seal(incident, by=whoami())
    dossier = open_dossier(home, incident)
    home.write_cause(incident, dossier.cause)
    kind = failure_type(dossier)
    refused: NotProvable | None = None
    try:
        built = build(dossier)
    except NotProvable as error:
        built, refused = None, error
    sealed = {"files": len(entries), "sha256": entries[-1].chain if entries else None}
    data = _data(dossier, kind, built) | {"sealed": sealed}
    notes = [*dossier.warnings, *(built.notes if built else ())]
    if refused is not None:
        notes.append(f"{refused} ({refused.hint})" if refused.hint else str(refused))
    return Answer(
        data=data,
        text=wrapped(_text(dossier, kind, built, len(entries))),
        exit_code=0 if built and built.tests else 1,
        notes=tuple(notes),
    )


def failure_type(dossier: Dossier) -> FailureType:
    """The incident's failure type among all incidents of the project whose cause is on file."""
    own = _failure(dossier)
    lock = dossier.project.lock()
    earlier = []
    for incident in dossier.project.incident_ids():
        checks = tuple(dict.fromkeys(case.check for case in lock.cases if case.incident == incident))
        if incident == dossier.incident.id or not checks:
            continue
        other = dossier.project.incident(incident).incident
        text = " ".join([other.title, *other.wrong])
        earlier.append(Failure(id=other.id, text=text, workflow=other.workflow.name, checks=checks))
    return place(own, earlier, customers=dossier.project.customers)


def _failure(dossier: Dossier) -> Failure:
    incident = dossier.incident
    return Failure(
        id=incident.id,
        text=" ".join([incident.title, *incident.wrong]),
        workflow=incident.workflow.name,
        checks=tuple(dict.fromkeys(finding.check for finding in dossier.findings)),
    )


def _data(dossier: Dossier, kind: FailureType, built: Built | None) -> dict[str, JSON]:
    triage = dossier.triage
    cases = cases_json(built) if built else {"cases": [], "drafts": [], "dropped": []}
    return {
        "incident": dossier.incident.id,
        "type": triage.type,
        "severity": {
            "given": dossier.incident.severity,
            "suggested": int(triage.suggested),
            "because": list(triage.because),
        },
        "findings": [dump(finding) for finding in dossier.findings],
        "failure_type": dump(kind),
        "root_cause": dump(dossier.cause),
        **cases,
        "obligations": [],
        "not_judged": list(triage.unknown),
        "origin": dossier.origin,
        "inferred": list(dossier.sources),
    }


def _text(dossier: Dossier, kind: FailureType, built: Built | None, sealed: int) -> list[str]:
    incident, triage = dossier.incident, dossier.triage
    given = f", given {incident.severity}" if incident.severity else ""
    lines = [
        f"{incident.id}  {incident.title}",
        f"sealed: {sealed} files of evidence",
        f"type: {triage.type or 'not known yet'}; severity {int(triage.suggested)} suggested{given}",
        *(f"  because {reason}" for reason in triage.because),
        f"failure type: {kind.label} ({kind.id}, {'new' if kind.new else 'seen before'})",
        *(f"  like {one.incident} ({one.score:.0f} of 100)" for one in kind.similar[:3]),
        *describe_cause(dossier.cause, dossier.gathered.recorded),
        f"findings in the recorded run: {len(dossier.findings)}",
        *(
            f"  {finding.check}: {' '.join(flat_text(finding.message).split())}"
            for finding in dossier.findings[:12]
        ),
    ]
    lines += describe(built) if built else ["cases: nothing was written"]
    return [*lines, *(f"not judged: {what}" for what in triage.unknown)]
