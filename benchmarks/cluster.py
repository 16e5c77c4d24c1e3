# /// script
# # The peers, on top of an environment that holds the package; drain3 pins two dependencies of its own.
# dependencies = ["drain3>=0.9.11", "igraph>=0.11", "scikit-learn>=1.5"]
# ///
"""Grouping failures, from 1,000 to 1,000,000: time, memory and quality, beside other ways to do it.

Prints figures, asserts none. Every method at every size has a process of its own, which may take `--limit`
seconds of CPU; where it takes more, larger sizes are not tried, nor any beyond what `LARGEST` says. CPU and
wall are those of grouping alone (without imports, with what is loaded late), the peak is that of the process
with the data in it. `score` was drawn anew once all thresholds stood, and first run after that.

The failures are generated (`cluster_data.py`). There are two sets, whose words, names and seeds differ:
thresholds may be looked at on `tune` (`--words tune`); `score` is what is reported. In each, `few` has 200
types, the commonest 8 times as frequent as the rarest; `zipf` has 25 * n^0.3 types (199 at 1,000; 1,577 at
1,000,000) whose frequency falls as 1 / rank.
`by type` counts failures with equal text but different faults as different, `by text` as one type: that is
all that can be seen without fields. Of B-cubed stand precision / recall / F1. `wordings` is what a grouping
would reach that puts together every wording of every type and knows no synonym.

Then real text (`cluster_real.py`), and the ratios that the goals speak of.
The peers need the packages named above; one that is missing is named, and the others run.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from cluster_data import VOCABULARIES, customers, how_many, rows
from cluster_methods import DEDUP, DRAIN3, LEIDEN, METHODS, OURS, OURS_TEXT, PEERS, SINGLETONS
from cluster_metrics import quality
from cluster_real import BM25, COSINE, categories, recall

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SPREADS = ("few", "zipf")
SEEN = 10_000
"""Failures by which the wordings are judged."""
SLACK = 900
"""Seconds that a process may wait for a processor, beyond three times its limit."""

LARGEST = {DRAIN3: 100_000, LEIDEN: 10_000}
"""More failures would take these peers most of the time of all."""

Cells = dict[tuple[str, int, str], dict[str, Any]]


def main() -> None:
    """Measure and print."""
    given = _arguments()
    if given.cell:
        print(json.dumps(_measured(given.cell, given.spreads[0], given.sizes[0], given.words, given.limit)))
        return
    print(f"words: {given.words}" + ("" if given.words == "score" else "  (TO LOOK AT, NOT TO REPORT)"))
    cells: Cells = {}
    for spread in given.spreads:
        for size, name, cell in _cells(given, spread):
            cells[spread, size, name] = cell
    recall([*given.peers, COSINE, BM25])
    categories(given.peers)
    for spread in given.spreads:
        _ratios(cells, spread)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=SIZES)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--spreads", nargs="+", choices=SPREADS, default=SPREADS)
    parser.add_argument("--words", choices=VOCABULARIES, default="score")
    parser.add_argument("--limit", type=int, default=150, help="seconds of CPU")
    parser.add_argument("--cell", choices=METHODS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _cells(given: argparse.Namespace, spread: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Every method at every size, printed as it ends."""
    exhausted: set[str] = set()
    for size in given.sizes:
        types, wordings = how_many(spread, size), _wordings(given, spread, size)
        print(f"\n{spread}: {size:,} failures of {types:,} types; {wordings}")
        print(
            f"  {'':<16} {'CPU s':>8} {'wall s':>8} {'MB':>6} {'clusters':>9}   {'ARI':>6} B-cubed, by type",
            end="",
        )
        print(f"{'':<7} {'ARI':>6} B-cubed, by text")
        for name in (OURS, OURS_TEXT, *given.peers):
            if name in exhausted:
                print(f"  {name:<16} not tried: a smaller size took over {given.limit} s")
                continue
            if size > LARGEST.get(name, size):
                print(f"  {name:<16} not tried with more than {LARGEST[name]:,}")
                continue
            cell = _run(given, name, spread, size)
            exhausted |= {name} if "over" in cell else set()
            _told(name, cell)
            yield size, name, cell


