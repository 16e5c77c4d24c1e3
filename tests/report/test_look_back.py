"""The papers of a look-back: what each form says, that none says too much, and that no text becomes code."""

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from report.test_hostile_text import ACTIVE
from report.test_pack import Seen

from incident2eval.model import Fault
from incident2eval.model.look_back import (
    Day,
    Hit,
    Left,
    LookBackReport,
    Mark,
    Reached,
    Review,
    Reviewed,
    ShownRecord,
    Version,
    Window,
)
from incident2eval.report import look_back as forms
from incident2eval.report.spread import differing, spread
from incident2eval.report.spread_plot import drawn

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
OLD, NEW = (("model", "m-1"), ("scope", "account")), (("model", "m-2"), ("scope", "account"))
HIT = Hit(
    run="b",
    at=AT,
    subject="K-101",
    exposed=("K-102",),
    check="foreign_records",
    excerpt="N-7",
    message="fetched N-7, which 'Eastfield Freight' owns",
    step="s2",
    checks=("foreign_records",),
    affected=("K-102",),
    records=(ShownRecord(owner="K-102", id="N-7"),),
    version=NEW,
)
DISMISSED = replace(
    HIT, run="c", at=None, review=Review(said=Reviewed.DISMISSED, reason="a test account", by="Ruth")
)
DOUBT = replace(HIT, run="d", message="'Eastfeild Freight' may be 'Eastfield Freight'", records=())
REPORT = LookBackReport(
    incident="INC-2026-0142",
    checked=40,
    checks=("foreign_records",),
    hits=(HIT, DISMISSED),
    doubtful=(DOUBT,),
    affected=(Reached(ref="K-102", runs=1, records=1),),
    days=(Day(day=date(2026, 10, 30), runs=30, hits=0), Day(day=AT.date(), runs=10, hits=1)),
    versions=(
        Version(said=OLD, runs=30, hits=0, first=AT - timedelta(days=3), last=AT - timedelta(days=3)),
        Version(said=NEW, runs=10, hits=1, first=AT, last=AT),
    ),
    window=Window(start=date(2026, 10, 30), end=AT, because="as asked"),
    first=AT - timedelta(days=3),
    last=AT,
    gap="no run after 2026-11-02, up to 2026-11-12",
    longest_pause=None,
    not_judged=(Left(check="foreign_names", why="nobody says whose run it is", runs=2, first="x"),),
    unreadable=(Fault(file="lost.jsonl", message="is cut short"),),
    own=1,
    earlier=0,
    twice=0,
    unjudged=0,
    is_begun=True,
    is_complete=False,
    marks=(Mark(at=date(2026, 11, 1), what="permission changed"),),
)
NAMES = {"K-102": "Eastfield Freight"}


def page(report: LookBackReport = REPORT) -> str:
    return forms.page(report, NAMES).decode()


def rows(report: LookBackReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(forms.sheet(report).decode(), newline="")))


# --- JSON ---


def test_the_json_holds_everything_and_is_the_same_each_time() -> None:
    told = json.loads(forms.document(REPORT))

    assert forms.document(REPORT) == forms.document(REPORT)
    assert told["schema"] == "incident2eval/look-back/1"
    assert [hit["run"] for hit in told["hits"]] == ["b", "c"]
    assert told["hits"][1]["review"] == {"said": "dismissed", "reason": "a test account", "by": "Ruth"}
    assert told["hits"][0]["records"] == [{"owner": "K-102", "id": "N-7"}]
    assert told["hits"][0]["version"] == {"model": "m-2", "scope": "account"}
    assert [doubt["run"] for doubt in told["doubtful"]] == ["d"]
    assert (told["records"], told["first"], told["complete"]) == (1, "2026-11-02T08:00:00Z", False)
    assert told["marks"] == [{"at": "2026-11-01", "what": "permission changed"}]


# --- CSV ---


