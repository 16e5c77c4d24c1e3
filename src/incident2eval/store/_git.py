"""What git says of the project: the commit that a report speaks of."""

import shutil
import subprocess
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


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    """Git's answer, None where it has none."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; nothing of an incident is in it
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
