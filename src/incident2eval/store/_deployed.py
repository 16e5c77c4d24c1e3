"""Digests of what a decision rests on.

Lock, settings, roster, and the deployed parts that the settings name.
"""

import glob
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from incident2eval.model import WorkflowSettings
from incident2eval.store._files import sha256
from incident2eval.store._json import canonical

_ABSENT = "absent"
"""Stands for the digest of what is not there."""


def digests_of(root: Path, settings: WorkflowSettings, *, roster: Sequence[str]) -> Mapping[str, str]:
    """What a report of a workflow is bound to, by name: `lock`, `settings`, `deployed.permissions`, ...

    Args:
        root: The project's folder.
        settings: The workflow's settings; each entry under `deployed` is a list of file patterns, or a value.
        roster: Paths of the files that make the roster, relative to the project.

    Returns:
        Name -> sha256; the word `absent` where no file matches.
    """
    files = {"lock": ["cases/cases.lock"], "settings": ["incident2eval.toml"], "customers": roster}
    told = {name: _of_files(root, paths) for name, paths in files.items()}
    for name, what in settings.deployed.items():
        patterns = [what] if isinstance(what, str) else what
        if name == "model" or not isinstance(patterns, (list, tuple)):
            told[f"deployed.{name}"] = _of_value(str(what))
        else:
            told[f"deployed.{name}"] = _of_files(root, [str(pattern) for pattern in patterns])
    return told


def _of_value(value: str) -> str:
    """Of a value as the settings have it, or of the variable of the environment that they name."""
    if not value.startswith("env:"):
        return sha256(value.encode())
    found = os.environ.get(value.removeprefix("env:"))
    return _ABSENT if found is None else sha256(found.encode("utf-8", "surrogateescape"))


def _of_files(root: Path, patterns: Sequence[str]) -> str:
    """One digest over the files that match, their names and what they hold. An index may be large."""
    found = {}
    for name in _matching(root, patterns):
        with (root / name).open("rb") as stream:
            found[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return sha256(canonical(found)) if found else _ABSENT


def _matching(root: Path, patterns: Sequence[str]) -> list[str]:
    """The files that match, relative to the root unless a pattern is absolute; `**` is any folders, and none.

    Hidden files count: what is deployed may lie in one.
    """
    names = {
        name
        for pattern in patterns
        for name in glob.glob(pattern, root_dir=root, recursive=True, include_hidden=True)  # noqa: PTH207 - Path.glob finds no files by `**`
    }
    return sorted(name for name in names if (root / name).is_file())
