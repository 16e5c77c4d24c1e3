"""`sign-off`: a person signs a pass report, so that its workflow may run again; or refuses to, for good."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from incident2eval.model import (
    JSON,
    Approval,
    BadInput,
    Event,
    Fault,
    IncidentFile,
    LogEntry,
    Matter,
    SignedApproval,
    Stage,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import incident_files
from incident2eval.pipeline._may_sign import refuse_stranger
from incident2eval.pipeline._reason import published
from incident2eval.pipeline._word import append, now
from incident2eval.pipeline.gating.reports import ENVELOPE, FORMS
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.signed.approvals import signed_approvals, write_approval
from incident2eval.pipeline.signed.attested import Attested, attested
from incident2eval.pipeline.signed.look_backs import looked_back
from incident2eval.pipeline.signed.signed_words import what_is_signed
from incident2eval.pipeline.signed.signer import Signatory
from incident2eval.pipeline.signed.stale import stale
from incident2eval.pipeline.signed.trust import Trusted, trust_digest, trust_of, trusted
from incident2eval.report.statement import statement_of
from incident2eval.signing import PrivateKey, sign, statement
from incident2eval.stages import stage
from incident2eval.store import Project, read_bytes, write_atomically

_VIEWS = tuple(form for form in FORMS if form != ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signing:
    """One person before one report."""

    home: Project
    workflow: str
    read: Attested
    trusted: Trusted
    who: Signatory
    at: datetime

    @property
    def envelope(self) -> Path:
        """Where the signatures of the report lie."""
        return self.read.path.with_suffix(ENVELOPE)

    def word(self, matter: Matter, digest: str, reason: str, *, decision: str = "approved") -> Approval:
        """What the person says about one thing."""
        return Approval(
            matter=matter,
            subject=self.workflow,
            digest=digest,
            decision=decision,
            by=self.who.name,
            role=self.who.role,
            at=self.at,
            reason=reason,
        )


def sign_off(
    *,
    project: Path | None,
    workflow: str,
    report: Path,
    who: Signatory,
    refuse: str | None = None,
) -> Answer:
    """Sign a report that holds, and everything it covers; or refuse to, with a reason.

    Before anything is signed, they are told in plain words what it is. The same person, role and report
    again adds nothing, and completes what a crash left undone.

    Args:
        project: The project's folder, or None for the nearest one upward.
        workflow: Its name.
        report: Any form of the report.
        who: Who signs, as what, with which key.
        refuse: Why the person refuses; None where they sign.

    Returns:
        Exit code 1 where the report may not be signed: it is no pass, does not hold, has expired, speaks of
        something else than what is deployed now, or somebody refused it.

    Raises:
        BadInput: No such workflow or report; or it is not this person's to sign.
        NotJudged: The file system refused.
    """
    home = Project.find(project)
    home.workflow(workflow)
    confided = trusted(home, workflow)
    read = attested(home, report, confided.approvers)
    if read.report.decision.workflow != workflow:
        message = f"is a report of {read.report.decision.workflow}, not of {workflow}"
        raise BadInput(Fault(file=read.shown, message=message))
    signing = _Signing(home=home, workflow=workflow, read=read, trusted=confided, who=who, at=now())
    if refuse is not None:
        refuse = published(home, workflow, refuse, who.tell)
    problems = () if refuse is not None else tuple(_problems(signing))
    if problems:
        return _answer(signing, (), problems=problems)
    refuse_stranger(home, who)
    past = looked_back(
        home, workflow, confided, signing.at, lambda reason: published(home, workflow, reason, who.tell)
    )
    for line in what_is_signed(read, confided, who, at=signing.at, refuse=refuse):
        who.tell(line)
    for line in past.words if refuse is None else ():
        who.tell(f"  covers {line}")
    key = who.key(home, confided)
    if refuse is not None:
        return _answer(signing, _refused(signing, key, refuse), refused=True)
    return _answer(signing, _signed(signing, key, past.said))


def _problems(signing: _Signing) -> Iterator[str]:
    """Why nobody may sign the report, all at once."""
    read, home = signing.read, signing.home
    yield from read.problems
    yield from stale(home, read, now=signing.at, levels=home.settings.policy)
    for word in signed_approvals(home, signing.trusted.known)[0]:
        said = word.approval
        if (said.matter, said.digest, said.decision) == (Matter.RESTART, read.digest, "refused"):
            yield f"{said.by} refused this report: {said.reason}; run the gate again for another one"


def _signed(signing: _Signing, key: PrivateKey, covered: str) -> tuple[str, ...]:
    """Sign the report, say that the workflow may run again, and cover what changed in the settings.

    The word says which look-backs the person had before them: with others it does not count.
    """
    files = [_sign_envelope(signing, key)]
    home, read = signing.home, signing.read
    words = [signing.word(Matter.RESTART, read.digest, covered)]
    if signing.trusted.changes:
        digest = trust_digest(trust_of(home.settings, signing.workflow))
        reason = "; ".join(signing.trusted.changes)
        words.append(signing.word(Matter.SETTINGS, digest, reason))
    kept = [write_approval(home, word, key) for word in words]
    _note(signing, kept[0])
    return (*files, *(one.file for one in kept))


def _sign_envelope(signing: _Signing, key: PrivateKey) -> str:
    """Put a signature under the statement that the report is, beside those that are there."""
    read, path = signing.read, signing.envelope
    document = read_bytes(read.path, file=read.shown)
    beside_it = {ending: read.path.with_suffix(ending) for ending in _VIEWS}
    forms = {ending: read_bytes(place) for ending, place in beside_it.items() if place.is_file()}
    subjects, predicate_type, predicate = statement_of(read.report, document, forms)
    payload = statement(subjects=subjects, predicate_type=predicate_type, predicate=predicate)
    with FileLock(signing.home.root / "reports" / ".lock"):  # two people may sign at once
        before = read_bytes(path) if path.exists() else None
        write_atomically(path, sign(payload, key, beside=before))
    return path.relative_to(signing.home.root).as_posix()


def _refused(signing: _Signing, key: PrivateKey, reason: str) -> tuple[str, ...]:
    """Keep that the person refused: the report opens nothing any more, and carries no signature of theirs."""
    word = signing.word(Matter.RESTART, signing.read.digest, reason, decision="refused")
    kept = write_approval(signing.home, word, key)
    _note(signing, kept)
    return (kept.file,)


def _note(signing: _Signing, kept: SignedApproval) -> None:
    """Keep it in the log of every open incident of the workflow, once."""
    said = kept.approval
    is_refusal = said.decision == "refused"
    entry = LogEntry(
        at=said.at,
        event=Event.RESTART_REFUSED if is_refusal else Event.SIGNED_OFF,
        by=said.by,
        role=said.role,
        reason=said.reason or None,
        ref=signing.read.shown,
        digest=said.digest,
    )
    for file in _open_incidents(signing):
        if not any(replace(one, given=None, previous=None) == entry for one in file.entries):
            append(signing.home, file.incident.id, entry)


def _open_incidents(signing: _Signing) -> list[IncidentFile]:
    files, _ = incident_files(signing.home, signing.at)
    mine = (file for file in files if file.incident.workflow.name == signing.workflow)
    return [file for file in mine if stage(file) is not Stage.CLOSED]


def _answer(
    signing: _Signing, files: tuple[str, ...], *, problems: tuple[str, ...] = (), refused: bool = False
) -> Answer:
    read, who = signing.read, signing.who
    data: dict[str, JSON] = {
        "workflow": signing.workflow,
        "signed": not (problems or refused),
        "refused": refused,
        "report": read.shown,
        "digest": read.digest,
        "by": who.name,
        "role": who.role,
        "covers": list(signing.trusted.changes),
        "files": list(files),
        "problems": list(problems),
    }
    if problems:
        lines = [f"NOT SIGNED: {read.shown}", *(f"  {problem}" for problem in problems)]
        lines.append(
            f"next: commit what is to go live, incident2eval gate {signing.workflow}, then sign that report"
        )
    else:
        did = "refused" if refused else "signed"
        lines = [f"{who.words} {did} {read.shown}", *(f"  {file}" for file in files)]
        lines.append(
            "next: mend what is named, then run the gate again"
            if refused
            else f"next: commit these files, then incident2eval restart {signing.workflow}"
        )
    return Answer(
        data=data,
        text=wrapped(lines),
        exit_code=int(bool(problems)),
        notes=(*signing.home.warnings, *who.notes(signing.home)),
    )
