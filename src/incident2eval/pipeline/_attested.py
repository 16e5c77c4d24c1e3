"""Reports as others may go by them: one with what speaks against it, and the last that people signed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from incident2eval.model import Approver, BadInput, Event, Incident2EvalError, Report, Ruling, visible
from incident2eval.pipeline._covered import changes_of_trust, lacking
from incident2eval.pipeline._reports import ENVELOPE, documents_in, folder_of
from incident2eval.pipeline._stale import stale
from incident2eval.pipeline._vouching import Attested, judged, out_of_chain, read_file
from incident2eval.store import Project, git_answer, read_bytes, sha256

__all__ = ["Attested", "Chain", "attested", "last_signed", "signed_chain", "stale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The signed reports of a workflow, the oldest first."""

    last: Attested | None = None
    """The newest that hands on trust: what is looser in it is covered."""
    reports: tuple[Attested, ...] = ()
    """All that hold."""
    known: Mapping[str, tuple[Approver, ...]] = field(default_factory=dict)
    """Digest of a report -> the approvers who counted then."""
    problems: tuple[str, ...] = ()
    """Signed ones that do not hold, or are gone."""


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
    chain = signed_chain(home, workflow, approvers)
    return chain.reports[-1] if chain.reports else None, chain.problems


def signed_chain(home: Project, workflow: str, approvers: Sequence[Approver]) -> Chain:
    """Every signed report of a workflow that holds, and the trust that they hand on.

    Args:
        home: The project.
        workflow: Its name.
        approvers: Those that the settings name now.
    """
    last: Attested | None = None
    reports: list[Attested] = []
    known: dict[str, tuple[Approver, ...]] = {}
    problems: list[str] = []
    folder = folder_of(home, workflow)
    for envelope in sorted(folder.glob(f"*{ENVELOPE}"), key=lambda path: path.name.removesuffix(ENVELOPE)):
        try:
            read = read_file(home, envelope)
            counting, is_covered = _known(home, last, read.report, approvers)
            found = judged(home, read, counting)
        except BadInput as error:
            problems += map(str, error.faults)
            continue
        wrong = [*found.problems, *_unfit(found, workflow)]
        problems += [f"{found.shown}: {problem}" for problem in wrong]
        if not wrong:
            reports.append(found)
            known[found.digest] = counting
            # Who loosens the settings alone hands on no trust by signing a report.
            last = found if is_covered else last
    gone = (*_taken_away(home, workflow), *_gone_from_git(home, workflow))
    return Chain(last=last, reports=tuple(reports), known=known, problems=(*problems, *gone))


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
) -> tuple[tuple[Approver, ...], bool]:
    """Whose signature under a report counts, given the last one that hands on trust; and whether it does."""
    own = report.trust.approvers
    if last is None:
        return tuple(dict.fromkeys((*approvers, *own))), True
    before = last.report.trust
    if not changes_of_trust(before, report.trust):
        return before.approvers, True
    if lacking(home, before, report.trust):
        return before.approvers, False
    return tuple(dict.fromkeys((*before.approvers, *own))), True


def _gone_from_git(home: Project, workflow: str) -> Iterator[str]:
    """Signed reports and approvals that git held once, and that are not there any more."""
    places = (folder_of(home, workflow).relative_to(home.root).as_posix(), "approvals")
    history = ("log", "--diff-filter=D", "--no-renames", "--relative", "--name-only", "-z", "--format=")
    told = (
        git_answer(home.root, *history, "HEAD", "--", *places),
        git_answer(home.root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", *places),
    )
    names = {name.strip() for one in told for name in (one or b"").decode("utf-8", "replace").split("\0")}
    for name in sorted(names):
        if name.endswith(ENVELOPE) and not (home.root / name).is_file():
            yield f"{visible(name)}: git holds it, and it is gone"


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
