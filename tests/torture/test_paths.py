"""A part of the path tricks; `python tests/torture/paths.py` has all of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import paths


def test_the_comparison_sees_what_was_written(tmp_path: Path) -> None:
    assert paths.notices(tmp_path)


def test_there_are_enough_of_them() -> None:
    assert len({trick.name for trick in paths.every_trick()}) >= 100


def test_nothing_leads_outside(tmp_path: Path) -> None:
    tally = paths.whole_round(tmp_path, every=53)

    assert not tally.wrong, paths.told(tally)
