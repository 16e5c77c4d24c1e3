"""An emergency override: the roles of one level up, a reason, an end, and never at the highest level."""

from datetime import timedelta
from typing import Any

import pytest
from clearance.asks import NOW, ask, word

from incident2eval.clearance import override_until
from incident2eval.model import LEVELS, OVERRIDE_HOURS, Matter, Severity, SignedApproval

LOW, CAUGHT, IMPACT, SEVERE = Severity
END = NOW + timedelta(hours=10)


def words(*people: tuple[str, str], **more: Any) -> tuple[SignedApproval, ...]:
    said = {"matter": Matter.OVERRIDE, "until": END, "reason": "Month end"} | more
    return tuple(word(name, role, **said) for name, role in people)


ABOVE_LOW = (("Ana", "workflow_owner"), ("Lee", "functional_leader"))


def test_the_roles_of_the_level_above_let_it_run_until_the_end() -> None:
    assert override_until(ask(LOW), LEVELS[CAUGHT], words(*ABOVE_LOW), OVERRIDE_HOURS) == END


@pytest.mark.parametrize(
    "said",
    [
        words(ABOVE_LOW[0]),
        words(*ABOVE_LOW, reason=""),
        words(*ABOVE_LOW, until=None),
        words(*ABOVE_LOW, until=NOW + timedelta(hours=73)),
        words(*ABOVE_LOW, until=NOW),
        words(*ABOVE_LOW, at=NOW + timedelta(hours=1), until=END),
        (),
    ],
    ids=["one of two", "no reason", "no end", "73 hours", "ended", "dated ahead", "nobody"],
)
def test_less_than_that_lets_nothing_run(said: tuple[SignedApproval, ...]) -> None:
    assert override_until(ask(LOW), LEVELS[CAUGHT], said, OVERRIDE_HOURS) is None


def test_nobody_stands_above_the_highest_level() -> None:
    said = words(("Kim", "executive"), ("Eve", "executive"), ("Noor", "legal"))
    assert override_until(ask(SEVERE), None, said, OVERRIDE_HOURS) is None
    assert override_until(ask(IMPACT), LEVELS[SEVERE], said, OVERRIDE_HOURS) == END
