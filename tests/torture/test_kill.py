"""kill -9 at random points of `collect` and `eval-case`, a few times; `nox -s torture` does it more often."""

import subprocess
import sys
from pathlib import Path


def killed(script: str, rounds: int) -> str:
    command = [sys.executable, str(Path(__file__).with_name(script)), "--rounds", str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_killed_collector_loses_nothing_and_the_next_one_completes_it() -> None:
    assert "0 lost, 0 half-sealed" in killed("kill.py", 15)


def test_a_killed_eval_case_leaves_no_half_case_and_the_next_one_completes_it() -> None:
    assert "0 half-written, 0 let through" in killed("kill_cases.py", 2)
