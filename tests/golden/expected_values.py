"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import expected_values

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_output_holds_the_right_values(replay, case, customers):
    run = replay()

    mistakes = expected_values(run, expected=case["expected"], customers=customers)

    assert not mistakes, f"a value is not what it should be:\n{mistakes}"
