"""Restarts of workflows, as the logs of incidents and their files tell of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from incident2eval.model import Incident, Moment, RestartDecision
from incident2eval.store._log import whole_log
from incident2eval.store._project import Project

_REPORTED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z")
"""The time in the name of a pass report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A workflow went live again after an incident."""

    workflow: str
    incident: str
    at: Moment
    dated: bool = True
    """False where nobody wrote down when: then it is taken to have come right after the incident."""


def restarts_after(project: Project, incident: Incident) -> tuple[Restart, ...]:
    """The restarts that an incident's log holds, else the one that its file says was approved.

    Raises:
        BadInput: A line of the log cannot be read; it is named.
    """
    path = project.folder(incident.id) / "log.jsonl"
    logged = tuple(
        Restart(workflow=entry.workflow or incident.workflow.name, incident=incident.id, at=entry.at)
        for entry in whole_log(path, file=f"incidents/{incident.id}/{path.name}").entries
        if entry.event == "restarted"
    )
    return logged or tuple(_approved(incident))


def _approved(incident: Incident) -> Iterator[Restart]:
    note = incident.restart
    if note is not None and note.decision is RestartDecision.APPROVED:
        at = _reported(note.report or "")
        yield Restart(
            workflow=incident.workflow.name,
            incident=incident.id,
            at=at or incident.when.happened or incident.when.noticed,
            dated=at is not None,
        )


def _reported(report: str) -> datetime | None:
    found = _REPORTED.search(report)
    try:
        return datetime.strptime(found[1], "%Y-%m-%dT%H-%M-%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
