"""Every write, fsync and rename of every command fails, once or for good; then a disk that is really full.

The command says so in a line and ends with something else than 0; what was there is there, or completely new.

python tests/torture/failing_disk.py [--only NAME ...] [--every N]
"""

import argparse
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from disk_steps import Half, watch
from kill_commands import Whole, false_passes, lost, passed, whole
from writing_commands import Ended, Stage, files, masked, stages

LEFT = (0, 4096, 16_384, 65_536, 262_144)
"""Bytes that are free on the full disk."""

LIMITS = (200, 2_000, 20_000)
"""Bytes that a file may hold, where the system sets a limit: what the command says goes to files too."""


def failing(step: int, number: int, *, always: bool) -> Callable[[], None]:
    """Let the nth step at the disk fail; all later ones too, where it stays so."""

    def act(now: int, what: str, halve: Half) -> OSError | None:
        if now == step and what == "write" and number == errno.ENOSPC:
            halve()
        if now == step or (always and now > step):
            return OSError(number, os.strerror(number))
        return None

    return lambda: watch(act)


def limited(size: int) -> Callable[[], None]:
    """Let no file grow beyond that."""

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


def wrong(stage: Stage, known: Whole, home: Path, done: Ended, passes: int) -> Iterator[str]:
    """What a command did that it may not do when the disk fails."""
    if done.crashed or done.code < 0 or done.code > 3:
        yield f"broke: {done}"
    yield from lost(home, known)
    yield from false_passes(home, known)
    if done.code == 0 and not _is_done(known, home):
        yield f"says {done.code}, and it is not done: {done.out[:300]!r} {done.err[:300]!r}"
    if done.code not in (0, stage.code) and "error: " not in done.err and not done.out.strip():
        yield f"says nothing: {done}"
    lines = [line for line in done.err.splitlines() if line.startswith("error: ")]
    if len(lines) > 1:
        yield f"says more than a line: {lines}"
    if done.code != 0 and passed(home) > passes and stage.code == 0 and not _is_done(known, home):
        yield "false pass: a report says pass, and the command that it failed"
    if stage.code == 1 and passed(home) > passes:
        yield "false pass"


def _is_done(known: Whole, home: Path) -> bool:
    """Whether everything is there that the command makes."""
    there = files(home)
    if {masked(name.encode()) for name in known.after} - {masked(name.encode()) for name in there}:
        return False
    logs = (
        name
        for name in known.after
        if name.endswith("log.jsonl") and known.after[name] != known.before.get(name)
    )
    return all(len(there[name]) > len(known.before.get(name, b"")) for name in logs)


def step_by_step(stage: Stage, known: Whole, scratch: Path, every: int) -> Iterator[str]:
    """Fail each step of a command in turn; what is wrong, a line each."""
    passes = passed(stage.before)
    for step in range(1, known.changes + 1, every):
        for always in (False, True):
            number = (errno.ENOSPC, errno.EIO)[(step + always) % 2]
            home = stage.copied(scratch / "failing")
            done = stage.called(home, failing(step, number, always=always))
            how = f"{stage.name}: step {step} {errno.errorcode[number]}{' and all after' if always else ''}"
            found = list(wrong(stage, known, home, done, passes))
            again = stage.called(home)
            if again.code != stage.code or again.crashed:
                found.append(f"not completed afterwards: {again}")
            yield from (f"{how}: {one}" for one in found)
            shutil.rmtree(home)


def with_limit(stage: Stage, known: Whole, scratch: Path) -> Iterator[str]:
    """No file may grow beyond so much."""
    for size in LIMITS:
        home = stage.copied(scratch / "limited")
        done = stage.called(home, limited(size))
        for one in wrong(stage, known, home, done, passed(stage.before)):
            yield f"{stage.name}: files of {size} bytes: {one}"
        shutil.rmtree(home)


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[bool]:
    """A file system in memory; whether there is one."""
    place.mkdir()
    said = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    try:
        yield said.returncode == 0
    finally:
        if said.returncode == 0:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


def on_a_full_disk(stage: Stage, known: Whole, scratch: Path) -> Iterator[str]:
    """The project on a disk with hardly any room left."""
    for left in LEFT:
        with small_disk(scratch / "disk", 64 << 20) as mounted:
            assert mounted, "no file system can be mounted here"
            home = stage.copied(scratch / "disk" / "home")
            for name in ("out", "err"):
                (scratch / "disk" / f"home.{name}").write_bytes(bytes(1 << 16))
            _fill(scratch / "disk", left)
            done = stage.called(home)
            (scratch / "disk" / "filler").unlink()
            for one in wrong(stage, known, home, done, passed(stage.before)):
                yield f"{stage.name}: {left} bytes left: {one}"
            again = stage.called(home)
            if again.code != stage.code:
                yield f"{stage.name}: {left} bytes left: not completed afterwards: {again}"


def _fill(disk: Path, left: int) -> None:
    state = os.statvfs(disk)
    room = state.f_bavail * state.f_frsize - left
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(room, 1))


def main() -> int:
    """Fail every step; 0 where no command said that it was done and was not, and nothing was lost or torn."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--last", help="stop before the stages that follow this one: fewer to prepare")
    asked.add_argument("--only", nargs="*", default=None, help="names of stages")
    asked.add_argument("--every", type=int, default=1, help="only every nth step")
    given = asked.parse_args()
    tally, found = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        with small_disk(scratch / "try", 1 << 20) as can_mount:
            pass
        for stage in stages(scratch / "stages", last=given.last):
            if given.only is not None and stage.name not in given.only:
                continue
            known = whole(stage, scratch)
            tally["commands"] += 1
            tally["failures"] += 2 * len(range(1, known.changes + 1, given.every))
            for one in _all(stage, known, scratch, given.every, can_mount=can_mount):
                print(one, flush=True)
                found.append(one)
    full = "the full disk too" if can_mount else "NO FULL DISK: nothing can be mounted here (needs root)"
    print(
        f"{tally['commands']} commands, {tally['failures']} failures at a step of the disk, file limits; "
        f"{full}: {len(found)} wrong"
    )
    return 1 if found else 0


def _all(stage: Stage, known: Whole, scratch: Path, every: int, *, can_mount: bool) -> Iterator[str]:
    yield from step_by_step(stage, known, scratch, every)
    yield from with_limit(stage, known, scratch)
    if can_mount:
        yield from on_a_full_disk(stage, known, scratch)


if __name__ == "__main__":
    sys.exit(main())
