"""A small round of planted secrets and personal data; `python tests/torture/canaries.py` is all of it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import canaries


def test_no_canary_is_in_what_is_committed_reported_or_shown(tmp_path: Path) -> None:
    tried = canaries.whole_round(tmp_path, small=True)

    assert len(tried.planted.canaries) >= 60
    assert len({each.kind for each in tried.planted.canaries}) >= 20
    assert not tried.found, canaries.told(tried)
    assert not tried.unmasked, canaries.told(tried)
    assert not tried.wrong, "\n".join(tried.wrong)
