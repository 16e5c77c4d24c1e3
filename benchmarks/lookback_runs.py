"""The look-back end to end: from packed lines to the report, by one process, by two, and by a Dask cluster.

    python benchmarks/lookback_runs.py [--runs 100000] [--scanned 50000] [--rounds 3]

Two projects. In the first the roster has 10,000 customers and the one locked case asks `foreign_names`: the
whole look-back, from gzipped JSON lines to what it says, beside that check alone on the same runs in memory
(goal: at least half its speed). In the second all checks of the demo's incident are asked of runs of about a
kilobyte each: two workers beside one (goal: 1.8 times), a local Dask cluster beside the pool (goal: within
1.4), and the memory of all processes together (goal: under 500 MB at a million runs). Every engine has to
find the same hits, which are counted beforehand. Prints figures, asserts none of them but these.
"""

import argparse
import csv
import gzip
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).with_name("incident2eval"))
INCIDENT = "INC-2026-0142"
DAYS = 60
FIRST = datetime(2026, 9, 14, 6, tzinfo=UTC)
FAULTY = 0.02
MB = 1_000_000

SENTENCES = (
    "Tickets opened: {a}, closed: {b}. Half of them took {c} minutes or less.",
    "The dust unit in the workshop ran for {c} hours before its bag was full.",
    "A lost set of keys meant new cylinders under order PO-{c}.",
    "People waited up to {a} minutes at the apex of demand, the Saturday before term.",
    "A leak above the stock room spoiled goods worth £{c}, and the insurer has been told.",
    "The night crew asked for a second terminal near the loading bay; it is on order.",
    "Two of the handheld scanners came back from repair and work again.",
    "Nobody was on leave, so every call was taken within {a} minutes.",
)
FIRST_WORDS = (
    "Amber Beacon Birch Cedar Copper Crown Dale Eastern Falcon Granite Harbour Hill Iron Juniper "
    "Kestrel Lake Linden Maple Meadow Northern Oak Orchard Pine Quarry Raven River Rowan Silver Stone "
    "Summit Thorn Valley"
).split()
SECOND_WORDS = (
    "Bakery Brewing Builders Cabinets Carriers Cycles Dairy Designs Energy Fabrics Farms Fisheries Foods "
    "Foundry Freight Gardens Glass Interiors Joinery Kitchens Lighting Logistics Marine Motors Optics Paper "
    "Pottery Print Roofing Supplies Textiles Tools"
).split()
PLACES = "Ashford Barton Colne Denby Elland Filey Garstang Hexham Ilkley Keswick Leyburn".split()


def main() -> None:
    """Write the projects and their archives, and look back."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100_000)
    asked.add_argument("--scanned", type=int, default=50_000)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _names(Path(name) / "names", given.scanned, given.rounds)
        _all_checks(Path(name) / "demo", given.runs)


def _names(folder: Path, runs: int, rounds: int) -> None:
    """The whole look-back beside the check alone."""
    from incident2eval.checks import foreign_names  # noqa: PLC0415 - the rest needs the program only
    from incident2eval.formats import load_run  # noqa: PLC0415
    from incident2eval.store import Project  # noqa: PLC0415

    _demo(folder)
    customers = [(f"C-{number}", name) for number, name in enumerate(_company_names(10_000))]
    customers[:0] = _roster(folder)
    _write_roster(folder, customers)
    _only(folder, "foreign_names")
    lines, hits = _lines(runs, customers[:200])
    path = folder / "past.jsonl.gz"
    path.write_bytes(gzip.compress("".join(lines).encode(), 1))
    size = sum(map(len, lines)) / MB
    loaded = [load_run(json.loads(line), what="a run") for line in lines]
    roster = Project.find(folder).customers

    def scan() -> int:
        return sum(
            bool(foreign_names(run, customer=str(run.customer_id), customers=roster)) for run in loaded
        )

    def whole() -> int:
        return _looked(folder, path, "--jobs", "1")

    walls: dict[str, list[float]] = {"the check alone, runs in memory": [], "look-back, gz to report": []}
    _require(scan() == hits, "the check alone missed some")
    for _ in range(rounds):
        for name, work in zip(walls, (scan, whole), strict=True):
            walls[name].append(_timed(work, hits))
    alone, end_to_end = (statistics.median(one) for one in walls.values())
    for name, seconds in walls.items():
        print(f"{name:32} {size / statistics.median(seconds):7.1f} MB/s (median of {rounds})")
    print(f"10,000 customers, {runs:,} runs, {size:.0f} MB: {alone / end_to_end:.2f} of it (goal: 0.5)")


def _all_checks(folder: Path, runs: int) -> None:
    """All checks of the demo's incident by each engine."""
    _demo(folder)
    archive = folder / "more"
    archive.mkdir()
    hits, size = 0, 0
    for number, share in enumerate(_shares(runs)):
        lines, found = _lines(share, _roster(folder), start=number * share, day=number)
        data = "".join(lines).encode()
        (archive / f"{number:03}.jsonl.gz").write_bytes(gzip.compress(data, 1))
        hits, size = hits + found, size + len(data)
    print(f"\nall checks of the demo, {runs:,} runs, {size / MB:.0f} MB in {DAYS} files, {hits:,} hits")
    engines = {
        "one process": ("--jobs", "1"),
        "two processes": ("--jobs", "2"),
        "Dask, two workers": ("--engine", "dask", "--jobs", "2"),
    }
    walls = {}
    for name, options in engines.items():
        peak = _Peak()
        walls[name] = _timed(lambda given=options: _looked(folder, archive, *given), hits)
        rate = f"{runs / walls[name]:8,.0f} runs/s  {size / MB / walls[name]:6.1f} MB/s"
        print(f"{name:20} {walls[name]:8.1f} s  {rate}  {peak.stop() / MB:6.0f} MB in all processes")
    one, two, dask = walls.values()
    print(f"two processes beside one: {one / two:.2f} times (goal: 1.8)")
    print(f"Dask beside the pool: {dask / two:.2f} times the time (goal: 1.4)")
    hours = 100_000_000 / (runs / one) / 3600
    print(
        f"100 million runs: {hours:,.1f} hours of one processor at {runs / one:,.0f} runs/s; ten machines of "
        f"eight, at {one / two / 2:.0%} for each further one: {hours / 80 / (one / two / 2):.2f} hours"
    )


