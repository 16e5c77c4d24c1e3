"""What `incident2eval.guard` costs a workflow: one call in a project with 50 incidents, and the first import.

Prints figures, asserts none. The least of many calls counts: a busy neighbour only ever adds.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import incident2eval
from incident2eval.store import Project

INCIDENTS = 50
LINES = 20
CALLS = 200
WORKFLOW = "monthly-summary"
TEXT = "The draft quoted a note of another customer. " * 40


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder))
        incident2eval.guard(WORKFLOW, folder)
        calls = sorted(_seconds(folder) for _ in range(CALLS))
    print(
        f"incident2eval.guard   {calls[0] * 1000:6.2f} ms, median {calls[CALLS // 2] * 1000:.2f} ms: "
        f"{INCIDENTS} incidents, {LINES} lines each (goal: 5)"
    )
    print(f"its import            {min(_import() for _ in range(11)) * 1000:6.2f} ms, once a process")


def _write(folder: Path) -> None:
    """A project whose incidents were stopped, started again and closed, with much noted between."""
    (folder / "incident2eval.toml").write_text(f'[workflows.{WORKFLOW}]\ntarget = "python:flows:draft"\n')
    home, start = Project(root=folder), datetime(2026, 1, 5, 9, tzinfo=UTC)
    for number in range(1, INCIDENTS + 1):
        incident = f"INC-2026-{number:04}"
        (folder / "incidents" / incident).mkdir(parents=True)
        (folder / "incidents" / incident / "incident.yaml").write_text(
            f"id: {incident}\ntitle: Another customer's note\nworkflow:\n  name: {WORKFLOW}\nseverity: 3\n"
            f"when: {{noticed: {start:%Y-%m-%dT%H:%M:%SZ}}}\nwhat_happened: |\n  {TEXT}\n"
        )
        events = ["contained", *["action"] * (LINES - 3), "restarted", "closed"]
        for minute, event in enumerate(events):
            at = (start + timedelta(days=number, minutes=minute)).isoformat()
            entry = {"at": at, "event": event, "by": "Ana Pereira", "text": TEXT[:200], "workflow": WORKFLOW}
            home.log(incident, {**entry})


def _seconds(folder: str) -> float:
    before = time.perf_counter()
    incident2eval.guard(WORKFLOW, folder)
    return time.perf_counter() - before


def _import() -> float:
    code = "import time; t = time.perf_counter(); import incident2eval._guard; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
