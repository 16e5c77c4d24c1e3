"""`init`: the skeleton of a project; and the files of the demo, which is a project like any other."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from incident2eval import store
from incident2eval.model import BadInput, Fault, NotJudged
from incident2eval.pipeline._answer import Answer

INCIDENT = "INC-2026-0142"
WORKFLOW = "monthly-summary"
"""The demo's incident and workflow."""


class State(StrEnum):
    """How the demo's workflow is deployed."""

    FAULTY = "faulty"
    """As on the day of the incident: it may read the whole workspace."""
    FIXED = "fixed"
    """It may read the account that it writes for, and no more."""
    PROMPT_ONLY = "prompt_only"
    """The prompt forbids to mention other customers; it may still read the whole workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What became of a skeleton's files; paths relative to the project, sorted."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that were there already and were left as they are."""


def init(*, folder: Path) -> Answer:
    """Write the skeleton of a project: settings, customers, folders, .gitignore, CI job, runbook.

    Raises:
        BadInput: The folder, or a folder of the skeleton, is a file.
        NotJudged: The file system refused; nothing was written.
    """
    done = write_skeleton(folder)
    lines = [
        *(f"written  {path}" for path in done.written),
        *(f"kept     {path} (was there already)" for path in done.kept),
        "",
        f"Next: name your workflow in {folder / 'incident2eval.toml'},",
        "and your customers in customers.csv.",
    ]
    return Answer(
        data={"folder": str(folder), "written": list(done.written), "kept": list(done.kept)},
        text="\n".join(lines),
    )


def write_skeleton(folder: Path) -> Initialised:
    """Write what is missing of the skeleton and leave every file that is there as it is.

    Raises:
        BadInput: The folder, or a folder of the skeleton, is a file.
        NotJudged: The file system refused; nothing was written.
    """
    skeleton = _package_files("skeleton")
    root = _folder(folder)
    for path in skeleton:
        for above in Path(path).parents:
            _folder(root / above)
    kept = {path for path in skeleton if (root / path).exists() or (root / path).is_symlink()}
    store.write_together({root / path: data for path, data in skeleton.items() if path not in kept})
    return Initialised(written=tuple(sorted(skeleton.keys() - kept)), kept=tuple(sorted(kept)))


def write_demo(folder: Path) -> tuple[str, ...]:
    """Write the demo project as on the day of the incident; its archive and evidence come of running it.

    Args:
        folder: A folder that is empty or not there yet.

    Returns:
        Every file written, relative to the folder, sorted.

    Raises:
        BadInput: The folder is a file or holds something.
        NotJudged: The file system refused, or the workflow could not be run.
    """
    root = _folder(folder)
    if root.exists() and any(root.iterdir()):
        raise BadInput(
            Fault(
                file=str(folder),
                message="is not empty",
                hint="the demo is written into a new or empty folder",
            )
        )
    project = {**_package_files("skeleton"), **_package_files("demo_project")}
    store.write_together({root / path: data for path, data in project.items()})
    set_state(root, State.FAULTY)
    _run_history(root)
    return tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))


def set_state(folder: Path, state: str) -> None:
    """Deploy the demo's workflow in another state, by the edits people make: of permission or prompt.

    Args:
        folder: The demo's folder, as `write_demo` left it.
        state: One of `State`.

    Raises:
        NotJudged: The file system refused; nothing was changed.
    """
    wanted = State(state)
    acl_file, prompt_file = folder / "data" / "acl.json", folder / "prompts" / "summary.txt"
    acl = json.loads(acl_file.read_bytes())
    scope = "account:{customer_id}" if wanted is State.FIXED else "workspace:W1"
    acl["services"]["summary-drafter"]["read"] = scope
    rule = "Do not mention other customers."
    rules = [line for line in prompt_file.read_text(encoding="utf-8").splitlines() if line != rule]
    if wanted is State.PROMPT_ONLY:
        rules.append(rule)
    edited = {acl_file: json.dumps(acl, indent=2), prompt_file: "\n".join(rules)}
    store.write_together({path: f"{text}\n".encode() for path, text in edited.items()})


def _run_history(root: Path) -> None:
    """Run the demo's own history.py, which runs the workflow of that folder, in a process of its own."""
    command = [sys.executable, "-B", "-E", "-s", "history.py"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise NotJudged(f"{root / 'history.py'}: {why}", hint="empty the folder and try again")


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise BadInput(Fault(file=str(path), message="is a file, not a folder"))
    return path.resolve()


def _package_files(name: str) -> Mapping[str, bytes]:
    """The files that ship in a folder of this package: path relative to it -> bytes."""
    return dict(_walk(files("incident2eval").joinpath(name).iterdir()))


def _walk(entries: Iterable[Traversable], above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        path = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry.iterdir(), f"{path}/")
        else:
            yield path, entry.read_bytes()
