"""Times as people write them: with an offset, or a bare date that is never read as midnight."""

import re
from datetime import UTC, date, datetime

_WRITTEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?P<offset>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_EXAMPLE = "such as 2026-11-18T09:41:07Z"


class UnclearMoment(ValueError):  # noqa: N818 - errors here are nouns
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
        UnclearMoment: It is no date or time, does not exist, has no offset, or is only a date.
    """
    text = written.strip()
    found = _WRITTEN.fullmatch(text)
    if not found:
        form = f"write a date and time with its offset, {_EXAMPLE}"
        raise UnclearMoment("is not a date or time", f"{form}, or a date" if bare_date else form)
    if not found["time"] and not bare_date:
        raise UnclearMoment(
            "is only a date; a time is needed here", f"write date, time and offset, {_EXAMPLE}"
        )
    if found["time"] and not found["offset"]:
        hint = f"add the offset: {text}+00:00 if it is UTC"
        raise UnclearMoment("has no offset from UTC, so the moment is not clear", hint)
    try:
        if not found["time"]:
            return date.fromisoformat(text)
        offset = found["offset"].upper().replace("Z", "+00:00")
        return datetime.fromisoformat(f"{found['date']}T{found['time']}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnclearMoment("is a date or time that does not exist", f"check it, {_EXAMPLE}") from error
