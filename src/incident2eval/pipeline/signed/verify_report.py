"""`verify` of a report: denied, unless everything that it needs is seen to be there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval.model import JSON, Approver, Matter, Severity, SignedApproval, visible
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.reports import ENVELOPE, FORMS, documents_in
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.said_times import iso
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.attested import Attested, attested, stale
from incident2eval.pipeline.signed.stale import aged
from incident2eval.pipeline.signed.trust import Trusted, trusted
from incident2eval.pipeline.signed.vouching import read_file
from incident2eval.store import Project, read_bytes, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A report, and when it has to hold."""

    home: Project
    read: Attested
    trusted: Trusted
    at: datetime | None
    """None: now, and of what is deployed now."""


def verify_report(home: Project, path: Path, at: datetime | None) -> Answer:
    """Say everything that speaks against a report.

    Args:
        home: The project.
        path: The report in any of its forms, its envelope, or a copy of one.
        at: Judge its age at this time and leave what is deployed aside; None: all of it now.

    Returns:
        Exit code 0 where nothing does, else 1.

    Raises:
        BadInput: It is no report, or cannot be read.
    """
    place, copied = _kept(home, path)
    file = read_file(home, place)
    workflow = file.report.decision.workflow
    confided = trusted(home, workflow)
    read = attested(home, place, _who_counts(confided, at, sha256(file.raw)))
    asked = _Asked(home=home, read=read, trusted=confided, at=at)
    problems = list(dict.fromkeys(_problems(asked)))
    approvals = _approvals(asked)
    data: dict[str, JSON] = {
        "ok": not problems,
        "problems": problems,
        "digest": read.digest,
        "report": read.shown,
        "workflow": workflow,
        "decision": str(read.report.decision.decision),
        "commit": read.report.commit,
        "severity": read.report.severity,
        "signers": list(read.signers),
        "approvals": [
            {"name": one.approval.by, "role": one.approval.role, "decision": one.approval.decision}
            for one in approvals
        ],
    }
    notes = [*([copied] if copied else []), *_notes(asked)]
    return Answer(
        data=data,
        text=wrapped(_lines(asked, problems, approvals)),
        exit_code=bool(problems),
        notes=tuple(notes),
    )


def _kept(home: Project, path: Path) -> tuple[Path, str | None]:
    """The report in reports/ that is meant, and words about it where another file was given.

    A copy that lies elsewhere, such as `gate --report` writes, stands for the report that it is a copy of:
    the same bytes in the same form. Inside reports/ a copy is what it is.
    """
    root = home.root.resolve()
    real = path.parent.resolve() / path.name
    if real.is_relative_to(root / "reports") or not (root / "reports").is_dir():
        return path, None
    ending = next((one for one in (ENVELOPE, *FORMS) if path.name.endswith(one)), None)
    digest = sha256(read_bytes(path))
    for folder in sorted((root / "reports").iterdir()):
        for document in documents_in(folder):
            form = document.with_suffix(ending) if ending else document
            if form.is_file() and not form.is_symlink() and sha256(read_bytes(form)) == digest:
                shown = document.relative_to(root).as_posix()
                return document, f"{path} is a copy of {shown}, which is what was verified"
    return path, None


def _who_counts(confided: Trusted, at: datetime | None, digest: str) -> tuple[Approver, ...]:
    """Whose signature counts: those who may sign now; for an earlier time those of then too."""
    if at is None:
        return confided.approvers
    return tuple(dict.fromkeys((*confided.counted, *confided.chain.known.get(digest, ()))))


def _problems(asked: _Asked) -> Iterator[str]:
    read, policy = asked.read, asked.home.settings.policy
    report = read.report
    yield from read.problems
    level = policy.level(report.severity or Severity.LOW)
    if level.signed:
        if not read.signed:
            yield f"nobody signed it, and severity {report.severity} asks for that"
        # What was changed later is no fault of a report that is asked about as of then.
        yield from (
            f"nobody approved this change since {asked.trusted.source}: {one}"
            for one in (asked.trusted.changes if asked.at is None else ())
        )
    yield from _of_others(asked)
    if asked.at is None:
        yield from stale(asked.home, read, now=now(), levels=policy)
    else:
        yield from aged(report, now=asked.at, levels=policy)
        if level.signed and (report.commit is None or report.dirty):
            yield f"speaks of no commit, or of files beside it, and severity {report.severity} asks for one"
    yield from (
        f"{one.approval.by} ({one.approval.role}) refused it: {one.approval.reason}"
        for one in _approvals(asked)
        if one.approval.decision != "approved"
    )


def _of_others(asked: _Asked) -> Iterator[str]:
    """Signed reports that do not hold or are gone: whom to trust is told by them."""
    own = {f"{asked.read.shown}: {problem}" for problem in asked.read.problems}
    return (problem for problem in asked.trusted.problems if problem not in own)


def _approvals(asked: _Asked) -> tuple[SignedApproval, ...]:
    """Words of approvers about this very report."""
    then = asked.trusted.chain.known.get(asked.read.digest, ())
    words, _ = signed_approvals(asked.home, tuple(dict.fromkeys((*asked.trusted.known, *then))))
    return tuple(
        one
        for one in words
        if (one.approval.matter, one.approval.digest) == (Matter.RESTART, asked.read.digest)
        and one.approval.subject == asked.read.report.decision.workflow
    )


def _notes(asked: _Asked) -> Iterator[str]:
    yield from asked.home.warnings
    if asked.at is not None:
        yield f"its age was judged at {iso(asked.at)}; what is deployed now was left aside"
    if not asked.read.signed:
        yield "nobody signed it: it says what this machine said, and whoever can write here can write it"
    else:
        yield f"whose signature counts comes from {asked.trusted.source}"


def _lines(asked: _Asked, problems: list[str], approvals: tuple[SignedApproval, ...]) -> Iterator[str]:
    read = asked.read
    yield f"{read.shown}: {'does not hold' if problems else 'holds'}"
    yield from (f"  {problem}" for problem in problems)
    yield f"workflow: {visible(read.report.decision.workflow)}"
    yield f"commit: {visible(read.report.commit or 'none')}"
    yield f"made: {iso(read.report.finished)}"
    yield f"signed by: {', '.join(read.signers) or 'nobody'}"
    for one in approvals:
        yield f"{one.approval.decision} by: {one.approval.by} ({one.approval.role})"
    yield f"digest: {read.digest}"
