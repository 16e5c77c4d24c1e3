"""Who changed a workflow since it was known that something is wrong with it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time

from incident2eval.model import Approver, Incident2EvalError, IncidentFile, Moment
from incident2eval.pipeline._attested import attested
from incident2eval.pipeline._git_history import authors_since, first_committed
from incident2eval.pipeline._reports import documents_in, folder_of
from incident2eval.store import Project


def fixers(
    home: Project, workflow: str, files: Sequence[IncidentFile], approvers: Sequence[Approver]
) -> tuple[str, ...] | None:
    """Names and addresses of those who had a hand in it since; None where git cannot say it.

    Args:
        home: The project.
        workflow: Its name.
        files: Its open incidents, at least one.
        approvers: Those whose signatures count.
    """
    known = min(moment for file in files for moment in _known(home, file))
    return authors_since(home, known, _signed_before(home, workflow, known, approvers))


def _known(home: Project, file: IncidentFile) -> Iterator[datetime]:
    """When it was noticed, as the file says now; and what shows that it was known already."""
    name = file.incident.id
    yield _start(file.incident.when.noticed)
    yield from (entry.at for entry in file.entries)
    with suppress(Incident2EvalError):  # a manifest that was changed is a demand of its own
        yield from (sealed.when for sealed in home.sealed(name))
    if committed := first_committed(home, f"incidents/{name}/incident.yaml"):
        yield committed


def _start(moment: Moment) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)


def _signed_before(home: Project, workflow: str, at: datetime, approvers: Sequence[Approver]) -> str | None:
    """The commit that the last signed report from before then speaks of."""
    for path in reversed(documents_in(folder_of(home, workflow))):
        with suppress(Incident2EvalError):
            read = attested(home, path, approvers)
            if read.signed and not read.problems and read.report.finished < at and read.report.commit:
                return read.report.commit
    return None
