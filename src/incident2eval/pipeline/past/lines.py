"""A look-back in words."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from incident2eval.model import Customers
from incident2eval.model.look_back import Hit, Left, LookBackReport, Reached
from incident2eval.pipeline.past.spread_lines import chart_lines, version_lines
from incident2eval.pipeline.shown.clock_lines import shown
from incident2eval.pipeline.shown.layout import counted
from incident2eval.pipeline.shown.said_times import iso

_MOST = 20
"""So many hits and reasons are shown to a person; `--json` has all."""

CHANGED = "was replaced or cut short while it was read, so some of its runs may not have been"
"""Of a file that gave no error."""


def window_words(report: LookBackReport) -> str:
    """The time asked about, the time covered and the gap, in one line for the log."""
    window = report.window
    asked = f"from {iso(window.start)}" if window.start else "from the first run"
    said = [f"asked {asked} to {iso(window.end)}, {window.because}"]
    if report.first and report.last:
        said.append(f"covered {report.first.date()} to {report.last.date()}")
    if report.gap:
        said.append(f"gap: {report.gap}")
    if report.unreadable:
        said.append(f"{counted(len(report.unreadable), 'thing')} could not be read")
    if report.unjudged:
        said.append(f"{counted(report.unjudged, 'run')} could not be judged")
    return "; ".join(said)


def look_back_lines(
    report: LookBackReport, customers: Customers, *, ascii_only: bool = False
) -> Iterator[str]:
    """What was found, how far it reaches, and what is open.

    Args:
        report: What the look-back came to.
        customers: The roster.
        ascii_only: Whether the terminal has no blocks to draw with.
    """
    yield from _head(report)
    yield from _reach(report)
    if report.hits:
        yield from ("", "hits:")
        yield from _first_hits(report.hits)
        yield from _part(chart_lines(report, ascii_only=ascii_only))
        yield from _part(version_lines(report))
        yield from ("", _affected(report))
        yield from _some([_reached(customers, one) for one in report.affected])
    if report.doubtful:
        yield from ("", "for review, counted for nothing:")
        yield from _first_hits(report.doubtful)
        yield f"  confirm or dismiss them: incident2eval look-back {report.incident} --review"
    if report.not_judged:
        yield from ("", "not judged:")
        yield from _some(list(map(_not_judged, report.not_judged)))
    if report.counted:
        yield ""
        yield "It happened before, so the level has to be asked again, with whom it reached."
        yield f"next: incident2eval triage {report.incident}"


def _head(report: LookBackReport) -> Iterator[str]:
    incident = report.incident
    if not report.checked:
        yield f"COULD NOT BE JUDGED: no past run could be judged for {incident}. That is no all-clear."
        return
    by, dismissed = f" by {', '.join(report.checks)}", len(report.hits) - len(report.counted)
    hits = counted(len(report.counted), "hit") + (f", {dismissed:,} dismissed" if dismissed else "")
    yield f"{incident}: {counted(report.checked, 'past run')} checked{by}: {hits}"
    if report.unreadable:
        yield f"NOT COMPLETE: {counted(len(report.unreadable), 'thing')} could not be read"
    if report.unjudged:
        yield f"NOT COMPLETE: {counted(report.unjudged, 'run')} could not be judged by any check"
    if not report.is_begun:
        yield "NOT COMPLETE: no judged run is known to be from the time asked about"


def _reach(report: LookBackReport) -> Iterator[str]:
    window = report.window
    start = shown(window.start) if window.start else "the first run"
    yield f"  asked about: {start} to {shown(window.end)} ({window.because})"
    if report.first and report.last:
        yield f"  covered:     {shown(report.first)} to {shown(report.last)}"
    if report.longest_pause:
        before, after = report.longest_pause
        yield f"  longest stretch of days without a run: between {before} and {after}"
    if report.gap:
        yield f"  GAP: {report.gap}"
    passed = {
        "the incident's own": report.own,
        "from before the time asked about": report.earlier,
        "there twice": report.twice,
    }
    yield from (f"  passed over: {counted(number, 'run')} {why}" for why, number in passed.items() if number)


def hit_lines(hits: Sequence[Hit]) -> Iterator[str]:
    """Each run below what was found in it; what was found in several is said once."""
    for (message, checks), some in groupby(hits, key=lambda hit: (hit.message, hit.checks)):
        yield f"  {message} ({', '.join(checks)})"
        for hit in some:
            when = shown(hit.at) if hit.at else "no time"
            whose = f"for {hit.subject}" if hit.subject else "for nobody named"
            showed = f", showed data of {', '.join(hit.exposed)}" if hit.exposed else ""
            yield f"    {when}  {hit.run}  {whose}{showed}"
            if hit.review:
                yield f"      {hit.review.said} by {hit.review.by}: {hit.review.reason}"


def _not_judged(row: Left) -> str:
    by = f"{row.check}: " if row.check else ""
    such = f", such as {row.first}" if row.first and row.runs > 1 else f", {row.first}" if row.first else ""
    return f"  {by}{counted(row.runs, 'run')}{such}: {row.why}"


def _first_hits(hits: Sequence[Hit]) -> Iterator[str]:
    yield from hit_lines(hits[:_MOST])
    yield from _others(len(hits))


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    yield from _others(len(lines))


def _others(number: int) -> Iterator[str]:
    if number > _MOST:
        yield f"  and {number - _MOST:,} more: --json lists them all"


def _reached(customers: Customers, one: Reached) -> str:
    label = customers.label(one.ref)
    name = f"{one.ref} ({label})" if label != one.ref else label
    records = f", {counted(one.records, 'record')}" if one.records else ""
    return f"  {name}: {counted(one.runs, 'run')}{records}"


def _affected(report: LookBackReport) -> str:
    if not report.affected:
        return "affected: nobody whom the findings name"
    records = f", {counted(report.records, 'record')} shown" if report.records else ""
    return f"affected: {counted(len(report.affected), 'customer')}{records}"


def _part(lines: Iterator[str]) -> Iterator[str]:
    """Lines with an empty one before them, if there are any."""
    first = next(lines, None)
    if first is not None:
        yield from ("", first, *lines)
