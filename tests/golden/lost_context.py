"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import lost_context

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_what_was_told_is_carried_on(replay, case):
    run = replay()

    gaps = lost_context(run, told=case["told"])

    assert not gaps, f"what had been told before got lost on the way:\n{gaps}"