def _wordings(given: argparse.Namespace, spread: str, size: int) -> str:
    """The quality of one group for every wording of every text, by the first failures."""
    first = list(islice(rows(given.words, spread, size), SEEN))
    seen = quality([row.told for row in first], [(row.told, row.wording) for row in first])
    return f"wordings: ARI {seen.ari:.3f}, F1 {seen.f1:.3f}"


def _run(given: argparse.Namespace, name: str, spread: str, size: int) -> dict[str, Any]:
    """One method at one size, in a process of its own."""
    options = {
        "--cell": name,
        "--spreads": spread,
        "--sizes": size,
        "--words": given.words,
        "--limit": given.limit,
    }
    command = [sys.executable, __file__, *(str(part) for option in options.items() for part in option)]
    over = {"over": f"over {given.limit} s"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=3 * given.limit + SLACK
        )
    except subprocess.TimeoutExpired:
        return over
    if done.returncode == -signal.SIGXCPU:
        return over
    if done.returncode:
        return {"failed": f"FAILED ({done.returncode}): {(done.stderr.strip().splitlines() or ['?'])[-1]}"}
    cell: dict[str, Any] = json.loads(done.stdout)
    return cell


def _measured(name: str, spread: str, size: int, words: str, limit: int) -> dict[str, Any]:
    """What one method takes and how well it does, measured in this process."""
    try:
        group = METHODS[name](customers(words))
    except ImportError as missing:
        return {"failed": f"NOT INSTALLED: {missing}"}
    made = list(rows(words, spread, size))
    failures = [row.failure for row in made]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + limit + 1, resource.RLIM_INFINITY))
    before, cpu, wall = _peak(), time.process_time(), time.perf_counter()
    found = group(failures)
    cpu, wall, peak = time.process_time() - cpu, time.perf_counter() - wall, _peak()
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    cell: dict[str, Any] = {"cpu": cpu, "wall": wall, "peak": peak, "data": before}
    if name != OURS_TEXT:
        cell["type"] = asdict(quality([row.type for row in made], found))
    if name not in {OURS, "same fields"}:
        cell["text"] = asdict(quality([row.told for row in made], found))
    return cell


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _told(name: str, cell: dict[str, Any]) -> None:
    """Print one row."""
    if "cpu" not in cell:
        print(f"  {name:<16} {cell.get('over') or cell['failed']}", flush=True)
        return
    clusters = (cell.get("type") or cell["text"])["clusters"]
    scores = "   ".join(
        f"{one['ari']:6.3f} {one['precision']:.3f} / {one['recall']:.3f} / {one['f1']:.3f}"
        if one
        else f"{'-':>28}"
        for one in (cell.get("type"), cell.get("text"))
    )
    print(
        f"  {name:<16} {cell['cpu']:8.2f} {cell['wall']:8.2f} {cell['peak']:6.0f} {clusters:9,}   {scores}",
        flush=True,
    )


def _ratios(cells: Cells, spread: str) -> None:
    """The figures that the goals speak of, where both sides were measured."""
    print(f"\nratios, {spread}")
    for name in (OURS, OURS_TEXT):
        seconds = {size: cells.get((spread, size, name), {}).get("cpu") for size in SIZES}
        drain = cells.get((spread, 100_000, DRAIN3), {}).get("cpu")
        growth, beside = _ratio(seconds[1_000_000], seconds[100_000]), _ratio(seconds[100_000], drain)
        print(f"  {name}: CPU(1,000,000) / CPU(100,000) {growth} (goal: at most 12)")
        print(f"  {name}: CPU / Drain3's at 100,000 {beside} (goal: at most 0.5)")
        for peer in (DEDUP, SINGLETONS):
            gains = [*_gains(cells, spread, name, peer)]
            print(f"  {name}: ARI, F1 above {peer}: {', '.join(gains) or 'not measured'} (goal: never below)")


def _ratio(one: float | None, other: float | None) -> str:
    return f"{one / other:.2f}" if one and other else "not measured"


def _gains(cells: Cells, spread: str, name: str, peer: str) -> Iterator[str]:
    """What our quality is above a peer's, at every size where both were measured."""
    truth = "type" if name == OURS else "text"
    for size in SIZES:
        ours, other = (cells.get((spread, size, each), {}).get(truth) for each in (name, peer))
        if ours and other:
            yield f"{ours['ari'] - other['ari']:+.3f} {ours['f1'] - other['f1']:+.3f}"


if __name__ == "__main__":
    main()
