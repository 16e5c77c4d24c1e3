"""`new`: an incident written down in the first minute, and what to do now; or a note of a small slip."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval import duties as duties_room
from incident2eval.model import (
    JSON,
    NOTICE,
    BadInput,
    ClockState,
    Duty,
    FailureType,
    Fault,
    Happened,
    Incident,
    Moment,
    Organisation,
    Severity,
    WorkflowSettings,
)
from incident2eval.model import Answer as Said
from incident2eval.model.incident import Questions, When, WorkflowVersion
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import rules_of
from incident2eval.pipeline._related import switched_off_by
from incident2eval.pipeline._word import now, refuse_name
from incident2eval.pipeline.failure_types.types import Placed, failure_of, placed
from incident2eval.pipeline.shown.clock_lines import left, shown
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.pipeline.shown.said_times import iso, refuse_impossible
from incident2eval.store import Project, found
from incident2eval.triage import triage

MARKERS = {
    "material": "it matters to the business",
    "visible": "somebody outside could see it",
    "unauthorised": "nobody had allowed it",
    "sensitive": "it touched sensitive information",
    "control_failed": "a control should have stopped it and did not",
}
"""What makes a quality issue an incident (R5), beside being repeated, which nobody is asked (R6)."""

_SHOWN = 4
_ASKED_ROLES = 3
_EVERY_FIRM = frozenset({"controller", "processor"})
"""What a firm is to the data it holds; every other role is one of a sector."""

VISIBLE, UNKNOWN = "visible", "unknown"
TITLE = 200
"""Characters that a title has at most."""

_SENTENCE = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"')\]]))\s+(?=[\"'(\[]*[^\W\d_a-z])|(?<=[\u3002\uff01\uff1f])|\n"
)
"""Where a sentence ends: a capital follows, or a line does."""

_UNWRITTEN = "NEW"
"""What an incident is called while nobody knows yet whether it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a person says in the first minute."""

    what: str
    by: str
    workflow: str | None = None
    """None where the settings know only one."""
    wrong: tuple[str, ...] = ()
    """Words of the output that were wrong, as they stood there."""
    noticed_by: str | None = None
    outside: Said = Said.UNKNOWN
    """Whether it reached anybody outside."""
    near_miss: bool = False
    """Whether it was caught in time; then it reached nobody outside."""
    title: str | None = None
    happened: Moment | None = None
    noticed: Moment | None = None
    """Now, where nobody says."""
    aware: datetime | None = None
    """When the firm became aware, UTC; when it was noticed, where that is a time and nobody says."""


def workflows(project: Path | None) -> tuple[str, ...]:
    """The workflows that the settings know; raises BadInput where there is no project."""
    return tuple(Project.find(project).settings.workflows)


def new(*, project: Path | None, report: Report) -> Answer:
    """Write down an incident, start its clocks, and say what to do now: stop first.

    Args:
        project: The project's folder, or None for the nearest one upward.
        report: What a person says.

    Raises:
        BadInput: The text or the name is none, the settings do not know the workflow, or a time is to come.
        NotJudged: It cannot be written.
    """
    home, at_once = Project.find(project), now()
    workflow, settings = _workflow(home, report)
    fields = _fields(report, workflow, settings, at_once)
    logs = settings.log_location if settings else None
    remarks = [f"Where its logs are: {logs}"] if logs else []
    written = home.incident(found(home, fields, year=at_once.year, remarks=remarks))
    incident, organisation = written.incident, home.settings.organisation
    judged = _judged(home, incident, at_once)
    running = _running(judged, incident)
    assumed = report.noticed is None and report.aware is None
    clocks = [{"rule": one.rule.id, "state": one.state, "due": iso(one.due)} for one in running if one.due]
    lines = [
        f"{incident.id}  {incident.title}{' (near miss)' if report.near_miss else ''}",
        f"written to {_file(incident)}",
        "",
        *_first_steps(incident.id, workflow, settings),
        "",
        *(_assumed(incident) if assumed else ()),
        *_clocks(incident, running, at_once),
        *(_to_declare(judged, organisation) if any(map(_is_undeclared, running)) else ()),
        f"  {NOTICE}",
    ]
    data = _data(incident) | {"noticed_assumed": assumed, "clocks": clocks, "notice": NOTICE}
    return Answer(data=data, text=wrapped(lines), notes=(*home.warnings, *written.warnings))


def note(*, project: Path | None, report: Report, markers: Collection[str]) -> Answer:
    """Note a slip of level 1, unless it is more than that.

    Args:
        project: The project's folder, or None for the nearest one upward.
        report: What a person says.
        markers: Which of `MARKERS` are true of it; empty: none of them; `unknown` where nobody knows.

    Returns:
        Exit code 1, and nothing written, where it has to be opened as an incident.

    Raises:
        BadInput: As `new`.
        NotJudged: It cannot be written.
    """
    home, at_once = Project.find(project), now()
    workflow, settings = _workflow(home, report)
    fields = _fields(report, workflow, settings, at_once)
    place = _placed(home, report, workflow, at_once)
    notes = (*home.warnings, *place.notes)
    if reasons := [*_escalations(report, markers, place.type, home.settings.policy.repeated)]:
        return _refused(report, workflow, markers, reasons, notes)
    slip: dict[str, JSON] = {
        "severity": int(Severity.LOW),
        "impact": {"domains": ["operational"], "acted_on": "no"},
        "questions": dict.fromkeys(Questions.__dataclass_fields__, "no"),
        # No marker is true of it: nobody outside could see it, and nothing sensitive is in it.
        "circumstances": {"personal_data": "no", "client_harmed": "no"},
    }
    incident = home.incident(found(home, fields | slip, year=at_once.year)).incident
    lines = [
        f"{incident.id}  {incident.title} (level 1, noted)",
        "next: correct the output, and add a case: the gate asks for one, so that it is seen next time",
    ]
    data = _data(incident) | {"like": place.type.size - 1}
    return Answer(data=data, text=wrapped(lines), notes=notes)


def title_of(what: str) -> str:
    """The first sentence of a text, on one line, at most 200 characters long."""
    first = next((part for part in _SENTENCE.split(what.strip()) if part.strip()), "")
    line = " ".join(first.split()).removesuffix(".")
    if len(line) <= TITLE:
        return line
    return f"{line[: TITLE - 1].rsplit(' ', 1)[0][: TITLE - 1]}…"


def _workflow(home: Project, report: Report) -> tuple[str, WorkflowSettings | None]:
    """The workflow and its settings; a project that names none yet takes any name."""
    known, name = home.settings.workflows, (report.workflow or "").strip()
    if name:
        return name, home.workflow(name) if known else None
    if len(known) == 1:
        return next(iter(known.items()))
    hint = f"one of: {', '.join(known)}" if known else "the settings name none yet: any name will do"
    raise BadInput(Fault(field="--workflow", message="is not said", hint=hint))


def _fields(
    report: Report, workflow: str, settings: WorkflowSettings | None, at_once: datetime
) -> dict[str, JSON]:
    """incident.yaml but for schema and id, in the order in which people read it."""
    refuse_name(report.by)
    if not report.what.strip():
        raise BadInput(Fault(field="--what", message="is empty", hint="say in a sentence what happened"))
    if report.near_miss and report.outside is not Said.NO:
        message = f"says that it was caught in time, and --outside says {report.outside}"
        raise BadInput(Fault(field="--near-miss", message=message, hint="leave one of them away"))
    noticed = report.noticed or at_once
    aware = report.aware or (noticed if isinstance(noticed, datetime) else None)
    times = {"happened": report.happened, "noticed": noticed, "aware": aware}
    refuse_impossible(times, at_once)
    model = settings.deployed.get("model") if settings else None
    version = {"model": model} if isinstance(model, str) and not model.startswith("env:") else {}
    optional: dict[str, JSON] = {
        "noticed_by": report.noticed_by,
        "wrong": list(report.wrong),
        "outcome": str(Happened.NEAR_MISS) if report.near_miss else None,
    }
    asked = dict.fromkeys(Questions.__dataclass_fields__, str(Said.UNKNOWN))
    return {
        "title": report.title or title_of(report.what),
        "workflow": {"name": workflow, **version},
        "when": {name: iso(at) for name, at in times.items() if at},
        "reporter": {"name": report.by},
        "what_happened": report.what.strip(),
        **{name: value for name, value in optional.items() if value},
        "questions": asked | {"left_company": str(report.outside)},
    }


def _data(incident: Incident) -> dict[str, JSON]:
    """What `--json` says of an incident that was just written."""
    when = incident.when
    return {
        "incident": incident.id,
        "title": incident.title,
        "file": _file(incident),
        "workflow": incident.workflow.name,
        "noticed": iso(when.noticed),
        "aware": iso(when.aware) if when.aware else None,
        "severity": incident.severity,
        "escalate": [],
    }


def _file(incident: Incident) -> str:
    return f"incidents/{incident.id}/incident.yaml"


def _first_steps(incident: str, workflow: str, settings: WorkflowSettings | None) -> Iterator[str]:
    """What to do now: stop, then keep, then look."""
    yield "Now, in this order:"
    yield f"1. Stop {workflow}. {switched_off_by(settings)}."
    yield f"     incident2eval contain {incident} --action stopped --by NAME"
    fallback = settings.fallback if settings else None
    yield f"   Meanwhile: {fallback or 'no fallback is written down; agree on one'}"
    logs = f" Logs: {settings.log_location}" if settings and settings.log_location else ""
    yield f"2. Keep what shows it, before anything is mended.{logs}"
    yield f"     incident2eval collect {incident} --trace FILE"
    yield "3. Find where it went wrong, and get its tests."
    yield f"     incident2eval run {incident}"


def _judged(home: Project, incident: Incident, at_once: datetime) -> tuple[Duty, ...]:
    """Every rule, as it stands in the first minute."""
    return duties_room.duties(
        incident,
        home.settings.organisation,
        rules_of(home),
        now=at_once,
        severity=triage(incident, ()).suggested,
        approvers=home.settings.approvers,
        workflow=home.settings.workflows.get(incident.workflow.name),
    )


def _running(judged: Sequence[Duty], incident: Incident) -> list[Duty]:
    """The duties of which a clock runs, the one to look at first at the top.

    First what was answered yes; then what is known to be for this firm; then, where nobody declared that,
    what is for every firm (data protection) before what is for a sector; then by the hour.
    """

    def place(one: Duty) -> tuple[bool, bool, bool, str, str]:
        facts = (*one.rule.all_of, *one.rule.any_of)
        is_answered = any(getattr(incident.questions, name, None) is Said.YES for name in facts)
        undeclared = _is_undeclared(one)
        of_sector = undeclared and not _EVERY_FIRM.issuperset(one.rule.scope.roles)
        return not is_answered, undeclared, of_sector, f"{one.due:%Y-%m-%dT%H:%M:%S}", one.rule.id

    return sorted((one for one in judged if one.state.is_open and one.due), key=place)


def _assumed(incident: Incident) -> Iterator[str]:
    """That the clocks count from the moment of typing, and how to say another one."""
    yield "Nobody said when it was noticed, so now is assumed. If it was earlier:"
    yield f"  incident2eval triage {incident.id} --when aware=TIME --by NAME"
    yield "  (next time at once: incident2eval new --noticed TIME)"
    yield ""


def _clocks(incident: Incident, running: Sequence[Duty], at_once: datetime) -> Iterator[str]:
    """Which clocks may be running; one may stop where nobody has answered yet what it hangs on."""
    if incident.when.aware is None:
        yield "Clocks count from when the firm became aware, and no time of that is known. Say it:"
        yield f"  incident2eval triage {incident.id} --when aware=TIME --by NAME"
    elif running:
        yield f"Clocks that may be running, since {shown(incident.when.aware)}:"
        for one in running[:_SHOWN]:
            yield f"  {_until(one, at_once)}  {one.rule.id}: {one.rule.name}"
        more = f"{len(running) - _SHOWN} more, why, and what stops them" if len(running) > _SHOWN else "why"
        yield f"  {more}: incident2eval triage {incident.id}"
    else:
        yield f"No clock with a fixed end runs so far; more: incident2eval triage {incident.id}"


def _to_declare(judged: Sequence[Duty], organisation: Organisation) -> Iterator[str]:
    """The lines of the settings that settle most of what nobody declared; as they stand they end no rule."""
    scopes = [one.rule.scope for one in judged if _is_undeclared(one)]
    open_ones = counted(len(scopes), "rule")
    yield f"  (*) not said whether it is for you ({open_ones}); say it in incident2eval.toml:"
    places = Counter(place for scope in scopes for place in scope.jurisdictions)
    if places and not organisation.jurisdictions:
        numbers = (f"{place} {counted(count, 'rule')}" for place, count in places.items())
        yield "      [organisation]"
        yield f"      # keep where you are: {', '.join(numbers)}"
        yield f"      jurisdictions = {json.dumps(list(places))}"
    if roles := Counter(role for scope in scopes for role in scope.roles):
        yield "      [organisation.roles]"
        for role, count in roles.most_common(_ASKED_ROLES):
            yield f'      {role} = "unknown"  # yes or no settles {counted(count, "rule")}'
        yield "    All roles, and what is still open: incident2eval check"


def _until(duty: Duty, now: datetime) -> str:
    assert duty.due is not None  # noqa: S101 - only such are listed
    return f"{shown(duty.due)} ({left(duty.due, now)}){' (*)' if _is_undeclared(duty) else ''}"


def _is_undeclared(duty: Duty) -> bool:
    return duty.state is ClockState.SCOPE_NOT_DECLARED


def _placed(home: Project, report: Report, workflow: str, at_once: datetime) -> Placed:
    """The failure type that it would be of."""
    incident = Incident(
        id=_UNWRITTEN,
        title=report.title or title_of(report.what),
        workflow=WorkflowVersion(name=workflow),
        when=When(noticed=report.noticed or at_once, happened=report.happened),
        what_happened=report.what,
        wrong=report.wrong,
    )
    return placed(home, failure_of(incident, None))


def _escalations(report: Report, markers: Collection[str], kind: FailureType, most: int) -> Iterator[str]:
    """Why it is more than a slip; that it is repeated is counted, not asked."""
    for name, words in MARKERS.items():
        if name in markers:
            yield f"{words} ({name})"
    if UNKNOWN in markers:
        yield "nobody knows yet whether it is more than a slip, and unknown is not no (unknown)"
    if report.noticed_by == "client" and VISIBLE not in markers:
        yield "a client noticed it, so it was seen outside (noticed_by: client)"
    if report.outside is not Said.NO and VISIBLE not in markers:
        yield f"it may have reached somebody outside (outside: {report.outside})"
    if kind.size > most:
        yield f"it is repeated: {kind.size - 1} of its type came before ({kind.id}, {kind.label})"


def _refused(
    report: Report, workflow: str, markers: Collection[str], reasons: Sequence[str], notes: tuple[str, ...]
) -> Answer:
    """Why it is no note, and the command that opens it as an incident."""
    seen = VISIBLE in markers or report.noticed_by == "client"
    outside = Said.YES if seen else Said.UNKNOWN if UNKNOWN in markers else report.outside
    words = ["incident2eval", "new", "--workflow", workflow, "--what", report.what.strip(), "--by", report.by]
    words += ["--outside", str(outside), *(["--noticed-by", report.noticed_by] if report.noticed_by else [])]
    times = {"happened": report.happened, "noticed": report.noticed, "aware": report.aware}
    words += [word for name, at in times.items() if at for word in (f"--{name}", iso(at))]
    command = shlex.join(words)
    lines = ["Not noted: this is more than a quality issue.", *(f"  {why}" for why in reasons)]
    lines.append("Open it as an incident (it asks for the rest):")
    return Answer(
        data={"incident": None, "escalate": list(reasons), "command": command},
        text=f"{wrapped(lines)}\n\n{command}",
        exit_code=1,
        notes=notes,
    )
