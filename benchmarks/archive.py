"""What an archive costs and saves: speed of writing, size and speed of reading beside gzipped JSON lines.

Prints figures, asserts none. The runs are those of the acceptance archives over and over, with fresh
ids. Both files hold the same runs and are read by one process, in turns; the least CPU time of each counts.
`--mb N` sets how many megabytes of Run JSON (default 100).
"""

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from incident2eval.formats import dump_run, parts, read
from incident2eval.model import Run
from incident2eval.pipeline.archive import archive

SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared"))
INCIDENTS = SHARED / "acceptance" / "incidents"
ROUNDS = 3
DAYS = 20


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--mb", type=int, default=100)
    megabytes = given.parse_args().mb
    if not INCIDENTS.is_dir():
        sys.exit(f"SKIPPED: the acceptance archives are not at {INCIDENTS}; nothing was measured")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, packed = _written(folder, megabytes)
        size = plain.stat().st_size
        wall, cpu = _taken(lambda: archive(project=None, paths=[plain], to=folder / "kept", workflow=None))
        files = sorted((folder / "kept").rglob("*.parquet"))
        kept = sum(path.stat().st_size for path in files)
        print(f"archive   {size / 1e6 / cpu:6.1f} MB/s of CPU, {size / 1e6 / wall:6.1f} MB/s by the clock")
        small = packed.stat().st_size
        print(f"size      {size / kept:6.1f} times smaller than JSON lines, in {len(files)} files")
        print(
            f"gzip -6   {size / small:6.1f} times smaller: {small / kept:.2f} times as large as the archive"
        )
        _reading({"archive": files, "gzip": [packed], "plain": [plain]}, size)


def _reading(sides: dict[str, list[Path]], size: int) -> None:
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, paths in sides.items():
            rates[side].append(size / 1e6 / _taken(partial(_read, paths))[1])
    best = {side: max(each) for side, each in rates.items()}
    for side, rate in best.items():
        print(f"read      {rate:6.1f} MB/s from {side:8} {rate / best['gzip']:5.2f} times gzip")


def _taken(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _read(paths: list[Path]) -> int:
    runs = 0
    for path in paths:
        with path.open("rb") as file:
            runs += sum(
                isinstance(found, Run) for part in parts(file, name=path.name) for found in part.found
            )
    return runs


def _written(folder: Path, megabytes: int) -> tuple[Path, Path]:
    """The same runs as JSON lines, plain and packed."""
    plain, packed = folder / "runs.jsonl", folder / "runs.jsonl.gz"
    size = 0
    with plain.open("wb") as there, gzip.open(packed, "wb", 6) as small:
        for line in _lines():
            there.write(line)
            small.write(line)
            size += len(line)
            if size > megabytes * 1_000_000:
                break
    return plain, packed


def _lines() -> Iterator[bytes]:
    found = [
        run
        for path in sorted(INCIDENTS.glob("*/project/archive/*"))
        for run in read(path.read_bytes(), name=path.name).runs
    ]
    numbers = random.Random(1)  # noqa: S311 - ids of a benchmark
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    while True:
        for run in found:
            at = begin + timedelta(seconds=numbers.random() * DAYS * 86_400)
            fresh = replace(run, id=f"{numbers.getrandbits(128):032x}", started=at)
            yield json.dumps(dump_run(fresh)).encode() + b"\n"


if __name__ == "__main__":
    main()
