"""`approve`: a person puts their name to one thing as it is now: once it changes, the approval is spent."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from incident2eval.model import (
    INCIDENT_ID,
    OVERRIDE_HOURS,
    Approval,
    BadInput,
    Fault,
    Incident2EvalError,
    Matter,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._may_sign import refuse_stranger
from incident2eval.pipeline._reason import published
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.case_digests import case_digests, folder_digest
from incident2eval.pipeline.shown.clock_lines import shown
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.said_times import iso
from incident2eval.pipeline.signed.approvals import GONE, deployed_digest, write_approval
from incident2eval.pipeline.signed.attested import last_signed
from incident2eval.pipeline.signed.open_incidents import standing
from incident2eval.pipeline.signed.signer import Signatory
from incident2eval.pipeline.signed.trust import Trusted, trust_digest, trust_of, trusted
from incident2eval.store import Project, read_bytes, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to put their name to."""

    matter: Matter
    subject: str
    """A workflow, an incident or a case, as the matter asks."""
    reason: str
    until: datetime | None = None
    """When it ends, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """What an approval is about, as it is now."""

    workflow: str
    digest: str
    words: str
    """What the signature says, in plain words."""


def approve(*, project: Path | None, wish: Wish, who: Signatory) -> Answer:
    """Sign an approval and keep it under approvals/.

    Args:
        project: The project's folder, or None for the nearest one upward.
        wish: What it is about, why, and until when.
        who: Who signs, as what, with which key.

    Raises:
        BadInput: There is no such thing, or it needs a reason or an end; or it is not this person's to sign.
        NotJudged: The file system refused.
    """
    home, at = Project.find(project), now()
    _refuse_unreasoned(wish)
    thing = _THINGS[wish.matter](home, wish.subject)
    _refuse_endless(home, wish, at)
    confided = trusted(home, thing.workflow)
    refuse_stranger(home, who)
    reason = published(home, thing.workflow, wish.reason, who.tell)
    until = f", until {shown(wish.until)}" if wish.until else ""
    who.tell(f"{who.words} signs that {thing.words}{until}, because: {reason}")
    for change in confided.changes if wish.matter is Matter.SETTINGS else ():
        who.tell(f"  covers: {change}")
    for line in _hours_left(home, wish, confided, at) if wish.matter is Matter.OVERRIDE else ():
        who.tell(f"  {line}")
    who.tell(f"  digest: {thing.digest}")
    word = Approval(
        matter=wish.matter,
        subject=wish.subject,
        digest=thing.digest,
        by=who.name,
        role=who.role,
        at=at,
        reason=reason,
        until=wish.until,
    )
    kept = write_approval(home, word, who.key(home, confided))
    said = kept.approval
    data = {
        "matter": str(said.matter),
        "subject": said.subject,
        "digest": said.digest,
        "by": said.by,
        "role": said.role,
        "at": iso(said.at),
        "reason": said.reason,
        "until": iso(said.until) if said.until else None,
        "file": kept.file,
        "covers": list(confided.changes) if wish.matter is Matter.SETTINGS else [],
    }
    lines = [f"{who.words} signed: {kept.file}"]
    if said.reason != wish.reason:
        lines.append(f"the reason, with what identifies somebody replaced: {said.reason}")
    text = wrapped([*lines, "next: commit this file"])
    return Answer(data=data, text=text, notes=(*home.warnings, *who.notes(home)))


def _refuse_unreasoned(wish: Wish) -> None:
    if wish.matter not in _THINGS:
        hint = "incident2eval sign-off WORKFLOW --report FILE"
        raise BadInput(Fault(message=f"{wish.matter} is signed on a report, not here", hint=hint))
    if sum(map(str.isalnum, wish.reason)) < 3 or not wish.reason.isprintable():
        hint = "why, in one line: it stands in every report"
        raise BadInput(Fault(field="--reason", message="is no reason", hint=hint))


def _refuse_endless(home: Project, wish: Wish, at: datetime) -> None:
    """Refuse what has to end some time and does not, or ended before; raises BadInput."""
    if wish.until is not None and wish.until <= at:
        raise BadInput(Fault(field="--until", message=f"{shown(wish.until)} is past", hint="a time to come"))
    if wish.until is None and wish.matter in {Matter.QUARANTINE, Matter.OVERRIDE}:
        message = f"{wish.matter} has to end some time"
        raise BadInput(Fault(field="--until", message=message, hint="such as 2026-11-21T09:00:00Z"))
    hours = _hours(home)
    if wish.matter is Matter.OVERRIDE and wish.until and wish.until > at + timedelta(hours=hours):
        message = f"an emergency override lasts {hours} hours at most"
        latest = shown(at + timedelta(hours=hours))
        raise BadInput(Fault(field="--until", message=message, hint=f"{latest} at the latest"))


def _hours(home: Project) -> int:
    return min(home.settings.policy.override_hours, OVERRIDE_HOURS)


def _hours_left(home: Project, wish: Wish, confided: Trusted, at: datetime) -> Iterator[str]:
    """That `restart` goes by an override for less long than it is signed for, or not at all."""
    try:
        found = standing(home, wish.subject, confided, at)
    except Incident2EvalError:
        return  # `restart` says what cannot be read
    since = min((one.emergency for one in found.open if one.emergency), default=None)
    if since is None or wish.until is None:
        return
    end = since + timedelta(hours=_hours(home))
    counted = f"the {_hours(home)} hours between two signed restarts count from {shown(since)}"
    if end <= at:
        yield f"restart will not go by it: {counted}, and are over"
    elif end < wish.until:
        yield f"it ends on {shown(end)} all the same: {counted}"


def _no_case(home: Project, subject: str) -> _Thing:
    path = home.folder(subject) / "incident.yaml"
    workflow = home.incident(subject).incident.workflow.name
    digest = sha256(read_bytes(path, file=f"incidents/{subject}/incident.yaml"))
    return _Thing(
        workflow=workflow, digest=digest, words=f"{subject}, as its file tells it now, needs no case"
    )


def _edited_test(home: Project, subject: str) -> _Thing:
    return _Thing(
        workflow=home.case(subject).workflow,
        digest=folder_digest(home, subject),
        words=f"the tests of {subject} count as somebody edited them",
    )


def _changed_case(home: Project, subject: str) -> _Thing:
    digest = _case_now(home, subject)
    what = "is gone" if digest == GONE else "is another one than before, as it is now"
    return _Thing(workflow=_workflow_of(home, subject), digest=digest, words=f"the case {subject} {what}")


def _quarantine(home: Project, subject: str) -> _Thing:
    words = f"the case {subject} is broken, and does not count for a while"
    return _Thing(workflow=_workflow_of(home, subject), digest=_case_there(home, subject), words=words)


def _tolerance(home: Project, subject: str) -> _Thing:
    digest, case = _case_there(home, subject), home.case(_incident_of(subject))
    if case.k is None or case.k >= case.trials:
        hint = "write k, less than trials, into case.yaml first: that is what is signed"
        raise BadInput(Fault(message=f"no trial of {subject} may fail as it is", hint=hint))
    words = f"the case {subject} passes where {case.k} of {case.trials} trials do"
    return _Thing(workflow=_workflow_of(home, subject), digest=digest, words=words)


def _override(home: Project, subject: str) -> _Thing:
    digest, (commit, _) = deployed_digest(home, subject), home.commit()
    version = f"the code of commit {(commit or '')[:12]}, as it is deployed and set up now"
    words = f"{subject} may run in an emergency before it has passed: {version}, and no other"
    return _Thing(workflow=subject, digest=digest, words=words)


def _settings(home: Project, subject: str) -> _Thing:
    home.workflow(subject)
    digest = trust_digest(trust_of(home.settings, subject))
    words = f"approvers, owners, policy and targets of {subject} are as they should be"
    return _Thing(workflow=subject, digest=digest, words=words)


_THINGS: Mapping[Matter, Callable[[Project, str], _Thing]] = {
    Matter.NO_CASE: _no_case,
    Matter.CHANGED_CASE: _changed_case,
    Matter.EDITED_TEST: _edited_test,
    Matter.QUARANTINE: _quarantine,
    Matter.TOLERANCE: _tolerance,
    Matter.OVERRIDE: _override,
    Matter.SETTINGS: _settings,
}


def _incident_of(case: str) -> str:
    """The incident of a case's id; raises BadInput for what is none."""
    incident, _, test = case.partition("::")
    if not (re.fullmatch(INCIDENT_ID, incident) and test.isidentifier()):
        hint = "such as INC-2026-0142::test_no_other_customers_records"
        raise BadInput(Fault(message=f"{case!r} is no id of a case", hint=hint))
    return incident


