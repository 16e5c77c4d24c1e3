"""INC-2026-0142: the workflow did what nobody had allowed it to do."""

import pytest

from incident2eval.checks import unapproved_actions

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_workflow_acts_only_after_approval(replay, case):
    run = replay()

    overreach = unapproved_actions(run, needs_approval=case["needs_approval"])

    assert not overreach, f"acted before anyone approved it:\n{overreach}"
