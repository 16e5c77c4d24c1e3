"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import foreign_records

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_retrieval_fetches_only_this_customers_records(replay, case, customers):
    run = replay()

    strays = foreign_records(run, customer=case.customer_id, customers=customers)

    assert not strays, f"another customer's records were fetched:\n{strays}"
