"""`run`: collect, triage, cluster, root-cause and eval-case in one go."""

from datetime import datetime
from pathlib import Path

from incident2eval.model import JSON, IncidentFile, NotProvable, Origin, Severity, Similar
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._cause_note import retold_cause
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline._hiding import incident_redactor, sure_of_key
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._word import now
from incident2eval.pipeline.cases import Built, build
from incident2eval.pipeline.explain import described
from incident2eval.pipeline.failure_types.types import REPEATED, Placed, failure_of, placed
from incident2eval.pipeline.intake import whoami
from incident2eval.pipeline.shown.case_lines import cases_json, describe
from incident2eval.pipeline.shown.clock_lines import duty_json, left
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.stages import stage
from incident2eval.store import Project, Standing, dump

ORIGINS = {
    Origin.CORRECTED_TRACE: "the trace handed over as corrected",
    Origin.CORRECTED_OUTPUT: "the recorded run with the corrected output in place of the wrong one",
    Origin.REPAIRED: "made by the tool: the recorded run with the fault taken out "
    "(a real one, kind: corrected_trace, proves more)",
}
"""Where the run comes from that every case must be green on."""


def run(*, project: Path | None, incident: str, redact: bool = True) -> Answer:
    """Take an incident from its file and evidence to proved cases.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        redact: Whether what is written under cases/ is in pseudonyms.

    Returns:
        Exit code 0 with proved cases, 1 where nothing could be proved.
    """
    home = Project.find(project)
    # Sealed as received, before anything is read: what turns out to be of no use is evidence all the same.
    entries = home.seal(incident, by=whoami())
    dossier = open_dossier(home, incident)
    key = sure_of_key(home)
    home.write_cause(incident, retold_cause(dossier.cause, incident_redactor(dossier).text))
    refused: NotProvable | None = None
    try:
        built = build(dossier, redact=redact)
    except NotProvable as error:
        built, refused = Built(), error
    kind = _placed(dossier, built)
    at_once = now()
    opened = open_file(home, incident, at_once, dossier.findings)
    sealed = {"files": len(entries), "sha256": entries[-1].chain if entries else None}
    return Answer(
        data=_data(dossier, opened.file, kind, built)
        | {"sealed": sealed, "refused": str(refused) if refused else None},
        text=wrapped([*_text(dossier, kind, built, refused), *_follow_up(opened.file, at_once)]),
        exit_code=0 if built.tests else 1,
        notes=(*dossier.warnings, *key, *built.notes, *kind.notes),
    )


def _placed(dossier: Dossier, built: Built) -> Placed:
    """The incident's failure type among all incidents of the project, near misses and level-1 notes too."""
    tested = tuple(dict.fromkeys(case.check for case in built.tests))
    return placed(dossier.project, failure_of(dossier.incident, dossier.counting, tested))


def _data(dossier: Dossier, file: IncidentFile, kind: Placed, built: Built) -> dict[str, JSON]:
    triage = dossier.triage
    return {
        "incident": dossier.incident.id,
        "type": triage.type,
        "severity": {
            "given": dossier.incident.severity,
            "suggested": int(triage.suggested),
            "counts": int(dossier.severity),
            "because": list(triage.because),
            "ask_again": kind.came_back,
        },
        "findings": [dump(finding) for finding in dossier.findings],
        "doubtful": [dump(finding) for finding in dossier.doubtful],
        "failure_type": {**dump(kind.type), "because": kind.because, "came_back": kind.came_back},
        "root_cause": dump(dossier.counting),
        **cases_json(built.tests, built.drafts, built.search),
        "obligations": [duty_json(one) for one in file.duties],
        "stage": stage(file).words,
        "not_judged": list(triage.unknown),
        "origin": dossier.origin,
        "inferred": list(dossier.sources),
    }


def _type_lines(kind: Placed, level: int) -> list[str]:
    """The failure type, whether it came back, and the incidents most like this one."""
    found = kind.type
    lines = [f"failure type: {found.label} ({found.id}, {'new' if found.new else f'{found.size} so far'})"]
    if kind.came_back:
        lines += [f"  it came back: {kind.because}", "  decide the severity again: the fix did not hold"]
    if level == Severity.LOW and found.size > REPEATED:
        lines.append(f"  repeated: {found.size - 1} of its type before; is it still level 1?")
    return [*lines, *(f"  like {_alike(one)}" for one in found.similar[:3])]


def _follow_up(file: IncidentFile, at_once: datetime) -> list[str]:
    """What has to be done beside the cases, in a line or two: `triage` has all of it."""
    todo = sum(not one.done for one in file.tasks)
    clocks = sorted(one.due for one in file.duties if one.state.is_open and one.due)
    first = f"; the first clock: {left(clocks[0], at_once)}" if clocks else ""
    live = sum(one.state.is_open for one in file.duties)
    lines = [
        f"stage: {stage(file).words}; {counted(todo, 'task')} to do: incident2eval triage {file.incident.id}"
    ]
    if live:
        lines.append(f"rules on notifying others to look at: {live}{first}")
    return lines


def _alike(one: Similar) -> str:
    told = "; ".join(filter(None, (one.because, one.status)))
    return f"{one.incident} ({one.score:.0f} of 100{f': {told}' if told else ''})"


def _text(dossier: Dossier, kind: Placed, built: Built, refused: NotProvable | None) -> list[str]:
    """What matters first: what it was, where it went wrong, what was proved, what is next; then why."""
    incident, triage = dossier.incident, dossier.triage
    given = f", given {int(incident.severity)}" if incident.severity else ""
    lines = [
        f"{incident.id}  {incident.title}",
        "",
        f"type: {triage.type or 'not known yet'}; severity {int(triage.suggested)} suggested{given}",
        *_type_lines(kind, dossier.severity),
        *described(dossier),
        f"corrected run: {ORIGINS[dossier.origin]}",
    ]
    if refused is not None:
        lines += [f"cases: {refused}", *(f"  {line}" for line in (refused.hint or "").splitlines())]
    else:
        lines += describe(built.tests, built.drafts, built.search, built.ways_on)
    lines += ["", "why this severity:", *(f"  {reason}" for reason in triage.because)]
    if dossier.doubtful:
        lines += ["", "to look at, not certain:", *(f"  {finding}" for finding in dossier.doubtful)]
    if triage.unknown:
        lines += ["", "not known:", *(f"  {what}" for what in triage.unknown)]
    gate = f"incident2eval gate {incident.workflow.name}"
    cause = f"incidents/{incident.id}/root-cause.yaml"
    if refused is not None:
        return [*lines, "", f"next: {(refused.hint or str(refused)).splitlines()[0]}"]
    standing = dossier.project.cause_file(incident.id).standing
    look = (
        ""
        if standing in {Standing.CONFIRMED, Standing.OVERRULED}
        else f"look at the proposed cause in {cause}, "
    )
    return [*lines, "", f"next: {look}mend the workflow, then {gate}"]
