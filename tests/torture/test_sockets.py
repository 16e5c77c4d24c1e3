"""Every command in an environment that refuses the network."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sockets


@pytest.mark.requirement("R74")
def test_nothing_asks_for_the_network(tmp_path: Path) -> None:
    tried = sockets.whole_round(tmp_path, small=True)

    assert not tried.asked, sockets.told(tried)
    assert not tried.wrong, "\n".join(tried.wrong)
