"""Reports as others may go by them: one with what speaks against it, and the last that people signed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from incident2eval.model import Approver, BadInput, Event, Incident2EvalError, Matter, Report, Ruling, visible
from incident2eval.pipeline._approvals import signed_approvals
from incident2eval.pipeline._reports import ENVELOPE, documents_in, folder_of
from incident2eval.pipeline._stale import stale
from incident2eval.pipeline._vouching import Attested, judged, out_of_chain, read_file
from incident2eval.store import Project, read_bytes, sha256

__all__ = ["Attested", "attested", "last_signed", "stale"]


def attested(home: Project, path: Path, approvers: Sequence[Approver]) -> Attested:
    """A report with everything that speaks against it, whatever is deployed now.

    Args:
        home: The project.
        path: The report in any of its forms, or its envelope.
        approvers: Those whose signatures count.

    Raises:
        BadInput: There is no such report, or it cannot be read as one.
    """
    read = read_file(home, path)
    found = judged(home, read, approvers)
    return replace(found, problems=(*found.problems, *map(visible, out_of_chain(read))))


def last_signed(
    home: Project, workflow: str, approvers: Sequence[Approver]
) -> tuple[Attested | None, tuple[str, ...]]:
    """The newest report of a workflow that holds and is signed by somebody who could be trusted then.

    The first signed report is believed where one of the approvers signed it, those of now or those that it
    names itself. Each later one needs the signature of somebody whom the one before it knew, or by whose word
    the approvers changed in between: who writes themselves into the settings gets no further.

    Args:
        home: The project.
        workflow: Its name.
        approvers: Those that the settings name now.

    Returns:
        The report, None where there is none; and every signed one that does not hold, or is gone.
    """
    last: Attested | None = None
    problems: list[str] = []
    folder = folder_of(home, workflow)
    for envelope in sorted(folder.glob(f"*{ENVELOPE}"), key=lambda path: path.name.removesuffix(ENVELOPE)):
        try:
            read = read_file(home, envelope)
            found = judged(home, read, _known(home, last, read.report, approvers))
        except BadInput as error:
            problems += map(str, error.faults)
            continue
        wrong = [*found.problems, *_unfit(found, workflow)]
        problems += [f"{found.shown}: {problem}" for problem in wrong]
        last = last if wrong else found
    return last, (*problems, *_taken_away(home, workflow))


def _unfit(found: Attested, workflow: str) -> Iterator[str]:
    """Why a report that lies there signed is none to go by."""
    if found.report.decision.workflow != workflow:
        yield f"is about {visible(found.report.decision.workflow)}"
    if found.report.decision.decision is not Ruling.PASS:
        yield f"was signed, and its decision is {found.report.decision.decision}"
    if not found.signed and not found.problems:
        yield "nobody signed it who was trusted then"


def _known(
    home: Project, last: Attested | None, report: Report, approvers: Sequence[Approver]
) -> tuple[Approver, ...]:
    """Whose signature under a report counts, given the last one that holds."""
    from incident2eval.pipeline._trust import trust_digest  # noqa: PLC0415 - it asks here for what was signed

    own = report.trust.approvers
    if last is None:
        return tuple(dict.fromkeys((*approvers, *own)))
    before = last.report.trust.approvers
    if before == own:
        return before
    words, _ = signed_approvals(home, before)
    wanted = (Matter.SETTINGS, "approved", trust_digest(report.trust))
    covered = any(
        (one.approval.matter, one.approval.decision, one.approval.digest) == wanted for one in words
    )
    return tuple(dict.fromkeys((*before, *own))) if covered else before


def _taken_away(home: Project, workflow: str) -> Iterator[str]:
    """Reports that a log names by their digest, and that are not there as they were."""
    for incident_id in home.incident_ids():
        loaded = home.incident(incident_id)
        for entry in loaded.entries:
            named = entry.workflow or loaded.incident.workflow.name
            if entry.event not in {Event.SIGNED_OFF, Event.RESTARTED} or named != workflow:
                continue
            if entry.ref and entry.digest and not _is_there(home, workflow, entry.ref, entry.digest):
                file = visible(entry.ref)
                yield f"{file}: the log of {incident_id} names it, and it is gone or another one"


def _is_there(home: Project, workflow: str, ref: str, digest: str) -> bool:
    kept = {path.relative_to(home.root).as_posix(): path for path in documents_in(folder_of(home, workflow))}
    try:
        return ref in kept and sha256(read_bytes(kept[ref])) == digest
    except Incident2EvalError:
        return False
