"""What the lock holds of a case, and how a case gets into it."""

from collections.abc import Sequence
from dataclasses import replace

from incident2eval.gate import differences
from incident2eval.model import Acceptance, EvalCase, Lock, NotProvable
from incident2eval.store import Project


def edits_of(project: Project, incident: str) -> str | None:
    """What differs between the lock and the files of a case, in words; None where nothing does."""
    return differences(_locked(project.lock(), incident), project.case_digests(incident)).get(incident)


def refuse_edited(project: Project, incident: str) -> None:
    """Refuse to write over a case that a person edited, whether the edit was accepted or not.

    Raises:
        NotProvable: naming the files.
    """
    mine = [one for one in project.lock().accepted if one.path.startswith(f"{incident}/")]
    if mine and project.case_digests(incident):
        accepted = "; ".join(f"{one.path} by {one.by or 'nobody named'}: {one.reason}" for one in mine)
        raise NotProvable(
            f"cases/{incident} holds edits that were accepted, and they are kept ({accepted})",
            hint="nothing was written; to have the case written anew, remove its folder first",
        )
    edits = edits_of(project, incident) if project.case_digests(incident) else None
    if edits:
        raise NotProvable(
            f"cases/{incident} was {edits}",
            hint="nothing was written; accept the edits with a reason, or remove the folder first",
        )


def lock_case(
    project: Project,
    incident: str,
    tests: Sequence[EvalCase],
    *,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Put a proved case into the lock with the digests of its files.

    A reason goes with the files that it accepts.
    """
    lock = project.lock()
    digests, old = project.case_digests(incident), _locked(lock, incident)
    accepted = [one for one in lock.accepted if digests.get(one.path, one.sha256) == one.sha256]
    if reason:
        changed = {path: digest for path, digest in digests.items() if old.get(path) != digest}
        accepted += [Acceptance(path=path, sha256=d, reason=reason, by=by) for path, d in changed.items()]
    others = [case for case in lock.cases if case.incident != incident]
    files = {path: digest for path, digest in lock.files.items() if path not in old}
    project.write_lock(
        replace(
            lock,
            cases=tuple(sorted([*others, *tests], key=lambda case: case.id)),
            files={**files, **digests},
            accepted=tuple(accepted),
        )
    )


def _locked(lock: Lock, incident: str) -> dict[str, str]:
    return {path: digest for path, digest in lock.files.items() if path.startswith(f"{incident}/")}
