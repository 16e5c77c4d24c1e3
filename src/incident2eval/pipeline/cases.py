"""`eval-case` and `prove`: from an incident to proved tests under cases/, and the same proof over again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from incident2eval import evalcase, formats
from incident2eval.checks import Known
from incident2eval.evalcase import Search
from incident2eval.model import (
    JSON,
    CaseFile,
    EvalCase,
    NotProvable,
    Observation,
    Sources,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._archive import earlier_runs
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline._layout import wrapped
from incident2eval.pipeline._locking import edits_of, lock_case, refuse_edited
from incident2eval.pipeline._probe import ask_target
from incident2eval.pipeline._proof import Proof, prove_case
from incident2eval.store import Project, sha256

WAYS_ON = (
    "a trace of a right run among the evidence, with kind: corrected_trace",
    "the wrong words of the output under wrong: in incident.yaml",
    "approved_tools and needs_approval in the settings, and the customers file",
)
"""What gives the search more to go by; until a case is proved, the gate stays shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A case as it stands on disk, and how it was found."""

    tests: tuple[EvalCase, ...]
    """Empty where nothing could be proved: then nothing was written."""
    search: Search
    notes: tuple[str, ...] = ()


def eval_case(*, project: Path | None, incident: str, probe: bool) -> Answer:
    """Write an incident's tests, each red on the incident and green on how it should have been.

    Returns:
        Exit code 0 with the proved cases, 1 where nothing could be proved.
    """
    dossier = open_dossier(Project.find(project), incident)
    built = build(dossier, probe=probe)
    return Answer(
        data=cases_json(built),
        text=wrapped(describe(built)),
        exit_code=0 if built.tests else 1,
        notes=(*dossier.warnings, *built.notes),
    )


def build(dossier: Dossier, *, probe: bool = True) -> Built:
    """Search, write, prove in a child pytest, and only then put the case on disk and into the lock.

    Raises:
        NotProvable: The case was edited by hand since it was proved, or a test that was found does not hold
            in pytest.
    """
    project, incident, known = dossier.project, dossier.incident, dossier.known
    refuse_edited(project, incident.id)
    seen, notes = ask_target(dossier) if probe else (None, ("the workflow was not asked what it reports",))
    found = evalcase.search(known, dossier.cause, observes=seen)
    if not found.kept:
        return Built(tests=(), search=found, notes=notes)
    case = _case_file(dossier, found, seen, notes)
    tests = evalcase.write_tests(incident.id, dossier.triage.type, [one.check for one in found.kept])
    runs = (*dossier.gathered.good, *earlier_runs(dossier))
    alarms = {one.check.name: evalcase.false_alarms(one.check, one.facts, runs, known) for one in found.kept}
    proof = prove_case(case, {evalcase.file_name(incident.id): tests}, known, alarms)
    if proof.faults:
        raise NotProvable("the tests do not hold in pytest: " + "; ".join(proof.faults))
    project.write_case(incident.id, case, {"input": known.recorded}, {"input": dossier.corrected}, tests)
    lock_case(project, incident.id, proof.tests)
    return Built(tests=proof.tests, search=found, notes=(*notes, *proof.missed))


def prove(*, project: Path | None, incidents: tuple[str, ...], reason: str | None, by: str | None) -> Answer:
    """Prove every case again, as its files stand, and accept edits into the lock where a reason is given.

    Returns:
        Exit code 0 where every case is red on its incident and green on the corrected run, 1 where one is
        not, or where files were edited and no reason is given.
    """
    home = Project.find(project)
    ids = incidents or tuple(folder.name for folder in home.case_folders())
    if not ids:
        raise NotProvable("there is no case to prove under cases/", hint="write one: incident2eval run <ID>")
    proved: list[EvalCase] = []
    lines: list[str] = []
    faults: list[str] = []
    for incident in ids:
        edits = edits_of(home, incident)
        if edits and not reason:
            faults.append(f"cases/{incident} was {edits}")
            continue
        proof = _prove_again(home, incident)
        proved += proof.tests
        lines += [
            *(line for test in proof.tests for line in case_lines(test)),
            *(f"  {missed}" for missed in proof.missed),
        ]
        faults += proof.faults
        if not proof.faults:
            lock_case(home, incident, proof.tests, reason=reason if edits else None, by=by)
            accepted = f", edits accepted from {by or 'nobody named'}: {reason}" if edits else ""
            lines.append(f"locked: {len(proof.tests)} cases of {incident}{accepted}")
    data = {"cases": [case_json(case) for case in proved], "faults": faults}
    lines += [f"not proved: {fault}" for fault in faults]
    return Answer(data=data, text=wrapped(lines), exit_code=int(bool(faults)))


def case_json(case: EvalCase) -> dict[str, JSON]:
    """One case as contract section 5 prints it."""
    return {
        "id": case.id,
        "path": case.path,
        "test": case.test,
        "check": case.check,
        "red": case.red,
        "green": case.green,
        "blind": case.blind,
        "variants": {"made": case.variants.made, "caught": case.variants.caught},
        "false_alarms": {"runs": case.false_alarms.runs, "flagged": case.false_alarms.flagged},
    }


def cases_json(built: Built) -> Mapping[str, JSON]:
    """A case with what was tried and left out."""
    return {
        "cases": [case_json(case) for case in built.tests],
        "drafts": [],
        "dropped": [{"check": one.check, "because": one.because} for one in built.search.dropped],
    }


def case_lines(case: EvalCase) -> list[str]:
    """One case for a person."""
    red, green = ("red" if case.red else "NOT RED"), ("green" if case.green else "NOT GREEN")
    alarms = case.false_alarms
    return [
        f"  {case.test}",
        f"    {red} on the incident, {green} on the corrected run",
        f"    caught {case.variants.caught} of {case.variants.made} variants (the incident, altered)",
        f"    flagged {alarms.flagged} of {alarms.runs} past and known-good runs"
        if alarms.runs
        else "    false alarms: none tried, there are no past or known-good runs to judge",
    ]


def describe(built: Built) -> list[str]:
    """A case for a person: its tests, and what was thrown away and why."""
    if built.tests:
        head = f"cases: {len(built.tests)} proved, in {Path(built.tests[0].path).parent}/"
        rest = [f"  {line}" for line in built.search.left_out]
    else:
        head = "cases: nothing could be proved for this incident"
        rest = [f"  tried {one.check}: {one.because}" for one in built.search.dropped]
        rest += ["  what would help:", *(f"  - {way}" for way in WAYS_ON)]
    return [head, *(line for case in built.tests for line in case_lines(case)), *rest]


def _case_file(
    dossier: Dossier, found: Search, seen: tuple[Observation, ...] | None, notes: tuple[str, ...]
) -> CaseFile:
    needed = {Observation.OUTPUT}.union(*(one.check.needs for one in found.kept))
    return CaseFile(
        incident=dossier.incident.id,
        workflow=dossier.incident.workflow.name,
        customer_id=dossier.known.customer_id,
        input=dossier.gathered.input,
        observes=seen if seen is not None else tuple(kind for kind in Observation if kind in needed),
        trials=dossier.project.settings.policy.trials_for(dossier.severity),
        facts=found.facts,
        reason="confirmed" if all(one.confirmed for one in found.kept) else "unconfirmed",
        sources=Sources(
            recorded=sha256(formats.dump_runs({"input": dossier.known.recorded})),
            corrected=sha256(formats.dump_runs({"input": dossier.corrected})),
            origin=dossier.origin,
        ),
        notes=(*notes, *found.left_out),
    )


def _prove_again(project: Project, incident: str) -> Proof:
    """A case as its files stand now; variants are made anew, false alarms are kept from the lock."""
    case = project.case(incident)
    known = Known(
        incident=project.incident(incident).incident,
        recorded=next(iter(project.recorded(incident).values())),
        corrected=next(iter(project.corrected(incident).values())),
        workflow=project.workflow(case.workflow),
        customers=project.customers,
        customer_id=case.customer_id,
    )
    alarms = {one.check: one.false_alarms for one in project.lock().cases if one.incident == incident}
    return prove_case(case, project.tests(incident), known, alarms)
