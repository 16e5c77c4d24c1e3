"""Past runs of a workflow, for the false alarms of a case."""

from datetime import date, datetime

from incident2eval import formats
from incident2eval.model import BadInput, Run
from incident2eval.pipeline._dossier import Dossier, attribute
from incident2eval.store import read_bytes


def earlier_runs(dossier: Dossier) -> tuple[Run, ...]:
    """The archived runs of the incident's workflow before the earliest change that its file names.

    Files that cannot be read are left out here; the look-back counts them.
    """
    name = dossier.incident.workflow.name
    changes = [change.at for change in dossier.incident.changes]
    runs: list[Run] = []
    for path in dossier.project.archive_files():
        try:
            reading = formats.read(read_bytes(path), name=path.name)
        except BadInput:
            continue
        runs += [run for run in reading.runs if run.workflow in {None, name} and _before(run, changes)]
    return tuple(attribute(run, dossier.project, dossier.workflow) for run in runs)


def _before(run: Run, changes: list[datetime | date]) -> bool:
    if run.started is None:
        return not changes
    started = run.started
    return all(started < at if isinstance(at, datetime) else started.date() < at for at in changes)
