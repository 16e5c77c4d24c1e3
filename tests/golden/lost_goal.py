"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import lost_goal

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_the_answer_is_to_what_was_asked(replay, case):
    run = replay()

    drift = lost_goal(run, asked_for=case["asked_for"])

    assert not drift, f"what was asked for got lost on the way:\n{drift}"
