"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import foreign_names

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_draft_names_no_other_customer(replay, case, customers):
    run = replay()

    leaks = foreign_names(run, customer=case.customer_id, customers=customers)

    assert not leaks, f"another customer's name got out:\n{leaks}"
