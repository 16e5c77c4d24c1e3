"""kill -9 at random points of `collect`, a few times; `nox -s torture` does it more often."""

import subprocess
import sys
from pathlib import Path


def test_a_killed_collector_loses_nothing_and_the_next_one_completes_it() -> None:
    command = [sys.executable, str(Path(__file__).with_name("kill.py")), "--rounds", "15"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "0 lost, 0 half-sealed" in done.stdout
