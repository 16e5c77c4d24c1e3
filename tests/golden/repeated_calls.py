"""INC-2026-0142: the workflow did what nobody had allowed it to do."""

import pytest

from incident2eval.checks import repeated_calls

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_nothing_is_done_twice(replay, case):
    run = replay()

    repeats = repeated_calls(run, may_repeat=case["may_repeat"], needs_approval=case["needs_approval"])

    assert not repeats, f"the same was done again:\n{repeats}"
