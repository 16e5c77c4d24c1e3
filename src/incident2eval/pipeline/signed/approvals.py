"""Approvals: what people signed about one thing each, and which of it counts."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from incident2eval.model import (
    Approval,
    Approver,
    BadInput,
    Fault,
    Matter,
    Settings,
    SignedApproval,
    visible,
)
from incident2eval.pipeline._word import now
from incident2eval.pipeline.shown.said_times import CLOCKS_DIFFER, iso
from incident2eval.pipeline.signed.version import version_digest
from incident2eval.signing import PrivateKey, PublicKey, opened, public_key, sign, statement
from incident2eval.store import Project, sha256, uncommitted

PREDICATE_TYPE = "urn:incident2eval:approval:v1"
GONE = "gone"
"""The digest of what is not there any more."""

DECISIONS = ("approved", "refused")
_SETTINGS = "incident2eval.toml"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


def signed_approvals(
    home: Project, approvers: Sequence[Approver]
) -> tuple[tuple[SignedApproval, ...], tuple[str, ...]]:
    """The approvals that count, and why others do not.

    An approval counts where the key of the approver signed it whom it names, in a role that this approver
    has. Whether it is spent is for those to say who know what it is about.

    Args:
        home: The project.
        approvers: Those whose words count.

    Returns:
        The approvals in the order of their files; and a line for each file, and each key, that counts for
        nothing. That includes words of people who are no approvers any more.

    Raises:
        BadInput: The folder, or a file in it, cannot be read or is a link.
    """
    keys, problems = _keys(approvers)
    latest = now() + CLOCKS_DIFFER
    found = []
    for file, raw in home.approvals():
        try:
            found.append(_signed(raw, file, keys, latest))
        except BadInput as error:
            problems += [f"{file}: {fault}" for fault in error.faults]
    return tuple(found), tuple(problems)


def write_approval(home: Project, approval: Approval, key: PrivateKey) -> SignedApproval:
    """Sign an approval and keep it under approvals/; the same word by the same key again adds nothing.

    Args:
        home: The project.
        approval: What is said; that its author may say it is for the caller to see to (`approver_of`).
        key: The author's.

    Raises:
        BadInput: The approval cannot be one: its time lies ahead, or it ends before it begins.
        NotJudged: The file system refused.
    """
    _refuse_impossible(approval, now() + CLOCKS_DIFFER)
    before = _said_before(home, approval, key)
    if before is not None:
        return before
    payload = _payload(approval)
    plain = _NOT_PLAIN.sub("-", approval.subject).strip("-")[:60]
    name = f"{approval.at:%Y-%m-%dT%H-%M-%SZ}-{approval.matter}-{plain}-{sha256(payload)[:12]}.dsse.json"
    file = home.keep_approval(name, sign(payload, key))
    return SignedApproval(approval=approval, key=key.public.fingerprint, file=file)


def approver_of(settings: Settings, name: str, role: str, key: PublicKey) -> Approver:
    """The approver of that name, if it is their key and they have that role.

    Raises:
        BadInput: The settings do not know the name, the key is another one, or the role is not theirs.
    """
    if not any(one.name == name for one in settings.approvers):
        known = ", ".join(one.name for one in settings.approvers) or "nobody"
        raise _refused("--as", f"{name!r} is no approver", f"[[approvers]] of {_SETTINGS} names: {known}")
    owners = _keys(settings.approvers)[0].get(key, [])
    if not any(one.name == name for one in owners):
        hint = f"{_SETTINGS} holds the public_key that {name} signs with; this one is {key.fingerprint}"
        raise _refused("--key", f"is not the key of {name}", hint)
    if names := {one.name for one in owners} - {name}:
        hint = "a key is one person's: each needs their own"
        raise _refused("--key", f"stands for {name} and {' and '.join(sorted(names))}", hint)
    approver = next((one for one in owners if role in one.roles), None)
    if approver is None:
        roles = ", ".join(dict.fromkeys(role for one in owners for role in one.roles)) or "none"
        raise _refused("--role", f"{name} may not sign as {role}", f"roles of {name}: {roles}")
    return approver


def deployed_digest(home: Project, workflow: str) -> str:
    """What an emergency override is about: what is deployed, lock, settings, and the version of the code.

    Where only records changed since, it is the same.

    Args:
        home: The project.
        workflow: Its name.

    Raises:
        BadInput: No such workflow; or no commit says which code it is.
    """
    digests = home.digests(home.workflow(workflow))
    kept = {name: one for name, one in digests.items() if name.startswith("deployed.")}
    kept |= {name: digests[name] for name in ("lock", "settings")}
    kept["version"] = _version(home)
    return sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode())


def _version(home: Project) -> str:
    """The code that is committed, and that nothing differs from; raises BadInput."""
    head, dirty = home.commit()
    version = version_digest(home) if head else None
    if version is None:
        hint = "an override holds for one version of the code: git init, commit the project, then again"
        raise BadInput(Fault(message="no commit says which code would run", hint=hint))
    if dirty:
        names = uncommitted(home.root)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        hint = f"commit {visible(names[0])}{more} first: an override holds for one version of the code"
        raise BadInput(Fault(message="what would run is not committed", hint=hint))
    return version


def _keys(approvers: Sequence[Approver]) -> tuple[dict[PublicKey, list[Approver]], list[str]]:
    """Whose key is which, and what of the settings' keys is none."""
    found: dict[PublicKey, list[Approver]] = {}
    problems = []
    for one in dict.fromkeys(approvers):
        try:
            if one.public_key is not None:
                found.setdefault(public_key(one.public_key), []).append(one)
        except BadInput as error:
            problems.append(f"{_SETTINGS}: public_key of {one.name}: {error}")
    return found, problems


