"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import said_again

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_what_was_wrong_is_not_said_again(replay, case):
    run = replay()

    repeats = said_again(run, statements=case["statements"])

    assert not repeats, f"what was wrong is said again:\n{repeats}"
