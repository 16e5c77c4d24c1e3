"""Everything that a quarterly review is worked out from, gathered from the rooms that know it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from incident2eval.model import Event, Fault, Incident, Incident2EvalError, IncidentFile, Stage
from incident2eval.pipeline._incident_file import incident_files, rules_of
from incident2eval.pipeline.failure_types.register import grouped
from incident2eval.pipeline.failure_types.types import Typed, told_by, types_of
from incident2eval.pipeline.gating.history import gate_history
from incident2eval.pipeline.gating.readiness import guarded
from incident2eval.review import Dwell, Material
from incident2eval.stages import minimum, stage, times
from incident2eval.store import Project, read_types
from incident2eval.triage import level


def gather(home: Project, as_of: datetime) -> tuple[Material, tuple[Fault, ...]]:
    """What a project's files tell, and the faults of those that cannot be read.

    Args:
        home: The project.
        as_of: When clocks are read, UTC.

    Raises:
        BadInput: The settings, the roster, the lock or the register of types cannot be read, or an incident
            stands in a folder whose name is no id.
        NotJudged: The roster holds hashes, and their key is not at hand.
    """
    files, faults = incident_files(home, as_of)
    runs, broken = gate_history(home)
    types, untold = _types(home)
    lock, workflows = home.lock(), home.settings.workflows
    written = {one.incident.id: home.incident(one.incident.id).written or one.incident for one in files}
    drafts, unread = _drafts(home)
    material = Material(
        files=tuple(files),
        unreadable=_unreadable(home, files),
        written={name: one.severity for name, one in written.items() if one.severity is not None},
        not_counting={one.incident.id: _not_counting(one, written[one.incident.id]) for one in files},
        dwell={one.incident.id: _dwell(one) for one in files},
        items={one.incident.id: minimum(one) for one in files},
        closed=frozenset(one.incident.id for one in files if stage(one) is Stage.CLOSED),
        failure_types={incident: one.cluster.id for one in types for incident in one.cluster.members},
        labels={one.cluster.id: one.cluster.label for one in types},
        came_back=frozenset(incident for one in types for incident in one.fate.came_back),
        cases=lock.cases,
        drafts=drafts,
        accepted=lock.accepted,
        gate_runs=tuple(runs),
        deployed={name: home.digests(one) for name, one in workflows.items()},
        workflows=workflows,
        uncovered=_uncovered(home),
        rules=rules_of(home),
    )
    return material, tuple(dict.fromkeys((*faults, *untold, *broken, *unread)))


def _unreadable(home: Project, files: Sequence[IncidentFile]) -> tuple[str, ...]:
    read = {one.incident.id for one in files}
    return tuple(sorted({*home.incident_ids(), *home.fileless_incidents()} - read))


def _not_counting(file: IncidentFile, written: Incident) -> frozenset[int]:
    """The entries of a log, numbered from 1, that give a level which did not count when it was given."""
    return frozenset(
        number
        for number, entry in enumerate(file.entries, start=1)
        if entry.event == Event.TRIAGED and entry.severity is not None
        # As it stood then: what the facts suggest today has no say in it.
        for then in [entry.suggested or file.level.suggested]
        for told in [replace(written, severity=entry.given or written.severity)]
        if level(file.incident, told, then, file.entries[:number], file.approvers).counts != entry.severity
    )


def _dwell(file: IncidentFile) -> Dwell:
    took = times(file.incident, file.entries, file.as_of)
    return Dwell(to_detect=took.to_detect, to_contain=took.to_contain, to_restart=took.to_restart)


def _types(home: Project) -> tuple[Sequence[Typed], list[Fault]]:
    told = told_by(home)
    clustering = grouped(told.failures, registered=read_types(home.incidents), customers=home.customers)
    return types_of(told, clustering), [fault for _, fault in told.unreadable]


def _drafts(home: Project) -> tuple[tuple[str, ...], list[Fault]]:
    """Incidents whose case is a draft, and the faults of cases that cannot be read."""
    drafts: list[str] = []
    faults: list[Fault] = []
    for folder in home.case_folders():
        try:
            if home.case(folder.name).draft:
                drafts.append(folder.name)
        except Incident2EvalError as error:
            faults += error.faults
    return tuple(drafts), faults


def _uncovered(home: Project) -> tuple[str, ...]:
    seen = guarded(home, tuple(home.settings.workflows))
    return tuple(f"{one.workflow}: {name}" for one in seen for name in one.open_integrations)
