"""Clock arithmetic: in UTC, so that no change of the clocks moves a deadline; months by the calendar."""

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from incident2eval.duties._moments import WIDEST_EAST, WIDEST_WEST, span
from incident2eval.model import Moment, Promptness, Term

AnyDay = TypeVar("AnyDay", date, datetime)

SATURDAY = 5

_TOLD: dict[Promptness, str] = {
    Promptness.IMMEDIATELY: "immediately; no number is given",
    Promptness.UNDUE_DELAY: "without undue delay; no number is given",
    Promptness.ALWAYS: "always",
    Promptness.HOLD: "a hold, until the authority is told",
    Promptness.AS_AGREED: "as the contract says: look there for the number",
}


def due_at(term: Term, start: datetime) -> datetime | None:
    """When something is due that a term lets begin at a moment.

    Hours and days are elapsed time. One month after 31 January is the last of February. Working days are
    Monday to Friday, the day of the start is day zero (Form 8-K, General Instruction B.1), and holidays are
    not known, so the true date may be later. Near midnight the firm's own day may be another than the one in
    UTC: months and working days are counted in the zones furthest from it as well, and the earliest date
    counts, so that it is never later than the end of the last day by the firm's own calendar.

    Args:
        term: One number, or a word.
        start: An aware moment.

    Returns:
        The moment in UTC; None where the term is a word, or the date lies beyond the calendar.
    """
    try:
        start = start.astimezone(UTC)
        if term.hours is not None:
            return start + timedelta(hours=term.hours)
        return _earliest(term, start)
    except (OverflowError, ValueError):
        return None


def day_due(term: Term, start: date) -> date | None:
    """The day that a term of days or months ends on, where only the day of its start is known."""
    try:
        return _by_day(term, start)
    except (OverflowError, ValueError):
        return None


def _earliest(term: Term, start: datetime) -> datetime | None:
    """Counted by the days of UTC and of the zones furthest from it: whichever ends first."""
    offsets = (timedelta(0), -WIDEST_WEST, WIDEST_EAST)
    ends = [end - offset for offset in offsets if (end := _by_day(term, start + offset))]
    return min(ends, default=None)


def _by_day(term: Term, start: AnyDay) -> AnyDay | None:
    """The same hour so many days, working days or months later."""
    if term.days is not None:
        return start + timedelta(days=term.days)
    if term.working_days is not None:
        return _working_days(start, term.working_days)
    return _months(start, term.months) if term.months is not None else None


def _working_days(start: AnyDay, count: int) -> AnyDay:
    """So many days from Monday to Friday later."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _months(start: AnyDay, count: int) -> AnyDay:
    """The same day so many months later, or the last day of that month."""
    years, month = divmod(start.month - 1 + count, 12)
    year = start.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def told(term: Term) -> str:
    """A term in words."""
    if term.promptly is not None:
        return _TOLD[term.promptly]
    units = (
        ("hour", term.hours),
        ("day", term.days),
        ("working day", term.working_days),
        ("month", term.months),
    )
    counts = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in units if count is not None]
    return counts[0] if counts else "no time is given"


def is_late(filed: Moment | None, due: datetime | None) -> bool | None:
    """Whether something was filed after it was due; None where a moment is missing or a bare date near."""
    if filed is None or due is None:
        return None
    first, last = span(filed)
    if last <= due:
        return False
    return True if first > due else None


def shown(moment: Moment) -> str:
    """A moment as text: UTC to the minute, or the bare date."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(moment, datetime) else str(moment)
