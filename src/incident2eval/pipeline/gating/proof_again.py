"""Prove a case again as its files stand: red, green, variants and false alarms."""

from collections.abc import Mapping
from dataclasses import replace

from incident2eval import evalcase
from incident2eval.checks import Known
from incident2eval.gate import in_words
from incident2eval.model import (
    BadInput,
    CaseFile,
    EvidenceKind,
    FalseAlarms,
    Incident,
    Matter,
    NotJudged,
    Run,
    RunSet,
    visible,
)
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._redacting import (
    disguised,
    learn_incident,
    redacted_incident,
    redactor_of,
    roster_of,
)
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.case_digests import folder_digest
from incident2eval.pipeline.gating.grounds import grounds_of
from incident2eval.pipeline.gating.proof import CHECKS, Proof, prove_case
from incident2eval.pipeline.past.archive import Archived, archived_runs, attribute
from incident2eval.proving import CaseSheet
from incident2eval.store import Project


def prove_again(home: Project, incident_id: str) -> Proof:
    """Prove a case as its files stand now; variants and false alarms are made anew.

    Evidence is kept out of git: where it is not at hand, the false alarms that the lock holds stay, and the
    proof says so. What the proofreader finds is a fault, unless an approver signed for the files as they are.

    Raises:
        BadInput: A file of the case, the incident file, the settings or an approval cannot be used.
    """
    case = home.case(incident_id)
    incident = home.incident(incident_id).incident
    workflow = home.workflow(case.workflow)
    recorded, corrected = home.recorded(incident_id), home.corrected(incident_id)
    archived = archived_runs(home, incident, workflow)
    good = _known_good(home, incident_id)
    known = Known(
        incident=_in_its_words(home, case, incident),
        recorded=recorded.get(case.faulty, next(iter(recorded.values()))),
        corrected=corrected.get(case.faulty, next(iter(corrected.values()))),
        origin=case.sources.origin if case.sources else None,
        workflow=workflow,
        customers=roster_of(home),
        customer_id=case.customer_id,
        good=good or (),
        all_recorded=tuple(recorded.values()),
        all_corrected=tuple(corrected.values()),
        before=archived.before,
        since=archived.since,
    )
    sheet = CaseSheet(
        case=case,
        tests=home.tests(incident_id),
        sets=(RunSet(name="recorded", runs=recorded), RunSet(name="corrected", runs=corrected)),
    )
    if good is None:
        locked = {one.check: one.false_alarms for one in home.lock().cases if one.incident == incident_id}
        proof = prove_case(sheet, known, locked)
        said = f"{incident_id}: false alarms as they were: its evidence is not at hand"
        proof = replace(proof, missed=(*proof.missed, said))
    else:
        proof = prove_case(sheet, known, _alarms(home, case, known, archived))
    if not case.unredacted and home.key() is None:
        proof = _with_locked_variants(home, proof, incident_id)
    if case.draft:
        fault = f"cases/{incident_id} is a draft: finish it and take `draft: true` out of its case.yaml"
        proof = replace(proof, faults=(*proof.faults, fault))
    return _as_signed(home, proof, case) if proof.objections else proof


def _as_signed(home: Project, proof: Proof, case: CaseFile) -> Proof:
    """A proof whose objections a signature meets; else they are faults that say what would meet them."""
    waivers = grounds_of(home, case.workflow, None, now()).waivers
    word = waivers.given(Matter.EDITED_TEST, case.incident, folder_digest(home, case.incident))
    if word is not None:
        said = f"{case.incident}: the proofreader objects; the tests count by the word of"
        return replace(proof, missed=(*proof.missed, f"{said} {visible(in_words(word))}"))
    way = f"or let it count: incident2eval approve {Matter.EDITED_TEST} {case.incident}"
    return replace(proof, faults=(*proof.faults, *(f"{fault} ({way})" for fault in proof.objections)))


def _with_locked_variants(home: Project, proof: Proof, incident_id: str) -> Proof:
    """A proof with the variants that the lock holds: made without the key they are about other words."""
    locked = {one.id: one.variants for one in home.lock().cases if one.incident == incident_id}
    tests = tuple(replace(test, variants=locked.get(test.id, test.variants)) for test in proof.tests)
    said = f"{incident_id}: variants as they were: the key of its pseudonyms is not at hand"
    return replace(proof, tests=tests, missed=(said,))


def _known_good(home: Project, incident_id: str) -> tuple[Run, ...] | None:
    """The known-good runs among the evidence; None where the evidence is not at hand."""
    workflow = home.workflow(home.incident(incident_id).incident.workflow.name)
    try:
        kept = [item for item in home.evidence(incident_id) if item.evidence.kind == EvidenceKind.GOOD_TRACE]
        readings, _ = read_traces(kept)
    except (NotJudged, BadInput):
        return None
    return tuple(attribute(run, home, workflow) for reading in readings.values() for run in reading.runs)


def _in_its_words(home: Project, case: CaseFile, incident: Incident) -> Incident:
    """The incident in the words of its case, where the key is at hand: variants go by what was wrong."""
    if case.unredacted or home.key() is None:
        return incident
    redactor = redactor_of(home)
    learn_incident(redactor, incident, ())
    return redacted_incident(incident, redactor)


def _alarms(home: Project, case: CaseFile, known: Known, archived: Archived) -> Mapping[str, FalseAlarms]:
    runs = tuple(
        disguised(run, home, case.named, incident=case.incident) for run in (*known.good, *archived.before)
    )
    return {
        name: evalcase.false_alarms(check, case.facts, runs, known)
        for name, check in CHECKS.items()
        if {check.fact(each) for each in check.parameters} <= {"customer", "customers", *case.facts}
    }
