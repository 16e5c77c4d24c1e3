"""The picture of a run, and what a report says of a root cause."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from incident2eval.model import (
    Area,
    Category,
    ChangeKind,
    Examined,
    FailedControl,
    IncidentNote,
    Onset,
    Part,
    Passage,
    Proof,
    Report,
    RootCause,
    SeenChange,
    Sighting,
    State,
    StepKind,
    TreeRow,
)
from incident2eval.report import render
from incident2eval.report.tree import MOST_ROWS, WIDTH, fitted, tree_svg

SVG = "{http://www.w3.org/2000/svg}"

ROWS = (
    TreeRow(kind=StepKind.OTHER, name="monthly-summary"),
    TreeRow(
        kind=StepKind.RETRIEVAL,
        name="search_notes",
        depth=1,
        part=Part.CULPRIT,
        note="6 records: K-101 5, K-102 1 (other customer)",
        quote="will leave its warehouse",
    ),
    TreeRow(kind=StepKind.TOOL, name="list_tickets", depth=1),
    TreeRow(
        kind=StepKind.MODEL, name="write_draft", depth=1, part=Part.CARRIER, quote="will leave its warehouse"
    ),
    TreeRow(kind=None, name="12 more steps: 12 tool", depth=1),
    TreeRow(kind=StepKind.OUTPUT, name="the run's output", part=Part.OUTPUT, quote="leaves its warehouse"),
)

CAUSE = RootCause(
    category=Category.WORKFLOW_DESIGN,
    step="s2",
    name="search_notes",
    control=FailedControl(name="retrieval scope", why="the read returned records of another customer"),
    proof=Proof.REPAIR,
    rules=("retrieval scope wider than the subject", "the wrong records were read"),
    path=(Passage(step="s2", name="search_notes", quote="will leave its warehouse"),),
    examined=(
        Examined(area=Area.PERMISSION, state=State.FAILED, evidence="scope=workspace:W1"),
        Examined(area=Area.DATA, state=State.HELD, evidence="the records say what they should"),
        Examined(area=Area.INTEGRATION, state=State.HELD, evidence="2 calls, none failed"),
        Examined(area=Area.REVIEW, state=State.NOT_SEEN),
    ),
    changes=(
        SeenChange(
            kind=ChangeKind.PERMISSION,
            what="service roles made anew",
            at=date(2026, 10, 23),
            source="the runs",
        ),
    ),
    onset=Onset(checked=120, hits=2, first_hit=Sighting(run="r7", at=None)),
    warnings=("A prompt alone is rarely the cause.",),
)


def picture(*rows: TreeRow, control: str = "retrieval scope") -> ET.Element:
    return ET.fromstring(tree_svg(rows, control=control))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def explained(blocked: Report, **fields: object) -> Report:
    note = replace(
        blocked.incidents[0], **({"cause": CAUSE, "tree": ROWS, "stand": ("Ana confirmed it.",)} | fields)
    )
    return replace(blocked, incidents=(note,))


class TestPicture:
    def test_shows_every_step_and_says_what_the_failure_did_there(self) -> None:
        assert texts(picture(*ROWS)) == [
            *("other", "monthly-summary"),
            *("retrieval", "search_notes", "It came in here", "Failed control: retrieval scope"),
            *("6 records: K-101 5, K-102 1 (other customer)", "“will leave its warehouse”"),
            *("tool", "list_tickets"),
            *("model", "write_draft", "Carried it on", "“will leave its warehouse”"),
            "12 more steps: 12 tool",
            *("output", "the run's output", "Says it", "“leaves its warehouse”"),
        ]

    def test_tells_the_same_to_those_who_do_not_see_it(self) -> None:
        svg = picture(*ROWS)

        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == "tree-1-title tree-1-told"
        assert svg.findtext(f"{SVG}desc") == (
            "It came in at search_notes, where retrieval scope failed. write_draft carried it on. "
            "the run's output says it."
        )

    def test_the_way_leads_down_from_the_culprit_to_the_output(self) -> None:
        (way,) = (group for group in picture(*ROWS).iter(f"{SVG}g") if group.get("class") == "way")

        line, arrow, *_ = way.iter(f"{SVG}path")
        start, end = line.get("d").removeprefix("M14 ").split("H")[0].split("V")
        assert int(start) < int(end)
        assert arrow.get("d").startswith("M")
        assert len(list(way.iter(f"{SVG}circle"))) == 2

    def test_what_encloses_the_culprit_is_no_part_of_the_way(self) -> None:
        enclosing = TreeRow(kind=StepKind.AGENT, name="desk", part=Part.CARRIER)
        svg = picture(enclosing, ROWS[1])

        assert "Carried it on" in texts(svg)
        (way,) = (group for group in svg.iter(f"{SVG}g") if group.get("class") == "way")
        assert len(list(way.iter(f"{SVG}circle"))) == 1

    def test_a_culprit_that_nothing_carried_on_stands_alone(self) -> None:
        svg = picture(ROWS[0], replace(ROWS[1], quote="", note=""), control="")

        assert "It came in here" in texts(svg)
        assert not [text for text in texts(svg) if "control" in text]
        assert svg.findtext(f"{SVG}desc") == "It came in at search_notes."

    def test_nothing_is_drawn_of_nothing(self) -> None:
        assert tree_svg(()) == ""

    def test_no_more_rows_than_a_page_can_show_and_the_path_among_them(self) -> None:
        many = [TreeRow(kind=StepKind.TOOL, name=f"call {number}", depth=1) for number in range(500)]
        svg = picture(ROWS[0], *many, *ROWS[1:4], *many)

        groups = [group for group in svg.iter(f"{SVG}g") if group.get("class") != "way"]
        assert len(groups) == MOST_ROWS
        assert {"search_notes", "write_draft"} <= {*texts(svg)}
        assert texts(svg)[-1] == f"{1_004 - MOST_ROWS + 1} more steps that are not drawn"

    def test_rows_stand_one_below_the_other_and_inside_the_picture(self) -> None:
        deep = [TreeRow(kind=StepKind.AGENT, name=f"level {depth}", depth=depth) for depth in range(40)]
        svg = picture(*deep, replace(ROWS[1], depth=40))

        names = [
            float(text.get("y")) for text in svg.iter(f"{SVG}text") if text.find(f"{SVG}tspan") is not None
        ]
        assert names == sorted(set(names))
        assert max(names) < float(svg.get("height"))
        assert max(float(text.get("x")) for text in svg.iter(f"{SVG}text")) < WIDTH / 2

    def test_is_static_and_loads_nothing(self) -> None:
        svg = picture(*ROWS)

        used = {element.tag.removeprefix(SVG) for element in svg.iter()}
        assert used == {"svg", "title", "desc", "rect", "path", "circle", "g", "text", "tspan"}
        names = {name for element in svg.iter() for name in element.attrib}
        assert not names & {"style", "href", "src", "id"} - {"id"}
        assert not [name for name in names if name.startswith("on")]

    @pytest.mark.parametrize(
        "text",
        [
            "</text><script>alert(1)</script>",
            "]]><x/>",
            "<![CDATA[<script>]]>",
            '" onload="alert(1)',
            "&lt;b&gt; &#60;",
            "{{7*7}}{% raw %}",
            "\u202egnp.exe\u2066 \x1b[2J\x00\ud800\ufffe",
            "x" * 100_000,
            "字" * 1_000,
            "e\u0301" * 5_000,
        ],
    )
    def test_hostile_text_stays_text(self, text: str) -> None:
        hostile, tame = (
            picture(*(replace(row, name=words, note=words, quote=words) for row in ROWS), control=words)
            for words in (text, "tame")
        )

        assert [(element.tag, element.attrib) for element in hostile.iter()] == [
            (element.tag, element.attrib) for element in tame.iter()
        ]
        assert len(tree_svg((replace(ROWS[1], name=text),))) < 4_000


class TestFitted:
    def test_what_fits_stays(self) -> None:
        assert fitted("search_notes", 120, 14) == "search_notes"

    def test_what_is_too_wide_is_cut(self) -> None:
        assert fitted("search_notes " * 9, 120, 14) == "search_notes…"

    def test_wide_letters_need_more_room(self) -> None:
        assert len(fitted("字" * 90, 120, 14)) < len(fitted("i" * 90, 120, 14))


class TestPage:
    def test_says_in_plain_words_where_it_went_wrong(self, blocked: Report) -> None:
        page = render(explained(blocked)).html

        assert "<strong>Root cause: the design of the workflow.</strong>" in page
        assert "It came in at the step search_notes." in page
        assert "The control that failed: retrieval scope." in page
        assert "The read returned records of another customer" in page
        assert "Proved by repair</span> Without what this step brought in" in page
        assert "Ana confirmed it." in page
        assert "A prompt alone is rarely the cause." in page
        assert "Retrieval scope wider than the subject" in page
        assert "the wrong records were read" not in page, "only the rule that decided is told"

    @pytest.mark.requirement("R94", "R96")
    def test_shows_the_four_areas_the_changes_and_the_onset(self, blocked: Report) -> None:
        page = render(explained(blocked)).html

        assert '<li class="failed"><b>Permissions</b> <span class="state">failed</span>' in page
        assert '<li class="held"><b>Data</b>' in page
        assert (
            '<li class="not_seen"><b>Review</b> <span class="state">not seen in the trace</span></li>' in page
        )
        assert "<b>Permissions</b>, 23 October 2026: service roles made anew" in page
        assert "120 past runs looked at, 2 with the same failure." in page

    def test_shows_the_run(self, blocked: Report) -> None:
        page = render(explained(blocked)).html

        assert page.count("<svg ") == page.count("</svg>") == 1
        assert "Failed control: retrieval scope" in page

    def test_each_picture_on_a_page_has_ids_of_its_own(self, blocked: Report) -> None:
        note = IncidentNote(id="INC-2026-0008", title="Another", severity=1, cause=CAUSE, tree=ROWS)
        report = explained(blocked)
        page = render(replace(report, incidents=(*report.incidents, note))).html

        assert page.count('id="tree-1-title"') == page.count('id="tree-2-title"') == 1

    def test_says_so_where_no_cause_was_written(self, blocked: Report) -> None:
        page = render(blocked).html

        assert "No root cause was written for this incident, or none that can be read." in page
        assert "<svg" not in page

    def test_a_cause_that_knows_next_to_nothing_says_that(self, blocked: Report) -> None:
        page = render(explained(blocked, cause=RootCause(), tree=())).html

        assert "Root cause: not known." in page
        assert "The trace does not show at which step it came in." in page
        assert "Which control failed is not known." in page
        assert "Nothing is known to have changed." in page
        assert "<svg" not in page

    def test_a_persons_word_is_no_proof_of_the_tools(self, blocked: Report) -> None:
        page = render(explained(blocked, overruled=True, stand=("Ana overruled it.",))).html

        assert "A person&#39;s word" in page or "A person's word" in page
        assert "Proved by repair" not in page


def test_markdown_gives_two_lines_to_each_cause(blocked: Report) -> None:
    text = render(explained(blocked)).markdown

    assert (
        "- INC-2026-0007: Root cause: the design of the workflow. It came in at the step search\\_notes.\n"
        "  The control that failed: retrieval scope. Proved by repair.\n"
    ) in text


def test_markdown_names_no_more_causes_than_a_comment_holds(
    blocked: Report, filled: Callable[[str], Report]
) -> None:
    note = filled("x" * 5_000).incidents[0]
    text = render(replace(blocked, incidents=(note,) * 400)).markdown

    assert "and 390 more, in the report" in text
    assert len(text) < 65_536


def test_json_holds_the_cause_and_the_rows(blocked: Report) -> None:
    (incident,) = json.loads(render(explained(blocked)).json)["incidents"]

    assert incident["cause"]["changes"][0]["at"] == "2026-10-23"
    assert incident["tree"][1] == {
        "kind": "retrieval",
        "name": "search_notes",
        "depth": 1,
        "part": "culprit",
        "note": "6 records: K-101 5, K-102 1 (other customer)",
        "quote": "will leave its warehouse",
    }
