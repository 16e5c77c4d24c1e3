"""INC-2026-0142: the workflow drifted from what it used to do."""

import pytest

from incident2eval.checks import drifted

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_runs_are_like_those_before_the_change(replay, case):
    runs = replay.all()

    drifts = drifted(runs, baseline=case["baseline"])

    assert not drifts, f"the workflow no longer does what it used to:\n{drifts}"
