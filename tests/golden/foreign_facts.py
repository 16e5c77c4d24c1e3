"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import foreign_facts

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_draft_repeats_no_fact_from_foreign_records(replay, case, customers):
    run = replay()

    repeats = foreign_facts(
        run,
        customer=case.customer_id,
        customers=customers,
        of_others=case["foreign_facts"],
        apart_by=case["apart_by"],
    )

    assert not repeats, f"what only somebody else's records say got out:\n{repeats}"