def _workflow_of(home: Project, case: str) -> str:
    """The workflow that a case stands for, by whatever is still there to tell it; raises BadInput.

    The lock comes first, as it does for the gate; the last signed report holds what is in no file any more.
    """
    incident = _incident_of(case)
    locked = [one for one in home.lock().cases if one.incident == incident]
    if locked:
        return next((one for one in locked if one.id == case), locked[0]).workflow
    if incident in home.incident_ids():
        return home.incident(incident).incident.workflow.name
    if home.case_digests(incident):
        return home.case(incident).workflow
    approvers = home.settings.approvers
    for name in home.settings.workflows:
        last, _ = last_signed(home, name, approvers)
        if last and any(one.id == case for one in last.report.decision.cases):
            return name
    if len(home.settings.workflows) == 1:  # a branch may have held it, and no report of here
        return next(iter(home.settings.workflows))
    hint = "neither the lock, nor an incident, nor the last signed report of a workflow names it"
    raise BadInput(Fault(message=f"nothing tells which workflow {case} stands for", hint=hint))


def _case_now(home: Project, case: str) -> str:
    return case_digests(home, _incident_of(case)).get(case, GONE)


def _case_there(home: Project, case: str) -> str:
    """The digest of a case; raises BadInput where there is no such case."""
    digest = _case_now(home, case)
    if digest == GONE:
        known = ", ".join(case_digests(home, _incident_of(case))) or "none"
        raise BadInput(Fault(message=f"there is no case {case}", hint=f"the incident has: {known}"))
    return digest
