"""How long it took to detect, to stop and to start again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from stages.files import INCIDENT, entry, hours

from incident2eval.model import Event
from incident2eval.model.incident import Containment, When
from incident2eval.stages import Dwell, times

AGAIN = entry(Event.RESTARTED, hours(30))


@pytest.mark.requirement("R19", "R28", "R147")
def test_the_three_times() -> None:
    assert times(INCIDENT, (AGAIN,)) == Dwell(
        to_detect=timedelta(hours=1), to_contain=timedelta(minutes=15), to_restart=timedelta(hours=29.75)
    )


def test_a_bare_date_gives_none() -> None:
    when = When(happened=date(2026, 10, 28), noticed=date(2026, 11, 18))

    assert times(replace(INCIDENT, when=when), ()) == Dwell()


def test_a_contradiction_gives_none() -> None:
    early = Containment(at=hours(-1), by="Ana Pereira")

    assert times(replace(INCIDENT, containment=(early,)), ()).to_contain is None


def test_while_it_stands_still_there_is_no_time_to_restart() -> None:
    second_stop = entry(Event.CONTAINED, hours(40))

    assert times(INCIDENT, ()).to_restart is None
    assert times(INCIDENT, (AGAIN, second_stop)).to_restart is None


def test_the_first_stop_counts() -> None:
    rows = (Containment(at=hours(5), by="B"), Containment(at=hours(2), by="A"))

    assert times(replace(INCIDENT, containment=rows), ()).to_contain == timedelta(hours=2)


def test_over_a_clock_change_the_time_that_passed_counts() -> None:
    london = ZoneInfo("Europe/London")
    noticed = datetime(2026, 10, 24, 17, tzinfo=london).astimezone(UTC)
    stopped = datetime(2026, 10, 25, 17, tzinfo=london).astimezone(UTC)
    incident = replace(
        INCIDENT, when=When(noticed=noticed), containment=(Containment(at=stopped, by="Ana Pereira"),)
    )

    assert times(incident, ()).to_contain == timedelta(hours=25)
