"""Times as people say them: none is to come or long before there was anything, and files hold them in UTC."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from incident2eval.model import BadInput, Fault, Moment
from incident2eval.pipeline.shown.clock_lines import shown

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far ahead of this machine's clock a time may be: our choice."""


EARLIEST = date(2000, 1, 1)
"""A time before this is a slip of the pen: our choice."""


def refuse_impossible(times: Mapping[str, Moment | None], now: datetime) -> None:
    """Refuse times to come, from which a clock would run out too late, and times that are slips of the pen.

    Args:
        times: Option without its dashes -> what was said; a bare date is today at the latest, in UTC.
        now: This moment, UTC.

    Raises:
        BadInput: Every one that cannot be.
    """
    latest = now + CLOCKS_DIFFER
    faults = []
    for name, at in times.items():
        day = at.date() if isinstance(at, datetime) else at
        if at and day and (at > latest if isinstance(at, datetime) else day > latest.date()):
            faults.append(
                Fault(field=f"--{name}", message=f"{shown(at)} is still to come", hint="say when it was")
            )
        elif day and day < EARLIEST:
            faults.append(
                Fault(field=f"--{name}", message=f"{day} cannot be right", hint=f"a day after {EARLIEST}")
            )
    if faults:
        raise BadInput(*faults)


def iso(moment: Moment) -> str:
    """A moment in UTC as files hold it: with Z, or a bare date."""
    return moment.isoformat().replace("+00:00", "Z")
