"""INC-2026-0142: an output said what nothing it was given says."""

import pytest

from incident2eval.checks import unfilled_placeholders

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_every_field_of_the_template_is_filled(replay, case):
    run = replay()

    gaps = unfilled_placeholders(run, fields=case["template_fields"], kept=case["kept_brackets"])

    assert not gaps, f"a field of the template was left unfilled:\n{gaps}"
