"""The forms of a review: the same bytes each time; no text in them becomes a formula, markup or a link."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from review.records import at, incident_file

from incident2eval.model import FigureRow, Quarter, Review, Stage, Task, TaskKind, Unit
from incident2eval.report import review as forms
from incident2eval.report.plots import bars, said
from incident2eval.review import Dwell, Material, review

HOSTILE = '=HYPERLINK("http://evil.example","x") $\\frac{1}{0}$ <script>alert(1)</script> \x1b[31m客户'


def reviewed(workflow: str = "monthly-summary") -> Review:
    files = (
        incident_file(1, noticed_by="reviewer"),
        incident_file(2, at("2026-10-05"), level=3, near=False, workflow=workflow, noticed_by="client"),
    )
    dwell = {"INC-2026-0001": Dwell(to_detect=timedelta(hours=300))}
    return review(Material(files=files, dwell=dwell), Quarter(2026, 4))


def test_the_same_records_give_the_same_bytes_in_every_form() -> None:
    one, again = reviewed(), reviewed()

    assert forms.document(one) == forms.document(again)
    assert forms.sheet(one) == forms.sheet(again)
    assert forms.markdown(one) == forms.markdown(again)
    assert forms.page(one) == forms.page(again)


def test_the_json_holds_every_figure_with_formula_n_and_ids() -> None:
    data = json.loads(forms.document(reviewed()))

    figures = {one["id"]: one for part in data["parts"] for one in part["figures"]}
    assert (data["quarter"], data["as_of"]) == ("2026-Q4", "2027-01-01T00:00:00Z")
    assert figures["near_miss_share"]["value"] == 0.5
    assert figures["near_miss_share"]["n"] == 2
    assert figures["near_miss_share"]["ids"] == ["INC-2026-0001"]
    assert figures["near_miss_share"]["formula"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        " =1",
        '"=1',
        "\r=1",
        "\n=1",
        "\uff1d1",
        "|x",
        "%0A=1",
        "\u00a0=1",
        "\u200b=1",
    ],
)
def test_no_cell_of_the_sheet_is_a_formula(text: str) -> None:
    sheet = forms.sheet(reviewed(text))

    cells = [cell for row in csv.reader(io.StringIO(sheet)) for cell in row]
    assert any(text.strip(" \t\r\n'\u200b") in cell for cell in cells)
    for cell in cells:
        assert re.match(r"[\w'(]", cell) or not cell, repr(cell)


def test_every_row_of_the_sheet_has_every_column() -> None:
    rows = list(csv.DictReader(io.StringIO(forms.sheet(reviewed()))))

    assert tuple(rows[0]) == tuple(forms.COLUMNS)
    assert all(None not in row and None not in row.values() for row in rows)
    shares = [row for row in rows if row["figure"] == "near_miss_share"]
    assert [(row["of"], row["value"], row["n"], row["records"]) for row in shares] == [
        ("all", "0.5", "2", "INC-2026-0001")
    ]


def test_no_text_becomes_markup_or_drives_a_terminal() -> None:
    one = reviewed(HOSTILE)

    page, markdown, lines = forms.page(one), forms.markdown(one), "\n".join(forms.summary(one))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page + markdown + forms.sheet(one)
    assert "<script>" not in markdown.replace("\\<", "")
    assert "not legal advice" in page
    assert "not legal advice" in markdown
    assert "not legal advice" in lines


def test_the_page_loads_nothing_and_its_pictures_obey_its_policy() -> None:
    page = forms.page(reviewed(HOSTILE))

    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) > 3
    assert "style=" not in page
    assert "url(" not in page
    assert not re.findall(r"(?:src|href)=", page)
    for picture in pictures:
        drawn = ET.fromstring(picture)
        assert {element.tag.split("}")[1] for element in drawn.iter()} <= {"svg", "g", "path", "text"}
        assert drawn.get("role") == "img"
        assert "level 1 0" in picture or drawn.get("aria-label")
        assert not re.search(r"#0[1-5]0[1-5]0[1-5]", picture), "a colour that no style sheet may change"


def test_a_picture_shows_near_misses_apart_and_nothing_of_nothing() -> None:
    levels = reviewed().figure("by_level")

    assert bars(levels).count('class="fill-near"') == bars(levels).count('class="fill-main"') == 4
    assert bars(reviewed().figure("open_tasks")) == ""


def test_a_card_without_a_value_has_a_dash_and_says_why_in_small() -> None:
    silent = incident_file(1)
    silent = replace(silent, incident=replace(silent.incident, outcome=None))

    page = forms.page(review(Material(files=(silent,)), Quarter(2026, 4)))

    card = re.search(r"<li><strong>(.*?)</strong> Near misses(.*?)</li>", page)
    assert card
    assert card.groups() == ("&ndash;", "<small>not known: none of 1 says</small>")


def test_a_few_minutes_are_no_bar_of_the_whole_width() -> None:
    def width(hours: float) -> float:
        dwell = {"INC-2026-0001": Dwell(to_detect=timedelta(hours=hours))}
        figure = review(Material(files=(incident_file(1),), dwell=dwell), Quarter(2026, 4)).figure(
            "to_detect"
        )
        bar = next(one for one in ET.fromstring(bars(figure)).iter() if one.get("class") == "fill-main")
        across = [float(x) for x in re.findall(r"[ML] (\S+) ", bar.get("d", ""))]
        return max(across) - min(across)

    assert width(0.02) < width(10) / 20
    assert width(1) == pytest.approx(width(10))


def test_people_see_how_many_records_of_an_incident_there_are_and_machines_which() -> None:
    tasks = tuple(
        Task(id=name, kind=TaskKind.ACTION, text=name, stage=Stage.CLOSED) for name in ("mend", "tell")
    )
    one = review(Material(files=(incident_file(1, file={"tasks": tasks}),)), Quarter(2026, 4))

    assert "INC-2026-0001 (2)" in forms.page(one)
    assert "INC-2026-0001 mend; INC-2026-0001 tell" in forms.sheet(one)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, Unit.COUNT, "not known"),
        (1200, Unit.COUNT, "1,200"),
        (0.333, Unit.SHARE, "33%"),
        (4.5, Unit.HOURS, "4.5 h"),
        (0.05, Unit.HOURS, "3 min"),
        (60.0, Unit.HOURS, "60.0 h (2.5 days)"),
        (1, Unit.DAYS, "1 day"),
        ("yes", Unit.ANSWER, "yes"),
    ],
)
def test_a_value_reads_as_people_say_it(value: float | str | None, unit: Unit, words: str) -> None:
    assert said(value, unit) == words


def test_long_lists_are_cut_for_people_and_whole_for_machines() -> None:
    files = tuple(incident_file(number, workflow=f"w{number}") for number in range(1, 61))
    one = review(Material(files=files), Quarter(2026, 4))

    assert "and 48 more" in forms.page(one)
    assert "and 20 more, in the JSON" in forms.page(one)
    assert "and 20 more, in the JSON" in forms.markdown(one)
    assert len(json.loads(forms.document(one))["parts"][0]["figures"][0]["ids"]) == 60
    assert isinstance(one.figure("by_workflow").rows[59], FigureRow)
