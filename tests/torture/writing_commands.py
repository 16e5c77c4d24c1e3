"""Every command that writes, each with a project as it is just before; called in a process apart."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from signed_project import AUTHOR, LEADER, MODEL, OWNER, commit, edit, private_of, public_of

from incident2eval.cli._main import main
from incident2eval.model.incident import Questions
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo

LONGEST = 180
"""Seconds that one command may take: one that waits for a lock of the dead never ends."""

_ROOM = 1 << 16
"""Bytes for what a command says."""

KEY = "5d" * 32
CRASHED = ("fault of incident2eval", "Traceback")
NO = dict.fromkeys(Questions.__dataclass_fields__, "no")
MENDED = {"kind": "corrective", "text": "Own scope", "done_at": "2026-11-14T10:00:00+00:00"}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or the negative number of the signal, and what it said."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether it did not end by itself."""
        return self.code == -signal.SIGKILL

    @property
    def crashed(self) -> bool:
        """Whether it broke, or never ended."""
        return self.code == -signal.SIGALRM or any(words in self.out + self.err for words in CRASHED)


@dataclass(frozen=True)
class Stage:
    """A command, and the project as it is before it."""

    name: str
    before: Path
    arguments: tuple[str, ...]
    code: int = 0
    """How it ends when nothing comes between."""

    def copied(self, to: Path) -> Path:
        """The project anew."""
        shutil.copytree(self.before, to, symlinks=True)
        return to

    def called(self, home: Path, prepare: Callable[[], None] = lambda: None, **how: float) -> Ended:
        """The command in a project, in a process apart."""
        return called(self.with_report(home), home, prepare, **how)

    def with_report(self, home: Path) -> tuple[str, ...]:
        """Its arguments; the latest report that was there before stands in for REPORT."""
        folder = self.before / "reports" / WORKFLOW
        reports = [path.name for path in folder.glob("*Z-*.json") if ".dsse" not in path.name]
        return tuple(
            str(home / "reports" / WORKFLOW / max(reports)) if one == "REPORT" else one
            for one in self.arguments
        )


def called(
    arguments: tuple[str, ...],
    home: Path,
    prepare: Callable[[], None] = lambda: None,
    *,
    die_after: float | None = None,
) -> Ended:
    """Call the tool for a project in a forked process, which has imported all that it needs.

    Args:
        arguments: What stands behind the program's name.
        home: The project.
        prepare: What is done in the process before.
        die_after: Seconds after which it is killed.
    """
    said = [home.parent / f"{home.name}.{name}" for name in ("out", "err")]
    for path in said:  # their room is taken beforehand: a full disk is no reason to say nothing
        path.touch()
        with path.open("r+b") as file:
            file.write(bytes(_ROOM))
            file.truncate()
    child = os.fork()
    if child == 0:
        _be_the_child(arguments, home, prepare, said)
    if die_after is not None:
        time.sleep(die_after)
        os.kill(child, signal.SIGKILL)  # nobody has waited for it yet: the number is its own, ended or not
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    out, err = (path.read_text("utf-8", "replace").rstrip("\0") for path in said)
    return Ended(status, out, err)


def _be_the_child(
    arguments: tuple[str, ...],
    home: Path,
    prepare: Callable[[], None],
    said: list[Path],
) -> None:
    code = 99
    try:
        signal.alarm(LONGEST)
        for number, path in enumerate(said, start=1):
            os.dup2(os.open(path, os.O_WRONLY), number)
        # pytest and others put their own in their place.
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(n, "w"), write_through=True) for n in (1, 2))
        os.chdir(home)
        prepare()
        code = main([*arguments, "--project", str(home)])
    finally:
        os._exit(code)


def files(home: Path) -> dict[str, bytes]:
    """Every file that somebody reads; not what a killed process left under a name that nobody reads."""
    found: dict[str, bytes] = {}
    for folder, names, here in os.walk(home):
        names[:] = [one for one in names if one not in {".git", "__pycache__", ".pytest_cache"}]
        for name in here:
            path = Path(folder, name)
            if not name.startswith(".") and not path.is_symlink():
                found[path.relative_to(home).as_posix()] = path.read_bytes()
    return found


_TIME = re.compile(
    rb"20\d\d-\d\d-\d\d[T ]\d\d[-:]\d\d[-:]\d\d(?:Z|[+-]00:00)?|20\d\d-\d\d-\d\d \d\d:\d\d(?: UTC)?"
)
_DIGEST = re.compile(rb"(?:SHA256:)?[0-9a-f]{12,}|[A-Za-z0-9+/=]{60,}")
_NUMBER = re.compile(rb"\d+(?:\.\d+)?(?:e-?\d+)?")


def masked(data: bytes) -> bytes:
    """What is the same in every run of a command: without times, digests and figures."""
    for pattern in (_TIME, _DIGEST, _NUMBER):
        data = pattern.sub(b"#", data)
    return data


def stages(folder: Path, *, last: str | None = None) -> Iterator[Stage]:
    """Every command that writes, on the way from the incident to the restart.

    Args:
        folder: Where the projects come to lie, each as it is just before a command.
        last: The name of the last one, where not all are asked for.
    """
    for stage in _all(folder):
        yield stage
        if stage.name == last:
            return


