"""`eval-case` and `prove`: from an incident to proved tests under cases/, and the same proof over again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from incident2eval import evalcase, formats
from incident2eval.evalcase import Search
from incident2eval.model import (
    CaseFile,
    Draft,
    EvalCase,
    FalseAlarms,
    NotProvable,
    Observation,
    Run,
    RunSet,
    Sources,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline._hiding import Hidden, hide, sure_of_key
from incident2eval.pipeline._inputs import look_at_inputs, with_input, with_kept_input
from incident2eval.pipeline._reason import published
from incident2eval.pipeline._redacting import disguised
from incident2eval.pipeline.gating.locking import edits_of, lock_case, lock_pseudonyms, refuse_edited
from incident2eval.pipeline.gating.probe import ask_target
from incident2eval.pipeline.gating.proof import prove_case
from incident2eval.pipeline.gating.proof_again import prove_again
from incident2eval.pipeline.past.archive import archived_runs
from incident2eval.pipeline.shown.case_lines import case_json, case_lines, cases_json, describe
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.proving import CaseSheet
from incident2eval.store import Project, case_files, sha256

SHOWN = 60
"""Characters of wrong words that a note quotes."""

NOT_SEARCHED = Search(kept=(), dropped=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The runs that a case holds, by the names of its inputs (in a series the corrected ones have others)."""

    recorded: Mapping[str, Run]
    corrected: Mapping[str, Run]

    def hidden(self, hidden: Hidden) -> "Stored":
        """The same runs as they are written."""
        return Stored(recorded=hidden.of(self.recorded), corrected=hidden.of(self.corrected))

    @property
    def sets(self) -> tuple[RunSet, RunSet]:
        """The two sets that prove a case."""
        recorded = RunSet(name="recorded", runs=self.recorded)
        return recorded, RunSet(name="corrected", runs=self.corrected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A case as it stands on disk, and how it was found."""

    tests: tuple[EvalCase, ...] = ()
    """Empty where nothing could be proved."""
    search: Search = NOT_SEARCHED
    drafts: tuple[Draft, ...] = ()
    ways_on: tuple[str, ...] = ()
    """What would help where nothing could be proved."""
    notes: tuple[str, ...] = ()


def eval_case(
    *,
    project: Path | None,
    incident: str,
    probe: bool = True,
    redact: bool = True,
    synthetic: Path | None = None,
) -> Answer:
    """Write an incident's tests, each red on the incident and green on how it should have been.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        probe: Whether to call the workflow once to see what it reports.
        redact: Whether customers, people, contact data and secrets are replaced by pseudonyms.
        synthetic: A JSON object to call the workflow with in place of the recorded input.

    Returns:
        Exit code 0 with the proved cases, 1 where nothing could be proved: then a draft was written.

    Raises:
        BadInput: The synthetic input is no JSON object, or the incident has several inputs.
    """
    dossier = open_dossier(Project.find(project), incident)
    if synthetic is not None:
        dossier = with_input(dossier, synthetic)
    built = build(dossier, probe=probe, redact=redact)
    return Answer(
        data=cases_json(built.tests, built.drafts, built.search),
        text=wrapped(describe(built.tests, built.drafts, built.search, built.ways_on)),
        exit_code=0 if built.tests else 1,
        notes=(*dossier.warnings, *built.notes),
    )


def build(dossier: Dossier, *, probe: bool = True, redact: bool = True) -> Built:
    """Search, write, prove in a child pytest, and only then put the case on disk and into the lock.

    What was found out on the runs as they are is proved on them as they are written: in pseudonyms.

    Raises:
        NotProvable: A secret stands in the input; the case was edited by hand since it was proved; or a test
            that was found does not hold in pytest.
    """
    project, incident = dossier.project, dossier.incident
    dossier = with_kept_input(dossier)
    warnings = (*look_at_inputs(dossier, redact=redact), *_of_redaction(dossier, redact=redact))
    seen, notes = ask_target(dossier) if probe else (None, ("the workflow was not asked what it reports",))
    found = evalcase.search(dossier.known, dossier.counting, observes=seen)
    hidden = hide(dossier, found, redact=redact)
    found = hidden.search
    if not found.kept:
        return _write_draft(dossier, hidden, notes, warnings)
    notes = (*notes, *_half_mends(hidden))
    stored = _stored_runs(dossier, found)
    case = _case_file(dossier, hidden, stored, seen, notes)
    stored = stored.hidden(hidden)
    checks = [one.check for one in found.kept]
    tests = evalcase.write_tests(incident.id, dossier.triage.type, checks, at=case.wrong_at)
    files = case_files(case, recorded=stored.recorded, corrected=stored.corrected, tests=tests)
    refuse_edited(project, incident.id, files)
    sheet = CaseSheet(case=case, tests={evalcase.file_name(incident.id): tests}, sets=stored.sets)
    proof = prove_case(sheet, hidden.known, _false_alarms(dossier, hidden))
    if wrong := (*proof.objections, *proof.faults):
        raise NotProvable("the tests do not hold in pytest: " + "; ".join(wrong))
    if hidden.redactor is not None:
        lock_pseudonyms(project, hidden.pseudonyms)
    project.write_case(incident.id, files)
    lock_case(project, incident.id, proof.tests)
    return Built(tests=proof.tests, search=found, notes=(*warnings, *notes, *proof.missed))


def _of_redaction(dossier: Dossier, *, redact: bool) -> Iterator[str]:
    """What a person should know of how a case is written: that it is not redacted, or of a new key."""
    if redact:
        yield from sure_of_key(dossier.project)
    else:
        yield f"cases/{dossier.incident.id} is not redacted, on request: every report says so"


def _half_mends(hidden: Hidden) -> Iterator[str]:
    """Words that are wrong and that no test would miss, with a way to have one."""
    for words in evalcase.unseen(hidden.search, hidden.known):
        shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}..."
        yield (
            f"no test is red where only these wrong words are left: {visible(shown)!r} "
            "(mark the whole sentence under `wrong`, or say under `right` what should stand there)"
        )


def _false_alarms(dossier: Dossier, hidden: Hidden) -> dict[str, FalseAlarms]:
    """What the tests flag among known-good and past runs, in the words that the facts are in."""
    project, incident = dossier.project, dossier.incident
    archived = dossier.archived or archived_runs(project, incident, dossier.workflow)
    runs = tuple(
        disguised(run, project, hidden.named, incident=incident.id)
        for run in (*dossier.known.good, *archived.before)
    )
    return {
        one.check.name: evalcase.false_alarms(one.check, one.facts, runs, hidden.known)
        for one in hidden.search.kept
    }


def _write_draft(
    dossier: Dossier, hidden: Hidden, notes: tuple[str, ...], warnings: tuple[str, ...]
) -> Built:
    """A draft in place of a case: what is known so far, a test that cannot pass, and what would help."""
    project, incident, found = dossier.project, dossier.incident, hidden.search
    ways = evalcase.ways_on(dossier.known, dossier.triage.type)
    if any(case.incident == incident.id for case in project.lock().cases):
        kept = "the case that was proved before stays"
        return Built(search=found, ways_on=ways, notes=(*warnings, *notes, kept))
    tried = [f"tried {one.check}: {one.because}" for one in found.dropped]
    notes = (*notes, *tried, *(f"what would help: {way}" for way in ways))
    stored = _stored_runs(dossier, found)
    case = replace(_case_file(dossier, hidden, stored, None, notes), draft=True)
    stored = stored.hidden(hidden)
    test = evalcase.write_draft(incident.id)
    files = case_files(case, recorded=stored.recorded, corrected=stored.corrected, tests=test)
    refuse_edited(project, incident.id, files)
    if hidden.redactor is not None:
        lock_pseudonyms(project, hidden.pseudonyms)
    project.write_case(incident.id, files)
    lock_case(project, incident.id, ())
    path = f"cases/{incident.id}/{evalcase.file_name(incident.id)}"
    because = "nothing could be proved: " + "; ".join(tried or ["no check had anything to go by"])
    draft = Draft(path=path, because=f"{because}. What would help: {'; '.join(ways)}")
    return Built(search=found, drafts=(draft,), ways_on=ways, notes=warnings)


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
        before = {one.id: one.variants.caught for one in home.lock().cases if one.incident == incident}
        proof = prove_again(home, incident)
        proved += proof.tests
        lines += [
            *(line for test in proof.tests for line in case_lines(test)),
            *(f"  {missed}" for missed in proof.missed),
            *(
                f"  {test.test} proves less: {test.variants.caught} variants, before {before[test.id]}"
                for test in proof.tests
                if test.variants.caught < before.get(test.id, 0)
            ),
        ]
        faults += proof.faults
        if not proof.faults:
            workflow = home.case(incident).workflow
            said = published(home, workflow, reason, lines.append) if reason and edits else None
            lock_case(home, incident, proof.tests, reason=said, by=by)
            accepted = f", edits accepted from {by or 'nobody named'}: {said}" if edits else ""
            lines.append(f"locked: {len(proof.tests)} cases of {incident}{accepted}")
    data = {"cases": [case_json(case) for case in proved], "faults": faults}
    lines += [f"not proved: {fault}" for fault in faults]
    return Answer(data=data, text=wrapped(lines), exit_code=int(bool(faults)))


def _stored_runs(dossier: Dossier, found: Search) -> Stored:
    """The recorded and the corrected runs that the case holds; a series only where a test is about one."""
    if any(one.check.all_runs for one in found.kept):
        return Stored(recorded=dossier.recorded_runs, corrected=dossier.corrected_runs)
    names = dossier.gathered.inputs
    return Stored(
        recorded={name: dossier.recorded_runs[name] for name in names},
        corrected={name: dossier.corrected_runs[name] for name in names},
    )


def _case_file(
    dossier: Dossier,
    hidden: Hidden,
    stored: Stored,
    seen: tuple[Observation, ...] | None,
    notes: tuple[str, ...],
) -> CaseFile:
    gathered, found = dossier.gathered, hidden.search
    needed = {Observation.OUTPUT}.union(*(one.check.needs for one in found.kept))
    asked = {name: gathered.inputs.get(name) or run.input for name, run in stored.recorded.items()}
    inputs = {name: value for name, value in asked.items() if isinstance(value, Mapping)}
    written = stored.hidden(hidden)
    return CaseFile(
        incident=dossier.incident.id,
        workflow=dossier.incident.workflow.name,
        customer_id=dossier.known.customer_id,
        input=gathered.input if len(inputs) == 1 else None,
        inputs=inputs if len(inputs) > 1 else {},
        wrong_at=gathered.at if gathered.at != next(iter(inputs)) else None,
        observes=seen if seen is not None else tuple(kind for kind in Observation if kind in needed),
        trials=dossier.project.settings.policy.trials_for(dossier.severity),
        facts=found.facts,
        named=hidden.named,
        synthetic=dossier.synthetic,
        unredacted=hidden.redactor is None,
        reason="confirmed" if all(one.confirmed for one in found.kept) else "unconfirmed",
        sources=Sources(
            recorded=sha256(formats.dump_runs(written.recorded)),
            corrected=sha256(formats.dump_runs(written.corrected)),
            origin=dossier.origin,
        ),
        notes=hidden.texts((*notes, *found.left_out)),
    )
