"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import foreign_names, foreign_records, out_of_scope_arguments

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_retrieval_fetches_only_this_customers_records(replay, case, customers):
    run = replay()

    strays = foreign_records(run, customer=case.customer_id, customers=customers)

    assert not strays, f"another customer's records were fetched:\n{strays}"


def test_reads_and_writes_stay_within_this_customer(replay, case, customers):
    run = replay()

    strays = out_of_scope_arguments(run, customer=case.customer_id, customers=customers)

    assert not strays, f"something reached further than this customer:\n{strays}"


def test_draft_names_no_other_customer(replay, case, customers):
    run = replay()

    leaks = foreign_names(run, customer=case.customer_id, customers=customers)

    assert not leaks, f"another customer's name got out:\n{leaks}"
