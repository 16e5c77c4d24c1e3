"""Past runs of a workflow: what its cases must leave alone, and what a drift is measured against."""

from dataclasses import dataclass

from incident2eval import formats
from incident2eval.model import BadInput, Incident, Run, WorkflowSettings
from incident2eval.model.look_back import precedes
from incident2eval.store import Project, read_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """The archived runs of an incident's workflow, in the order of the files."""

    before: tuple[Run, ...] = ()
    """Before the earliest change that the incident file names; all of them where it names none."""
    since: tuple[Run, ...] = ()
    """After it."""


def archived_runs(project: Project, incident: Incident, workflow: WorkflowSettings) -> Archived:
    """Read the archive that the settings name.

    Files that cannot be read are left out here; the look-back counts them. Of a run that does not say when it
    was, nobody knows on which side of a change it falls: it is left out where there is one.
    """
    changes = [change.at for change in incident.changes]
    before: list[Run] = []
    since: list[Run] = []
    for path in project.archive_files():
        try:
            reading = formats.read(read_bytes(path), name=path.name)
        except BadInput:
            continue
        for run in reading.runs:
            if run.workflow not in {None, incident.workflow.name} or (changes and run.started is None):
                continue
            side = before if all(precedes(run.started, at) for at in changes) else since
            side.append(attribute(run, project, workflow))
    return Archived(before=tuple(before), since=tuple(since))


def attribute(run: Run, project: Project, workflow: WorkflowSettings) -> Run:
    """The run with its subject and the owners of its records, as settings, roster and the run itself tell."""
    paths = workflow.subject
    return formats.with_owners(run, customers=project.customers, paths=paths, stated=None).run
