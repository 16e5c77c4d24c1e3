"""Clocks for a person: in the reader's own zone, with what is left of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from incident2eval.duties import advice
from incident2eval.model import JSON, NOTICE, ClockState, Duty, Moment, Task
from incident2eval.pipeline.shown.layout import counted
from incident2eval.store import dump

_WORDS = {
    ClockState.SCOPE_NOT_DECLARED: "nobody said whether it is for you",
    ClockState.NOT_STARTED: "not started",
    ClockState.ANCHOR_MISSING: "its start is not known",
    ClockState.DUE: "due",
    ClockState.OVERDUE: "OVERDUE",
    ClockState.FILED: "filed",
    ClockState.DECIDED_NOT_REQUIRED: "decided: not required",
    ClockState.NOT_APPLICABLE: "not triggered",
}


def shown(moment: Moment, *, zone: bool = True) -> str:
    """A moment as this machine's clock shows it, with its zone; a bare date stays one."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    here = moment.astimezone()
    return f"{here:%Y-%m-%d %H:%M} {here:%Z}" if zone else f"{here:%Y-%m-%d %H:%M}"


def left(due: Moment, now: datetime) -> str:
    """How much time is left, or by how much it is late; a bare date lasts to its end in UTC."""
    end = due if isinstance(due, datetime) else _end_of(due)
    rest = end - now
    hours = abs(rest) // timedelta(hours=1)
    minutes = abs(rest) // timedelta(minutes=1)
    said = f"{minutes} min" if hours < 1 else f"{hours} h" if hours < 72 else f"{hours // 24} days"
    return f"{said} late" if rest < timedelta(0) else f"{said} left"


def duty_lines(duties: Sequence[Duty], now: datetime, *, everything: bool = False) -> list[str]:
    """The duties that somebody has to look at, the most urgent first, with the notice.

    Args:
        duties: All of them, as they were judged.
        now: The moment they were judged at, UTC.
        everything: Also what is not triggered, and every reason.
    """
    live = sorted((one for one in duties if one.state.is_open), key=_urgency)
    ours = [one for one in live if one.state not in {ClockState.SCOPE_NOT_DECLARED, ClockState.NOT_STARTED}]
    maybe = [one for one in live if one.state is ClockState.SCOPE_NOT_DECLARED]
    lines = ["duties to notify:" if live else "duties to notify: nothing is open"]
    for one in ours:
        lines += _lines(one, now, everything=everything)
    if maybe:
        lines += _undeclared(maybe, now, everything=everything)
    for one in duties:
        if one.state in {ClockState.FILED, ClockState.DECIDED_NOT_REQUIRED}:
            lines.append(_done(one))
    for state in (ClockState.NOT_STARTED, ClockState.NOT_APPLICABLE):
        rest = [one for one in duties if one.state is state]
        if everything:
            lines += [line for one in rest for line in _lines(one, now, everything=True)]
        elif rest:
            lines.append(f"  {_WORDS[state]}: {counted(len(rest), 'rule')} (--all says why)")
    checked = max((one.rule.checked for one in duties), default=None)
    of = f" Rules as checked on {checked:%Y-%m-%d}." if checked else ""
    return [*lines, f"  {advice(duties)}", f"  {NOTICE}{of}"]


def _undeclared(duties: Sequence[Duty], now: datetime, *, everything: bool) -> list[str]:
    """The duties of which nobody said whether they are for this firm; their clocks run all the same."""
    lines = ["  perhaps for you; [organisation] in incident2eval.toml does not say where and what you are:"]
    for one in duties:
        if everything:
            lines += _lines(one, now, everything=True)
        elif one.due and not one.rule.term.promptly:
            lines.append(f"    {left(one.due, now)}: {one.rule.id}: {one.rule.name}")
    if not everything:
        rest = [one.rule.id for one in duties if not one.due or one.rule.term.promptly]
        lines += [f"    without a number: {', '.join(rest)}"] if rest else []
    return lines


def _done(duty: Duty) -> str:
    by = f" by {duty.decided_by}" if duty.decided_by else ""
    why = f": {duty.reason}" if duty.reason else ""
    return f"  {duty.rule.id}: {_WORDS[duty.state]}{by}{' (late)' if duty.late else ''}{why}"


def task_lines(one: Task, now: datetime) -> list[str]:
    """A task with its owner and its day, ticked where it is done."""
    who = one.owner or "nobody yet"
    when = f", by {shown(one.due)} ({left(one.due, now)})" if one.due and not one.done else ""
    mark = "[x]" if one.done else "[ ]"
    return [f"  {mark} {one.text}", f"      {one.id}: {who}{when}{f'; {one.how}' if one.how else ''}"]


def duty_json(duty: Duty) -> dict[str, JSON]:
    """A duty as `--json` prints it; times in UTC."""
    rule = duty.rule
    told = {key: value for key, value in dump(duty).items() if key != "rule"}
    return {
        "rule": rule.id,
        "version": rule.version,
        "name": rule.name,
        "article": rule.article,
        "tell": rule.tell,
        "holds": list(rule.holds),
        "promptly": rule.term.promptly,
        "quote": rule.quote,
        "source": rule.source,
        "seen": rule.seen,
        "checked": rule.checked.isoformat(),
        "own": rule.own,
        "replaces": rule.replaces,
        **told,
    }


def _lines(duty: Duty, now: datetime, *, everything: bool) -> list[str]:
    rule = duty.rule
    soon = f", {rule.term.promptly}" if rule.term.promptly else ""
    when = f", by {shown(duty.due)} ({left(duty.due, now)})" if duty.due and not rule.term.promptly else soon
    own = (
        " [a rule of your own, in the place of ours]" if rule.replaces else " [your own]" if rule.own else ""
    )
    lines = [
        f"  {rule.id}: {_WORDS[duty.state]}{when}{own}",
        f"    {rule.name}: tell {rule.tell} ({rule.article})",
    ]
    return [*lines, *(f"    {why}" for why in (duty.because if everything else duty.because[:1]))]


def _urgency(duty: Duty) -> tuple[bool, datetime]:
    late = duty.state is ClockState.OVERDUE
    return not late, duty.due or datetime.max.replace(tzinfo=UTC)


def _end_of(day: date) -> datetime:
    last = datetime.max.replace(tzinfo=UTC)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return last if start > last - timedelta(days=1) else start + timedelta(days=1)
