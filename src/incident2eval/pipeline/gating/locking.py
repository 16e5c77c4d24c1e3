"""What the lock holds of a case, and how a case gets into it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff

from incident2eval.gate import differences
from incident2eval.model import Acceptance, EvalCase, Lock, NotProvable, Pseudonyms, visible
from incident2eval.store import Project

LONGEST_DIFFERENCE = 60
"""Lines of a difference that are shown; who edited more than that looks at the files."""


def edits_of(project: Project, incident: str) -> str | None:
    """What differs between the lock and the files of a case, in words; None where nothing does."""
    return differences(_locked(project.lock(), incident), project.case_digests(incident)).get(incident)


def refuse_edited(project: Project, incident: str, files: Mapping[str, bytes]) -> None:
    """Refuse to write over a case that a person edited, whether the edit was accepted or not.

    Args:
        project: Where the case lies.
        incident: The incident's id.
        files: What would be written, for the difference that is shown.

    Raises:
        NotProvable: naming the files, its hint showing how they differ from what would be written.
    """
    if not project.case_digests(incident):
        return
    mine = [one for one in project.lock().accepted if one.path.startswith(f"{incident}/")]
    if mine:
        accepted = "; ".join(f"{one.path} by {one.by or 'nobody named'}: {one.reason}" for one in mine)
        raise NotProvable(
            f"cases/{incident} holds edits that were accepted, and they are kept ({accepted})",
            hint="nothing was written; to have the case written anew, remove its folder first"
            + _difference(project, incident, files),
        )
    edits = edits_of(project, incident)
    if edits and not _is_unfinished(project, incident, files):
        raise NotProvable(
            f"cases/{incident} was {edits}",
            hint="nothing was written; accept the edits with a reason, or remove the folder first"
            + _difference(project, incident, files),
        )


def _is_unfinished(project: Project, incident: str, files: Mapping[str, bytes]) -> bool:
    """Whether all that differs from the lock is what would be written: somebody pulled the plug halfway."""
    locked, written = _locked(project.lock(), incident), project.written_case(incident)
    digests = project.case_digests(incident)
    ours = {f"{incident}/{name}" for name, data in written.items() if files.get(name) == data}
    return digests.keys() >= locked.keys() and all(
        path in ours or locked.get(path) == digest for path, digest in digests.items()
    )


def _difference(project: Project, incident: str, files: Mapping[str, bytes]) -> str:
    """How the files that people edit differ from what would be written, as a diff."""
    written = project.written_case(incident)
    lines: list[str] = []
    for name in sorted(name for name in {*files, *written} if name.endswith((".py", ".yaml"))):
        ours, theirs = (
            side.get(name, b"").decode("utf-8", errors="replace").splitlines() for side in (files, written)
        )
        path = f"cases/{incident}/{name}"
        lines += unified_diff(ours, theirs, f"{path} (anew)", f"{path} (as edited)", lineterm="", n=1)
    shown = [visible(line) for line in lines[:LONGEST_DIFFERENCE]]
    more = [f"... {len(lines) - len(shown)} more lines"] if len(lines) > len(shown) else []
    return "".join(f"\n{line}" for line in [*shown, *more])


def lock_case(
    project: Project,
    incident: str,
    tests: Sequence[EvalCase],
    *,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Put a proved case into the lock with the digests of its files; a draft goes in without tests.

    A reason goes with the files that it accepts.
    """
    with project.changing_lock():
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


def lock_pseudonyms(project: Project, new: Mapping[str, Pseudonyms]) -> None:
    """Put what stands for customers into the lock, and which key it is made with; what is there stays."""
    with project.changing_lock():
        lock = project.lock()
        both = dict(lock.pseudonyms)
        for customer, more in new.items():
            one = both.get(customer, Pseudonyms())
            both[customer] = Pseudonyms(
                names=tuple(dict.fromkeys([*one.names, *more.names])),
                contacts=tuple(dict.fromkeys([*one.contacts, *more.contacts])),
            )
        changed = replace(lock, pseudonyms=dict(sorted(both.items())), key=project.key_check())
        if changed != lock:
            project.write_lock(changed)


def _locked(lock: Lock, incident: str) -> dict[str, str]:
    return {path: digest for path, digest in lock.files.items() if path.startswith(f"{incident}/")}
