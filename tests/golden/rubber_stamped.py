"""INC-2026-0142: a review let through what it should have stopped."""

import pytest

from incident2eval.checks import rubber_stamped

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_review_approves_no_faulty_draft(replay, case, customers):
    run = replay()

    waved_through = rubber_stamped(run, by=case["rejected_by"], customers=customers)

    assert not waved_through, f"a review approved what it should have stopped:\n{waved_through}"
