"""A look-back as JSON, CSV, Parquet and one page; all of them quote past runs as they are."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from incident2eval.model import JSON, Fault, Moment
from incident2eval.model.look_back import Hit, Left, LookBackReport
from incident2eval.report import wording
from incident2eval.report.cells import cell
from incident2eval.report.spread import differing, spread
from incident2eval.report.spread_plot import PAUSE, drawn, marks_of
from incident2eval.report.templating import filled

SCHEMA = "incident2eval/look-back/1"
"""Stands in every form: it tells such a paper from other files."""

LONGEST = 2_000
MOST_HITS = 500
"""So many are on the page; the other forms have all."""
MOST_PERIODS, MOST_VALUES = 60, 12

FOR_ENGINEERS = (
    "This page quotes past runs as they are. It is for those who work on the incident: not for customers, "
    "regulators or anybody outside. What they may have, incident2eval export makes."
)

COLUMNS = (
    "run at state counts subject exposed affected records checks step message excerpt version reason by"
).split()
"""Of the CSV, in this order; more would come after them."""


_HIT, _CONFIRMED, _DISMISSED, _DOUBTFUL = "hit", "confirmed", "dismissed", "for review"
_COUNTING = frozenset({_HIT, _CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHit:
    """A hit as the page shows it."""

    hit: Hit
    at: str
    state: str


def data(report: LookBackReport) -> dict[str, JSON]:
    """The look-back as an object that JSON can hold."""
    times = [hit.at for hit in report.counted if hit.at]
    window, pause = report.window, report.longest_pause or ()
    return {
        "incident": report.incident,
        "checked": report.checked,
        "checks": list(report.checks),
        "unreadable": [_listed(fault) for fault in report.unreadable],
        "not_judged": [_listed(row) for row in report.not_judged],
        "hits": [_hit(hit) for hit in report.hits],
        "doubtful": [_hit(hit) for hit in report.doubtful],
        "affected": [
            {"kind": "customer", "ref": one.ref, "count": 1, "runs": one.runs, "records": one.records}
            for one in report.affected
        ],
        "records": report.records,
        "first": _iso(min(times, default=None)),
        "last": _iso(max(times, default=None)),
        "days": [{"day": _iso(one.day), "runs": one.runs, "hits": one.hits} for one in report.days],
        "versions": [
            {
                "said": dict(one.said),
                "runs": one.runs,
                "hits": one.hits,
                "first": _iso(one.first),
                "last": _iso(one.last),
            }
            for one in report.versions
        ],
        "marks": [{"at": _iso(one.at), "what": one.what} for one in report.marks],
        "coverage": {
            "from": _iso(report.first),
            "to": _iso(report.last),
            "gap": report.gap,
            "asked": {"from": _iso(window.start), "to": _iso(window.end), "because": window.because},
            "longest_pause": [day.isoformat() for day in pause],
        },
        "passed_over": {"own": report.own, "earlier": report.earlier, "twice": report.twice},
        "complete": report.is_complete,
    }


def document(report: LookBackReport) -> bytes:
    """The look-back as JSON: all of it, in ASCII, one newline at the end."""
    return json.dumps({"schema": SCHEMA, **data(report)}, indent=1, allow_nan=False).encode() + b"\n"


def sheet(report: LookBackReport) -> bytes:
    """The hits and what is in doubt as CSV, a row each; no cell is a formula."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    for state, hit in _rows(report):
        version = "; ".join(f"{name}: {value}" for name, value in hit.version)
        records = "; ".join(f"{one.owner}/{one.id}" for one in hit.records)
        review = hit.review
        row = [
            *(hit.run, _iso(hit.at), state, "yes" if state in _COUNTING else "no", hit.subject),
            *("; ".join(hit.exposed), "; ".join(hit.affected), records, "; ".join(hit.checks)),
            *(hit.step, hit.message, hit.excerpt, version),
            *((review.reason, review.by) if review else (None, None)),
        ]
        writer.writerow(map(cell, row))
    return page.getvalue().encode()


