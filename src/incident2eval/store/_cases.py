"""Cases on the disk: what to replay, the runs that prove it, the tests, and the lock over all of them."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from incident2eval.formats import dump_runs, load_runs
from incident2eval.model import JSON, BadInput, CaseFile, Fault, Incident2EvalError, Lock, Run
from incident2eval.store._dump import dump_yaml
from incident2eval.store._files import read_bytes, sha256, write_atomically, write_together
from incident2eval.store._json import pretty, read_object
from incident2eval.store._schema import dump
from incident2eval.store._validation import Doubt, Rules, check, quoted
from incident2eval.store._yaml import MAX_BYTES, Document, as_json, read_yaml

CASE = "case.yaml"
LOCK = "cases.lock"


def read_case(folder: Path) -> CaseFile:
    """What case.yaml in that folder says.

    Raises:
        BadInput: It is not there, or every fault of it.
    """
    file = f"cases/{folder.name}/{CASE}"
    return _parsed(read_bytes(folder / CASE, file=file, limit=MAX_BYTES), file)


@cache
def _parsed(raw: bytes, file: str) -> CaseFile:
    """A gate reads each file again and again, to see whether it changed; mostly it has not."""
    return check(CaseFile, read_yaml(raw, file=file, plain=as_json), _RULES).value


def read_runs(folder: Path, name: str) -> Mapping[str, Run]:
    """The runs by name that `recorded.json` or `corrected.json` in that folder holds.

    Raises:
        BadInput: It is not there or holds no runs.
    """
    file = f"cases/{folder.name}/{name}"
    raw = read_bytes(folder / name, file=file)
    try:
        return load_runs(raw)
    except BadInput as error:
        raise BadInput(*(_in_file(fault, file) for fault in error.faults)) from error
    except Incident2EvalError as error:
        raise BadInput(Fault(file=file, message=str(error), hint=error.hint)) from error


def _in_file(fault: Fault, file: str) -> Fault:
    return Fault(file=file, line=fault.line, field=fault.field, message=fault.message, hint=fault.hint)


def case_files(
    case: CaseFile, *, recorded: Mapping[str, Run], corrected: Mapping[str, Run], tests: bytes
) -> Mapping[str, bytes]:
    """What the folder of a case holds: file name -> content."""
    return {
        CASE: dump_yaml(_as_file(case)),
        "recorded.json": dump_runs(recorded),
        "corrected.json": dump_runs(corrected),
        test_file(case.incident): tests,
    }


def write_case_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a case, all of it or nothing of it as far as the file system allows.

    Raises:
        BadInput: A path is a link.
        NotJudged: The file system refused.
    """
    write_together({folder / name: content for name, content in files.items()})


def test_file(incident_id: str) -> str:
    """The name of the file that holds the tests of an incident."""
    return f"test_{incident_id.lower().replace('-', '_')}.py"


def _as_file(case: CaseFile) -> dict[str, JSON]:
    """The case as its file holds it: what says nothing left out, and the runs' digests under `from`."""
    said = dump(case)
    said["from"] = said.pop("sources")
    said["notes"] = said.pop("notes")
    marked = {"schema": said["schema"], "draft": True} if said.pop("draft") else {}
    filled = {
        key: value for key, value in said.items() if value not in (None, False, {}, []) or key == "facts"
    }
    return marked | filled


def digests(cases: Path, folder: Path) -> Mapping[str, str]:
    """Digest of every file of a case, by its path below cases/; what pytest leaves there does not count.

    A link is not followed: its digest is that of where it leads, so that no file becomes a link unseen.
    """
    return {path.relative_to(cases).as_posix(): _digest(path) for path in sorted(_case_files(folder))}


def _digest(path: Path) -> str:
    if path.is_symlink():
        return sha256(b"link:" + os.fsencode(path.readlink()))
    return sha256(read_bytes(path))


def _case_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or path.name == "__pycache__" or path.suffix == ".pyc":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _case_files(path)
        else:
            yield path


def read_lock(cases: Path) -> Lock:
    """The lock over all cases; an empty one where there is none.

    Raises:
        BadInput: It cannot be read, or every fault of it.
    """
    file = f"cases/{LOCK}"
    if not (cases / LOCK).exists():
        return Lock()
    data = read_object(read_bytes(cases / LOCK, file=file), file=file)
    return check(Lock, Document(file=file, data=data)).value


def write_lock_file(cases: Path, lock: Lock) -> None:
    """Write the lock over all cases.

    Raises:
        BadInput: The path is a link.
        NotJudged: The file system refused; the old lock is still in place.
    """
    write_atomically(cases / LOCK, pretty(dump(lock)))


def _trials(given: JSON) -> Doubt | None:
    if isinstance(given, int) and given < 1:
        return f"{quoted(given)} is no number of trials", "a whole number, 1 or more"
    return None


_RULES = Rules(doubts={"trials": _trials, "k": _trials}, names={"from": "sources"})
