"""kill -9 at random points of every command that writes: nothing lost or torn, no pass that was not finished.

python tests/torture/kill_commands.py [--rounds 500] [--seed N] [--only NAME ...]
"""

import argparse
import json
import mmap
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from disk_steps import Half, watch
from writing_commands import Ended, Stage, called, files, masked, stages

from incident2eval.model import BadInput, Report
from incident2eval.pipeline.gating.reports import FORMS
from incident2eval.pipeline.project import INCIDENT
from incident2eval.report import render
from incident2eval.store import read_report
from incident2eval.store._log import open_log

ANY = ("open", "os.", "fcntl.", "subprocess.", "socket.", "tempfile.", "shutil.")
"""Beginnings of the audit events at which a command may be killed."""

NOTES = open
"""As it is before a disk is watched."""

HEAVY = 1.0
"""Seconds: commands that take longer have their turn once in three."""

LOOKS = (("check",), ("status",), ("verify", INCIDENT))
"""What has to work after a kill."""


@dataclass(frozen=True)
class Whole:
    """What a stage comes to when nothing comes between."""

    steps: int
    """Steps of any kind: reading too."""
    changes: int
    """Steps that change the disk."""
    seconds: float
    before: dict[str, bytes]
    after: dict[str, bytes]
    forms: dict[str, set[bytes]]
    """How each file may look, without times, digests and figures."""
    codes: tuple[tuple[int, ...], tuple[int, ...]]
    """What those who look afterwards may say: as before, or as after the command."""


def killed_at(step: int, *, half: bool = False) -> Callable[[], None]:
    """Die at the nth step that changes the disk; in the midst of it, where it is a write."""

    def act(number: int, _: str, halve: Half) -> None:
        if number == step:
            if half:
                halve()
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: watch(act)


def killed_anywhere(step: int) -> Callable[[], None]:
    """Die at the nth step of any kind."""

    def prepare() -> None:
        left, me = step, os.getpid()

        def count(event: str, _: tuple[object, ...]) -> None:
            nonlocal left
            left -= event.startswith(ANY) and os.getpid() == me
            if left == 0:
                left = -1  # once: to kill is such a step itself
                os.kill(me, signal.SIGKILL)

        sys.addaudithook(count)

    return prepare


def counted(stage: Stage, home: Path, seen: Path) -> tuple[int, int]:
    """How many steps of any kind a command takes, and how many that change the disk.

    What stands on the disk meanwhile is kept in `seen`: each file is whole at every step, and may stay so.
    """
    shared, noted = mmap.mmap(-1, 16), set[tuple[str, bytes]]()

    def prepare() -> None:
        me = os.getpid()

        def count(event: str, _: tuple[object, ...]) -> None:
            if event.startswith(ANY) and os.getpid() == me:
                shared[:8] = (int.from_bytes(shared[:8]) + 1).to_bytes(8)

        def act(number: int, _: str, __: Half) -> None:
            shared[8:] = number.to_bytes(8)
            new = {*files(home).items()} - noted
            noted.update(new)
            with NOTES(seen, "ab") as notes:
                pickle.dump(sorted(new), notes)

        sys.addaudithook(count)
        watch(act)

    done = stage.called(home, prepare)
    assert done.code == stage.code, done
    return int.from_bytes(shared[:8]), int.from_bytes(shared[8:])


def whole(stage: Stage, scratch: Path) -> Whole:
    """Do it to its end, and remember what is there then."""
    before = files(stage.before)
    home = stage.copied(scratch / "whole")
    codes_before = looked(home)
    steps, changes = counted(stage, home, scratch / "seen")
    after = files(home)
    codes_after = looked(home)
    shutil.rmtree(home)
    home, started = stage.copied(scratch / "timed"), time.perf_counter()
    stage.called(home)
    seconds = time.perf_counter() - started
    shutil.rmtree(home)
    forms: dict[str, set[bytes]] = {}
    for there in (before, after, *_noted(scratch / "seen")):
        for name, data in there.items():
            forms.setdefault(masked(name.encode()).decode(), set()).add(masked(data))
    return Whole(steps, changes, seconds, before, after, forms, (codes_before, codes_after))


