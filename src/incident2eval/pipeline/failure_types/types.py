"""The failure types of a project: its incidents as failures, grouped, and what became of each type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from incident2eval.checks import SHELF
from incident2eval.cluster import Cluster, Clustering, nearest
from incident2eval.model import (
    Failure,
    FailureType,
    Fault,
    Happened,
    Incident,
    Incident2EvalError,
    RootCause,
    Severity,
)
from incident2eval.pipeline.failure_types.history import (
    Fate,
    Struck,
    Trend,
    closed,
    day,
    fate_of,
    order,
    trend,
)
from incident2eval.pipeline.failure_types.register import AFTER_TITLE, grouped
from incident2eval.store import Project, Restart, read_types, restarts_after
from incident2eval.triage import triage

REPEATED = 3
"""So many earlier incidents of its type make a level-1 incident a repeated one (R6)."""

_CONTROLS = {check.blames.control.casefold(): check.blames.control for check in SHELF if check.blames}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the files of a project tell of its incidents."""

    incidents: Mapping[str, Incident]
    failures: tuple[Failure, ...]
    """One for each incident that can be read, in the order of the ids."""
    restarts: tuple[Restart, ...]
    unreadable: tuple[tuple[str, Fault], ...]
    """Id of an incident, and what is wrong with a file of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A failure type of a project, with its incidents."""

    cluster: Cluster
    incidents: tuple[Incident, ...]
    """The oldest first."""
    levels: Mapping[str, int]
    """Id of an incident -> its level: the one that people gave, else the one that its file suggests."""
    fate: Fate
    trend: Trend

    @property
    def near_misses(self) -> tuple[str, ...]:
        """Ids of those that were caught in time."""
        return tuple(one.id for one in self.incidents if one.outcome is Happened.NEAR_MISS)

    @property
    def by_reviewer(self) -> tuple[Incident, ...]:
        """Those that nothing but a reviewer caught."""
        return tuple(one for one in self.incidents if one.noticed_by == "reviewer")

    @property
    def repeated(self) -> tuple[str, ...]:
        """Ids of the level-1 incidents that have three or more before them."""
        return tuple(one.id for one in self.incidents[REPEATED:] if self.levels[one.id] == Severity.LOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an incident belongs."""

    type: FailureType
    because: str
    """Why the type is open, resolved or regressed, in words."""
    came_back: bool = False
    """Whether this very incident came after a restart that should have ended its type in its workflow."""
    notes: tuple[str, ...] = ()
    """Incidents that were not looked at, and why."""


def failure_of(incident: Incident, cause: RootCause | None, checks: Sequence[str] = ()) -> Failure:
    """An incident as `cluster` compares it.

    Args:
        incident: What people wrote down.
        cause: The root cause that counts, if there is one.
        checks: What its cases test, for a cause that names no checks.
    """
    said = (incident.title, incident.what_happened, *incident.wrong)
    return Failure(
        id=incident.id,
        text=AFTER_TITLE.join(part.strip().rstrip(".") for part in said),
        workflow=incident.workflow.name,
        checks=(cause.checks if cause else ()) or tuple(dict.fromkeys(checks)),
        control=_control(incident, cause),
        step_kind=cause.step_kind if cause else None,
        tool=cause.name if cause else None,
        at=incident.when.happened or incident.when.noticed,
    )


def placed(project: Project, failure: Failure) -> Placed:
    """The type of one incident among all incidents of its project, and the earlier ones most like it.

    Nothing is written: `cluster` keeps the register.

    Args:
        project: Where the incident lies.
        failure: The incident as it is known now; it counts in place of what its files say.

    Raises:
        BadInput: The register or the roster cannot be read.
    """
    told = told_by(project)
    others = [one for one in told.failures if one.id != failure.id]
    told = replace(told, failures=tuple(sorted([*others, failure], key=lambda one: one.id)))
    registered, customers = read_types(project.incidents), project.customers
    clustering = grouped(told.failures, registered=registered, customers=customers)
    own = next(one for one in clustering.clusters if one.id == clustering.assignment[failure.id])
    strikes = {one.id: _struck(one) for one in told.failures}
    fate = fate_of([strikes[one] for one in own.members], told.restarts)
    similar = nearest(failure, others, customers=customers)
    kind = FailureType(
        id=own.id,
        label=own.label,
        new=own.size == 1,
        similar=tuple(replace(one, status=closed(strikes[one.incident], told.restarts)) for one in similar),
        status=fate.status,
        size=own.size,
    )
    notes = tuple(f"not looked at: {fault}" for _, fault in told.unreadable)
    return Placed(type=kind, because=fate.because, came_back=failure.id in fate.came_back, notes=notes)


def told_by(project: Project) -> Told:
    """Read every incident: near misses, notes of level 1, and those without a trace or a case too.

    Raises:
        BadInput: The lock cannot be read, or an incident stands in a folder whose name is no id.
    """
    tested: dict[str, list[str]] = {}
    for case in project.lock().cases:
        tested.setdefault(case.incident, []).append(case.check)
    incidents: dict[str, Incident] = {}
    failures: list[Failure] = []
    restarts: list[Restart] = []
    unreadable = [(name, _fileless(name)) for name in project.fileless_incidents()]
    for incident_id in project.incident_ids():
        try:
            incident = project.incident(incident_id).incident
        except Incident2EvalError as error:
            unreadable += [(incident_id, fault) for fault in error.faults]
            continue
        cause = None
        try:
            restarts += restarts_after(project, incident)
            cause = project.read_cause(incident_id)
        except Incident2EvalError as error:
            unreadable += [(incident_id, fault) for fault in error.faults]
        incidents[incident_id] = incident
        failures.append(failure_of(incident, cause, tested.get(incident_id, ())))
    return Told(
        incidents=incidents,
        failures=tuple(failures),
        restarts=tuple(restarts),
        unreadable=tuple(unreadable),
    )


def types_of(told: Told, clustering: Clustering) -> tuple[Typed, ...]:
    """The types with their incidents: what came back first, then what is open, the largest first."""
    until = last_day(told)
    strikes = {one.id: _struck(one) for one in told.failures}
    types = [
        _typed(told, cluster, [strikes[one] for one in cluster.members], until)
        for cluster in clustering.clusters
    ]
    urgency = ("regressed", "open", "resolved")
    return tuple(
        sorted(types, key=lambda one: (urgency.index(one.fate.status), -one.cluster.size, one.cluster.id))
    )


def last_day(told: Told) -> date:
    """The day of the last incident of all: what a trend goes by, so that the same files say the same."""
    return max((day(_struck(one).at) for one in told.failures), default=date.min)


def _typed(told: Told, cluster: Cluster, strikes: Sequence[Struck], until: date) -> Typed:
    strikes = sorted(strikes, key=order)
    incidents = tuple(told.incidents[one.incident] for one in strikes)
    return Typed(
        cluster=cluster,
        incidents=incidents,
        levels={one.id: int(one.severity or triage(one, ()).suggested) for one in incidents},
        fate=fate_of(strikes, told.restarts),
        trend=trend(strikes, until),
    )


def _struck(failure: Failure) -> Struck:
    assert failure.workflow and failure.at  # noqa: S101, PT018 - every incident has both
    return Struck(incident=failure.id, workflow=failure.workflow, at=failure.at)


def _control(incident: Incident, cause: RootCause | None) -> str | None:
    """The control that failed; as people state it only where it is one that the checks know.

    In words of their own each incident would be a type of its own.
    """
    if cause and cause.control:
        name = " ".join(cause.control.name.split())
        return _CONTROLS.get(name.casefold(), name)
    stated = incident.root_cause.failed_control if incident.root_cause else None
    return _CONTROLS.get(stated.name.strip().casefold()) if stated else None


def _fileless(incident_id: str) -> Fault:
    return Fault(
        file=f"incidents/{incident_id}",
        message="holds files, but no incident.yaml",
        hint="write one, or move the folder away",
    )