def _signed(
    raw: bytes, file: str, keys: Mapping[PublicKey, list[Approver]], latest: datetime
) -> SignedApproval:
    """The approval in a file; BadInput where it does not count."""
    read = opened(raw, tuple(keys))
    if not read.signers:
        raise BadInput(Fault(message="is signed by a key that is no approver's"))
    if len(read.signers) + read.strangers > 1:
        raise BadInput(Fault(message="is signed more than once: an approval is one person's"))
    approval = _approval(read.statement)
    if _payload(approval) != read.payload:
        raise BadInput(Fault(message="holds a field that no approval has, or one in another form"))
    _refuse_impossible(approval, latest)
    owners = next(owners for key, owners in keys.items() if key.fingerprint == read.signers[0])
    names = {one.name for one in owners}
    if names != {approval.by}:
        raise BadInput(
            Fault(message=f"names {approval.by}, and the key is that of {' and '.join(sorted(names))}")
        )
    if not any(approval.role in one.roles for one in owners):
        raise BadInput(Fault(message=f"{approval.by} may not sign as {approval.role}"))
    return SignedApproval(approval=approval, key=read.signers[0], file=file)


def _payload(approval: Approval) -> bytes:
    """The statement that an approval is: what it is about is the subject, the rest is said of it."""
    is_gone = approval.digest == GONE
    return statement(
        subjects={approval.subject: {"state" if is_gone else "sha256": approval.digest}},
        predicate_type=PREDICATE_TYPE,
        predicate={
            "matter": str(approval.matter),
            "decision": approval.decision,
            "by": approval.by,
            "role": approval.role,
            "at": iso(approval.at),
            "reason": approval.reason,
            "until": iso(approval.until) if approval.until else None,
        },
    )


def _approval(said: Mapping[str, Any]) -> Approval:
    """The approval that a statement says; what it says beyond that is for the caller to notice."""
    try:
        subject, predicate = said["subject"][0], said["predicate"]
        (digest,) = subject["digest"].values()
        until = predicate["until"]
        return Approval(
            matter=Matter(predicate["matter"]),
            subject=str(subject["name"]),
            digest=str(digest),
            decision=str(predicate["decision"]),
            by=str(predicate["by"]),
            role=str(predicate["role"]),
            at=_moment(predicate["at"]),
            reason=str(predicate["reason"]),
            until=None if until is None else _moment(until),
        )
    except (LookupError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise BadInput(Fault(message="is no approval")) from error


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _refuse_impossible(approval: Approval, latest: datetime) -> None:
    """Refuse what no approval says; raises BadInput."""
    if approval.decision not in DECISIONS:
        raise BadInput(Fault(message=f"decides {approval.decision!r}, and not {' or '.join(DECISIONS)}"))
    if approval.digest != GONE and not _DIGEST.fullmatch(approval.digest):
        raise BadInput(Fault(message="is about something without a SHA-256"))
    if approval.at > latest:
        raise BadInput(Fault(message=f"is dated ahead: {iso(approval.at)} is still to come"))
    if approval.until is not None and approval.until <= approval.at:
        raise BadInput(Fault(message=f"ends before it begins: on {iso(approval.until)}"))


def _said_before(home: Project, approval: Approval, key: PrivateKey) -> SignedApproval | None:
    """The same word by the same key, if it is the last one about this thing and not spent since."""
    if approval.matter is Matter.CHANGED_CASE:
        return None  # a case may change, change back, and change again: each time is another one
    about: list[SignedApproval] = []
    for file, raw in home.approvals():
        with suppress(BadInput):
            read = opened(raw, [key.public])
            said = _approval(read.statement)
            if (said.matter, said.subject, said.digest) == (
                approval.matter,
                approval.subject,
                approval.digest,
            ):
                about.append(SignedApproval(approval=said, key="".join(read.signers), file=file))
    last = max(about, key=lambda one: one.approval.at, default=None)
    same = last and last.key and replace(last.approval, at=approval.at) == approval
    return last if same else None


def _refused(field: str, message: str, hint: str) -> BadInput:
    return BadInput(Fault(field=field, message=message, hint=hint))
