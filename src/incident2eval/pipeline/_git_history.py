"""What the history of git tells a restart: the settings of a revision, and who changed what since a time."""

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from incident2eval.model import BadInput, Fault, Settings, visible
from incident2eval.store import Project

_TIMEOUT = 20.0
"""Seconds that git may take to answer."""
_SETTINGS = "incident2eval.toml"


def settings_at(home: Project, revision: str) -> Settings:
    """The settings as they were in a revision of git.

    Raises:
        BadInput: There is no such revision, it holds no settings, or they are faulty.
    """
    fault = Fault(
        message=f"git knows no {_SETTINGS} of {visible(revision)!r}",
        hint="a commit or branch that this checkout holds; CI: fetch the base branch first",
    )
    # Nothing before the colon is git's index, which no commit holds; a dash begins an option.
    if not revision.strip() or revision.startswith("-"):
        raise BadInput(fault)
    text = _ask(home.root, "show", f"{revision}:./{_SETTINGS}")
    if text is None:
        raise BadInput(fault)
    with TemporaryDirectory() as folder:
        (Path(folder) / _SETTINGS).write_bytes(text)
        return Project(root=Path(folder)).settings


def authors_since(home: Project, at: datetime) -> tuple[str, ...] | None:
    """Names and addresses of those who committed since a time, each once; None where git cannot say it.

    Args:
        home: The project; commits that touch only records of incidents, reports and approvals mend nothing.
        at: Aware.
    """
    told = _ask(
        home.root,
        "log",
        f"--since={at.isoformat()}",
        "--format=%aN%x00%aE",
        "HEAD",
        "--",
        ".",
        *(f":!{folder}" for folder in ("incidents", "reports", "approvals")),
    )
    if told is None:
        return None
    names = (name.strip() for name in told.decode("utf-8", "replace").replace("\n", "\0").split("\0"))
    return tuple(dict.fromkeys(name for name in names if name))


def _ask(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None where it has no answer."""
    git = shutil.which("git")
    if git is None:
        return None
    # What a hook or a shell set for another repository is not for us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; its arguments are no options
            [git, "-C", str(root), *arguments],
            env=environment | {"LC_ALL": "C"},
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
