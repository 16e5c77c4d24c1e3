"""Whom to trust before any report was signed: those whom the settings named before it went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from incident2eval.model import BadInput, Event, Policy, Settings, Trust
from incident2eval.pipeline.signed.covered import people
from incident2eval.pipeline.signed.git_history import (
    commits_since,
    first_commit,
    settings_at,
    settings_commits,
)
from incident2eval.pipeline.signed.noticed import known_since
from incident2eval.pipeline.signed.vouching import ReportFile
from incident2eval.store import Project, dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where trust starts."""

    trust: Trust
    source: str
    """In words."""
    late: str = ""
    """That its approvers were named after the incident, in words; empty where they were there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was known of a workflow's incidents, and since when."""

    at: datetime
    incidents: tuple[str, ...]


def trust_of(settings: Settings, workflow: str) -> Trust:
    """What of the settings somebody has to approve, for one workflow: approvers, policy, targets, owners.

    Args:
        settings: The project's.
        workflow: Its name; one that the settings do not know has no targets.
    """
    own = settings.workflows.get(workflow)
    named = {f"targets.{name}": address for name, address in own.targets.items()} if own else {}
    default = {"target": own.target} if own and own.target else {}
    python = {"python": own.python} if own and own.python else {}
    shipped, policy = dump(Policy()), dump(settings.policy)
    return Trust(
        approvers=settings.approvers,
        policy={name: value for name, value in policy.items() if value != shipped[name]},
        targets={**default, **named, **python},
        owners=tuple(name for name in (own.owner, own.deputy) if name) if own else (),
    )


def first_trust(home: Project, workflow: str, new: Trust, *, signed: ReportFile | None = None) -> Start:
    """Where trust starts for a workflow of which no report is signed yet.

    That is the last commit of the settings from before its incidents were known; the first commit of them,
    where there is none. Where nobody is named there, nobody can be asked: those whom the next commit names
    count, and where no commit does, those of the settings as they are. A target that was not there before
    is none that somebody changed.

    Args:
        home: The project.
        workflow: Its name.
        new: What is asked about; it is believed where nothing from before is known.
        signed: A report that people signed. Incidents that were known only later do not matter, if it was
            committed before them: whoever forges one can date it back.

    Raises:
        BadInput: The settings cannot be read.
    """
    commits = settings_commits(home)
    until = signed.report.started if signed and _was_there(home, workflow, signed) else None
    known = _known(home, workflow, until) if commits else None
    if known is None:
        return Start(trust=new, source="the settings as they are: first signed report")
    later = commits_since(home, known.at, known.incidents)
    first = next((place for place, one in enumerate(commits) if one not in later), len(commits) - 1)
    for commit in reversed(commits[: first + 1]):
        try:
            then = trust_of(settings_at(home, commit), workflow)
        except BadInput:
            continue  # whoever wrote it into a commit, it let nobody sign
        if people(then.approvers):
            source = f"the settings of the commit {commit[:12]}: first signed report"
            late = _late(then) if commit in later else ""
            return Start(
                trust=replace(then, targets={**new.targets, **then.targets}), source=source, late=late
            )
    return Start(trust=new, source="the settings as they are: first signed report", late=_late(new))


def _was_there(home: Project, workflow: str, signed: ReportFile) -> bool:
    """Whether a report was committed before anything was known of the incidents."""
    known, added = _known(home, workflow, None), first_commit(home, signed.shown)
    return known is None or (
        added is not None and added not in commits_since(home, known.at, known.incidents)
    )


def _late(trust: Trust) -> str:
    named = people(trust.approvers)
    return f"named after the incident: {len(named)} approver{'s' * (len(named) != 1)}" if named else ""


def _known(home: Project, workflow: str, until: datetime | None) -> _Known | None:
    """Of the incidents that had it stopped; of all that are about it, where none had."""
    found: dict[str, datetime] = {}
    stopping: dict[str, datetime] = {}
    for name in home.incident_ids():
        loaded = home.incident(name)
        own = loaded.incident.workflow.name
        about = [one for one in loaded.entries if (one.workflow or own) == workflow]
        if own != workflow and not about:
            continue
        found[name] = known_since(home, loaded.incident, loaded.entries)
        stops = any(one.event in {Event.CONTAINED, Event.ON_PAUSE_FAILED} for one in about)
        if stops or (own == workflow and loaded.incident.containment):
            stopping[name] = found[name]
    mattering = dict(_before(stopping or found, until))
    if not mattering:
        return None if until is None else _Known(at=until, incidents=())
    return _Known(at=min(mattering.values()), incidents=tuple(mattering))


def _before(found: dict[str, datetime], until: datetime | None) -> Iterator[tuple[str, datetime]]:
    return ((name, at) for name, at in found.items() if until is None or at <= until)
