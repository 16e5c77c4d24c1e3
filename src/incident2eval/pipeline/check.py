"""`check`: what is missing, in the settings of a workflow, in the incident files, and under cases/."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from incident2eval.gate import Waivers, in_words
from incident2eval.model import (
    JSON,
    Approval,
    ClockState,
    EvidenceKind,
    Fault,
    Incident,
    Incident2EvalError,
    Matter,
    Severity,
    Stage,
    WorkflowSettings,
    visible,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._level import severity_of
from incident2eval.pipeline._stock import stock
from incident2eval.pipeline.gating.grounds import grounds_of
from incident2eval.pipeline.gating.locked import Locked, read_locked
from incident2eval.pipeline.gating.readiness import firm, guarded, lacks, things
from incident2eval.pipeline.shown.coverage_lines import coverage_data, coverage_text
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.pipeline.shown.said_times import iso
from incident2eval.readiness import Missing
from incident2eval.stages import doubts, minimum, out_of_order, stage
from incident2eval.store import Loaded, Project
from incident2eval.workflows import target_for

_EVIDENCE_ITEM = 3
"""Which of the eight items of an incident file is its evidence."""

SHOWN = 3
"""Files that a line names before it only counts them."""


_ALWAYS = datetime.min.replace(tzinfo=UTC)
"""A time at which no quarantine has ended yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """What became of a workflow's cases since they were proved, and what people signed about them."""

    missing: tuple[str, ...] = ()
    caseless: frozenset[str] = frozenset()
    """Incidents of which somebody signed that they need no case."""
    quarantines: tuple[Approval, ...] = ()
    """One a case at most, over or not, of the case as it is now."""


def check(*, project: Path | None, workflow: str | None, coverage: bool, now: datetime) -> Answer:
    """Say what is missing: in one workflow's settings or in all, in the incident files, and under cases/.

    The workflow itself is not called: whether its target answers, the gate tells.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Only this one and its incidents, or None for all.
        coverage: Whether to show too where no case stands guard; that is no thing missing.
        now: When it is asked, aware; reviews are overdue by it.

    Returns:
        Exit code 0 where nothing is missing, 1 where something is.

    Raises:
        BadInput: There is no project, no workflow of that name, or the settings cannot be read.
    """
    home = Project.find(project)
    names = (workflow,) if workflow is not None else tuple(home.settings.workflows)
    today = now.astimezone(UTC).date()
    plans = {name: tuple(_plan(home, name, home.workflow(name), today)) for name in names}
    of_all = (*firm(home, today).missing, *_keyless(home)) if names else ()
    loaded, broken = _incidents(home, workflow)
    incidents = [one.incident for one in loaded]
    cases = {name: _cases(home, name, now) for name in names}
    caseless = {incident for each in cases.values() for incident in each.caseless}
    quarantines = [word for each in cases.values() for word in each.quarantines]
    found = [
        *broken,
        *(line for one in loaded for line in _unread(one)),
        *([] if names else ["incident2eval.toml names no workflow"]),
        *_tried(lambda: len(home.customers)),
        *_git(home),
        *(gap.why for gap in of_all),
        *(f"workflow {name}: {gap.why}" for name, gaps in plans.items() for gap in gaps),
        *(line for each in cases.values() for line in each.missing),
        *(
            line
            for incident in incidents
            for line in (*_incident(home, incident, caseless), *_due(home, incident, now))
        ),
    ]
    missing = list(dict.fromkeys(found))
    looked = f"looked at {counted(len(names), 'workflow')} and {counted(len(incidents), 'incident')}"
    aside = [_quarantine_line(word, now) for word in quarantines]
    lines = [*missing, *aside, f"{looked}: {things(len(missing))} missing"]
    seen = guarded(home, names) if coverage else ()
    notes = [*home.warnings, *(line for one in loaded for line in one.warnings if line not in missing)]
    return Answer(
        data={
            "ok": not missing,
            "missing": missing,
            "organisation": _as_rows(of_all),
            "workflows": [
                {"workflow": name, "ready": not (gaps or of_all), "missing": _as_rows(gaps)}
                for name, gaps in plans.items()
            ],
            "quarantines": [_quarantine_row(word, now) for word in quarantines],
            **({"coverage": [coverage_data(each) for each in seen]} if coverage else {}),
            "warnings": notes,
        },
        text="\n".join([wrapped(lines), *map(coverage_text, seen)]),
        exit_code=int(bool(missing)),
        notes=tuple(notes),
    )


def _as_rows(gaps: Sequence[Missing]) -> list[JSON]:
    return [{"field": gap.field, "why": gap.why} for gap in gaps]


def _incidents(home: Project, workflow: str | None) -> tuple[list[Loaded], list[str]]:
    """The incidents that can be read (of that workflow, if one is named), and the faults of the others."""
    found: list[Loaded] = []
    faults: list[str] = []
    for incident_id in home.incident_ids():
        try:
            loaded = home.incident(incident_id)
        except Incident2EvalError as error:
            faults += [str(fault) for fault in error.faults]
        else:
            if workflow in {None, loaded.incident.workflow.name}:
                found.append(loaded)
    return found, faults


def _unread(loaded: Loaded) -> Iterator[str]:
    """The lines of a log that nobody can read; what they were to say is lost."""
    place = f"incidents/{loaded.incident.id}/log.jsonl:"
    for line in loaded.warnings if loaded.torn else ():
        if line.startswith(place) and line[len(place)].isdigit():
            yield line


def _keyless(home: Project) -> Iterator[Missing]:
    """That nobody could sign, however many may."""
    approvers, policy = home.settings.approvers, home.settings.policy
    signed = [level for level in Severity if policy.level(level).signed]
    if signed and approvers and not any(one.public_key for one in approvers):
        why = (
            f"[[approvers]]: nobody has a public_key, and from level {signed[0]} on a restart is signed: put "
            "the line of each person's .pub file there (ssh-keygen -t ed25519 makes one)"
        )
        yield Missing(field="approvers", why=why)


