"""Times as people write them: with an offset, or a bare date that is never read as midnight."""

import re
from datetime import UTC, date, datetime

_WRITTEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?P<offset>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_EXAMPLE = "such as 2026-11-18T09:41:07Z"


class UnclearMoment(ValueError):
    """A text does not say one moment; the hint says how to write it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def moment(written: str, *, bare_date: bool) -> datetime | date:
    """The moment that a text says, in UTC; a bare date stays a date.

    Args:
        written: `2026-11-18T09:41:07+01:00`, or `2026-11-18`.
        bare_date: Whether a bare date will do.

    Raises:
        UnclearMoment: It is no date or time, does not exist, has no offset, or is a bare date where a time is needed.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if not found:
        form = f"write a date and time with its offset, {_EXAMPLE}"
        raise UnclearMoment("is not a date or time", form + (", or a date" if bare_date else ""))
    try:
        if not found["time"]:
            return _date(found["date"], bare_date=bare_date)
        if not found["offset"]:
            raise UnclearMoment(
                "has no offset from UTC, so the moment is not clear",
                f"add the offset: {written.strip()}+00:00 if it is UTC",
            )
        offset = found["offset"].upper().replace("Z", "+00:00")
        return datetime.fromisoformat(f"{found['date']}T{found['time']}{offset}").astimezone(UTC)
    except UnclearMoment:
        raise
    except (ValueError, OverflowError) as error:
        raise UnclearMoment("is a date or time that does not exist", _EXAMPLE) from error


def _date(written: str, *, bare_date: bool) -> date:
    if not bare_date:
        raise UnclearMoment(
            "is only a date; a time is needed here", f"write date, time and offset, {_EXAMPLE}"
        )
    return date.fromisoformat(written)
