"""Attempts to make the gate pass a workflow that is still faulty, and honest runs that it must not block.

python tests/torture/greens.py [--every 1] [--honest 200]

The base is the demo with its fix: gate passed, report signed, committed. Then the fault is back, and somebody
tries to get a pass by everything but mending it: the tests, the case, its runs, the lock, settings, the
environment, files that pytest or Python would load. Each attempt is one edit, or one edit with the digests in
the lock put right behind it, as somebody would who knows the tool.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from green_edits import (
    Edit,
    case_edits,
    environments,
    lock_edits,
    planted_files,
    put_right,
    replace,
    run_edits,
    setting_edits,
    test_edits,
    then,
    write,
)
from signed_project import private_of, public_of

from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo

PROGRAM = str(Path(sys.executable).with_name("incident2eval"))
KEYS = ("Ruth Calloway", "Imran Sethi")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One way to try it."""

    name: str
    edit: Edit = lambda _: None
    environment: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def base(folder: Path) -> Path:
    """The demo with its fix, a pass that two people signed, all of it committed; then the fault is back."""
    home = folder / "base"
    write_demo(home)
    _say(home, "run", INCIDENT)
    set_state(home, "fixed")
    for name in KEYS:
        key = folder / name.split()[0].lower()
        key.touch(0o600)
        key.write_bytes(private_of(name))
        known = f'name = "{name}"\npublic_key = "{public_of(name)}"'
        replace("incident2eval.toml", f'name = "{name}"', known)(home)
    _commit(home)
    passed = _say(home, "gate", WORKFLOW)
    assert passed["decision"] == "pass", passed
    key = str(folder / "ruth")
    signed = (
        "--report",
        str(home / str(passed["report"])),
        "--as",
        KEYS[0],
        "--role",
        "workflow_owner",
        "--key",
        key,
    )
    _say(home, "sign-off", WORKFLOW, *signed)
    set_state(home, "faulty")
    _commit(home)
    return home


def _commit(home: Path) -> None:
    if not (home / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=home, check=True)
    git = ["git", "-c", "user.name=Demo", "-c", "user.email=demo@example.com"]
    subprocess.run(["git", "add", "-A"], cwd=home, check=True)
    subprocess.run([*git, "commit", "-qm", "as it is"], cwd=home, check=True)


def _say(home: Path, *command: str) -> dict[str, object]:
    done = subprocess.run(
        [PROGRAM, *command, "--project", home, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def gate(home: Path, attempt: Attempt | None = None) -> tuple[int, str]:
    """The gate's exit code, and the decision that it printed or the first words of its fault."""
    extra = attempt.environment if attempt else {}
    paths = {name: value.replace("{home}", str(home)) for name, value in extra.items()}
    command = [PROGRAM, "gate", WORKFLOW, "--json", *(attempt.options if attempt else ())]
    done = subprocess.run(
        command, cwd=home, env=os.environ | paths, capture_output=True, text=True, check=False, timeout=300
    )
    try:
        return done.returncode, str(json.loads(done.stdout).get("decision", "fault"))
    except ValueError:
        return done.returncode, f"no JSON: {(done.stdout + done.stderr)[:200]}"


def attempts() -> Iterator[Attempt]:
    """Every attempt."""
    for name, edit in {**test_edits(), **case_edits(), **run_edits()}.items():
        yield Attempt(name=name, edit=edit)
        yield Attempt(name=f"{name}, digests put right", edit=then(edit, put_right))
    for name, edit in {**lock_edits(), **setting_edits(), **planted_files()}.items():
        yield Attempt(name=name, edit=edit)
    for name, environment in environments().items():
        yield Attempt(name=f"environment: {name}", environment=environment)


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def honest(chance: random.Random) -> Edit:
    """A change that anybody may make: it mends nothing and breaks nothing."""
    note = f"# {chance.getrandbits(64):x}\n"
    row = f"K-9{chance.randrange(100, 999)},Customer {note[2:8]} Ltd,\n"
    return chance.choice(
        (
            lambda _: None,
            lambda home: _append(home / "summaries.py", note),
            lambda home: _append(home / "README.md", note),
            write(f"notes/{chance.getrandbits(32):x}.md", note),
            lambda home: _append(home / "incident2eval.toml", note),
            lambda home: _append(home / "customers.csv", row),
            write("tests/test_own.py", "def test_own():\n    assert False\n"),
            write("conftest.py", "raise SystemExit\n"),
        )
    )


def main() -> int:
    """Try everything; 0 where nothing was opened and nothing honest was blocked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--honest", type=int, default=200)
    asked.add_argument("--seed", type=int, default=20261123)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        opened, tried, blocked = whole_round(
            Path(name), every=given.every, runs=given.honest, seed=given.seed
        )
    print(f"{tried} attempts, {len(opened)} opened: {opened or 'none'}")
    print(f"{given.honest} honest runs, {len(blocked)} blocked: {blocked or 'none'}")
    return bool(opened or blocked)


def whole_round(folder: Path, *, every: int, runs: int, seed: int) -> tuple[list[str], int, list[str]]:
    """Names of attempts that opened the gate, how many there were, and honest runs that it did not pass."""
    home = base(folder)
    chosen = list(attempts())[::every]
    opened = []
    for attempt in chosen:
        code, decision = gate(_copy(home, attempt.edit), attempt)
        if code == 0 or decision == "pass":
            opened.append(attempt.name)
    set_state(home, "fixed")
    chance = random.Random(seed)  # noqa: S311 - a draw of examples
    blocked = []
    for number in range(runs):
        code, decision = gate(_copy(home, honest(chance)))
        if (code, decision) != (0, "pass"):
            blocked.append(f"{number}: {code} {decision}")
    return opened, len(chosen), blocked


def _copy(home: Path, edit: Edit) -> Path:
    work = home.with_name("work")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(home, work, symlinks=True)
    edit(work)
    return work


if __name__ == "__main__":
    sys.exit(main())