def _all(folder: Path) -> Iterator[Stage]:
    os.environ |= {
        "INCIDENT2EVAL_KEY": KEY,
        "DEMO_MODEL": "summary-template-2",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    os.environ |= {"USER": "kit", "LOGNAME": "kit", "PYTHONDONTWRITEBYTECODE": "1"}
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for name in (OWNER, LEADER):
        (keys / name.split()[0]).write_bytes(private_of(name))
        (keys / name.split()[0]).chmod(0o600)
    yield from _chain(folder, "a", _first(folder / "first"), _DEMO)
    yield from _chain(folder, "b", _second(folder / "second"), tuple(_restarting(keys)))
    slip = folder / "third"
    shutil.copytree(folder / "a00", slip, symlinks=True)
    assert called((*NOTE, "--markers", "none"), slip).code == 0
    yield from _chain(folder, "c", slip, _SLIP)


SLIP = "INC-2026-0143"
Row = tuple[str, tuple[str, ...], int]
NEW = ("new", "--workflow", WORKFLOW, "--what", "A draft named another customer. It was seen.", "--by", "Ana")
NOTE = ("new", "--workflow", WORKFLOW, "--by", "Ana", "--note", "A typing slip.")
BY = ("--by", OWNER)
_DEMO: tuple[Row, ...] = (
    ("new", NEW, 0),
    ("new --note", (*NOTE, "--markers", "none"), 0),
    ("run", ("run", INCIDENT), 0),
    ("collect", ("collect", INCIDENT), 0),
    ("contain", ("contain", INCIDENT, "--action", "workflow_disabled", *BY), 0),
    ("triage", ("triage", INCIDENT, "--confirm", *BY), 0),
    (
        "task",
        ("task", INCIDENT, "ask-vendor", "--text", "Ask the CRM vendor", "--kind", "preventive", *BY),
        0,
    ),
    ("duty", ("duty", INCIDENT, "harm", "--not-required", "--reason", "no personal data in it", *BY), 0),
    ("root-cause", ("root-cause", INCIDENT), 0),
    ("root-cause --confirm", ("root-cause", INCIDENT, "--confirm", *BY), 0),
    ("eval-case", ("eval-case", INCIDENT), 0),
    ("prove", ("prove",), 0),
    ("gate faulty", ("gate", WORKFLOW), 1),
)
_SLIP: tuple[Row, ...] = (
    ("task --done", ("task", SLIP, "level-1/correct", "--done", "--evidence", "T-12", *BY), 0),
    ("task --done", ("task", SLIP, "level-1/learn", "--done", "--evidence", "prompt 12", *BY), 0),
    ("close", ("close", SLIP, *BY), 0),
)


def _restarting(keys: Path) -> Iterator[Row]:
    """From the mended workflow to the end."""
    until = f"{datetime.now(UTC) + timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}"
    own, lead = (
        ("--as", name, "--role", role, "--key", str(keys / name.split()[0]))
        for name, role in ((OWNER, "workflow_owner"), (LEADER, "functional_leader"))
    )
    yield "contain with on_pause", ("contain", INCIDENT, "--action", "workflow_disabled", *BY), 0
    yield "archive", ("archive", "archive", "--to", "kept"), 0
    yield "look-back", ("look-back", INCIDENT, *BY), 0
    yield "gate fixed", ("gate", WORKFLOW), 0
    yield "restart refused", ("restart", WORKFLOW, *BY), 1
    yield "sign-off", ("sign-off", WORKFLOW, "--report", "REPORT", *own), 0
    yield "sign-off second", ("sign-off", WORKFLOW, "--report", "REPORT", *lead), 0
    yield "approve", ("approve", "override", WORKFLOW, "--reason", "Month end", "--until", until, *own), 0
    yield "restart", ("restart", WORKFLOW, *BY), 0


def _chain(folder: Path, letter: str, home: Path, rows: tuple[Row, ...]) -> Iterator[Stage]:
    """A stage for each row, and the project goes on to the next."""
    for number, (name, arguments, code) in enumerate(rows):
        before = folder / f"{letter}{number:02}"
        shutil.copytree(home, before, symlinks=True)
        stage = Stage(name, before, arguments, code)
        done = stage.called(home)
        assert done.code == code, f"{name}: {done}"
        if name not in {"new", "new --note"}:  # the others are about the first incident
            yield stage
            continue
        shutil.rmtree(home)
        shutil.copytree(before, home, symlinks=True)
        yield stage


def _first(folder: Path) -> Path:
    """The demo as on the day of the incident, with people who have keys, all of it committed."""
    write_demo(folder)
    settings = folder / "incident2eval.toml"
    for name in (OWNER, LEADER):
        edit(settings, f'name = "{name}"\nroles', f'name = "{name}"\npublic_key = "{public_of(name)}"\nroles')
    edit(settings, MODEL, '"env:DEMO_MODEL"')
    edit(settings, "timeout = 10", 'timeout = 60\non_pause = "true"\non_restart = "true"')
    _committed(folder)
    return folder


def _second(folder: Path) -> Path:
    """The same proved and mended at level 2."""
    _first(folder)
    assert called(("run", INCIDENT), folder).code == 0
    set_state(folder, "fixed")
    path = folder / "incidents" / INCIDENT / "incident.yaml"
    told = yaml.safe_load(path.read_text("utf-8")) | {
        "severity": 2,
        "questions": NO,
        "root_cause": {"category": "workflow_design", "failed_control": {"name": "retrieval scope"}},
        "actions": [MENDED],
    }
    told.pop("circumstances")
    path.write_text(yaml.safe_dump(told, sort_keys=False), "utf-8")
    commit(folder)
    return folder


def _committed(folder: Path) -> None:
    subprocess.run(["git", "-C", str(folder), *AUTHOR, "init", "--quiet"], check=True)
    commit(folder)


def quietly(work: Callable[[], object]) -> None:
    """Do something without what it prints."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        work()
