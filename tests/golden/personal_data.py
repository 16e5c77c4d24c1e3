"""INC-2026-0142: an output written for one customer held what belongs to another."""

import pytest

from incident2eval.checks import personal_data

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_no_personal_data_goes_out(replay, case, customers):
    run = replay()

    exposed = personal_data(run, kinds=case["kinds"], customer=case.customer_id, customers=customers)

    assert not exposed, f"personal data or a secret went out:\n{exposed}"
