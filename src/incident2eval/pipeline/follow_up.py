"""`duty`, `task` and `close`: who told whom, what became of each task, and the end of an incident."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from incident2eval import duties as duties_room
from incident2eval.model import (
    KNOWN_VALUES,
    BadInput,
    ClockState,
    Duty,
    DutyNote,
    Event,
    Fault,
    Finding,
    Incident,
    Incident2EvalError,
    IncidentFile,
    LogEntry,
    Stage,
    Task,
    TaskKind,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import Opened, open_file, rules_of
from incident2eval.pipeline._order import note_reason, refusal
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.shown.clock_lines import duty_json, shown, task_lines
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.said_times import refuse_impossible
from incident2eval.pipeline.triage import findings
from incident2eval.stages import MENDING, blockers, mends, stage
from incident2eval.store import Project, dump

FILED, NOT_REQUIRED, OPEN = "filed", "not_required", "open"
_TASK_ID = re.compile(r"\w[\w ./@-]{0,99}")
_REVERSIBLE = frozenset({TaskKind.ACTION, TaskKind.REVERSAL})
_KINDS = KNOWN_VALUES["actions.kind"]


def duty(*, project: Path | None, incident: str, note: DutyNote) -> Answer:
    """Keep that a notice was filed, that a person decided that none is required, or that both are taken back.

    What was said before stays in the log; saying the same again adds nothing.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        note: The rule, what became of it, who says so; now counts where it gives no time.

    Returns:
        Exit code 0, or 1 where it does not count: the person may not decide that at this level, or a filing
        stands.

    Raises:
        BadInput: No such rule; no name; no reason where one is needed; or a time that cannot be.
    """
    at_once = now()
    case = _Case(Project.find(project), incident)
    refuse_name(note.by or "")
    refuse_impossible({"at": note.at}, at_once)
    before = _of(case.open(at_once), note.rule)
    if before is None:
        near = duties_room.near(note.rule, rules_of(case.home))
        hint = near or f"`incident2eval triage {incident} --all` lists them"
        raise BadInput(Fault(message=f"there is no rule {visible(note.rule)!r}", hint=hint))
    if note.state in {NOT_REQUIRED, OPEN} and not _says_something(note.reason):
        raise BadInput(Fault(field="--reason", message="is missing", hint="say why, in words"))
    told = case.home.incident(incident).incident
    _refuse_early(note.at, told)
    if not _said_before(note, told):
        entry = LogEntry(
            at=at_once,
            event=Event.DUTY,
            by=note.by,
            rule=note.rule,
            state=note.state,
            reason=note.reason,
            ref=note.ref,
            done_at=note.at,
        )
        append(case.home, incident, entry)
    after = _of(case.open(at_once), note.rule)
    assert after is not None  # noqa: S101 - it was there before
    wanted = {FILED: {ClockState.FILED}, NOT_REQUIRED: {ClockState.DECIDED_NOT_REQUIRED}}
    counts = after.state in wanted.get(note.state, set(ClockState)) or not before.state.is_open
    return Answer(
        data={"incident": incident, "duty": duty_json(after)},
        text=wrapped(_duty_lines(incident, note, after, counts=counts, at_once=at_once)),
        exit_code=int(not counts),
    )


def task(*, project: Path | None, incident: str, change: LogEntry, out_of_order: str | None = None) -> Answer:
    """Keep what became of a task: done, given to somebody, due on another day; or add one.

    Saying the same again adds nothing.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        change: An entry of the log: `action` is the task's id, or a new one where it holds a `text`.
        out_of_order: Why a task that mends the workflow is done before what comes first.

    Returns:
        Exit code 0, or 1 where it was called done and the facts of the incident say otherwise, or where it
        mends the workflow and something comes first: then nothing is written.

    Raises:
        BadInput: No such task, no name, done at a time to come, or nothing said where something is needed.
    """
    at_once = now()
    case = _Case(Project.find(project), incident)
    refuse_name(change.by or "")
    refuse_impossible({"at": change.done_at}, at_once)
    if faults := list(_faults(change)):
        raise BadInput(*faults)
    name = change.action or ""
    file = case.open(at_once).file
    known = {one.id: one for one in file.tasks}
    if name not in known and not change.text:
        hint = f"`incident2eval triage {incident} --all` lists them; --text adds a new one"
        raise BadInput(Fault(message=f"there is no task {visible(name)!r}", hint=hint))
    if change.reversed and name in known and known[name].kind not in _REVERSIBLE:
        message = f"{visible(name)} is no action of the workflow that could be taken back"
        raise BadInput(Fault(field="--reversed", message=message, hint="say --done once it is done"))
    again = name in known and known[name].done and not _changes(change)
    is_mended = change.done_at is not None and not again and _mends(file, known.get(name), change)
    if is_mended and (refused := refusal(file, Stage.REMEDIATED, out_of_order)):
        return refused
    if name in known and known[name].kind is not TaskKind.ACTION and not change.text:
        # What the tool asks for is no row of the incident file: the log keeps its words with it.
        change = replace(change, text=known[name].text)
    if is_mended:
        note_reason(case.home, file, Stage.REMEDIATED, by=change.by or "", reason=out_of_order, task=name)
    if not again:
        append(case.home, incident, change)
    after = next(one for one in case.open(at_once).file.tasks if one.id == name)
    return Answer(
        data={"incident": incident, "task": dump(after)},
        text=wrapped(task_lines(after, at_once)),
        exit_code=int(change.done_at is not None and not after.done),
    )


def _mends(file: IncidentFile, task: Task | None, change: LogEntry) -> bool:
    """Whether what is done changes the workflow; a new task is corrective where nobody says of which kind."""
    rows = {one.id: one.kind for one in file.incident.actions}
    unnamed = [one.kind for one in file.incident.actions if one.id is None]
    rows |= {f"action/{number}": kind for number, kind in enumerate(unnamed, start=1)}
    kind = change.kind or rows.get(change.action, "corrective")
    return mends(task, kind) if task else kind in MENDING


def close(*, project: Path | None, incident: str, by: str) -> Answer:
    """Close an incident, if nothing of it is open.

    Returns:
        Exit code 0 once it is closed, 1 with everything that keeps it open.

    Raises:
        BadInput: No such incident, or no name.
    """
    at_once = now()
    case = _Case(Project.find(project), incident)
    refuse_name(by)
    file = case.open(at_once).file
    found = [*_untrustworthy(case.home, incident)]
    if stage(file) is not Stage.CLOSED:
        found += blockers(file, Stage.CLOSED)
    if found:
        return Answer(
            data={"incident": incident, "stage": stage(file).words, "open": list(found)},
            text=wrapped([f"{incident} is not closed; open:", *(f"  {each}" for each in found)]),
            exit_code=1,
        )
    if stage(file) is not Stage.CLOSED:
        append(case.home, incident, LogEntry(at=at_once, event=Event.CLOSED, by=by))
    after = stage(case.open(at_once).file)
    said = f"{incident} is closed" if after is Stage.CLOSED else f"{incident} is not closed"
    return Answer(
        data={"incident": incident, "stage": after.words, "open": []},
        text=said,
        exit_code=int(after is not Stage.CLOSED),
    )


class _Case:
    """An incident as `triage` judges it, by what its run shows too; the run is judged once."""

    def __init__(self, home: Project, incident: str) -> None:
        self.home = home
        self._incident = incident
        self._found: tuple[Finding, ...] | None = findings(home, incident)[0]

    def open(self, at_once: datetime) -> Opened:
        """Everything that is known of it now."""
        return open_file(self.home, self._incident, at_once, self._found)


def _of(opened: Opened, rule: str) -> Duty | None:
    return next((one for one in opened.file.duties if one.rule.id == rule), None)


def _duty_lines(incident: str, note: DutyNote, after: Duty, *, counts: bool, at_once: datetime) -> list[str]:
    """What was kept, with its time and reference, or why it does not count."""
    said = {FILED: "filed", NOT_REQUIRED: "decided: not required", OPEN: "open again"}[note.state]
    on = f" on {shown(note.at or at_once)}"
    ref = f" ({visible(note.ref)})" if note.ref else ""
    lines = [f"{incident}: {note.rule}: {said} by {visible(note.by or '')}{on}{ref}"]
    if not counts:
        return [*lines, *(f"it does not count: {why}" for why in after.because[:2])]
    return [*lines, "  later than it was due"] if after.late else lines


def _said_before(note: DutyNote, told: Incident) -> bool:
    """Whether that is what was said last of the rule."""
    last = next((one for one in reversed(told.duties) if one.rule == note.rule), None)
    at = last.at if last and note.at is None else note.at
    return last is not None and replace(note, at=at) == last


def _refuse_early(at: datetime | date | None, told: Incident) -> None:
    """Refuse a notice that was given before anything had happened; a bare date is taken from any zone."""
    earliest = min(
        (one.date() if isinstance(one, datetime) else one)
        for one in (told.when.happened, told.when.noticed)
        if one is not None
    )
    given = at.date() if isinstance(at, datetime) else at
    if given is not None and given < earliest - timedelta(days=1):
        message = f"is before {earliest}, when it happened or was noticed"
        raise BadInput(Fault(field="--at", message=message, hint="say when it was given"))


def _faults(change: LogEntry) -> Iterator[Fault]:
    """What is said of a task and says nothing."""
    if not _TASK_ID.fullmatch(change.action or ""):
        hint = "letters, digits, and - _ . / between them"
        yield Fault(message=f"{visible(change.action or '')!r} is no name of a task", hint=hint)
    if change.text is not None and not _says_something(change.text):
        yield Fault(field="--text", message="says nothing", hint="say in words what has to be done")
    if change.owner is not None and not any(map(str.isalpha, change.owner)):
        yield Fault(field="--owner", message="is no name", hint="who does it")
    if change.kind is not None and change.kind not in _KINDS:
        hint = f"one of: {', '.join(sorted(_KINDS))}"
        yield Fault(field="--kind", message=f"{visible(change.kind)!r} is no kind of action", hint=hint)


def _changes(change: LogEntry) -> bool:
    """Whether more is said than that it is done."""
    return any((change.text, change.kind, change.owner, change.due, change.reversed, change.evidence))


def _says_something(text: str | None) -> bool:
    """Whether it holds three letters or digits: blanks and dashes are no reason (our choice)."""
    return sum(map(str.isalnum, text or "")) >= 3


def _untrustworthy(home: Project, incident: str) -> Iterator[str]:
    """Why the file cannot be taken at its word: evidence or log are not what they were."""
    try:
        home.verify_seal(incident)
    except Incident2EvalError as error:
        yield from map(str, error.faults or (error,))
    loaded = home.incident(incident)
    if loaded.torn:
        yield f"incidents/{incident}/log.jsonl: a line was cut short, and what it was to say is lost"
    if cut := home.log_cut(incident):
        yield cut
