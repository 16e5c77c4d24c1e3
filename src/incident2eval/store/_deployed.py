"""Digests of what a decision rests on: lock, settings, roster, and the deployed parts that the settings name."""

import glob
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from incident2eval.model import WorkflowSettings
from incident2eval.store._files import read_bytes, sha256


def digests_of(root: Path, settings: WorkflowSettings, *, customers: str) -> Mapping[str, str]:
    """What a report of a workflow is bound to, by name: `lock`, `settings`, `customers`, `deployed.permissions`, ...

    Args:
        root: The project's folder.
        settings: The workflow's settings; each entry under `deployed` is a list of file patterns, or a value.
        customers: Path of the roster, relative to the project.

    Returns:
        Name -> sha256; a part that is not there has the digest of nothing under the word `absent`.
    """
    files = {"lock": "cases/cases.lock", "settings": "incident2eval.toml", "customers": customers}
    told = {name: _of_files(root, [path]) for name, path in files.items()}
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


def _of_files(root: Path, patterns: list[str]) -> str:
    lines = [
        f"{path.relative_to(root).as_posix()} {sha256(read_bytes(path))}"
        for path in _matching(root, patterns)
    ]
    return sha256("\n".join(lines).encode()) if lines else "absent"


def _matching(root: Path, patterns: list[str]) -> Iterator[Path]:
    found = {Path(name) for pattern in patterns for name in glob.glob(str(root / pattern), recursive=True)}
    yield from sorted(path for path in found if path.is_file())
