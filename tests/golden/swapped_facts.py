"""INC-2026-0142: an output said what nothing it was given says."""

import pytest

from incident2eval.checks import swapped_facts

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_each_document_holds_its_own_facts(replay, case):
    run = replay()

    mixups = swapped_facts(run)

    assert not mixups, f"a document holds facts of another item of the batch:\n{mixups}"
