"""INC-2026-0142: like cases were not decided alike."""

import pytest

from incident2eval.checks import inconsistent_decisions

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_like_cases_are_decided_alike(replay, case):
    runs = replay.all()

    differences = inconsistent_decisions(runs, alike=case["alike"])

    assert not differences, f"cases that are alike were decided differently:\n{differences}"
