"""INC-2026-0142: the workflow failed as it must not fail again."""

import pytest

from incident2eval.checks import missing_facts

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_output_says_what_it_must(replay, case, customers):
    run = replay()

    gaps = missing_facts(run, required=case["required"], customers=customers)

    assert not gaps, f"a fact that had to be said is missing:\n{gaps}"
