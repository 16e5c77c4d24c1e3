"""How a workflow runs since its last restart: monitored for so many days, or on an emergency override."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from incident2eval.model import JSON, Event, IncidentFile, LogEntry, Policy, visible
from incident2eval.pipeline.shown.clock_lines import shown
from incident2eval.pipeline.shown.layout import counted
from incident2eval.store import dump, pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """What the policy asks for after a restart, and what came of it."""

    since: datetime
    days: int
    days_left: int
    last_run: datetime | None
    last_state: str | None
    """What the gate said then."""
    days_without: int
    """Whole days, as UTC counts them, between the restart and now without a run."""
    next_run: date
    """The day, as UTC counts them, of the next run that is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An emergency override: who started the workflow before it might, and until when."""

    by: str
    until: datetime
    reason: str
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What the logs tell of a workflow since it was last started again."""

    monitoring: Monitoring | None = None
    override: Override | None = None
    overrides: int = 0
    """So many emergency overrides the logs tell of, the last one with them."""


def running(files: Sequence[IncidentFile], workflow: str, policy: Policy, now: datetime) -> Running:
    """How a workflow runs since its last restart, by the highest level that it was restarted after.

    Args:
        files: Every incident that can be read.
        workflow: Its name.
        policy: How long each level is monitored.
        now: This moment, UTC.
    """
    told = [(entry, file) for file in files for entry in _about(file, workflow)]
    told.sort(key=lambda pair: pair[0].at)
    again = [entry for entry, _ in told if entry.event == Event.RESTARTED]
    over = {(one.at, one.by): one for one in again if one.until is not None}
    if not again:
        return Running()
    last = again[-1]
    pauses = [found for file in files if (found := pause(_about(file, workflow), now))]
    is_stopped = any(found.ended is None for found in pauses)
    if last.until is not None and not is_stopped:
        override = Override(
            by=last.by or "nobody named", until=last.until, reason=last.reason or "", ended=last.until <= now
        )
        return Running(override=override, overrides=len(over))
    if is_stopped:
        return Running(overrides=len(over))
    level = max(
        file.level.counts for entry, file in told if entry.event == Event.RESTARTED and entry.at == last.at
    )
    runs = [entry for entry, _ in told if entry.event == Event.MONITORED and entry.at >= last.at]
    return Running(
        monitoring=_monitoring(last.at, policy.level(level).monitor_days, runs, now), overrides=len(over)
    )


def restarted(file: IncidentFile, now: datetime) -> LogEntry | None:
    """The restart by which the workflow of an incident runs again; None where it stands still or never did.

    Args:
        file: The incident.
        now: This moment, UTC.
    """
    about = _about(file, file.incident.workflow.name)
    again = [one for one in about if one.event == Event.RESTARTED and (one.by or "").strip()]
    return again[-1] if again and pause(about, now) is None else None


def _about(file: IncidentFile, workflow: str) -> list[LogEntry]:
    return [entry for entry in file.entries if (entry.workflow or file.incident.workflow.name) == workflow]


def _monitoring(since: datetime, days: int, runs: Sequence[LogEntry], now: datetime) -> Monitoring | None:
    end = since + timedelta(days=days)
    if now >= end:
        return None
    first, today = since.astimezone(UTC).date(), now.astimezone(UTC).date()
    ran = {run.at.astimezone(UTC).date() for run in runs}
    between = (first + timedelta(days=number) for number in range(1, (today - first).days))
    last = runs[-1] if runs else None
    done_today = today == first or today in ran
    return Monitoring(
        since=since,
        days=days,
        days_left=-((now - end) // timedelta(days=1)),
        last_run=last.at if last else None,
        last_state=last.state if last else None,
        days_without=sum(day not in ran for day in between),
        next_run=today + timedelta(days=done_today),
    )


def running_json(how: Running) -> Mapping[str, JSON]:
    """The same for `--json`."""
    return {
        "monitoring": dump(how.monitoring) if how.monitoring else None,
        "override": dump(how.override) if how.override else None,
        "overrides": how.overrides,
    }


def running_lines(workflow: str, how: Running) -> list[str]:
    """The same for a person, one line each."""
    lines: list[str] = []
    if one := how.monitoring:
        lines += [
            f"{workflow}: {monitored(one)}",
            f"  next run, {one.next_run}: incident2eval gate {workflow} --monitor",
        ]
    if over := how.override:
        verb = "ran" if over.ended else "runs"
        until = f"until {shown(over.until)}{', which is over' if over.ended else ''}"
        why = f": {visible(over.reason)}" if over.reason else ""
        lines.append(f"{workflow} {verb} on an emergency override by {visible(over.by)} {until}{why}")
    if how.overrides:
        lines.append(f"{workflow}: {counted(how.overrides, 'emergency override')} so far")
    return lines


def monitored(one: Monitoring) -> str:
    """How many days are left, and what came of the daily runs so far."""
    state = f" ({visible(one.last_state)})" if one.last_state else ""
    ran = f"last run {shown(one.last_run)}{state}" if one.last_run else "no run yet"
    without = f", {counted(one.days_without, 'day')} without a run" if one.days_without else ""
    return f"monitoring: {one.days_left} of {one.days} days left, {ran}{without}"
