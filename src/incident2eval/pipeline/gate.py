"""`gate`: run every locked case of a workflow against the workflow as it is now, and decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from incident2eval import checks
from incident2eval.gate import Change, Seen, bound, decide, exit_code, in_words
from incident2eval.model import Approval, Customers, Decision, Matter, Ruling, RunSet, Severity, Verdict
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._redacting import learn_incident, nameless, redactor_of, roster_of, said_in
from incident2eval.pipeline.gating.environment import packages
from incident2eval.pipeline.gating.gate_report import Ran, command_line, report_of
from incident2eval.pipeline.gating.grounds import Grounds, grounds_of
from incident2eval.pipeline.gating.locked import Locked, read_locked
from incident2eval.pipeline.gating.monitoring import log_monitored, monitored_incidents, stop_lines
from incident2eval.pipeline.gating.reports import Published, publish, refuse_form, refuse_places
from incident2eval.pipeline.gating.since import base_of
from incident2eval.pipeline.gating.tolerated import Tolerated, tolerated
from incident2eval.pipeline.replay import LIVE, Results, live_sets, replay_all
from incident2eval.proving import CaseSheet, Judge
from incident2eval.redaction import Redactor
from incident2eval.store import Project

JUDGING = 60.0
"""Seconds that judging may take in all, beside one more for every test on every set of runs."""


class Progress(Protocol):
    """Is told how far the gate is."""

    def __call__(self, done: int, *, of: int) -> None:
        """Take how many trials were made, and how many there are to be."""


def gate(  # noqa: PLR0913 - the command's options
    *,
    project: Path | None,
    workflow: str,
    trials: int | None,
    junit: Path | None,
    report: Path | None,
    since: str | None = None,
    jobs: int = 1,
    monitor: bool = False,
    progress: Progress | None = None,
) -> Answer:
    """Judge a workflow by its locked cases and write the report.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Its name in the settings.
        trials: Raises the number of trials; never lowers it.
        junit: Where to put JUnit XML as well.
        report: Where to put the report as well: `.json`, `.html`, `.md` or `.xml` by its ending.
        since: A revision of git: no case that is locked there may be gone or changed without a signature.
        jobs: How many calls of the workflow may run at once.
        monitor: Whether it is the daily run after a restart, which the logs of its incidents tell of.
        progress: Is told how far the calls are.

    Returns:
        Exit code 0 for `pass`, 1 for `blocked`, 3 for `error`.

    Raises:
        BadInput: The workflow, the settings, the lock, an incident file or the revision cannot be used.
        NotJudged: The workflow is paused and must not be called.
    """
    home = Project.find(project)
    home.workflow(workflow)
    refuse_form(report)
    refuse_places(home, junit, report)
    started = datetime.now(UTC)
    base = base_of(home, workflow, since) if since is not None else None
    with Judge() as judge:  # it gets ready while all that follows is under way
        # All is read before the workflow is called: what it does to the files cannot change what is judged.
        read = _read(home, workflow, grounds_of(home, workflow, base, started), trials)
        decision = _judged(read, _calls(read, jobs, progress), judge)
    ran = Ran(
        home=home,
        locked=read.locked,
        sheets=read.sheets,
        redactor=read.redactor,
        started=started,
        command=tuple(command_line(workflow, trials=trials, since=since, monitor=monitor)),
        approvals=tuple(_used(read)),
        notes=(*read.grounds.notes, *read.tolerated.notes),
        monitor=monitor,
    )
    written = publish(home, report_of(ran, decision), junit=junit, copy=report)
    told = _monitored(read, decision, written) if monitor else []
    return Answer(
        data=written.data,
        text="\n".join([written.text, *told]),
        exit_code=exit_code(decision),
        notes=home.warnings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """All that a gate goes by, as it was before anything was called."""

    home: Project
    workflow: str
    grounds: Grounds
    locked: Locked
    changes: tuple[Change, ...]
    sheets: Mapping[str, CaseSheet]
    trials: Mapping[str, int]
    tolerated: Tolerated
    quarantined: Mapping[str, Approval]
    customers: Customers
    redactor: Redactor


def _read(home: Project, workflow: str, grounds: Grounds, trials: int | None) -> _Read:
    locked = read_locked(home, workflow, grounds.waivers)
    sheets = {incident: _sheet(home, incident) for incident in locked.sound}
    redactor = redactor_of(home)
    _spare(redactor, sheets)
    for name in {case.check for case in locked.cases}.intersection(checks.NAMES):
        getattr(checks, name)  # loaded by now: the report says in its words what a test guards against
    return _Read(
        home=home,
        workflow=workflow,
        grounds=grounds,
        locked=locked,
        changes=grounds.changes(locked.case_digests),
        sheets=sheets,
        trials={incident: _trials(home, sheet, locked, trials) for incident, sheet in sheets.items()},
        tolerated=tolerated(locked, sheets, grounds.waivers),
        quarantined={
            case.id: word
            for case in locked.cases
            if (word := grounds.waivers.given(Matter.QUARANTINE, case.id, locked.case_digests.get(case.id)))
        },
        customers=nameless(roster_of(home)),
        redactor=redactor,
    )


def _calls(read: _Read, jobs: int, progress: Progress | None) -> Mapping[str, Results]:
    """Call today's workflow for every case whose files are as they were proved."""
    total = sum(read.trials.values())
    told = partial(progress, of=total) if progress else None
    cases = {name: sheet.case for name, sheet in read.sheets.items()}
    return replay_all(read.home, cases, read.trials, jobs=jobs, told=told)


