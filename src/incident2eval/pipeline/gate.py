"""`gate`: run every locked case of a workflow against the workflow as it is now, and decide."""

import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from incident2eval import __version__
from incident2eval.gate import Seen, decide, exit_code
from incident2eval.model import (
    Customers,
    Decision,
    IncidentNote,
    Observation,
    Report,
    RunSet,
    Severity,
    Verdict,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._cause_note import retold, with_tree
from incident2eval.pipeline._locked import Locked, read_locked
from incident2eval.pipeline._redacting import learn_incident, nameless, redactor_of, roster_of, said_in
from incident2eval.pipeline._reports import publish, refuse_form, refuse_places
from incident2eval.pipeline.replay import LIVE, Results, live_sets, replay_today
from incident2eval.proving import CaseSheet, prove
from incident2eval.redaction import Redactor
from incident2eval.store import Project

JUDGING = 60.0
"""Seconds that judging may take in all, beside one more for every test on every set of runs."""


def gate(
    *, project: Path | None, workflow: str, trials: int | None, junit: Path | None, report: Path | None
) -> Answer:
    """Judge a workflow by its locked cases and write the report.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Its name in the settings.
        trials: Raises the number of trials; never lowers it.
        junit: Where to put JUnit XML as well.
        report: Where to put the report as well: `.json`, `.html`, `.md` or `.xml` by its ending.

    Returns:
        Exit code 0 for `pass`, 1 for `blocked`, 3 for `error`.

    Raises:
        BadInput: The workflow, the settings, the lock or an incident file cannot be used.
        NotJudged: The workflow is paused and must not be called.
    """
    home = Project.find(project)
    home.workflow(workflow)
    refuse_form(report)
    refuse_places(home, junit, report)
    started = datetime.now(UTC)
    before = read_locked(home, workflow)
    # All is read before the workflow is called: what it does to the files cannot change what is judged.
    customers, told = nameless(roster_of(home)), redactor_of(home)
    sheets = {incident: _sheet(home, incident) for incident in before.sound}
    asked = {incident: _trials(home, sheet, before, trials) for incident, sheet in sheets.items()}
    _spare(told, sheets)
    calls = {name: replay_today(home, sheet.case, trials=asked[name]) for name, sheet in sheets.items()}
    _learn(home, told, before.incidents, calls)
    verdicts = tuple(_told(one, told) for one in _judge(customers, sheets, calls))
    edited = {**read_locked(home, workflow).changed_since(before), **before.edited}
    decision = decide(
        Seen(
            workflow=workflow,
            cases=before.cases,
            trials=asked,
            calls={name: _said(results, told) for name, results in calls.items()},
            verdicts=verdicts,
            edited={name: told.text(words) for name, words in edited.items()},
            uncovered=before.uncovered,
            strangers=tuple(map(told.text, before.strangers)),
        )
    )
    done = _in_pseudonyms(_report(home, decision, before, sheets, started), told)
    written = publish(home, done, junit=junit, copy=report)
    return Answer(data=written.data, text=written.text, exit_code=exit_code(decision), notes=home.warnings)


def _sheet(home: Project, incident: str) -> CaseSheet:
    return CaseSheet(
        case=home.case(incident),
        tests=home.tests(incident),
        sets=(
            RunSet(name="recorded", runs=home.recorded(incident)),
            RunSet(name="corrected", runs=home.corrected(incident)),
        ),
    )


def _trials(home: Project, sheet: CaseSheet, locked: Locked, asked: int | None) -> int:
    """The most that the severity, the case and the caller ask for; a lost incident file is the gravest."""
    notes = {note.id: note.severity for note in locked.incidents}
    severity = notes.get(sheet.case.incident, int(Severity.SEVERE))
    return max(home.settings.policy.trials_for(severity), sheet.case.trials, asked or 1)


def _judge(
    customers: Customers, sheets: Mapping[str, CaseSheet], calls: Mapping[str, Results]
) -> tuple[Verdict, ...]:
    if not sheets:
        return ()
    laid = {
        name: replace(sheet, sets=(*sheet.sets, *live_sets(sheet.case, calls[name])))
        for name, sheet in sheets.items()
    }
    runs = sum(len(sheet.sets) * len(sheet.tests) for sheet in laid.values())
    return prove(laid, customers=customers, timeout=JUDGING + runs)


def _spare(redactor: Redactor, sheets: Mapping[str, CaseSheet]) -> None:
    """Let a redactor leave the pseudonyms that the cases hold: what today's run is compared with."""
    for sheet in sheets.values():
        if not sheet.case.unredacted:
            redactor.spare([dict(sheet.case.facts)])
            redactor.spare(said for one in sheet.sets for run in one.runs.values() for said in said_in(run))


def _learn(
    home: Project, redactor: Redactor, notes: Sequence[IncidentNote], calls: Mapping[str, Results]
) -> None:
    """Let a redactor read what the incidents and today's workflow say: a message quotes it without labels."""
    for note in notes:
        runs = [one.run for trial in calls.get(note.id, ())[:1] for one in trial if one.run]
        learn_incident(redactor, home.incident(note.id).incident, runs)


def _told(verdict: Verdict, redactor: Redactor) -> Verdict:
    """A verdict as it may be written: what it quotes of a run of today is in pseudonyms."""
    if not verdict.runs.startswith(LIVE):
        return verdict
    return replace(verdict, message=redactor.text(verdict.message))


def _said(results: Results, redactor: Redactor) -> Results:
    return tuple(
        tuple(replace(one, message=redactor.text(one.message)) for one in trial) for trial in results
    )


def _report(
    home: Project,
    decision: Decision,
    locked: Locked,
    sheets: Mapping[str, CaseSheet],
    started: datetime,
) -> Report:
    commit, dirty = home.commit()
    sources = {name: sheet.case.sources for name, sheet in sheets.items()}
    origins = {name: proof.origin for name, proof in sources.items() if proof is not None}
    observed = {kind for sheet in sheets.values() for kind in sheet.case.observes}
    policy = home.settings.policy
    return Report(
        decision=decision,
        started=started,
        finished=datetime.now(UTC),
        nonce=secrets.token_hex(16),
        tool=__version__,
        python=platform.python_version(),
        commit=commit,
        dirty=dirty,
        incidents=tuple(
            replace(_drawn(home, note, sheets), origin=origins.get(note.id)) for note in locked.incidents
        ),
        proofs=locked.cases,
        digests={**locked.digests, **_sealed(home, locked)},
        overrides=tuple(f"trials at severity {level}: {n}" for level, n in sorted(policy.trials.items())),
        notes=(
            *(["steps as reported by the workflow"] if Observation.STEPS in observed else []),
            "names of customers and people in what is quoted are invented stand-ins; ids are real",
            *(f"not redacted, on request: the runs in cases/{name}" for name in _unredacted(sheets)),
            *home.warnings,
        ),
    )


def _drawn(home: Project, note: IncidentNote, sheets: Mapping[str, CaseSheet]) -> IncidentNote:
    """A note with the tree of its recorded run, if the case is as it was proved."""
    sheet = sheets.get(note.id)
    recorded = next((one.runs for one in sheet.sets if one.name == "recorded"), {}) if sheet else {}
    return with_tree(note, recorded, nameless(roster_of(home)))


def _in_pseudonyms(report: Report, redactor: Redactor) -> Report:
    """A report whose titles, causes and notes name nobody; its findings were told one by one."""
    return replace(
        report,
        incidents=tuple(retold(note, redactor.text) for note in report.incidents),
        notes=tuple(map(redactor.text, report.notes)),
    )


def _unredacted(sheets: Mapping[str, CaseSheet]) -> list[str]:
    return [name for name, sheet in sheets.items() if sheet.case.unredacted]


def _sealed(home: Project, locked: Locked) -> dict[str, str]:
    """The newest digest of each incident's evidence: what was sealed can't be taken away unseen."""
    newest = {note.id: home.sealed(note.id)[-1:] for note in locked.incidents}
    return {f"sealed:{name}": entry.chain for name, entries in newest.items() for entry in entries}
