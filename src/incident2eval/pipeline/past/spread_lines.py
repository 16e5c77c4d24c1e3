"""How hits spread over time and over versions, drawn with letters."""

from collections.abc import Iterator
from datetime import datetime

from incident2eval.model.look_back import LookBackReport, Mark
from incident2eval.pipeline.shown.cells import plain, width
from incident2eval.pipeline.shown.layout import counted
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.report.spread import Period, Spread, Value, day_of, differing, spread
from incident2eval.report.wording import one_line

_ROWS, _VALUES = 24, 5
"""So many periods, and values of one thing, are shown."""
_BAR, _SAID, _MARK = 28, 34, 60
"""Columns of a bar, of a value and of what happened."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LABELS = {"month": 7, "year": 4}
"""So many characters of its first day name a month and a year."""


def chart_lines(report: LookBackReport, *, ascii_only: bool) -> Iterator[str]:
    """The hits over time, a bar a line, and what happened meanwhile.

    Args:
        report: What the look-back came to.
        ascii_only: Whether the terminal has no blocks to draw with.
    """
    over_time = spread(report, _ROWS)
    if not any(one.hits for one in over_time.periods):
        return
    yield f"when, by {over_time.unit} (a bar: its hits; of so many judged runs):"
    if over_time.earlier:
        yield f"  {counted(over_time.earlier, 'run')} before are not drawn"
    digits = len(f"{over_time.most_hits:,}"), len(f"{over_time.most_runs:,}")
    for one in over_time.periods:
        yield from (f"  * {_mark(mark)}" for mark in one.marks)
        if one.is_pause:
            yield f"    ({counted(one.number, over_time.unit)} without a run)"
        else:
            bar = _bar(one.hits / over_time.most_hits, ascii_only=ascii_only)
            counts = f"{one.hits:>{digits[0]},} of {one.runs:>{digits[1]},}"
            yield f"  {_label(one, over_time):<10}  {bar:<{_BAR}}  {counts}"


def version_lines(report: LookBackReport) -> Iterator[str]:
    """What differs between the runs' versions, and in which the hits are."""
    for one in differing(report, _VALUES) if report.counted else ():
        yield f"by {one_line(one.name, _MARK)} (hits of runs):"
        most = max(value.runs for value in one.values)
        yield from (_value(value, len(f"{most:,}")) for value in one.values)
        if one.others:
            yield f"  and {counted(one.others, 'other')}: --json lists them all"


def _mark(mark: Mark) -> str:
    return f"{day_of(mark.at)} {one_line(masked_text(mark.what), _MARK)}"


def _label(period: Period, over_time: Spread) -> str:
    return period.first.isoformat()[: _LABELS.get(over_time.unit, 10)]


def _bar(share: float, *, ascii_only: bool) -> str:
    """A bar that is seen however small its share of the longest is."""
    if ascii_only:
        return "#" * (max(1, round(share * _BAR)) if share else 0)
    eighths = max(1, round(share * _BAR * 8)) if share else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _value(value: Value, digits: int) -> str:
    said = "(does not say)" if value.said is None else plain(masked_text(value.said), _SAID)
    counts = f"{value.hits:>{digits},} of {value.runs:>{digits},}"
    return f"  {said}{' ' * (_SAID - width(said))}  {counts}{_span(value.first, value.last)}"


def _span(first: datetime | None, last: datetime | None) -> str:
    return f"  {day_of(first)} to {day_of(last)}" if first and last else ""