def test_the_sheet_has_a_row_for_each_and_says_which_count() -> None:
    assert [(row["run"], row["state"], row["counts"]) for row in rows(REPORT)] == [
        ("b", "hit", "yes"),
        ("c", "dismissed", "no"),
        ("d", "for review", "no"),
    ]
    assert list(rows(REPORT)[0]) == forms.COLUMNS
    assert rows(REPORT)[0]["records"] == "K-102/N-7"
    assert (rows(REPORT)[1]["reason"], rows(REPORT)[1]["by"]) == ("a test account", "Ruth")


@given(st.text(max_size=30))
def test_no_cell_is_worked_out_and_none_breaks_the_sheet(text: str) -> None:
    odd = replace(HIT, run=text, subject=text, message=text, excerpt=text, version=((text, text),))

    [row] = rows(replace(REPORT, hits=(odd,), doubtful=()))

    assert not any(cell[:1] in set("=+-@\t\r\n|%") for cell in row.values())
    assert set(row) == set(forms.COLUMNS)


# --- Parquet ---


def table(report: LookBackReport) -> Any:
    return parquet.read_table(io.BytesIO(forms.columnar(report)))


def test_the_columns_have_types() -> None:
    told = table(REPORT)

    assert told.column_names[:5] == ["run", "at", "state", "counts", "subject"]
    assert told.schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert told.schema.field("counts").type == pa.bool_()
    assert told.schema.metadata == {b"schema": forms.SCHEMA.encode(), b"incident": b"INC-2026-0142"}
    first, dismissed, doubt = told.to_pylist()
    assert (first["at"], first["exposed"]) == (AT, ["K-102"])
    assert first["records"] == [{"owner": "K-102", "id": "N-7"}]
    assert dict(first["version"]) == {"model": "m-2", "scope": "account"}
    assert (dismissed["counts"], dismissed["reason"]) == (False, "a test account")
    assert (doubt["state"], doubt["counts"]) == ("for review", False)


def test_without_a_hit_the_columns_are_the_same() -> None:
    none = table(replace(REPORT, hits=(), doubtful=()))

    assert (none.schema, none.num_rows) == (table(REPORT).schema, 0)


def test_half_a_character_breaks_no_form() -> None:
    odd = replace(REPORT, hits=(replace(HIT, excerpt="x\ud800y", run="\udfff"),))

    assert table(odd).to_pylist()[0]["excerpt"] == "x?y"
    assert "\\ud800" in forms.sheet(odd).decode()
    assert json.loads(forms.document(odd))["hits"][0]["excerpt"] == "x\ud800y"
    assert "\\ud800" in page(odd)


# --- the page ---


def test_the_page_says_how_far_it_went_what_is_open_and_who_must_not_get_it() -> None:
    text = " ".join(Seen(page()).text.split())

    assert "not for customers, regulators or anybody outside" in text
    assert "1 hit 40 past runs checked 1 customer affected 1 record of others shown" in text
    assert "Gap: no run after 2026-11-02, up to 2026-11-12." in text
    assert "Not complete; 1 thing could not be read." in text
    assert "K-102 Eastfield Freight" in text
    assert "Dismissed by Ruth: a test account" in text
    assert "1 November 2026: permission changed" in text
    assert "2 runs by foreign_names, such as x: nobody says whose run it is" in text
    assert Seen(page()).headings == [
        "When",
        "In which version",
        "Affected",
        "Hits",
        "For review, counted for nothing",
        "Not judged",
    ]


def test_only_what_differs_between_versions_is_in_the_table() -> None:
    [model] = differing(REPORT, 12)

    assert (model.name, [(one.said, one.runs, one.hits) for one in model.values]) == (
        "model",
        [("m-1", 30, 0), ("m-2", 10, 1)],
    )
    assert ">scope<" not in page()


