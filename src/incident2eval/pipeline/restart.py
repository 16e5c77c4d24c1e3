"""`restart`: may a workflow run again? It does with all that its severity asks for, and by an override."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from incident2eval.clearance import Ask, Demand, demands, is_exempt, plan, spoken
from incident2eval.model import (
    JSON,
    BadInput,
    Event,
    Fault,
    Incident2EvalError,
    LogEntry,
    NotJudged,
    Stage,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.intake import whoami
from incident2eval.pipeline.shown.restart_page import Clearance, page
from incident2eval.pipeline.shown.said_times import iso
from incident2eval.pipeline.signed.clearance import OUT_OF_ORDER, Saying, gathered, override_of
from incident2eval.pipeline.signed.open_incidents import NO_CASE, OVERRIDE, OpenIncident, Standing, standing
from incident2eval.pipeline.signed.trust import Trusted, trusted
from incident2eval.stages import blockers
from incident2eval.store import Project
from incident2eval.workflows import run_hook

CLEARED, BLOCKED = "cleared", "blocked"
_PATIENCE = 120.0
"""Seconds to wait for another restart; its `on_restart` may take one minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says with a restart."""

    by: str | None = None
    """The name of the account where nobody says."""
    safe: str | None = None
    """How "safe to re-enable" was met."""
    throttle: str | None = None
    """How it starts in stages."""
    out_of_order: str | None = None
    """Why it goes ahead before steps that come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Who asks, about what."""

    home: Project
    workflow: str
    report: Path | None
    word: Word
    at: datetime
    trust: Trusted
    found: Standing


def restart(*, project: Path | None, workflow: str, report: Path | None = None, word: Word) -> Answer:
    """Decide whether a workflow may run again, run its `on_restart`, and write it into every log concerned.

    Where it runs again already, nothing is run or written. A refusal is written once.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Its name.
        report: The pass report that it rests on; the best that there is where nobody says.
        word: What the person says who asks.

    Returns:
        Exit code 0 where it is cleared, 1 with everything that is missing.

    Raises:
        BadInput: No such workflow or report, or no name or reason where one is needed.
        NotJudged: The file system refused, or another restart is still at work.
    """
    home = Project.find(project)
    home.workflow(workflow)
    word = replace(word, by=word.by or whoami())
    _refuse_empty(word)
    home.incidents.mkdir(exist_ok=True)
    lock = FileLock(home.incidents / ".restart.lock", timeout=_PATIENCE)
    try:
        with lock:
            odd = tuple(_odd(home, workflow))  # before a line is added: it takes the place of a torn one
            done = _decided(home, workflow, report, word)
            return replace(done, notes=(*done.notes, *odd))
    except Timeout as error:
        hint = "nothing was done; wait for it, then again"
        raise NotJudged("another restart is still at work", hint=hint) from error


def _odd(home: Project, workflow: str) -> Iterator[str]:
    """What is odd about the workflow's incidents and their logs, as far as they can be read."""
    with suppress(Incident2EvalError):  # the decision says what cannot
        for loaded in map(home.incident, home.incident_ids()):
            if loaded.incident.workflow.name == workflow:
                yield from loaded.warnings


def _refuse_empty(word: Word) -> None:
    """Refuse names and reasons that are none; raises BadInput."""
    refuse_name(word.by or "")
    for name in ("safe", "throttle", "out_of_order"):
        said = getattr(word, name)
        if said is not None and (sum(map(str.isalnum, said)) < 3 or not said.isprintable()):
            field = f"--{name.replace('_', '-')}"
            raise BadInput(Fault(field=field, message="says nothing", hint="in words, on one line"))


def _decided(home: Project, workflow: str, report: Path | None, word: Word) -> Answer:
    at = now()
    try:
        trust = trusted(home, workflow)
        found = standing(home, workflow, trust, at)
    except Incident2EvalError as error:
        # What cannot be read may be what keeps it stopped.
        return _answer(workflow, Clearance(reasons=_said(error)), home)
    if not found.open:
        idle = (*found.unreadable, *_not_running(home, workflow, trust, found))
        return _answer(workflow, Clearance(reasons=idle, is_old=not idle), home)
    asking = _Asking(home=home, workflow=workflow, report=report, word=word, at=at, trust=trust, found=found)
    try:
        done = _judged(asking)
    except Incident2EvalError as error:
        if report is not None and not report.exists():
            raise
        done = Clearance(reasons=_said(error))
    done = _started(asking, done) if not done.reasons else done
    if done.reasons:
        _note_refusal(asking, done)
    return _answer(workflow, done, home)


