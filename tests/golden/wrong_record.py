"""INC-2026-0142: the workflow did what nobody had allowed it to do."""

import pytest

from incident2eval.checks import wrong_record

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_actions_hit_only_this_customers_records(replay, case, customers):
    run = replay()

    misses = wrong_record(
        run,
        customer=case.customer_id,
        customers=customers,
        targets=case["targets"],
        needs_approval=case["needs_approval"],
    )

    assert not misses, f"something was done to the wrong record:\n{misses}"
