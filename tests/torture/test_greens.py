"""A part of the attempts to fool the gate; `python tests/torture/greens.py` makes all of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import greens


def test_there_are_enough_of_them() -> None:
    assert len({attempt.name for attempt in greens.attempts()}) >= 123


def test_nothing_opens_the_gate_and_nothing_honest_is_blocked(tmp_path: Path) -> None:
    opened, _, blocked = greens.whole_round(tmp_path, every=29, runs=2, seed=1)

    assert not opened
    assert not blocked