def _not_running(home: Project, workflow: str, trust: Trusted, found: Standing) -> Iterator[str]:
    """Why nothing vouches for it that the workflow runs, though no incident is open."""
    if not found.restarted:
        yield f"no incident holds {workflow}: nothing to start again"
    yield from trust.problems
    locked = {case.id for case in home.lock().cases}
    for case in trust.last.report.decision.cases if trust.last else ():
        if case.id not in locked:
            yield f"{case.id} stands in {trust.last.shown if trust.last else ''}, and is not locked any more"


def _said(error: Incident2EvalError) -> tuple[str, ...]:
    return tuple(map(str, error.faults or (error,)))


def _judged(asking: _Asking) -> Clearance:
    """Whether all that is asked for is there, else whether an emergency override stands in for it."""
    home, word = asking.home, asking.word
    ask = gathered(
        home,
        asking.workflow,
        asking.found,
        asking.trust,
        asking.at,
        report=asking.report,
        saying=Saying(safe=word.safe, throttle=word.throttle),
    )
    asked = demands(ask)
    if word.out_of_order is not None:
        ask = _gone_ahead(asking, ask, asked)
        asked = demands(ask)
    missing = tuple(f"{one.name}: {one.why}" for one in asked if not one.met)
    shown_digest = ask.report.digest if ask.report and not is_exempt(ask) else None
    done = Clearance(
        ask=ask,
        demands=asked,
        reasons=(*asking.found.unreadable, *missing),
        approvals=spoken(ask),
        digest=shown_digest,
    )
    if not missing or asking.found.unreadable:
        return done
    override = override_of(home, ask, asking.trust, asking.found)
    if override is None or any(override.digest in one.spent for one in asking.found.open):
        return done  # nobody gave one; or it ran on that word before, and was stopped again since
    if override.until is None:
        began = f", counted from {iso(override.since)}" if override.since else ""
        used = f"emergency override: the {override.hours} hours between two signed restarts are over{began}"
        return replace(done, reasons=(*done.reasons, used))
    return replace(done, reasons=(), approvals=override.words, until=override.until, digest=override.digest)


def _gone_ahead(asking: _Asking, ask: Ask, asked: Sequence[Demand]) -> Ask:
    """What is asked once somebody goes ahead of the order, with a name and a reason that reports show."""
    early = [one.name for one in asked if one.is_order and not one.met]
    for one in asking.found.open:
        for name in early:
            entry = LogEntry(
                at=asking.at,
                event=Event.OUT_OF_ORDER,
                by=asking.word.by,
                reason=asking.word.out_of_order,
                workflow=None if one.is_own else asking.workflow,
                kind=f"{OUT_OF_ORDER}{name}",
            )
            append(asking.home, one.file.incident.id, entry)
    said = f"by {asking.word.by}: {asking.word.out_of_order}"
    return replace(ask, skipped={**ask.skipped, **dict.fromkeys(early, said)})


def _started(asking: _Asking, done: Clearance) -> Clearance:
    """Run `on_restart` and write down that it runs again, in every log concerned."""
    if all(
        one.running and (one.running.digest, one.running.until) == (done.digest, done.until)
        for one in asking.found.open
    ):
        return replace(done, is_old=True, before_closing=_before_closing(asking))
    command = asking.home.workflow(asking.workflow).on_restart
    if command and not all(one.running for one in asking.found.open):
        hook = run_hook(command, project=asking.home.root)
        done = replace(done, hook=hook)
        if hook.trouble is not None:
            return replace(done, reasons=(f"on_restart failed: {visible(hook.trouble)}",))
    for one in asking.found.open:
        append(asking.home, one.file.incident.id, _restarted(asking, done, one))
    return replace(done, before_closing=_before_closing(asking))


