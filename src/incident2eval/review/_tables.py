"""The files of a project as tables, cut to a quarter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from incident2eval.model import (
    ClockState,
    Duty,
    Event,
    IncidentFile,
    Moment,
    Quarter,
    Severity,
    Task,
    Term,
)
from incident2eval.review._material import GateRun, Material

INCIDENTS = (
    "id quarter noticed level outcome workflow owner type noticed_by control failure_type to_detect "
    "to_contain to_restart missing first raised lowered cases closed kept_until came_back policy"
).split()
TASKS = "id incident workflow kind overdue days".split()
DUTIES = "id incident quarter rule state".split()
EVENTS = "id incident quarter event at workflow severity suggested reason until counts".split()
CHANGES = "id quarter workflow kind followed".split()
GATE_RUNS = "id quarter at workflow changed overrides".split()
OUTCOMES = "id incident quarter at workflow outcome after_restart".split()

IN_TIME, LATE = "filed in time", "filed late"
NO_NUMBER = "filed, no number to be late by"
NO_TIME, NO_HOUR, NO_DUE = (
    "filed, when is not told",
    "filed, at which hour is not told",
    "filed, when it was due is not known",
)


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Everything that the figures are worked out over."""

    quarter: Quarter
    as_of: datetime
    material: Material
    known: pd.DataFrame
    """Incidents noticed by the end of the quarter."""
    incidents: pd.DataFrame
    """Those of them that were noticed in the quarter."""
    tasks: pd.DataFrame
    """Open tasks of known incidents."""
    duties: pd.DataFrame
    """Duties of known incidents that may apply to them."""
    events: pd.DataFrame
    """Entries of all logs that were made in the quarter."""
    changes: pd.DataFrame
    """Changes of workflows in the quarter, as incident files tell them, each once."""
    gate_runs: pd.DataFrame
    """Runs of the gate in the quarter."""
    outcomes: pd.DataFrame
    """What came of each case in each of those runs."""


def tables(material: Material, quarter: Quarter, as_of: datetime) -> Tables:
    """Lay out the tables of a quarter.

    Args:
        material: What the project's files tell.
        quarter: Of which quarter. An incident belongs to the one in which it was noticed: our choice, as
            that is the one time that every file has.
        as_of: When clocks are read, UTC.
    """
    name = str(quarter)
    files = [one for one in material.files if Quarter.of(one.incident.when.noticed) <= quarter]
    known = _table((_incident(one, material) for one in files), INCIDENTS)
    events = _table((row for one in material.files for row in _events(one, material)), EVENTS)
    runs = _table(_gate_runs(material), GATE_RUNS)
    outcomes = _table(_outcomes(material), OUTCOMES)
    return Tables(
        quarter=quarter,
        as_of=as_of,
        material=material,
        known=known,
        incidents=known[known["quarter"] == name],
        tasks=_table((row for one in files for row in _tasks(one, as_of)), TASKS),
        duties=_table((row for one in files for row in _duties(one)), DUTIES),
        events=events[events["quarter"] == name],
        changes=_table(_changes(material, quarter), CHANGES),
        gate_runs=runs[runs["quarter"] == name],
        outcomes=outcomes[outcomes["quarter"] == name],
    )


