"""What starting costs: `--help` against click alone, the plugin in a run without cases, `run` on the demo.

Prints figures, asserts none. Comparisons are interleaved, and the least of each side counts: a busy
neighbour only ever adds.
"""

import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

ROUNDS = 21
RUNS_OF_THE_DEMO = 5
INCIDENT2EVAL = [sys.executable, "-m", "incident2eval"]


def main() -> None:
    """Measure and print."""
    _compile("incident2eval", "click", "pytest", "_pytest", "pluggy")
    with tempfile.TemporaryDirectory() as folder:
        _help_against_click()
        _plugin_without_cases(Path(folder))
        _run_on_the_demo(Path(folder, "demo"))


def _help_against_click() -> None:
    click, ours = _interleaved([sys.executable, "-c", "import click"], [*INCIDENT2EVAL, "--help"])
    print(
        f"incident2eval --help  {ours * 1000:6.0f} ms CPU, {ours / click:.2f} times `import click` (goal: 2)"
    )


def _plugin_without_cases(folder: Path) -> None:
    (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "test_nothing.py")]
    without, with_plugin = _interleaved([*pytest, "-p", "no:incident2eval"], pytest)
    print(f"plugin, no cases      {(with_plugin - without) * 1000:6.1f} ms CPU (goal: 10)")


def _run_on_the_demo(folder: Path) -> None:
    _call([*INCIDENT2EVAL, "demo", str(folder)])
    (incident,) = (file.parent.name for file in folder.glob("incidents/*/incident.yaml"))
    command = [*INCIDENT2EVAL, "run", incident, "--project", str(folder)]
    seconds = statistics.median(_wall(command) for _ in range(RUNS_OF_THE_DEMO))
    print(f"incident2eval run     {seconds:6.2f} s wall (goal: 2)")


def _interleaved(first: Sequence[str], second: Sequence[str]) -> tuple[float, float]:
    """Least CPU seconds of both commands, run in turns: neighbours on the machine only ever add."""
    pairs = [(_cpu(first), _cpu(second)) for _ in range(ROUNDS)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def _cpu(command: Sequence[str]) -> float:
    """CPU seconds of one call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _call(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wall(command: Sequence[str]) -> float:
    """Wall seconds of one call."""
    before = time.perf_counter()
    _call(command)
    return time.perf_counter() - before


def _call(command: Sequence[str]) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))
    }
    subprocess.run(command, check=True, capture_output=True, env=environment)


def _compile(*packages: str) -> None:
    """Compile bytecode first: an uncompiled install inflates every figure."""
    for name in packages:
        spec = find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            compileall.compile_dir(folder, quiet=2)


if __name__ == "__main__":
    main()
