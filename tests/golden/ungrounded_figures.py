"""INC-2026-0142: an output said what nothing it was given says."""

import pytest

from incident2eval.checks import ungrounded_figures

pytestmark = pytest.mark.incident("INC-2026-0142")


def test_every_figure_stands_in_the_sources(replay, case):
    run = replay()

    inventions = ungrounded_figures(run, sources=case["sources"])

    assert not inventions, f"a figure came from nowhere:\n{inventions}"
