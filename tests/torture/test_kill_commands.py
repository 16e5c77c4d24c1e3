"""kill -9 at random points of a few commands that write, a few times; `nox -s torture` does it more often."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("kill_commands.py")


def test_a_killed_command_loses_nothing_and_lets_nothing_through() -> None:
    command = [sys.executable, str(SCRIPT), "--rounds", "9", "--seed", "3", "--last", "new --note"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 rounds, 0 lost, 0 torn, 0 false passes, all completed" in done.stdout
