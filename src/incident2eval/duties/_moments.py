"""What a time can mean, and times that cannot be: bare dates in every zone, slips of the pen."""

from datetime import UTC, datetime, timedelta

from incident2eval.model import Moment

WIDEST_EAST, WIDEST_WEST = timedelta(hours=14), timedelta(hours=12)
"""How far a zone may lie from UTC: a bare date covers all that it can mean."""

FIRST_YEAR = 2000
"""What is older is a slip, as is a year beyond the next one (our choice): no date can be counted from it."""


def cannot_be(moment: Moment, now: datetime) -> bool:
    """Whether its year can only be a slip of the pen.

    Args:
        moment: As somebody wrote it.
        now: An aware moment.
    """
    return not FIRST_YEAR <= moment.year <= now.year + 1


def span(moment: Moment) -> tuple[datetime, datetime]:
    """The first and the last instant that a time can mean: a bare date is one day in some zone."""
    if isinstance(moment, datetime):
        return moment, moment
    start = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return start - WIDEST_EAST, start + timedelta(days=1) + WIDEST_WEST


def is_before(moment: Moment, other: Moment) -> bool:
    """Whether it is before the other in every zone; of two bare dates the calendar tells."""
    if isinstance(moment, datetime) or isinstance(other, datetime):
        return span(moment)[1] < span(other)[0]
    return moment < other
