"""The quarterly review as JSON, CSV, Markdown and one page."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from incident2eval.model import NOTICE, Figure, FigureRow, Review, Unit
from incident2eval.report import wording
from incident2eval.report.cells import cell
from incident2eval.report.markdown import escaped
from incident2eval.report.plots import bars, labelled, said
from incident2eval.report.templating import filled

LONGEST = 4_000
MOST_IDS = 12
"""So many records are named in a form for people; the JSON and the CSV have all."""

MOST_ROWS = 40
"""So many rows of a figure are shown there."""

LEADING = ("incidents", "near_misses", "open_tasks", "overdue_tasks", "duties_overdue", "restarts_refused")
"""Figures that stand at the top of the page."""

DRAWN = (
    "incidents by_level by_type by_workflow to_detect to_contain to_restart repeated_types repeated_controls "
    "by_reviewer open_tasks overdue_tasks duties"
).split()
"""Figures whose rows are drawn."""

COLUMNS = "quarter part figure name of value unit n near_misses records not_known formula because".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure as the page shows it."""

    figure: Figure
    value: str
    plot: str
    """As markup; empty where nothing is drawn."""


def document(review: Review) -> bytes:
    """The review as canonical JSON: keys sorted, UTF-8, one newline at the end."""
    text = json.dumps(
        asdict(review), default=_moment, sort_keys=True, ensure_ascii=True, allow_nan=False, indent=1
    )
    return text.encode() + b"\n"


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{wording.utc(value).isoformat().removesuffix('+00:00')}Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a review holds no {type(value).__name__}")


def sheet(review: Review) -> str:
    """The review as CSV, a row for each figure and one for each part of it; no cell is a formula.

    What could be taken for one begins with an apostrophe, which a spreadsheet does not show.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in review.parts:
        for one in part.figures:
            head = (review.quarter, part.name, one.id, one.name)
            tail = (one.formula, one.because)
            near, none = "", ""
            rows: list[Sequence[object]] = [
                (*head, "all", one.value, one.unit, one.n, near, _ids(one.ids), _ids(one.unknown), *tail)
            ]
            rows += [
                (*head, row.label, row.value, one.unit, row.n, row.near_misses, _ids(row.ids), none, *tail)
                for row in one.rows
            ]
            writer.writerows([cell(value) for value in row] for row in rows)
    return page.getvalue()


def _ids(ids: Sequence[str]) -> str:
    return "; ".join(ids)


def markdown(review: Review) -> str:
    """The review as Markdown; every text is escaped, cut to a length, and kept from becoming a link."""
    blocks = [f"# Quarterly review {review.quarter}", f"{span(review)} {_read(review)}"]
    for part in review.parts:
        blocks.append(f"## {escaped(part.name)}")
        table = ["| Figure | Value | n | Records |", "|---|---|---|---|"]
        table += [_line(one) for one in part.figures]
        blocks.append("\n".join(table))
        blocks += [_broken_down(one) for one in part.figures if one.rows]
        blocks.append("\n".join(f"- **{escaped(one.name)}:** {escaped(one.formula)}" for one in part.figures))
    return "\n\n".join([*blocks, NOTICE]) + "\n"


def _line(one: Figure) -> str:
    records = ", ".join(map(escaped, _some(one.ids)))
    if one.unknown:
        records = (
            f"{records}{'; ' if records else ''}not known: {', '.join(map(escaped, _some(one.unknown)))}"
        )
    return f"| {escaped(one.name)} | {escaped(value_of(one))} | {one.n} | {records} |"


def _broken_down(one: Figure) -> str:
    lines = [
        f"**{escaped(one.name)}**",
        "",
        "| | Value | n | Near misses | Records |",
        "|---|---|---|---|---|",
    ]
    for row in one.rows[:MOST_ROWS]:
        near = "" if row.near_misses is None else row.near_misses
        records = ", ".join(map(escaped, _some(row.ids)))
        lines.append(
            f"| {escaped(labelled(one, row))} | {said(row.value, one.unit)} | {row.n} | {near} | {records} |"
        )
    if len(one.rows) > MOST_ROWS:
        lines += ["", f"and {len(one.rows) - MOST_ROWS} more, in the JSON."]
    return "\n".join(lines)


def _some(ids: Sequence[str]) -> Iterator[str]:
    """The records as people look them up: several of one incident are named by it, with how many."""
    of_one: dict[str, list[str]] = {}
    for one in ids:
        of_one.setdefault(re.split(" |::", one, maxsplit=1)[0], []).append(one)
    named = [
        records[0] if len(records) == 1 else f"{incident} ({len(records)})"
        for incident, records in of_one.items()
    ]
    yield from named[:MOST_IDS]
    if len(named) > MOST_IDS:
        yield f"and {len(named) - MOST_IDS} more"


def value_of(one: Figure) -> str:
    """The value as a person reads it; where there is none, why."""
    if one.value is None:
        return f"not known: {one.because}"
    if one.unit is Unit.SHARE:
        return f"{said(one.value, one.unit)} ({len(one.ids)} of {one.n})"
    return said(one.value, one.unit)


def row_value(one: Figure, row: FigureRow) -> str:
    """The value of a row as a person reads it, near misses set off."""
    near = f" ({row.near_misses} near miss{'' if row.near_misses == 1 else 'es'})" if row.near_misses else ""
    return said(row.value, one.unit) + near


def span(review: Review) -> str:
    """From which day to which the quarter goes, in words."""
    return f"From {wording.day(review.first)} to {wording.day(review.last)}, by the days of UTC."


def _read(review: Review) -> str:
    at = review.as_of.astimezone(UTC)
    when = f"on {wording.spoken(at)}"
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        when = f"at the end of {wording.day(at - timedelta(days=1))}, UTC"
    if at.date() > review.last:
        return f"What is overdue was read {when}."
    return f"The quarter was not over: what is overdue was read {when}, as the next day began."


def summary(review: Review) -> Iterator[str]:
    """The review in lines for a terminal: every figure, and the rows of those that have some."""
    yield f"Quarterly review {review.quarter}"
    yield f"{span(review)} {_read(review)}"
    for part in review.parts:
        yield ""
        yield part.name
        for one in part.figures:
            yield f"  {one.name}: {value_of(one)}" + ("" if one.unit is Unit.SHARE else f" (n = {one.n})")
            yield from (f"    {labelled(one, row)}: {row_value(one, row)}" for row in one.rows[:MOST_ROWS])
    yield ""
    yield NOTICE


def page(review: Review) -> str:
    """The review as one page with plots; its policy forbids scripts and loading."""
    return filled(
        "review.html.j2",
        longest=LONGEST,
        cut="cut here, the JSON has all of it",
        sheet="review.css",
        review=review,
        span=span(review),
        read=_read(review),
        leading=[_shown(review.figure(name)) for name in LEADING],
        parts=[(part.name, [_shown(one) for one in part.figures]) for part in review.parts],
        row_value=row_value,
        labelled=labelled,
        by_n=lambda one: one.unit is not Unit.COUNT,
        some=lambda ids: list(_some(ids)),
        most_rows=MOST_ROWS,
        notice=NOTICE,
    )


def _shown(one: Figure) -> Shown:
    return Shown(figure=one, value=value_of(one), plot=bars(one) if one.id in DRAWN else "")
