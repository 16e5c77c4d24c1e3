"""What git says of the project: the commit that a report speaks of, what differs from it, what git tracks."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import visible

TIMEOUT = 20.0
"""Seconds that git may take to answer."""

RECORDS = ("incidents", "reports", "approvals")
"""Folders of what is written down: the workflow is the same version whatever is added to them."""

_NO_RECORDS = tuple(f":!{folder}" for folder in RECORDS)

_AFRESH = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false")
"""Look at the files themselves, and write nothing."""

_NOT_CODE = {"cases", "tests"}
"""Folders whose untracked Python files no workflow imports; the lock sees to the cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What git tracks among the files that were asked for."""

    files: tuple[str, ...] = ()
    """Relative to the project, sorted."""
    unanswered: tuple[str, ...] = ()
    """Why git could not say it, in its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    answer: str | None = None
    """None where git has none."""
    trouble: str = ""


def commit_of(root: Path) -> tuple[str | None, bool]:
    """The commit that is checked out, and whether tracked files differ from it.

    Returns:
        `(None, False)` where there is no git, no commit, or a repository that does not hold the project
        (a folder that git ignores, say): the report then stands on digests alone.
    """
    git = shutil.which("git")
    if git is None or not _ask(git, root, "ls-files", "--", "incident2eval.toml").answer:
        return None, False
    head = _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD").answer
    return (head.strip(), bool(uncommitted(root))) if head else (None, False)


def uncommitted(root: Path) -> tuple[str, ...]:
    """What makes the project another version than its commit, sorted.

    Tracked files that differ, or that git was told not to look at; and Python files that git does not know
    and a workflow could import. Records do not count (`RECORDS`), nor does what git ignores.

    Args:
        root: The project.

    Returns:
        Paths relative to it; the reason in words where git cannot say it.
    """
    git = shutil.which("git")
    if git is None:
        return ()
    status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    changed = _ask(git, root, *_AFRESH, *status, "--", ".", *_NO_RECORDS)
    unseen = _ask(git, root, "ls-files", "-v", "-z", "--", ".", *_NO_RECORDS)
    prefix = _ask(git, root, "rev-parse", "--show-prefix")
    if changed.answer is None or unseen.answer is None or prefix.answer is None:
        return (f"git cannot say it: {changed.trouble or unseen.trouble or prefix.trouble}",)
    above = prefix.answer.strip("\n")
    lines = [line for line in changed.answer.split("\0") if line]
    found = {line[3:].removeprefix(above): line[:2] for line in lines}
    differing = {path for path, state in found.items() if state != "??" or _is_importable(path)}
    # A small letter or an S: somebody told git to take the file for unchanged.
    hidden = {line[2:] for line in unseen.answer.split("\0") if line[:1].islower() or line[:1] == "S"}
    return tuple(sorted(differing | hidden))


def changed_since(root: Path, commit: str) -> tuple[str, ...] | None:
    """The files in which the commit that is checked out differs from another, but for records.

    Args:
        root: The project.
        commit: The other one, in hex.

    Returns:
        Paths relative to the project; None where git cannot say it: no git, or it does not know the commit.
    """
    git = shutil.which("git")
    if git is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None
    asked = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative")
    said = _ask(git, root, *asked, commit, "HEAD", "--", ".", *_NO_RECORDS)
    return None if said.answer is None else tuple(name for name in said.answer.split("\0") if name)


def _is_importable(path: str) -> bool:
    """Whether a workflow could import it: a module in folders that could be packages, or another checkout."""
    *folders, name = path.split("/")
    module = name.removesuffix(".py")
    names = [*folders, module] if module != name else folders if not name else []
    return bool(names) and all(map(str.isidentifier, names)) and names[0] not in _NOT_CODE


def tracked(root: Path, asked: Mapping[Path, Sequence[str]]) -> Tracked:
    """The files that git tracks among those asked for; nothing where there is no git or no repository.

    Args:
        root: The project.
        asked: Folder -> patterns from there or absolute, `**` for any folders. The repository around each is
            asked; what lies outside it is not tracked by it.
    """
    git = shutil.which("git")
    if git is None:
        return Tracked()
    files: set[str] = set()
    unanswered: dict[str, None] = {}
    for folder, patterns in asked.items():
        # One by one: git answers nothing at all where one of them leads out of the repository.
        for pattern in patterns if _in_repository(folder) else ():
            said = _ask(git, folder, "ls-files", "-z", "--", f":(glob){pattern}")
            names = [name for name in (said.answer or "").split("\0") if name]
            files |= {os.path.relpath(folder / name, root) for name in names}
            if said.answer is None and "is outside repository" not in said.trouble:
                unanswered[said.trouble] = None
    return Tracked(files=tuple(sorted(files)), unanswered=tuple(unanswered))


def shortened(root: Path, log: Path) -> str | None:
    """Why a file that only grows no longer begins with what is committed of it; None where it does.

    Args:
        root: The project.
        log: The file, there or not.

    Returns:
        In words; None also where there is no git, no repository or no commit of the file.
    """
    git = shutil.which("git")
    if git is None or not _in_repository(root):
        return None
    name = log.relative_to(root).as_posix()
    committed = _ask(git, root, "show", f"HEAD:./{name}").answer
    if not committed:
        return None
    kept = committed.splitlines()
    now = log.read_bytes().decode("utf-8", "backslashreplace") if log.is_file() else ""
    if now.splitlines()[: len(kept)] == kept:
        return None
    return f"{name} does not begin with what is committed of it: lines were taken away or changed"


def _in_repository(folder: Path) -> bool:
    """Whether the folder is there and lies in a repository, whatever git thinks of it."""
    place = folder.resolve()
    return place.is_dir() and any(os.path.lexists(above / ".git") for above in (place, *place.parents))


def _ask(git: str, folder: Path, *arguments: str) -> _Said:
    # What a hook or a shell set for another repository, or for another reading of paths, is not for us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; nothing of an incident is in it
            [git, "-C", str(folder), *arguments],
            env=environment | {"LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Said(trouble=f"it gave no answer within {TIMEOUT:g} seconds")
    except OSError as error:
        return _Said(trouble=f"it cannot be called: {error.strerror}")
    if done.returncode == 0:
        return _Said(answer=done.stdout)
    lines = done.stderr.strip().splitlines()
    return _Said(trouble=visible(lines[0]) if lines else f"exit code {done.returncode}")