def _before_closing(asking: _Asking) -> Mapping[str, tuple[str, ...]]:
    """What is open of each incident before it can be closed: that it runs again does not end the file."""
    names = [one.file.incident.id for one in asking.found.open]
    return {name: blockers(open_file(asking.home, name, asking.at).file, Stage.CLOSED) for name in names}


def _restarted(asking: _Asking, done: Clearance, one: OpenIncident) -> LogEntry:
    """The decision with what it rests on: report, digest, version, and who approved it (R139, R142)."""
    signed = ", ".join(f"{word.approval.by} ({word.approval.role})" for word in done.approvals)
    no_case = _needs_none(done, one)
    report = done.ask.report if done.ask and done.until is None and no_case is None else None
    reasons = "; ".join(dict.fromkeys(word.approval.reason for word in done.approvals))
    return LogEntry(
        at=asking.at,
        event=Event.RESTARTED,
        by=asking.word.by,
        workflow=None if one.is_own else asking.workflow,
        kind=OVERRIDE if done.until else NO_CASE if no_case else None,
        reason=f"approved by {signed}" + (f": {reasons}" if done.until or no_case else ""),
        ref=report.path if report else None,
        digest=no_case or done.digest,
        evidence=f"commit {report.report.commit}" if report and report.report.commit else None,
        text=asking.word.safe,
        did=asking.word.throttle,
        until=done.until,
    )


def _needs_none(done: Clearance, one: OpenIncident) -> str | None:
    """The digest of the word that an incident needs no case, where the restart rests on that."""
    if done.ask is None or done.until is not None or not is_exempt(done.ask):
        return None
    concern = next(each for each in done.ask.concerns if each.name == one.file.incident.id)
    return concern.no_case[0].approval.digest


def _note_refusal(asking: _Asking, done: Clearance) -> None:
    """Write the refusal into every log concerned, unless it is what the last one said."""
    reason = "; ".join(done.reasons)
    for one in asking.found.open:
        own = one.file.incident.workflow.name
        told = [
            entry
            for entry in one.file.entries
            if (entry.workflow or own) == asking.workflow
            and entry.event in {Event.RESTARTED, Event.RESTART_REFUSED, Event.CONTAINED}
        ]
        if told and (told[-1].event, told[-1].reason) == (Event.RESTART_REFUSED, reason):
            continue
        entry = LogEntry(
            at=asking.at,
            event=Event.RESTART_REFUSED,
            by=asking.word.by,
            workflow=None if one.is_own else asking.workflow,
            reason=reason,
            ref=done.ask.report.path if done.ask and done.ask.report else None,
            digest=done.ask.report.digest if done.ask and done.ask.report else None,
        )
        append(asking.home, one.file.incident.id, entry)


def _answer(workflow: str, done: Clearance, home: Project) -> Answer:
    ask = done.ask
    data: dict[str, JSON] = {
        "workflow": workflow,
        "decision": BLOCKED if done.reasons else CLEARED,
        "severity": int(ask.severity) if ask else None,
        "reasons": list(done.reasons),
        "approvals": [{"name": one.approval.by, "role": one.approval.role} for one in done.approvals],
        "demands": [
            {
                "name": one.name,
                "met": one.met,
                "why": one.why,
                "todo": one.todo,
                "details": list(one.details),
            }
            for one in done.demands
        ],
        "incidents": [one.file.incident.id for one in ask.concerns] if ask else [],
        "report": ask.report.path if ask and ask.report else None,
        "digest": done.digest,
        "override_until": iso(done.until) if done.until else None,
        "monitor": plan(ask) if ask else "",
        "new": not done.is_old and not done.reasons,
        "before_closing": {name: list(left) for name, left in done.before_closing.items()},
    }
    printed = (f"on_restart: {line}" for line in (done.hook.printed.splitlines() if done.hook else ()))
    text = "\n".join(page(workflow, done))
    return Answer(data=data, text=text, exit_code=int(bool(done.reasons)), notes=(*home.warnings, *printed))
