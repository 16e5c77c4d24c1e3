"""A few forged reports of each kind; `python tests/torture/forgeries.py` is all of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import forgeries


def test_no_forged_report_is_accepted_and_the_honest_one_is(tmp_path: Path) -> None:
    tried = dict(forgeries.whole_round(tmp_path, small=True))

    assert [(what, name) for what, one in tried.items() for name in one.accepted] == []
    assert all(one.tries >= 9 for one in tried.values())


def test_there_are_as_many_forms_as_we_say() -> None:
    assert len(forgeries.EDITS) >= 40
    assert len(forgeries.replays.FORMS) >= 20
