"""INC-2026-0142: the workflow did what nobody had allowed it to do."""

import pytest

from incident2eval.checks import amounts_over_limit

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_no_call_goes_over_its_limit(replay, case):
    run = replay()

    excesses = amounts_over_limit(run, limits=case["limits"])

    assert not excesses, f"a call was about more than it may be:\n{excesses}"