def _plan(home: Project, name: str, settings: WorkflowSettings, today: date) -> Iterator[Missing]:
    """What a workflow's settings lack before it is production-ready."""
    yield from lacks(home, name, today)
    if settings.target:
        for fault in _tried(lambda: target_for(settings, project=home.root)):
            yield Missing(field="target", why=fault)


def _cases(home: Project, name: str, now: datetime) -> _Cases:
    """What became of a workflow's cases since they were proved, by what people signed."""
    try:
        grounds = grounds_of(home, name, None, now)
    except Incident2EvalError as error:
        waivers, problems = Waivers(now=now), tuple(map(str, error.faults))
    else:
        waivers, problems = grounds.waivers, grounds.problems
    try:
        locked = read_locked(home, name, waivers)
    except Incident2EvalError:
        return _Cases(missing=problems)  # the faults of an incident file are named one by one
    return _Cases(
        missing=(*problems, *locked.edited.values(), *locked.strangers),
        caseless=frozenset(locked.without),
        quarantines=tuple(_quarantines(locked, waivers)),
    )


def _quarantines(locked: Locked, waivers: Waivers) -> Iterator[Approval]:
    """The quarantine that each case is in, or else the last one that it was in and that is over."""
    ever = Waivers(words=waivers.words, now=_ALWAYS)
    for case in locked.cases:
        about = (Matter.QUARANTINE, case.id, locked.case_digests.get(case.id))
        if word := waivers.given(*about) or ever.given(*about):
            yield word


def _is_over(word: Approval, now: datetime) -> bool:
    return word.until is not None and word.until <= now


def _quarantine_line(word: Approval, now: datetime) -> str:
    state = "counts again, its quarantine is over" if _is_over(word, now) else "is in quarantine"
    return f"{word.subject} {state}: {visible(in_words(word))}"


def _quarantine_row(word: Approval, now: datetime) -> JSON:
    return {
        "case": word.subject,
        "by": word.by,
        "role": word.role,
        "reason": word.reason,
        "until": iso(word.until) if word.until else None,
        "over": _is_over(word, now),
    }


def _incident(home: Project, incident: Incident, caseless: Collection[str]) -> Iterator[str]:
    """What an incident lacks before its cause can be found and a case be written."""
    if incident.workflow.name not in home.settings.workflows:
        yield f"{incident.id}: incident2eval.toml has no workflow {incident.workflow.name!r}"
    absent = _tried(lambda: home.evidence(incident.id))
    changed = absent or _tried(lambda: home.verify_seal(incident.id))
    yield from changed
    if cut := home.log_cut(incident.id):
        yield f"{incident.id}: {cut}"
    if not absent:
        yield from _evidence(home, incident)
    locked = any(case.incident == incident.id for case in home.lock().cases)
    if not locked and incident.id not in caseless:
        yield f"{incident.id}: no locked case (incident2eval run {incident.id})"


def _due(home: Project, incident: Incident, now: datetime) -> Iterator[str]:
    """What the incident file lacks for the next stage, clocks that ran out, and times that contradict."""
    file = open_file(home, incident.id, now).file
    ahead = min(stage(file) + 1, Stage.CLOSED)
    for item in minimum(file):
        # Evidence has lines of its own.
        if item.due <= ahead and item.number != _EVIDENCE_ITEM:
            yield from (f"{incident.id}: {why}" for why in item.missing)
    for duty in file.duties:
        # A clock runs on while nobody says whether the rule is for this firm.
        if duty.state.is_open and duty.due is not None and duty.due < now:
            due = f"{duty.due:%Y-%m-%d %H:%M} UTC"
            doubt = ", if it is for you" if duty.state is ClockState.SCOPE_NOT_DECLARED else ""
            what = f"tell {duty.rule.tell}, or decide (duty)"
            yield f"{incident.id}: {duty.rule.id} was due by {due}{doubt}: {what}"
    for odd in (*doubts(incident, file.entries, now), *out_of_order(file)):
        yield f"{incident.id}: {odd}"


def _evidence(home: Project, incident: Incident) -> Iterator[str]:
    """What the evidence lacks: a trace, and from severity 2 up any of the eight kinds without a reason."""
    kept = home.evidence(incident.id)
    if not any(item.evidence.kind == EvidenceKind.TRACE for item in kept):
        yield f"{incident.id}: no trace among the evidence"
    if severity_of(home, home.incident(incident.id)) < Severity.MATERIAL_CAUGHT:
        return
    try:
        readings, _ = read_traces(kept)
    except Incident2EvalError as error:
        yield from map(str, error.faults)
        return
    for item in stock(incident, kept, readings):
        if item.is_missing:
            yield f"{incident.id}: {item}"


def _git(home: Project) -> Iterator[str]:
    tracked = home.tracked_evidence()
    yield from _tracked(tracked.files)
    yield from (f"git could not say what it tracks: {why}" for why in tracked.unanswered)


def _tracked(files: Sequence[str]) -> Iterator[str]:
    """What git holds and should not."""
    if files:
        more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
        message = f"git tracks what must not spread: {', '.join(files[:SHOWN])}{more}"
        hint = "git rm --cached takes a file out of the next commit; .gitignore keeps it out"
        yield str(Fault(message=message, hint=hint))


def _tried(look: Callable[[], object]) -> list[str]:
    """What is wrong with something that is looked at, in words; nothing where it can be used."""
    try:
        look()
    except Incident2EvalError as error:
        return [str(fault) for fault in error.faults]
    return []
