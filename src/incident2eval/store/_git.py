"""What git says of the project: the commit that a report speaks of, and what is in it that should not be."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

TIMEOUT = 20.0
"""Seconds that git may take to answer."""


def commit_of(root: Path) -> tuple[str | None, bool]:
    """The commit that is checked out, and whether tracked files differ from it.

    Returns:
        `(None, False)` where there is no git, no commit, or a repository that does not hold the project
        (a folder that git ignores, say): the report then stands on digests alone.
    """
    git = shutil.which("git")
    if git is None or not _ask(git, root, "ls-files", "--", "incident2eval.toml"):
        return None, False
    head = _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not head:
        return None, False
    changed = _ask(git, root, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return head, bool(changed) or changed is None


def tracked(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """The files that git tracks among those paths, relative to the root, sorted.

    Args:
        root: The project.
        paths: Patterns from the root or absolute, `**` for any folders; what lies outside the repository is
            not tracked by it.

    Returns:
        Nothing where there is no git.
    """
    git = shutil.which("git")
    if git is None:
        return ()
    # One by one: git answers nothing at all where one of them leads out of the repository.
    answers = (_ask(git, root, "ls-files", "-z", "--", f":(glob){path}") for path in paths)
    return tuple(sorted({name for answer in answers if answer for name in answer.split("\0") if name}))


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    """Git's answer, None where it has none."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; nothing of an incident is in it
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
