"""The cases of a base branch: what CI compares with, as git has it and not as the branch says it was."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from incident2eval.model import BadInput, Fault, Incident2EvalError, Lock, visible
from incident2eval.pipeline.gating.case_digests import case_digests
from incident2eval.store import Project, git_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """One workflow in another revision of the project."""

    revision: str
    """As it was asked for."""
    commit: str
    """In hex."""
    cases: Mapping[str, str] = field(default_factory=dict)
    """Locked case -> what it was, as a digest; empty where that cannot be told."""
    approvals: frozenset[str] = frozenset()
    """Files under approvals/ that were there already."""


def base_of(home: Project, workflow: str, revision: str) -> Base:
    """The locked cases of a workflow in a revision of git.

    Args:
        home: The project.
        workflow: Its name.
        revision: A commit or branch, such as `origin/main`.

    Raises:
        BadInput: There is no git, no such revision, or its lock is broken.
    """
    commit = _commit(home.root, revision)
    approvals = _listed(home.root, commit, "approvals")
    with TemporaryDirectory(prefix="incident2eval-") as folder:
        there = Project(root=Path(folder))
        lock = _lock(home.root, there, commit, revision)
        incidents = {case.incident for case in lock.cases if case.workflow == workflow}
        digests: dict[str, str] = {}
        for incident in sorted(incidents):
            digests |= _digests(home, there, lock, incident, commit)
    return Base(
        revision=revision,
        commit=commit,
        cases={case.id: digests.get(case.id, "") for case in lock.cases if case.workflow == workflow},
        approvals=approvals,
    )


def _commit(root: Path, revision: str) -> str:
    """The commit that a revision names; an option of git is none."""
    if shutil.which("git") is None:
        raise BadInput(Fault(field="--since", message="git is not installed, and it is to say what was"))
    asked = revision and not revision.startswith("-")
    named = f"{revision}^{{commit}}"
    found = git_answer(root, "rev-parse", "--verify", "--quiet", "--end-of-options", named) if asked else None
    if not found:
        hint = "name a commit or branch that this checkout holds; in CI fetch it first (fetch-depth: 0)"
        message = f"git knows no revision {visible(revision)!r} here"
        raise BadInput(Fault(field="--since", message=message, hint=hint))
    return found.decode("ascii").strip()


def _lock(root: Path, there: Project, commit: str, revision: str) -> Lock:
    """The lock as that commit has it; an empty one where it has none."""
    path = "cases/cases.lock"
    if path not in _listed(root, commit, path):
        return Lock()
    if not _keep(root, there, commit, path):
        raise _silent(commit)
    try:
        return there.lock()
    except BadInput as error:
        faults = (f"{fault.file}: {fault.message}" for fault in error.faults)
        message = f"the lock in {visible(revision)!r} cannot be read: {'; '.join(faults)}"
        raise BadInput(Fault(field="--since", message=message)) from error


def _digests(home: Project, there: Project, lock: Lock, incident: str, commit: str) -> Mapping[str, str]:
    """What the cases of an incident were; where no file differs, that is what they are now."""
    files = {path: digest for path, digest in lock.files.items() if path.startswith(f"{incident}/")}
    try:
        if files == home.case_digests(incident):
            return case_digests(home, incident)
        for path in files:
            _keep(home.root, there, commit, f"cases/{path}")
        return case_digests(there, incident)
    except Incident2EvalError:
        return {}


def _keep(root: Path, there: Project, commit: str, path: str) -> bool:
    """Lay a file of that commit out in another folder; False where the commit has none."""
    place = (there.root / path).resolve()
    if not place.is_relative_to(there.root.resolve()):
        return False
    content = git_answer(root, "cat-file", "blob", f"{commit}:./{path}")
    if content is None:
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return True


def _listed(root: Path, commit: str, path: str) -> frozenset[str]:
    """The files that a commit holds there, relative to the project."""
    names = git_answer(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", path)
    if names is None:
        raise _silent(commit)
    return frozenset(os.fsdecode(name) for name in names.split(b"\0") if name)


def _silent(commit: str) -> BadInput:
    """Not to know what was there must never look as if nothing had been."""
    return BadInput(Fault(field="--since", message=f"git does not say what {commit[:12]} holds"))
