"""A disk that fails under a command that writes; `nox -s torture` does it with all of them."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("failing_disk.py")


def test_a_command_on_a_failing_disk_says_so_and_leaves_what_was_there() -> None:
    command = [sys.executable, str(SCRIPT), "--last", "new", "--every", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith(": 0 wrong")
