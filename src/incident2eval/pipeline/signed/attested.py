"""Reports as others may go by them: one with what speaks against it, and the last that people signed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from incident2eval.model import Approver, BadInput, Event, Incident2EvalError, Report, Ruling, Trust, visible
from incident2eval.pipeline.gating.reports import ENVELOPE, documents_in, folder_of
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.covered import changes_of_trust, lacking
from incident2eval.pipeline.signed.first_use import Start, first_trust
from incident2eval.pipeline.signed.git_history import ever_held, is_as_held
from incident2eval.pipeline.signed.stale import stale
from incident2eval.pipeline.signed.vouching import Attested, ReportFile, judged, out_of_chain, read_file
from incident2eval.store import Project, read_bytes, sha256

__all__ = ["Attested", "Chain", "attested", "last_signed", "signed_chain", "stale"]


_APPROVALS = "approvals"


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
    late: str = ""
    """That those who signed the first were named after the incident, in words."""


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

    The first signed report is believed where somebody signed it whom the settings named before the incident
    was noticed (`first_trust`). Each later one needs the signature of somebody whom the one before it knew,
    or by whose word the approvers changed in between: who writes themselves into the settings gets no
    further.

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
    before: Trust | None = None
    late = ""
    reports: list[Attested] = []
    known: dict[str, tuple[Approver, ...]] = {}
    problems: list[str] = []
    folder = folder_of(home, workflow)
    for envelope in sorted(folder.glob(f"*{ENVELOPE}"), key=lambda path: path.name.removesuffix(ENVELOPE)):
        try:
            read = read_file(home, envelope)
            if before is None:
                start = _start(home, workflow, read, approvers)
                before, late = start.trust, start.late
            counting, is_covered = _known(home, before, read.report)
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
            last, before = (found, found.report.trust) if is_covered else (last, before)
    everybody = dict.fromkeys((*approvers, *(before.approvers if before else ()), *chain(*known.values())))
    gone = (*_taken_away(home, workflow, tuple(everybody)), *_gone_from_git(home, workflow))
    return Chain(last=last, reports=tuple(reports), known=known, problems=(*problems, *gone), late=late)


def _unfit(found: Attested, workflow: str) -> Iterator[str]:
    """Why a report that lies there signed is none to go by."""
    if found.report.decision.workflow != workflow:
        yield f"is about {visible(found.report.decision.workflow)}"
    if found.report.decision.decision is not Ruling.PASS:
        yield f"was signed, and its decision is {found.report.decision.decision}"
    if not found.signed and not found.problems:
        yield "nobody signed it who was trusted then"


def _start(home: Project, workflow: str, read: ReportFile, approvers: Sequence[Approver]) -> Start:
    """What the first signed report is held against; where nothing tells, those of now and its own count."""
    report = read.report
    found = first_trust(home, workflow, report.trust, signed=read)
    if found.trust is not report.trust:
        return found
    known = tuple(dict.fromkeys((*approvers, *report.trust.approvers)))
    return replace(found, trust=replace(report.trust, approvers=known))


def _known(home: Project, before: Trust, report: Report) -> tuple[tuple[Approver, ...], bool]:
    """Whose signature under a report counts, given what was trusted before; and whether it hands on trust."""
    if not changes_of_trust(before, report.trust):
        return before.approvers, True
    if lacking(home, before, report.trust):
        return before.approvers, False
    return tuple(dict.fromkeys((*before.approvers, *report.trust.approvers))), True


def _gone_from_git(home: Project, workflow: str) -> Iterator[str]:
    """Signed reports and approvals that git held once, and that are not there any more, or another."""
    places = (folder_of(home, workflow).relative_to(home.root).as_posix(), _APPROVALS)
    for name, contents in ever_held(home, *places).items():
        if not name.endswith(ENVELOPE):
            continue
        if not (home.root / name).is_file():
            yield f"{visible(name)}: git holds it, and it is gone"
        # Under a report others sign as well; an approval is one person's, and stays as it is.
        elif name.startswith(f"{_APPROVALS}/") and not is_as_held(home, name, contents):
            yield f"{visible(name)}: git holds another one"


def _taken_away(home: Project, workflow: str, approvers: Sequence[Approver]) -> Iterator[str]:
    """Reports that a log names by their digest, and refusals that it tells of, that are gone or others."""
    words = [one.approval for one in signed_approvals(home, approvers)[0]]
    refused = {(one.by, one.digest) for one in words if one.decision != "approved"}
    for incident_id in home.incident_ids():
        loaded = home.incident(incident_id)
        for entry in loaded.entries:
            named = entry.workflow or loaded.incident.workflow.name
            if named != workflow or not (entry.ref and entry.digest):
                continue
            file = visible(entry.ref)
            if entry.event in {Event.SIGNED_OFF, Event.RESTARTED}:
                if not _is_there(home, workflow, entry.ref, entry.digest):
                    yield f"{file}: the log of {incident_id} names it, and it is gone or another one"
            # A refusal by a person has their role; one by `restart` has none.
            elif (
                entry.event == Event.RESTART_REFUSED
                and entry.role
                and (entry.by, entry.digest) not in refused
            ):
                who = visible(entry.by or "somebody")
                yield f"{file}: the log of {incident_id} says that {who} refused it, and that word is gone"


def _is_there(home: Project, workflow: str, ref: str, digest: str) -> bool:
    kept = {path.relative_to(home.root).as_posix(): path for path in documents_in(folder_of(home, workflow))}
    try:
        return ref in kept and sha256(read_bytes(kept[ref])) == digest
    except Incident2EvalError:
        return False
