"""The gate over 100 trivial cases beside promptfoo and DeepEval on the same ones, and collecting 10,000.

    python benchmarks/gate.py [--promptfoo PATH] [--deepeval PYTHON] [--pairs 5] [--cases 100]

Each case asks a workflow in Python one question, and holds that no field of a template is left in the answer:
once, and in a second table five times. All tools call the same function with the same questions and write
their reports (ours as JSON, JUnit, Markdown and HTML; promptfoo's as JSON, JUnit and HTML; DeepEval's as JSON
and a table); they are run whole, in turns. Before the clock runs, each must have called the workflow as often
as asked, and have failed every case where the workflow has the fault; every measured run must have passed all
of them and have ended with 0. A row apart is promptfoo with its own echo provider, which calls no workflow.
Ours judges each case on the incident and on the corrected run as well, the tests in a process of their own,
with the workflow in another and each trial in a fork of that. Prints figures, asserts none of them.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from gate_tools import TEST, Told, Tool, deepeval, ours, promptfoo, run

GATE = "incident2eval gate"
ECHO = "promptfoo, echo provider: calls no workflow"
TRIALS = (1, 5)


def main() -> None:
    """Write the projects, verify every tool on them, and measure in turns."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--promptfoo", help="its program")
    asked.add_argument("--deepeval", help="a Python that has it")
    asked.add_argument("--pairs", type=int, default=5)
    asked.add_argument("--cases", type=int, default=100)
    asked.add_argument("--collect", type=int, default=10_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tools: dict[str, Tool] = {GATE: ours(folder / "ours", given.cases)}
        if given.promptfoo:
            tools["promptfoo eval"] = promptfoo(folder / "promptfoo", given.promptfoo, given.cases)
            tools[ECHO] = promptfoo(folder / "echo", given.promptfoo, given.cases, provider="echo")
        if given.deepeval:
            tools["deepeval test run"] = deepeval(folder / "deepeval", given.deepeval, given.cases)
        for trials in TRIALS:
            for tool, evaluate in tools.items():
                _verify(tool, evaluate, given.cases, trials, folder / "calls")
            _compare(tools, given.cases, trials, given.pairs)
        _collect(folder / "many", given.collect, given.pairs)


def _verify(name: str, tool: Tool, cases: int, trials: int, counted: Path) -> None:
    """See the tool call the workflow as often as asked, and see it see the fault."""
    due = cases * trials
    counted.write_text("")
    _passed(name, tool(trials, {"COUNTED": str(counted)}), due)
    calls = len(counted.read_text().splitlines())
    _require(calls == (0 if name == ECHO else due), f"{name} called the workflow {calls} times")
    faulty = tool(trials, {"FAULT": "1"})
    seen = faulty.code != 0 and (faulty.passed, faulty.failed) == (0, due)
    _require(seen, f"{name} did not see the fault: {faulty}")


def _compare(tools: Mapping[str, Tool], cases: int, trials: int, pairs: int) -> None:
    walls: dict[str, list[float]] = {name: [] for name in tools}
    cpus: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(pairs):
        for name, tool in tools.items():
            start, used = time.perf_counter(), _cpu()
            told = tool(trials, {})
            walls[name].append(time.perf_counter() - start)
            cpus[name].append(_cpu() - used)
            _passed(name, told, cases * trials)
    print(f"{cases} cases, trials of each: {trials} (medians of {pairs} runs, in turns)")
    for name, found in walls.items():
        ratio = statistics.median(own / other for own, other in zip(walls[GATE], found, strict=True))
        print(
            f"  {name:44} {cases * trials} passed  {statistics.median(found):6.2f} s wall  "
            f"{statistics.median(cpus[name]):6.2f} s CPU  ours takes {ratio:.2f} of its wall time"
        )


def _collect(folder: Path, cases: int, pairs: int) -> None:
    """CPU seconds of `pytest cases --collect-only` with that many tests, a hundred in each file.

    In turns with pytest without our plugin.
    """
    ours(folder, 1)
    one = next((folder / "cases").glob("INC-*"))
    head, _, test = TEST.format(id="INC-2026-0001").partition("\n\n\ndef ")
    tests = "".join(
        f"\n\n\ndef {test.strip()}".replace("(replay", f"_{number}(replay") for number in range(100)
    )
    for number in range(cases // 100):
        case = folder / "cases" / f"INC-2027-{number + 1:04}"
        case.mkdir()
        for name in ("case.yaml", "recorded.json", "corrected.json"):
            (case / name).write_bytes((one / name).read_bytes().replace(b"INC-2026-0001", case.name.encode()))
        (case / f"test_inc_2027_{number + 1:04}.py").write_text(f"{head}{tests}\n")
    command = [sys.executable, "-m", "pytest", "cases", "--collect-only", "-q", "-p", "no:cacheprovider"]
    bare = [*command, "-p", "no:incident2eval", "-o", "markers=incident(id): the incident"]
    used: dict[str, list[float]] = {"pytest with our plugin": [], "pytest without it": []}
    for _ in range(pairs + 1):
        for name, words in zip(used, (command, bare), strict=True):
            before = _cpu()
            done = run(words, folder, {})
            used[name].append(_cpu() - before)
            found = sum("::test_" in line for line in done.stdout.splitlines())
            _require(found == cases // 100 * 100 + 1, f"{name} collected {found}")
    for name, seconds in used.items():
        # The first round compiles.
        print(f"collecting {cases:,} cases, {name:22}  {statistics.median(seconds[1:]):6.2f} s CPU (goal: 3)")


def _passed(name: str, told: Told, due: int) -> None:
    _require(told == Told(passed=due, failed=0, code=0), f"{name} did not pass all of them: {told}")


def _require(holds: bool, why: str) -> None:
    """A tool that does not do the work is not measured."""
    if not holds:
        raise SystemExit(why)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