def _demo(folder: Path) -> None:
    _run([PROGRAM, "demo", str(folder)])


def _only(folder: Path, check: str) -> None:
    """Leave the locked cases of one check."""
    lock = folder / "cases" / "cases.lock"
    held = json.loads(lock.read_text())
    held["cases"] = [row for row in held["cases"] if row["check"] == check]
    lock.write_text(json.dumps(held, indent=1) + "\n")


def _roster(folder: Path) -> list[tuple[str, str]]:
    with (folder / "customers.csv").open(newline="") as file:
        return [(row["id"], row["name"]) for row in csv.DictReader(file)]


def _write_roster(folder: Path, customers: Sequence[tuple[str, str]]) -> None:
    with (folder / "customers.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "name", "aliases"), *((*one, "") for one in customers)])


def _company_names(count: int) -> Iterator[str]:
    every = itertools.product(PLACES, FIRST_WORDS, SECOND_WORDS)
    yield from (" ".join(words) for words in itertools.islice(every, count))


def _shares(runs: int) -> Iterator[int]:
    yield from (runs // DAYS for _ in range(DAYS))


def _lines(
    runs: int, customers: Sequence[tuple[str, str]], *, start: int = 0, day: int | None = None
) -> tuple[list[str], int]:
    """Runs of the demo's workflow, about a kilobyte each, and how many of them show the fault."""
    chance = random.Random(start + 1)  # noqa: S311 - any runs, the same each time
    lines, hits = [], 0
    for number in range(start, start + runs):
        (own, name), (other, foreign) = chance.sample(customers, 2)
        at = FIRST + timedelta(days=number % DAYS if day is None else day, seconds=chance.randrange(40_000))
        is_faulty = chance.random() < FAULTY
        hits += is_faulty
        text = " ".join(
            one.format(a=chance.randrange(2, 60), b=chance.randrange(2, 60), c=chance.randrange(100, 9000))
            for one in chance.sample(SENTENCES, 5)
        )
        if is_faulty:
            text += f" As with {foreign}, two deliveries came late."
        owner = other if is_faulty else own
        lines.append(json.dumps(_a_run(number, at, own, owner, f"Summary for {name}. {text}")) + "\n")
    return lines, hits


def _a_run(number: int, at: datetime, own: str, owner: str, text: str) -> dict[str, Any]:
    record = {"id": f"note-{number % 9999}", "owner": owner, "text": "The bay door was serviced."}
    retrieval = {
        "id": "s1",
        "kind": "retrieval",
        "name": "search_notes",
        "input": {"account_id": own, "scope": f"account:{own}"},
        "records": [record],
    }
    model = {"id": "s2", "kind": "model", "name": "write_draft", "input": {"as_of": f"{at:%Y-%m-%d}"}}
    return {
        "schema": "incident2eval/run/1",
        "id": f"{number:032x}",
        "workflow": "monthly-summary",
        "model": "summary-template-2",
        "version": "2026.9.2",
        "started": at.isoformat(),
        "subject": {"customer_id": own},
        "input": {"customer_id": own, "as_of": f"{at:%Y-%m-%d}"},
        "output": text,
        "steps": [retrieval, {**model, "output": {"sentences": 6}}],
    }


def _looked(folder: Path, archive: Path, *options: str) -> int:
    """The hits of a look-back."""
    command = [PROGRAM, "look-back", INCIDENT, "--archive", str(archive), "--by", "Bench", "--json"]
    done = _run([*command, *options, "--project", str(folder)])
    return len(json.loads(done.stdout)["hits"])


def _timed(work: Callable[[], int], hits: int) -> float:
    start = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - start
    _require(found == hits, f"found {found:,} hits, planted were {hits:,}")
    return seconds


class _Peak:
    """The most memory that all processes below this one held together, without what they share twice."""

    def __init__(self) -> None:
        self._most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """End the watch; bytes."""
        self._done.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            self._most = max(self._most, sum(map(_held, _below(os.getpid()))))


def _below(process: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _below(child)


def _held(process: int) -> int:
    """Proportional set size."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _require(holds: bool, why: object) -> None:
    """What does not do the work is not measured."""
    if not holds:
        raise SystemExit(str(why))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, env=kept, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