def _noted(seen: Path) -> Iterator[dict[str, bytes]]:
    with seen.open("rb") as notes:
        while notes.peek(1):
            yield dict(pickle.load(notes))  # noqa: S301 - our own
    seen.unlink()


def looked(home: Path, looks: tuple[tuple[str, ...], ...] = LOOKS) -> tuple[int, ...]:
    """What the commands say that only look; AssertionError where one breaks."""
    said = [called(one, home) for one in looks]
    for one, done in zip(looks, said, strict=True):
        assert not done.crashed, f"{one}: {done}"
    return tuple(done.code for done in said)


def lost(home: Path, known: Whole) -> Iterator[str]:
    """What is gone, or neither as it was nor completely new."""
    now = files(home)
    for name, data in known.before.items():
        if name not in now:
            yield f"lost: {name}"
        elif name.endswith(".jsonl") and "incidents/" in name and not now[name].startswith(data):
            yield f"lost: lines of {name}"
    for name, data in now.items():
        if data == known.before.get(name):
            continue
        if name.endswith(".lock") and not data:
            continue
        yield from _torn(home, name, data, known)


def _torn(home: Path, name: str, data: bytes, known: Whole) -> Iterator[str]:
    """What is half of a file that is new."""
    path = home / name
    try:
        if name.endswith("log.jsonl"):
            if open_log(path, file=name).torn:
                yield f"torn: {name}: a line that nobody can read"
            return  # what death left of a line is none: readers say so, and the next line takes its place
        if name.endswith((".json", "cases.lock")):
            json.loads(data)
        elif name.endswith(".yaml"):
            yaml.safe_load(data)
    except (BadInput, ValueError, AssertionError, yaml.YAMLError) as error:
        yield f"torn: {name}: {error}"
        return
    if name.startswith("reports/"):
        return  # judged with all of its forms, below
    if masked(data) not in known.forms.get(masked(name.encode()).decode(), set()):
        yield f"torn: {name}: neither as it was nor as it becomes"


def false_passes(home: Path, known: Whole) -> Iterator[str]:
    """Reports that came to be and are not finished, and that nobody refuses."""
    folder = home / "reports"
    for path in sorted(folder.rglob("*.json")):
        if path.name.endswith(".dsse.json") or path.relative_to(home).as_posix() in known.before:
            continue
        report = read_report(path.read_bytes(), file=path.name)
        absent = [form for form in FORMS if not path.with_suffix(form).exists()]
        if absent and called(("verify", str(path)), home).code == 0:
            yield f"false pass: {path.name} without {absent}"
        for form, content in _rendered(report).items():
            if form not in absent and path.with_suffix(form).read_bytes() != content:
                yield f"torn: {path.stem}{form}"


def _rendered(report: Report) -> dict[str, bytes]:
    made = render(report)
    return dict(zip(FORMS, (made.json, made.junit, made.markdown.encode(), made.html.encode()), strict=True))


def passed(home: Path) -> int:
    """Reports that say pass."""
    folder = home / "reports"
    found = [path for path in folder.rglob("*.json") if not path.name.endswith(".dsse.json")]
    return sum(json.loads(path.read_bytes())["decision"] == "pass" for path in found)


