"""INC-2026-0142: a review let through what it should have stopped."""

import pytest

from incident2eval.checks import unreviewed

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_nothing_goes_out_without_a_review(replay, case):
    run = replay()

    unseen = unreviewed(run, sends=case["sends"])

    assert not unseen, f"something went out that nobody had approved:\n{unseen}"