def _judged(read: _Read, calls: Mapping[str, Results], judge: Judge) -> Decision:
    redactor, locked = read.redactor, read.locked
    _learn(read, calls)
    verdicts = tuple(_retold(one, redactor) for one in _verdicts(read, calls, judge))
    now = read_locked(read.home, read.workflow, read.grounds.waivers)
    edited = {**now.changed_since(locked), **locked.edited}
    unapproved = (change.words for change in read.changes if change.approval is None)
    return decide(
        Seen(
            workflow=read.workflow,
            cases=locked.cases,
            trials=read.trials,
            calls={name: _said(results, redactor) for name, results in calls.items()},
            verdicts=verdicts,
            edited={name: redactor.text(words) for name, words in edited.items()},
            uncovered=locked.uncovered,
            strangers=tuple(map(redactor.text, (*locked.strangers, *read.grounds.problems))),
            changed=tuple(unapproved),
            tolerated=read.tolerated.cases,
            quarantined={name: in_words(word) for name, word in read.quarantined.items()},
        )
    )


def _used(read: _Read) -> list[Approval]:
    """The approvals that made a difference."""
    return [
        *read.locked.without.values(),
        *read.locked.accepted.values(),
        *read.quarantined.values(),
        *read.tolerated.used,
        *(change.approval for change in read.changes if change.approval is not None),
    ]


def _monitored(read: _Read, decision: Decision, written: Published) -> list[str]:
    """Tell the incidents that wait for the daily run, and what to do where it does not pass."""
    incidents = monitored_incidents(read.locked, read.workflow)
    for incident in incidents:
        log_monitored(
            read.home,
            incident,
            state=str(decision.decision),
            report=str(written.data["report"]),
            digest=str(written.data["digest"]),
        )
    if not incidents:
        return [f"no incident of {read.workflow} was restarted and is still open: nothing was logged"]
    logged = f"logged in {', '.join(incidents)}"
    return [logged, *([] if decision.decision is Ruling.PASS else stop_lines(incidents, read.workflow))]


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
    return max(home.settings.policy.level(severity).trials, sheet.case.trials, asked or 1)


def _verdicts(read: _Read, calls: Mapping[str, Results], judge: Judge) -> tuple[Verdict, ...]:
    if not read.sheets:
        return ()
    laid = {
        name: replace(sheet, sets=(*sheet.sets, *live_sets(sheet.case, calls[name])))
        for name, sheet in read.sheets.items()
    }
    runs = sum(len(sheet.sets) * len(sheet.tests) for sheet in laid.values())
    return judge.prove(laid, customers=read.customers, timeout=JUDGING + runs, meanwhile=_prepare_report)


def _prepare_report() -> None:
    """Do what the report will need and takes a third of a second, while the child judges."""
    bound(1)  # loads the library behind it
    packages()


def _spare(redactor: Redactor, sheets: Mapping[str, CaseSheet]) -> None:
    """Let a redactor leave the pseudonyms that the cases hold: what today's run is compared with."""
    for sheet in sheets.values():
        if not sheet.case.unredacted:
            redactor.spare([dict(sheet.case.facts)])
            redactor.spare(said for one in sheet.sets for run in one.runs.values() for said in said_in(run))


def _learn(read: _Read, calls: Mapping[str, Results]) -> None:
    """Let a redactor read what the incidents and today's workflow say: a message quotes it without labels."""
    for name, loaded in read.locked.loaded.items():
        runs = [one.run for trial in calls.get(name, ())[:1] for one in trial if one.run]
        learn_incident(read.redactor, loaded.incident, runs)


def _retold(verdict: Verdict, redactor: Redactor) -> Verdict:
    """A verdict as it may be written: what it quotes of a run of today is in pseudonyms."""
    if not verdict.runs.startswith(LIVE):
        return verdict
    return replace(verdict, message=redactor.text(verdict.message))


def _said(results: Results, redactor: Redactor) -> Results:
    return tuple(
        tuple(replace(one, message=redactor.text(one.message)) for one in trial) for trial in results
    )