def one_round(stage: Stage, known: Whole, home: Path, chance: random.Random) -> tuple[str, list[str]]:
    """Kill it once, look at what it left, and let the same command complete it; how, and what is wrong."""
    passes = passed(home)
    kind = chance.choice(("step", "change", "change", "half", "time"))
    point = chance.randint(1, known.steps if kind == "step" else max(known.changes, 1))
    how = f"{stage.name} killed at {kind} {point}"
    if kind == "time":
        done = stage.called(home, die_after=chance.uniform(0, known.seconds))
    elif kind == "step":
        done = stage.called(home, killed_anywhere(point))
    else:
        done = stage.called(home, killed_at(point, half=kind == "half"))
    wrong = list(_wrong(stage, known, home, done, chance.choice(range(len(LOOKS)))))
    if stage.code == 1 and passed(home) > passes:
        wrong.append("false pass: a report says pass")
    again = stage.called(home)
    if again.code != stage.code or again.crashed:
        wrong.append(f"not completed: {again}")
    wrong += [f"after the next one: {one}" for one in (*lost(home, known), *false_passes(home, known))]
    return how, [f"{how}: {one}" for one in wrong]


def _wrong(stage: Stage, known: Whole, home: Path, done: Ended, look: int) -> Iterator[str]:
    """What is wrong after a kill; one of those who look is asked, which the round's chance chose."""
    if not done.killed and done.code != stage.code:
        yield f"ended by itself: {done}"
    yield from lost(home, known)
    yield from false_passes(home, known)
    (code,) = looked(home, LOOKS[look : look + 1])
    # While half a line stands in a log, nobody knows what it was to say: neither do they.
    unknown = {3} if any(not data.endswith(b"\n") for data in _logs(home)) else set[int]()
    if code not in (allowed := {codes[look] for codes in known.codes} | unknown):
        yield f"{LOOKS[look][0]} ends with {code}, and not one of {allowed}"
    if done.killed and done.out:  # it had told somebody that it was done
        there = {masked(name.encode()).decode() for name in files(home)}
        if gone := set(known.forms) - there:
            yield f"lost: it said that it was done, without {sorted(gone)}"


def _logs(home: Path) -> Iterator[bytes]:
    """What stands in each log."""
    return (data for name, data in files(home).items() if name.endswith("log.jsonl") and data)


def _turns(shelf: list[Stage], known: dict[str, Whole], scratch: Path) -> Iterator[Stage]:
    """Whose turn it is, for ever; each is done once to its end before."""
    turn = 0
    while True:
        for number, stage in enumerate(shelf):
            key = str(stage.before)
            if key not in known:
                known[key] = whole(stage, scratch)
            elif known[key].seconds > HEAVY and (turn + number) % 3:
                continue
            yield stage
        turn += 1


def main() -> int:
    """Kill them at random; 0 where nothing was lost, torn or let through, and all were completed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=500)
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--last", help="stop before the stages that follow this one: fewer to prepare")
    asked.add_argument("--only", nargs="*", default=None, help="names of stages")
    given = asked.parse_args()
    seed = time.time_ns() % 1_000_000 if given.seed is None else given.seed
    chance, wrong, kinds = random.Random(seed), list[str](), Counter[str]()  # noqa: S311 - to be repeated
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        shelf = [
            one
            for one in stages(scratch / "stages", last=given.last)
            if given.only is None or one.name in given.only
        ]
        known: dict[str, Whole] = {}
        turns = _turns(shelf, known, scratch)
        for number, stage in zip(range(given.rounds), turns, strict=False):
            key = str(stage.before)
            home = stage.copied(scratch / f"round-{number}")
            how, found = one_round(stage, known[key], home, chance)
            kinds[how.rsplit(" ", 1)[0].rpartition(" killed at ")[2]] += 1
            if number % 50 == 49:
                print(f"{number + 1} rounds, {len(wrong)} wrong", file=sys.stderr)
            for one in found:
                print(one, flush=True)
            wrong += found
            shutil.rmtree(home)
    told = ", ".join(f"{count} at {kind}" for kind, count in sorted(kinds.items()))
    print(f"{len(shelf)} commands, seed {seed}: {told}")
    tally = {word: sum(f": {word}" in one for one in wrong) for word in ("lost", "torn", "false pass")}
    completed = "all" if not any("not completed" in one for one in wrong) else "not all"
    print(
        f"{given.rounds} rounds, {tally['lost']} lost, {tally['torn']} torn, "
        f"{tally['false pass']} false passes, {completed} completed"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
