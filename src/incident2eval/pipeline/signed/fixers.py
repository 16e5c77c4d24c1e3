"""Who changed a workflow since it was known that something is wrong with it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from incident2eval.model import Approver, Incident2EvalError, IncidentFile
from incident2eval.pipeline.gating.reports import documents_in, folder_of
from incident2eval.pipeline.signed.attested import attested
from incident2eval.pipeline.signed.git_history import authors_since
from incident2eval.pipeline.signed.noticed import known_since
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
    known = min(known_since(home, file.incident, file.entries) for file in files)
    return authors_since(home, known, _signed_before(home, workflow, known, approvers))


def _signed_before(home: Project, workflow: str, at: datetime, approvers: Sequence[Approver]) -> str | None:
    """The commit that the last signed report from before then speaks of."""
    for path in reversed(documents_in(folder_of(home, workflow))):
        with suppress(Incident2EvalError):
            read = attested(home, path, approvers)
            if read.signed and not read.problems and read.report.finished < at and read.report.commit:
                return read.report.commit
    return None
