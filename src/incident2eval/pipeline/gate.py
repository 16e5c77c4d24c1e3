"""`gate`: run every locked case of a workflow against the workflow as it is now, and decide."""

import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from incident2eval import __version__
from incident2eval import gate as judge
from incident2eval.evalcase import proofread
from incident2eval.gate import Seen, decide
from incident2eval.model import (
    CaseFile,
    Decision,
    EvalCase,
    Incident2EvalError,
    IncidentNote,
    NotJudged,
    Observation,
    Outcome,
    Policy,
    Report,
    Result,
    RunSet,
    Severity,
    Verdict,
    WorkflowSettings,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import attribute
from incident2eval.pipeline._reports import publish
from incident2eval.proving import CaseSheet, prove
from incident2eval.store import Project
from incident2eval.triage import triage
from incident2eval.workflows import call, target_for

JUDGING = 60.0
"""Seconds that judging may take in all, beside one more for every run to be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What the gate has to go by for one workflow: its locked cases and how they lie on disk."""

    cases: tuple[EvalCase, ...]
    incidents: tuple[IncidentNote, ...]
    edited: Mapping[str, str]
    strangers: tuple[str, ...]

    @property
    def sound(self) -> tuple[str, ...]:
        """Incidents whose files are as they were proved."""
        return tuple(dict.fromkeys(case.incident for case in self.cases if case.incident not in self.edited))


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
    settings = home.workflow(workflow)
    _refuse_paused(home, workflow, settings)
    started = datetime.now(UTC)
    before = _locked(home, workflow)
    asked = {incident: _trials(home, incident, before, trials) for incident in before.sound}
    calls = {incident: _call(home, settings, incident, asked[incident]) for incident in before.sound}
    verdicts = _judge(home, settings, before.sound, calls)
    after = _locked(home, workflow)
    locked = replace(before, edited={**_changed_meanwhile(before, after), **before.edited})
    decision = decide(
        Seen(
            workflow=workflow,
            cases=locked.cases,
            trials=asked,
            calls=calls,
            verdicts=verdicts,
            edited=locked.edited,
            uncovered=judge.incidents_without_case([note.id for note in locked.incidents], locked.cases),
            strangers=locked.strangers,
        )
    )
    written = publish(
        home, _report(home, settings, decision, locked, started), junit=junit, report_copy=report
    )
    return Answer(data=written.data, text=written.text, exit_code=judge.exit_code(decision))


def _refuse_paused(home: Project, workflow: str, settings: WorkflowSettings) -> None:
    incident = home.paused(workflow)
    if incident and not settings.replay_safe:
        raise NotJudged(
            f"{workflow} is paused ({incident}), and not said to be replay_safe: it is not called",
            hint="let the target honour INCIDENT2EVAL_REPLAY=1 and set replay_safe = true",
        )


def _locked(home: Project, workflow: str) -> Locked:
    lock = home.lock()
    cases = tuple(case for case in lock.cases if case.workflow == workflow)
    mine = {case.incident for case in cases}
    found: dict[str, str] = {}
    strangers: list[str] = []
    known = {case.incident for case in lock.cases}
    for folder in home.case_folders():
        digests = home.case_digests(folder.name)
        if folder.name in mine:
            found |= digests
        elif folder.name not in known and _speaks_of(home, folder.name, workflow):
            strangers.append(f"cases/{folder.name} is not in the lock: prove it, or remove it")
    locked = {path: digest for path, digest in lock.files.items() if path.split("/", 1)[0] in mine}
    edited = dict(judge.differences(locked, found))
    for incident in mine - set(edited):
        if not any(path.startswith(f"{incident}/") for path in locked):
            edited[incident] = "the lock holds no digest of its files"
        elif faults := _faults(home, incident):
            edited[incident] = faults
    return Locked(
        cases=cases, incidents=_incidents(home, workflow), edited=edited, strangers=tuple(strangers)
    )


def _speaks_of(home: Project, incident: str, workflow: str) -> bool:
    """Whether an unlocked folder is about this workflow; one that cannot be read is taken to be."""
    try:
        return home.case(incident).workflow == workflow
    except Incident2EvalError:
        return True


def _faults(home: Project, incident: str) -> str:
    """What a locked test may not say.

    An edit that a person accepted must pass the proofreader all the same.
    """
    faults = [
        f"{name}: {fault}" for name, source in home.tests(incident).items() for fault in proofread(source)
    ]
    return (
        "the tests do not pass the proofreader, and no approver signed for them: " + faults[0]
        if faults
        else ""
    )


def _incidents(home: Project, workflow: str) -> tuple[IncidentNote, ...]:
    notes = []
    for incident_id in home.incident_ids():
        incident = home.incident(incident_id).incident
        if incident.workflow.name == workflow:
            suggested = triage(incident, ()).suggested
            severity = int(max(suggested, incident.severity or 1))
            notes.append(IncidentNote(id=incident_id, title=incident.title, severity=severity))
    return tuple(notes)


def _trials(home: Project, incident: str, locked: Locked, asked: int | None) -> int:
    """The largest of what the severity, the case and the caller ask for.

    A lost incident file counts as the gravest.
    """
    severity = next((note.severity for note in locked.incidents if note.id == incident), int(Severity.SEVERE))
    return max(home.settings.policy.trials_for(severity), home.case(incident).trials, asked or 1)


def _call(
    home: Project, settings: WorkflowSettings, incident: str, trials: int
) -> tuple[tuple[Result, ...], ...]:
    case = home.case(incident)
    target = target_for(settings, project=home.root, name=case.target)
    inputs = list(case.named_inputs.values())
    return call(target, [inputs] * trials)


def _judge(
    home: Project,
    settings: WorkflowSettings,
    incidents: Sequence[str],
    calls: Mapping[str, tuple[tuple[Result, ...], ...]],
) -> tuple[Verdict, ...]:
    sheets = {incident: _sheet(home, settings, incident, calls[incident]) for incident in incidents}
    runs = sum(len(sheet.sets) * len(sheet.tests) for sheet in sheets.values())
    return prove(sheets, customers=home.customers, timeout=JUDGING + runs) if sheets else ()


def _sheet(
    home: Project, settings: WorkflowSettings, incident: str, trials: tuple[tuple[Result, ...], ...]
) -> CaseSheet:
    case = home.case(incident)
    sets = [
        RunSet(name="recorded", runs=home.recorded(incident)),
        RunSet(name="corrected", runs=home.corrected(incident)),
    ]
    for number, results in enumerate(trials, 1):
        runs = {
            name: attribute(result.run, home, settings)
            for name, result in zip(case.named_inputs, results, strict=True)
            if result.outcome is Outcome.PASSED and result.run is not None
        }
        if len(runs) == len(case.named_inputs):
            sets.append(RunSet(name=f"live-{number}", runs=runs, live=True))
    return CaseSheet(case=case, tests=home.tests(incident), sets=tuple(sets))


def _changed_meanwhile(before: Locked, after: Locked) -> dict[str, str]:
    return {
        incident: f"changed while the gate ran: {words}"
        for incident, words in after.edited.items()
        if incident not in before.edited
    } | (
        {case.incident: "the lock changed while the gate ran" for case in before.cases}
        if before.cases != after.cases
        else {}
    )


def _report(
    home: Project, settings: WorkflowSettings, decision: Decision, locked: Locked, started: datetime
) -> Report:
    commit, dirty = home.commit()
    origins = {incident: _origin(home.case(incident)) for incident in locked.sound}
    return Report(
        decision=decision,
        started=started,
        finished=datetime.now(UTC),
        nonce=secrets.token_hex(16),
        tool=__version__,
        python=platform.python_version(),
        commit=commit,
        dirty=dirty,
        incidents=tuple(replace(note, origin=origins.get(note.id)) for note in locked.incidents),
        proofs=locked.cases,
        digests=home.digests(settings),
        overrides=_overrides(home.settings.policy),
        notes=_notes(home, locked),
    )


def _origin(case: CaseFile) -> str | None:
    return case.sources.origin if case.sources else None


def _overrides(policy: Policy) -> tuple[str, ...]:
    return tuple(f"trials at severity {level}: {number}" for level, number in sorted(policy.trials.items()))


def _notes(home: Project, locked: Locked) -> tuple[str, ...]:
    notes = []
    if any(Observation.STEPS in home.case(incident).observes for incident in locked.sound):
        notes.append("steps as reported by the workflow")
    return tuple(notes)