def _table(rows: Iterator[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """The rows as a table of these columns; one without rows has them too."""
    return pd.DataFrame(list(rows), columns=columns, dtype=object)


def _incident(file: IncidentFile, material: Material) -> dict[str, Any]:
    one, level = file.incident, file.level
    dwell, items = material.dwell.get(one.id), material.items.get(one.id)
    levels = _levels(file, material.written.get(one.id))
    return {
        "id": one.id,
        "quarter": str(Quarter.of(one.when.noticed)),
        "noticed": day(one.when.noticed),
        "level": f"level {int(level.counts)}",
        "outcome": str(one.outcome) if one.outcome else None,
        "workflow": one.workflow.name,
        "owner": file.workflow.owner if file.workflow else None,
        "type": str(file.types[0]) if file.types else None,
        "noticed_by": one.noticed_by,
        "control": _control(file),
        "failure_type": material.failure_types.get(one.id),
        "to_detect": _hours(dwell.to_detect if dwell else None),
        "to_contain": _hours(dwell.to_contain if dwell else None),
        "to_restart": _hours(dwell.to_restart if dwell else None),
        "missing": None if items is None else sum(not item.is_complete for item in items),
        "first": levels[0] if levels else None,
        "raised": bool(levels) and max(levels) > levels[0],
        "lowered": any(now < before for before, now in pairwise(levels)),
        "cases": len(file.cases),
        "closed": one.id in material.closed,
        "kept_until": day(one.retention.until) if one.retention and one.retention.until else None,
        "came_back": one.id in material.came_back,
        "policy": _policy(file),
    }


def _levels(file: IncidentFile, written: Severity | None) -> list[int]:
    """The levels that people gave, in order: the file's own, then each of its log."""
    said = [written, *(entry.severity for entry in file.entries if entry.event == Event.TRIAGED)]
    return [int(level) for level in said if level is not None]


def _control(file: IncidentFile) -> str | None:
    """The control that failed: of the cause that counts, else as people state it; in small letters.

    Two people who write it down otherwise mean the same one.
    """
    stated = file.incident.root_cause
    control = (file.cause and file.cause.control) or (stated and stated.failed_control)
    return " ".join(control.name.casefold().split()) if control else None


def _policy(file: IncidentFile) -> str | None:
    """What the file proposes or did about the approved-use policy, in its words; None where nothing."""
    said = [
        *(row.text for row in file.incident.actions if row.kind == "policy"),
        *(row.ref for row in file.incident.updates if row.kind == "policy"),
    ]
    return "; ".join(said) or None


def _tasks(file: IncidentFile, as_of: datetime) -> Iterator[dict[str, Any]]:
    for task in file.tasks:
        if not task.done:
            yield {
                "id": f"{file.incident.id} {task.id}",
                "incident": file.incident.id,
                "workflow": file.incident.workflow.name,
                "kind": str(task.kind),
                "overdue": _overdue(task, as_of),
                "days": max(0, (as_of.date() - day(file.incident.when.noticed)).days),
            }


def _overdue(task: Task, as_of: datetime) -> bool | None:
    """Whether its time is over; a bare date is over with its day. None where it has no time."""
    if task.due is None:
        return None
    if isinstance(task.due, datetime):
        return task.due < as_of
    return task.due < as_of.date()


def _duties(file: IncidentFile) -> Iterator[dict[str, Any]]:
    for duty in file.duties:
        if duty.state is not ClockState.NOT_APPLICABLE:
            yield {
                "id": f"{file.incident.id} {duty.rule.id}",
                "incident": file.incident.id,
                "quarter": str(Quarter.of(file.incident.when.noticed)),
                "rule": duty.rule.id,
                "state": _filed(duty) if duty.state is ClockState.FILED else str(duty.state),
            }


def _filed(duty: Duty) -> str:
    """How a notice that was filed stands to its deadline, or why that cannot be told."""
    if duty.late is not None:
        return LATE if duty.late else IN_TIME
    if duty.filed_at is None:
        return NO_TIME
    if duty.due is not None:
        return NO_HOUR
    return NO_DUE if any(map(_has_number, (duty.rule.term, duty.rule.at_most))) else NO_NUMBER


def _has_number(term: Term | None) -> bool:
    """Whether a term is a number of hours, days or months, not a word."""
    numbers = (term.hours, term.days, term.working_days, term.months) if term else ()
    return any(one is not None for one in numbers)


def _events(file: IncidentFile, material: Material) -> Iterator[dict[str, Any]]:
    not_counting = material.not_counting.get(file.incident.id, frozenset())
    for number, entry in enumerate(file.entries, start=1):
        yield {
            "id": f"{file.incident.id} log entry {number}",
            "incident": file.incident.id,
            "quarter": str(Quarter.of(entry.at)),
            "event": entry.event,
            "at": entry.at,
            "workflow": entry.workflow or file.incident.workflow.name,
            "severity": entry.severity,
            "suggested": entry.suggested,
            "reason": entry.reason,
            "until": entry.until,
            "counts": number not in not_counting,
        }


def _changes(material: Material, quarter: Quarter) -> Iterator[dict[str, Any]]:
    """Two incidents often tell of the same change: it is one row, with both of them."""
    told: dict[tuple[Any, ...], list[str]] = {}
    for file in material.files:
        for number, row in enumerate(file.incident.changes, start=1):
            if Quarter.of(row.at) == quarter:
                key = (file.incident.workflow.name, str(row.kind), row.at, row.what or "")
                told.setdefault(key, []).append(f"{file.incident.id} change {number}")
    for (workflow, kind, at, _), told_in in told.items():
        yield {
            "id": ", ".join(sorted(told_in)),
            "quarter": str(quarter),
            "workflow": workflow,
            "kind": kind,
            "followed": any(
                run.workflow == workflow and _is_after(run.at, at) and run.at < quarter.end
                for run in material.gate_runs
            ),
        }


def _gate_runs(material: Material) -> Iterator[dict[str, Any]]:
    before: dict[str, GateRun] = {}
    for run in sorted(material.gate_runs, key=lambda run: (run.at, run.report)):
        earlier = before.get(run.workflow)
        yield {
            "id": run.report,
            "quarter": str(Quarter.of(run.at)),
            "at": run.at,
            "workflow": run.workflow,
            "changed": changed_parts(earlier.digests, run.digests) if earlier else (),
            "overrides": len(run.overrides),
        }
        before[run.workflow] = run


def changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a workflow that have another digest than before: model, prompt, data, permissions."""
    names = sorted(name for name in before.keys() | now.keys() if name.startswith("deployed."))
    return tuple(name.removeprefix("deployed.") for name in names if before.get(name) != now.get(name))


def _outcomes(material: Material) -> Iterator[dict[str, Any]]:
    restarts = [
        (entry.workflow or file.incident.workflow.name, file.incident.id, entry.at)
        for file in material.files
        for entry in file.entries
        if entry.event == Event.RESTARTED
    ]
    for run in material.gate_runs:
        for case, outcome in sorted(run.outcomes.items()):
            incident = case.partition("::")[0]
            yield {
                "id": case,
                "incident": incident,
                "quarter": str(Quarter.of(run.at)),
                "at": run.at,
                "workflow": run.workflow,
                "outcome": outcome,
                "after_restart": any(at < run.at for *of, at in restarts if of == [run.workflow, incident]),
            }


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds() / 3600


def day(moment: Moment) -> date:
    """The day of a moment, of a time in UTC."""
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def _is_after(at: datetime, other: Moment) -> bool:
    """Whether a time is certainly later; of a bare date only another day is."""
    return at > other if isinstance(other, datetime) else at.astimezone(UTC).date() > other
