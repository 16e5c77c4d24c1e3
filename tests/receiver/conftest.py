"""A receiver, and what it handed on."""

from collections.abc import Iterator

import pytest

from incident2eval.receiver import Receiver


@pytest.fixture
def lines() -> list[bytes]:
    """What the sink was given."""
    return []


@pytest.fixture
def receiver(lines: list[bytes]) -> Iterator[Receiver]:
    with Receiver(lines.append, 0) as listening:
        yield listening
