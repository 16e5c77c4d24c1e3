"""Several processes write one log, a few records each; `nox -s torture` does it with eight of 500."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("writers.py")


def test_writers_of_one_log_lose_and_mix_nothing() -> None:
    command = [sys.executable, str(SCRIPT), "--processes", "4", "--records", "25"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 mixed" in done.stdout
