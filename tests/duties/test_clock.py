"""Clock arithmetic: elapsed hours in UTC, months by the calendar, working days without weekends."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident2eval.duties import due_at
from incident2eval.duties._clock import day_due, is_late
from incident2eval.model import Promptness, Term

LONDON = ZoneInfo("Europe/London")


@pytest.mark.requirement("R78")
def test_b_72_hours_over_a_change_of_the_clocks() -> None:
    start = datetime(2026, 10, 23, 17, 0, tzinfo=LONDON)
    due = due_at(Term(hours=72), start)
    assert due is not None
    assert due.tzinfo is UTC
    assert due.astimezone(LONDON).isoformat() == "2026-10-26T16:00:00+00:00"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2027-01-31T09:00:00Z", "2027-02-28T09:00:00+00:00"),
        ("2028-01-31T09:00:00Z", "2028-02-29T09:00:00+00:00"),
        ("2026-12-15T09:00:00Z", "2027-01-15T09:00:00+00:00"),
    ],
)
def test_c_one_month_is_a_calendar_month(start: str, due: str) -> None:
    found = due_at(Term(months=1), datetime.fromisoformat(start))
    assert found is not None
    assert found.isoformat() == due


ZONES = tuple(timezone(timedelta(hours=hours)) for hours in range(-12, 15))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 4, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis asks for it so
    st.sampled_from(ZONES),
    st.integers(1, 30),
)
def test_near_midnight_the_date_is_never_later_than_by_the_firms_own_calendar(
    start: datetime, zone: timezone, count: int
) -> None:
    for term in (Term(months=count), Term(working_days=count)):
        due, day = due_at(term, start), day_due(term, start.astimezone(zone).date())
        assert due is not None
        assert day is not None
        assert due.astimezone(zone).date() <= day


def test_a_month_from_the_last_evening_of_february_in_new_york() -> None:
    start = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
    assert due_at(Term(months=1), start) == datetime(2027, 3, 29, 2, 0, tzinfo=UTC)


def test_four_working_days_from_a_monday_evening_in_new_york_end_on_friday() -> None:
    start = datetime(2026, 11, 17, 1, 0, tzinfo=UTC)
    assert due_at(Term(working_days=4), start) == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_working_days_are_monday_to_friday() -> None:
    thursday, saturday = datetime(2026, 11, 19, 9, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert due_at(Term(working_days=4), thursday) == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert due_at(Term(working_days=4), saturday) == datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_word_and_a_date_beyond_the_calendar_have_no_moment() -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    assert due_at(Term(promptly=Promptness.UNDUE_DELAY), last) is None
    assert due_at(Term(hours=72), last) is None
    assert due_at(Term(months=1), last) is None


def test_a_bare_date_counts_in_days_and_never_in_hours() -> None:
    day = date(2027, 1, 31)
    assert day_due(Term(months=1), day) == date(2027, 2, 28)
    assert day_due(Term(days=15), day) == date(2027, 2, 15)
    assert day_due(Term(hours=72), day) is None


def test_a_bare_date_is_late_only_where_it_is_late_in_every_zone() -> None:
    due = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
    assert is_late(date(2026, 11, 19), due) is False
    assert is_late(date(2026, 11, 21), due) is None
    assert is_late(date(2026, 11, 23), due) is True
    assert is_late(None, due) is None
    assert is_late(due, due) is False


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(2100, 1, 1)), st.integers(1, 400))  # noqa: DTZ001 - hypothesis asks for it so
def test_a_term_never_ends_before_it_starts(start: datetime, count: int) -> None:
    ends = [due_at(Term(**{unit: count}), start) for unit in ("hours", "days", "working_days", "months")]
    assert all(end is not None and end > start for end in ends)
    assert ends[1] is not None
    assert ends[2] is not None
    assert ends[1] <= ends[2]
