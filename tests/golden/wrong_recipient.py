"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import wrong_recipient

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_nothing_goes_to_another_customers_address(replay, case, customers):
    run = replay()

    strays = wrong_recipient(
        run,
        customer=case.customer_id,
        customers=customers,
        recipients=case["recipients"],
        not_to=case["not_to"],
    )

    assert not strays, f"something was sent to somebody else:\n{strays}"
