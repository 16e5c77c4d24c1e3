"""A look-back in words."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from incident2eval.pipeline._clock_lines import shown
from incident2eval.pipeline._layout import counted
from incident2eval.pipeline._look_back_hits import Hit
from incident2eval.pipeline._look_back_tally import NotJudged, Tally
from incident2eval.pipeline._said_times import iso

_MOST = 20
"""So many hits and reasons are shown to a person; `--json` has all."""


def window_words(tally: Tally) -> str:
    """The time asked about, the time covered and the gap, in one line for the log."""
    window, coverage = tally.window, tally.coverage
    asked = f"from {iso(window.start)}" if window.start else "from the first run"
    said = [f"asked {asked} to {iso(window.end)}, {window.because}"]
    if coverage.first and coverage.last:
        said.append(f"covered {coverage.first.date()} to {coverage.last.date()}")
    if coverage.gap:
        said.append(f"gap: {coverage.gap}")
    if tally.unreadable:
        said.append(f"{counted(len(tally.unreadable), 'thing')} could not be read")
    if tally.unjudged:
        said.append(f"{counted(tally.unjudged, 'run')} could not be judged")
    return "; ".join(said)


def look_back_lines(incident: str, tally: Tally) -> Iterator[str]:
    """What was found, how far it reaches, and what is open.

    Args:
        incident: Its id.
        tally: What the look-back came to.
    """
    yield from _head(incident, tally)
    yield from _reach(tally)
    if tally.hits:
        yield from ("", "hits:")
        yield from _some(list(_hit_lines(tally.hits)))
        yield from ("", "affected:" if tally.affected else "affected: nobody whom the findings name")
        runs = tally.runs_by_customer
        names = (
            f"  {_customer(tally, one.ref)}: {counted(runs[one.ref or ''], 'run')}" for one in tally.affected
        )
        yield from _some(list(names))
    if tally.not_judged:
        yield from ("", "not judged:")
        yield from _some(list(map(_not_judged, tally.not_judged)))
    if tally.hits:
        yield ""
        yield "It happened before, so the level has to be asked again, with whom it reached."
        yield f"next: incident2eval triage {incident}"


def _head(incident: str, tally: Tally) -> Iterator[str]:
    if not tally.checked:
        yield f"COULD NOT BE JUDGED: no past run could be judged for {incident}. That is no all-clear."
        return
    by = f" by {', '.join(tally.judges)}"
    yield f"{incident}: {counted(tally.checked, 'past run')} checked{by}: {counted(len(tally.hits), 'hit')}"
    if tally.unreadable:
        yield f"NOT COMPLETE: {counted(len(tally.unreadable), 'thing')} could not be read"
    if tally.unjudged:
        yield f"NOT COMPLETE: {counted(tally.unjudged, 'run')} could not be judged by any check"
    if not tally.coverage.is_begun:
        yield "NOT COMPLETE: no judged run is known to be from the time asked about"


def _reach(tally: Tally) -> Iterator[str]:
    window, coverage = tally.window, tally.coverage
    start = shown(window.start) if window.start else "the first run"
    yield f"  asked about: {start} to {shown(window.end)} ({window.because})"
    if coverage.first and coverage.last:
        yield f"  covered:     {shown(coverage.first)} to {shown(coverage.last)}"
    if coverage.pause and not coverage.is_interrupted:
        before, after = coverage.pause
        yield f"  longest stretch of days without a run: between {before} and {after}"
    if coverage.gap:
        yield f"  GAP: {coverage.gap}"
    passed = {
        "the incident's own": tally.own,
        "from before the time asked about": tally.earlier,
        "there twice": tally.twice,
    }
    yield from (f"  passed over: {counted(number, 'run')} {why}" for why, number in passed.items() if number)


def _hit_lines(hits: Sequence[Hit]) -> Iterator[str]:
    """Each run below what was found in it; what was found in several is said once."""
    for (message, checks), some in groupby(hits, key=lambda hit: (hit.message, hit.checks)):
        yield f"  {message} ({', '.join(checks)})"
        for hit in some:
            when = shown(hit.at) if hit.at else "no time"
            whose = f"for {hit.subject}" if hit.subject else "for nobody named"
            showed = f", showed data of {', '.join(hit.exposed)}" if hit.exposed else ""
            yield f"    {when}  {hit.run}  {whose}{showed}"


def _not_judged(row: NotJudged) -> str:
    by = f"{row.check}: " if row.check else ""
    such = f", such as {row.first}" if row.first and row.runs > 1 else f", {row.first}" if row.first else ""
    return f"  {by}{counted(row.runs, 'run')}{such}: {row.why}"


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"  and {len(lines) - _MOST:,} more: --json lists them all"


def _customer(tally: Tally, ref: str | None) -> str:
    label = tally.customers.label(ref)
    return f"{ref} ({label})" if label != ref else label
