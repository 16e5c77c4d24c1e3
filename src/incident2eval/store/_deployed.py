"""Digests of what a decision rests on.

Lock, settings, roster, and the deployed parts that the settings name.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from incident2eval.model import WorkflowSettings
from incident2eval.store._files import sha256


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
    text = os.environ.get(value.removeprefix("env:"), "") if value.startswith("env:") else value
    return sha256(text.encode())


def _of_files(root: Path, patterns: Sequence[str]) -> str:
    """One digest over the files that match.

    Their names and what they hold, in order. An index may be large.
    """
    lines = []
    for path in _matching(root, patterns):
        with path.open("rb") as stream:
            lines.append(
                f"{path.relative_to(root).as_posix()} {hashlib.file_digest(stream, 'sha256').hexdigest()}"
            )
    return sha256("\n".join(lines).encode()) if lines else "absent"


def _matching(root: Path, patterns: Sequence[str]) -> list[Path]:
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(path for path in found if path.is_file())