def columnar(report: LookBackReport) -> bytes:
    """The hits and what is in doubt as Parquet, a row each, every column with its type."""
    import pyarrow as pa  # noqa: PLC0415 - costs more than all else, and only this form needs it
    from pyarrow import parquet  # noqa: PLC0415 - the same

    text, texts = pa.string(), pa.list_(pa.string())
    record = pa.struct([("owner", text), ("id", text)])
    columns = [
        *(("run", text), ("at", pa.timestamp("us", tz="UTC")), ("state", text), ("counts", pa.bool_())),
        *(("subject", text), ("exposed", texts), ("affected", texts), ("records", pa.list_(record))),
        *(("checks", texts), ("step", text), ("message", text), ("excerpt", text)),
        *(("version", pa.map_(text, text)), ("reason", text), ("by", text)),
    ]
    told = {"schema": SCHEMA, "incident": report.incident}
    schema = pa.schema(columns, metadata=told)
    table = pa.Table.from_pylist([_typed(state, hit) for state, hit in _rows(report)], schema=schema)
    page = io.BytesIO()
    parquet.write_table(table, page)
    return page.getvalue()


def page(report: LookBackReport, labels: Mapping[str, str]) -> bytes:
    """The look-back as one page; its policy forbids scripts and loading, and names the one style sheet.

    Args:
        report: What is told.
        labels: Id of a customer -> the name.
    """
    over_time = spread(report, MOST_PERIODS)
    text = filled(
        "look_back.html.j2",
        longest=LONGEST,
        cut="cut here, the JSON has all of it",
        sheet="look_back.css",
        schema=SCHEMA,
        report=report,
        labels=labels,
        warning=FOR_ENGINEERS,
        start=wording.day(report.window.start) if report.window.start else "the first run",
        end=wording.day(report.window.end),
        plot=drawn(over_time) if report.counted else "",
        marks=marks_of(over_time),
        unit=over_time.unit,
        earlier=over_time.earlier,
        pause=PAUSE if any(one.is_pause and one.number > 1 for one in over_time.periods) else "",
        differing=differing(report, MOST_VALUES),
        hits=[_shown(hit, _HIT) for hit in report.hits[:MOST_HITS]],
        doubtful=[_shown(hit, _DOUBTFUL) for hit in report.doubtful[:MOST_HITS]],
        most=MOST_HITS,
    )
    return text.encode(errors="backslashreplace")


def _rows(report: LookBackReport) -> Iterator[tuple[str, Hit]]:
    """Every hit with how it stands, and after them what is in doubt."""
    yield from ((_state(hit, _HIT), hit) for hit in report.hits)
    yield from ((_state(doubt, _DOUBTFUL), doubt) for doubt in report.doubtful)


def _state(hit: Hit, unreviewed: str) -> str:
    if hit.review is None:
        return unreviewed
    return _CONFIRMED if hit.is_confirmed else _DISMISSED


def _shown(hit: Hit, unreviewed: str) -> ShownHit:
    at = wording.spoken(hit.at) if hit.at else "no time"
    return ShownHit(hit=hit, at=at, state=_state(hit, unreviewed))


def _hit(hit: Hit) -> dict[str, JSON]:
    return {**_listed(hit), "at": _iso(hit.at), "version": dict(hit.version)}


def _typed(state: str, hit: Hit) -> dict[str, object]:
    """A hit as a row of Parquet; half a character, which no UTF-8 holds, stands as a question mark."""
    row = {
        **_hit(hit),
        "state": state,
        "counts": state in _COUNTING,
        "reason": hit.review.reason if hit.review else None,
        "by": hit.review.by if hit.review else None,
    }
    whole = json.loads(json.dumps(row, ensure_ascii=False).encode(errors="replace"))
    return {**whole, "version": list(whole["version"].items()), "at": hit.at}


def _listed(one: Hit | Left | Fault) -> dict[str, JSON]:
    """The fields, with lists as JSON knows them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(one).items()}


def _iso(at: Moment | None) -> str | None:
    if isinstance(at, datetime):
        return wording.utc(at).isoformat().replace("+00:00", "Z")
    return at.isoformat() if at is not None else None