def test_of_many_values_those_with_hits_are_named() -> None:
    many = tuple(
        Version(said=(("model", f"m-{n}"),), runs=9, hits=int(n == 50), first=AT, last=AT) for n in range(99)
    )

    [model] = differing(replace(REPORT, versions=many), 3)

    assert (next(one.said for one in model.values if one.hits), model.others) == ("m-50", 96)


def test_nobody_is_cleared_where_nothing_was_judged() -> None:
    none = replace(REPORT, checked=0, hits=(), doubtful=(), affected=(), days=(), versions=())

    assert "Could not be judged: that is no all-clear." in page(none)
    assert "<svg" not in page(none)


@pytest.mark.parametrize("text", ACTIVE)
def test_no_text_becomes_markup(text: str) -> None:
    odd = replace(
        HIT,
        run=text,
        subject=text,
        exposed=(text,),
        message=text,
        excerpt=f"{text} ",
        checks=(text,),
        records=(ShownRecord(owner=text, id=text),),
        version=((text, text),),
        review=Review(said=Reviewed.CONFIRMED, reason=text, by=text),
    )
    report = replace(
        REPORT,
        incident=text,
        hits=(odd, HIT),
        doubtful=(odd,),
        affected=(Reached(ref=text, runs=1),),
        versions=(replace(REPORT.versions[0], said=((text, "one"),)), REPORT.versions[1]),
        window=replace(REPORT.window, because=text),
        gap=text,
        not_judged=(Left(check=text, why=text, runs=1, first=text),),
        unreadable=(Fault(file=text, message=text),),
        marks=(Mark(at=AT, what=text),),
        checks=(text,),
    )
    allowed = {tag for tag, _ in Seen(page()).tags}

    seen = Seen(forms.page(report, {text: text}).decode())

    assert {tag for tag, _ in seen.tags} <= allowed
    assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
    assert not {"script", "a", "img", "link", "iframe"} & {tag for tag, _ in seen.tags}


def test_the_policy_lets_nothing_load_and_names_the_style() -> None:
    text = page()
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert "style=" not in text
    assert "url(" not in style


# --- over time ---

DAYS = st.dictionaries(
    st.dates(), st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=40
).map(lambda days: tuple(Day(day=day, runs=runs, hits=hits) for day, (runs, hits) in sorted(days.items())))


@given(DAYS, st.integers(1, 30), st.lists(st.dates(), max_size=3))
def test_no_run_and_no_hit_is_lost_over_time(days: tuple[Day, ...], most: int, marked: list[date]) -> None:
    marks = tuple(Mark(at=day, what="x") for day in sorted(marked))

    over_time = spread(replace(REPORT, days=days, marks=marks), most)

    assert len(over_time.periods) <= most
    assert over_time.earlier + sum(one.runs for one in over_time.periods) == sum(one.runs for one in days)
    if not over_time.earlier:
        assert sum(one.hits for one in over_time.periods) == sum(one.hits for one in days)
    firsts = [one.first for one in over_time.periods]
    assert firsts == sorted(set(firsts))
    assert ET.fromstring(drawn(over_time)).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    ("days", "most", "unit", "rows"), [(20, 24, "day", 20), (100, 24, "week", 15), (700, 24, "month", 24)]
)
def test_a_longer_time_is_shown_in_longer_periods(days: int, most: int, unit: str, rows: int) -> None:
    every = tuple(Day(day=date(2025, 1, 1) + timedelta(days=n), runs=1, hits=0) for n in range(days))

    over_time = spread(replace(REPORT, days=every, marks=()), most)

    assert (over_time.unit, len(over_time.periods)) == (unit, rows)


def test_a_stretch_without_a_run_is_one_row() -> None:
    over_time = spread(REPORT, 24)

    assert [(one.first.isoformat(), one.runs, one.number, len(one.marks)) for one in over_time.periods] == [
        ("2026-10-30", 30, 1, 0),
        ("2026-10-31", 0, 1, 0),
        ("2026-11-01", 0, 1, 1),
        ("2026-11-02", 10, 1, 0),
    ]
