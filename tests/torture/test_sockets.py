"""Every command in an environment that refuses the network."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sockets


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> sockets.Outcome:
    return sockets.whole_round(tmp_path_factory.mktemp("sockets"))


def test_nothing_asks_for_the_network(tried: sockets.Outcome) -> None:
    assert not tried.asked, sockets.told(tried)


def test_the_round_shows_something(tried: sockets.Outcome) -> None:
    assert not tried.wrong, "\n".join(tried.wrong)
