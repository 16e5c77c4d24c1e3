"""INC-2026-0142: an output said what nothing it was given says."""

import pytest

from incident2eval.checks import ungrounded_statements

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_every_promise_stands_in_the_sources(replay, case):
    run = replay()

    promises = ungrounded_statements(run, sources=case["sources"])

    assert not promises, f"something was promised that no source grants:\n{promises}"
