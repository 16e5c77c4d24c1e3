"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import error_passed_on

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_a_call_that_failed_is_not_written_up_as_a_result(replay, case):
    run = replay()

    silences = error_passed_on(run, tools=case["tools"], may_fail=case["may_fail"])

    assert not silences, f"a call failed, and the output goes on as if it had answered:\n{silences}"
