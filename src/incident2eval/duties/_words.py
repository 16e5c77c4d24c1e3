"""A duty in words, for operators as well as for counsel."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from incident2eval.duties._clock import shown, told
from incident2eval.model import ClockState, Duty

SETTLED = "Every duty here is filed or decided by a person, each with its name and reason."
SEEK_ADVICE = (
    "Seek legal advice on the duties that are open, and write down what happened; unknown is not no."
)
LIGHT_PATH = (
    "Nothing here has to be notified as far as the answers go: mend it, write it down, update the runbook. "
    "Who is in doubt seeks legal advice."
)


def advice(duties: Sequence[Duty]) -> str:
    """What follows from all duties together: seek advice while any is open, else the light path (R80, R85).

    Args:
        duties: Every duty of an incident, as `duties` gives them.
    """
    if any(duty.state.is_open for duty in duties):
        return SEEK_ADVICE
    light = all(duty.state is ClockState.NOT_APPLICABLE for duty in duties)
    return LIGHT_PATH if light else SETTLED


def in_words(duty: Duty, *, now: datetime, zone: tzinfo) -> str:
    """Where its clock stands, on one line, with the time left (R78).

    Args:
        duty: One duty.
        now: An aware moment.
        zone: The reader's zone; the date is shown in it, with its offset.
    """
    if not duty.state.is_open or duty.due is None:
        return _plain(duty)
    left = duty.due - now
    time = f"{duty.due.astimezone(zone):%Y-%m-%d %H:%M %z}"
    when = (
        f"due {time}, {_length(left)} left"
        if left >= timedelta(0)
        else f"was due {time}, {_length(-left)} ago"
    )
    return f"{_NAMED[duty.state]}; {when}" if duty.state in _NAMED else when


_NAMED = {
    ClockState.SCOPE_NOT_DECLARED: "scope not declared",
    ClockState.ANCHOR_MISSING: "the moment it counts from is missing",
    ClockState.NOT_STARTED: "not started",
}


def _plain(duty: Duty) -> str:
    """A duty that has no date, or needs none."""
    if duty.state is ClockState.FILED:
        when = f" {shown(duty.filed_at)}" if duty.filed_at else ""
        return f"filed{when}{', late' if duty.late else ''}"
    if duty.state is ClockState.DECIDED_NOT_REQUIRED:
        return f"not required, decided by {duty.decided_by}"
    if duty.state is ClockState.DUE:
        return f"due {told(duty.rule.term)}"
    return _NAMED.get(duty.state, duty.state.value.replace("_", " "))


def _length(span: timedelta) -> str:
    """A span in whole hours, in days where it is long, in minutes where it is short."""
    minutes = int(span.total_seconds() // 60)
    for unit, size in (("day", 2880), ("hour", 60)):
        if minutes >= size:
            count = minutes // (1440 if unit == "day" else 60)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
