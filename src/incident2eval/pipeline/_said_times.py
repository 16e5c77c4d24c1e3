"""Times as people say them: none is to come, and files hold them in UTC."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from incident2eval.model import BadInput, Fault, Moment
from incident2eval.pipeline._clock_lines import shown

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far ahead of this machine's clock a time may be: our choice."""


def refuse_future(times: Mapping[str, Moment | None], now: datetime) -> None:
    """Refuse times to come: a clock that starts tomorrow runs out too late.

    Args:
        times: Option without its dashes -> what was said; a bare date is today at the latest, in UTC.
        now: This moment, UTC.

    Raises:
        BadInput: Every one that is still to come.
    """
    latest = now + CLOCKS_DIFFER
    faults = [
        Fault(field=f"--{name}", message=f"{shown(at)} is still to come", hint="say when it was")
        for name, at in times.items()
        if at and (at > latest if isinstance(at, datetime) else at > latest.date())
    ]
    if faults:
        raise BadInput(*faults)


def iso(moment: Moment) -> str:
    """A moment in UTC as files hold it: with Z, or a bare date."""
    return moment.isoformat().replace("+00:00", "Z")
