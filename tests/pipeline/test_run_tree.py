"""The run as a tree with the culprit and the way of the failure marked: in a terminal, and in a report."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from incident2eval.model import (
    Category,
    Customer,
    Customers,
    FailedControl,
    IncidentNote,
    Part,
    Passage,
    Proof,
    Record,
    RootCause,
    Run,
    Status,
    Step,
    StepKind,
    Subject,
)
from incident2eval.pipeline._answer import Answer, Page, Tone
from incident2eval.pipeline._cause_note import retold, with_tree
from incident2eval.pipeline.project import INCIDENT
from incident2eval.pipeline.shown.marked_tree import MOST_LINES, MOST_ROWS, as_text, marked_tree, tree_rows
from incident2eval.pipeline.shown.run_page import run_page

ROSTER = Customers(rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="A2", name="Northgate")))
QUOTE = "Northgate gave up the depot"


def step(step_id: str, kind: StepKind, name: str, **fields: object) -> Step:
    return Step(**{"id": step_id, "parent": "s0", "kind": kind, "name": name, **fields})  # type: ignore[arg-type]


def run_of(*steps: Step) -> Run:
    root = Step(id="s0", kind=StepKind.OTHER, name="summary")
    return Run(id="r1", subject=Subject(customer_id="A1"), output=f"{QUOTE}.", steps=(root, *steps))


RUN = run_of(
    step("s1", StepKind.TOOL, "list_tickets"),
    step(
        "s2",
        StepKind.RETRIEVAL,
        "search_notes",
        records=(Record(id="n1", owner="A1"), Record(id="n2", owner="A2", text=QUOTE)),
    ),
    step("s3", StepKind.TOOL, "rates", status=Status.ERROR, error="no answer"),
    step("s4", StepKind.MODEL, "draft", output=QUOTE),
    step("s5", StepKind.REVIEW, "review", output={"decision": "approve", "by": "Ana"}),
    step("s6", StepKind.OUTPUT, "send", input={"text": QUOTE}),
)


def cause_at(step_id: str | None, *carriers: str | None) -> RootCause:
    """A cause at a step, and those that passed it on; None is the output of the run."""
    return RootCause(
        category=Category.WORKFLOW_DESIGN,
        step=step_id,
        control=FailedControl(name="retrieval scope"),
        proof=Proof.REPAIR,
        path=tuple(Passage(step=each, name="", quote=QUOTE) for each in (step_id, *carriers)),
    )


def shown(page: Page) -> list[str]:
    lines = as_text(page).split("\n")
    assert all(cell_len(line) <= 80 for line in lines), max(lines, key=cell_len)
    return lines


def marked(run: Run, cause: RootCause) -> list[str]:
    return shown(marked_tree(run, cause, ROSTER))


class TestTerminal:
    def test_the_tree_as_a_person_sees_it(self) -> None:
        assert marked(RUN, cause_at("s2", "s4", "s6", None)) == [
            "  7 steps",
            "  └─ other     summary",
            "     ├─ tool      list_tickets",
            ">>   ├─ retrieval search_notes",
            "│    │    came in here; the control that failed: retrieval scope",
            f'│    │    holds: "{QUOTE}"',
            "│    │    2 records: Harrow & Vale 1, Northgate 1 (other customer)",
            "│    ├─ tool      rates  error: no answer",
            "├>   ├─ model     draft",
            f'│    │    carried on: "{QUOTE}"',
            "│    ├─ review    review  approved by Ana",
            "├>   └─ output    send",
            f'│         says it: "{QUOTE}"',
            f'└>output  says it: "{QUOTE}"',
        ]

    def test_the_line_ends_where_the_failure_went_no_further(self) -> None:
        lines = marked(RUN, cause_at("s2", "s4"))

        assert [line[:2] for line in lines if line.strip()][-3:] == ["  ", "  ", "  "]
        assert "└>   ├─ model     draft" in lines
        assert not [line for line in lines if "output  says it" in line]

    def test_without_a_path_the_culprit_is_marked_alone(self) -> None:
        lines = marked(RUN, replace(cause_at("s2"), path=()))

        assert [line for line in lines if not line.startswith("  ")] == [">>   ├─ retrieval search_notes"]
        assert "     │    came in here; the control that failed: retrieval scope" in lines

    @pytest.mark.parametrize("cause", [RootCause(), cause_at("elsewhere", "s4", None), cause_at(None, "s4")])
    def test_a_cause_that_names_no_step_of_the_run_marks_nothing(self, cause: RootCause) -> None:
        assert not [line for line in marked(RUN, cause) if not line.startswith("  ")]

    def test_colour_says_what_the_words_say(self) -> None:
        page = marked_tree(RUN, cause_at("s2", None), ROSTER)

        (line,) = (line for line in page if line[0].text == ">>")
        assert {words.text: words.tone for words in line}["search_notes"] is Tone.BAD

    def test_what_encloses_the_culprit_is_named_and_the_line_begins_below_it(self) -> None:
        lines = marked(RUN, cause_at("s2", "s0", None))

        assert lines[1:3] == ["  └─ other     summary", f'     │ carried on: "{QUOTE}"']

    def test_a_long_run_is_shortened_around_the_path(self) -> None:
        calls = [step(f"c{number}", StepKind.TOOL, f"call {number}") for number in range(3_000)]
        calls[1_500:1_500] = RUN.steps[2:3]
        calls[2_500:2_500] = RUN.steps[4:5]
        lines = marked(run_of(*calls), cause_at("s2", "s4", None))

        assert len(lines) < MOST_LINES + 10
        assert any("search_notes" in line for line in lines)
        assert any("draft" in line for line in lines)
        assert any("2,979 more steps: 2,979 tool" in line for line in lines)
        assert lines[-1].startswith("└>output")

    def test_hostile_text_drives_nothing_and_stays_within_the_columns(self) -> None:
        text = "\x1b[2J\u202e" + "wide 字 " * 90
        run = run_of(
            step("s1", StepKind.TOOL, text, error=text), step("s2", StepKind.REVIEW, text, output=text)
        )
        cause = replace(
            cause_at("s1", "s2", None),
            control=FailedControl(name=text),
            path=tuple(Passage(step=each, name=text, quote=text) for each in ("s1", "s2", None)),
        )

        assert not {"\x1b", "\u202e"} & set("".join(marked(run, cause)))
        assert not {"\x1b", "\u202e"} & set("".join(shown(run_page(run, customers=ROSTER, cause=cause))))

    def test_steps_that_share_an_id_or_hang_on_themselves_are_no_trouble(self) -> None:
        twins = (replace(RUN.steps[2], parent="s2"), replace(RUN.steps[2], name="again"))

        assert sum("came in here" in line for line in marked(run_of(*twins), cause_at("s2", None))) == 2

    def test_the_whole_page_of_a_run_is_marked_too(self) -> None:
        lines = shown(run_page(RUN, customers=ROSTER, cause=cause_at("s2", "s4", None)))

        assert any(line.startswith(">>   ├─ retrieval search_notes") for line in lines)
        assert f'└>output  says it: "{QUOTE}"' in lines
        assert "run r1" in lines

    def test_without_a_cause_the_page_is_as_it_was(self) -> None:
        plain = shown(run_page(RUN, customers=ROSTER))

        assert plain == shown(run_page(RUN, customers=ROSTER, cause=RootCause()))
        assert "  output" in plain


class TestRows:
    def test_each_step_is_a_row_with_its_part(self) -> None:
        rows = tree_rows(RUN, cause_at("s2", "s4", "s6", None), ROSTER)

        assert [(row.name, row.part) for row in rows if row.part is not Part.ASIDE] == [
            ("search_notes", Part.CULPRIT),
            ("draft", Part.CARRIER),
            ("send", Part.OUTPUT),
            ("the run's output", Part.OUTPUT),
        ]
        assert [row.depth for row in rows] == [0, 1, 1, 1, 1, 1, 1, 0]
        assert [row.note for row in rows][2:4] == [
            "2 records: Harrow & Vale 1, Northgate 1 (other customer)",
            "error: no answer",
        ]

    def test_a_report_does_not_name_who_reviewed(self) -> None:
        rows = tree_rows(RUN, cause_at("s2"), ROSTER)

        assert [row.note for row in rows if row.kind is StepKind.REVIEW] == ["approved"]

    def test_there_is_no_tree_where_the_culprit_is_not_in_it(self) -> None:
        assert tree_rows(RUN, cause_at("elsewhere"), ROSTER) == ()

    def test_a_long_run_gives_few_rows(self) -> None:
        calls = [step(f"c{number}", StepKind.TOOL, "call") for number in range(1_000)]
        rows = tree_rows(run_of(*calls, *RUN.steps[2:3]), cause_at("s2"), ROSTER)

        assert len(rows) == MOST_ROWS + 1
        assert [row.name for row in rows if row.kind is None] == [
            f"{1_002 - MOST_ROWS} more steps: {1_002 - MOST_ROWS} tool"
        ]

    def test_long_quotes_are_shortened_and_lose_their_marks(self) -> None:
        cause = replace(cause_at("s2"), path=(Passage(step="s2", name="", quote=f"'{'a word ' * 90}'"),))
        (row,) = (row for row in tree_rows(RUN, cause, ROSTER) if row.part is Part.CULPRIT)

        assert len(row.quote) == 120
        assert row.quote.endswith("…")
        quoted = replace(cause, path=(Passage(step="s2", name="", quote="'some words'"),))
        assert "some words" in {row.quote for row in tree_rows(RUN, quoted, ROSTER)}


class TestNote:
    def test_of_several_runs_the_one_with_the_steps_of_the_path_is_drawn(self) -> None:
        note = IncidentNote(id="X", title="x", severity=1, cause=cause_at("s2", "s4", None))
        other = run_of(RUN.steps[2], step("s9", StepKind.TOOL, "something else"))

        drawn = with_tree(note, {"other": other, "right": RUN}, ROSTER)

        assert "draft" in {row.name for row in drawn.tree}

    def test_without_a_cause_or_a_run_there_is_no_tree(self) -> None:
        note = IncidentNote(id="X", title="x", severity=1)

        assert with_tree(note, {"": RUN}, ROSTER) == note
        assert with_tree(replace(note, cause=cause_at("s2")), {}, ROSTER).tree == ()

    def test_every_text_goes_through_the_redactor(self) -> None:
        note = IncidentNote(
            id="X",
            title="Ana",
            severity=1,
            stand=("Lee", "Ana"),
            cause=replace(cause_at("s2"), because=("Ana",)),
        )
        told = retold(
            with_tree(note, {"": RUN}, ROSTER), lambda text: text.replace("Ana", "N.").replace(QUOTE, "…")
        )

        assert (told.title, told.stand, told.cause.because) == ("N.", ("Lee", "N."), ("N.",))
        assert QUOTE not in repr((told.cause, told.tree))
        assert "Ana" not in repr(told)


Ask = Callable[[Path], Answer]


def note_of(project: Path, answer: Answer) -> dict[str, object]:
    (note,) = json.loads((project / str(answer.data["report"])).read_text())["incidents"]
    return dict(note)


def parts(rows: Sequence[dict[str, object]]) -> dict[object, object]:
    return {row["name"]: row["part"] for row in rows if row["part"] != "aside"}


class TestGate:
    def test_the_report_shows_the_cause_and_the_run(self, project: Path, ask: Ask) -> None:
        answer = ask(project)
        note, page = note_of(project, answer), (project / str(answer.data["report"])).with_suffix(".html")

        assert note["cause"]["name"] == "search_notes"
        assert parts(note["tree"])["search_notes"] == "culprit"
        assert "nobody has confirmed it" in note["stand"][0]
        text = page.read_text()
        assert "<svg " in text
        assert "Eastfield" not in text
        assert "The control that failed: " in text

    @pytest.mark.parametrize(
        "content",
        [None, "{", "proposed: 3\n", "proposed: {category: sorcery}\n", "\x00"],
    )
    def test_a_missing_or_broken_cause_shuts_no_gate(
        self, project: Path, ask: Ask, content: str | None
    ) -> None:
        file = project / "incidents" / INCIDENT / "root-cause.yaml"
        file.unlink()
        if content is not None:
            file.write_text(content)

        answer = ask(project)

        assert answer.data["decision"] == "pass"
        assert note_of(project, answer)["tree"] == []
        page = (project / str(answer.data["report"])).with_suffix(".html").read_text()
        assert "No root cause was written for this incident, or none that can be read." in page

    def test_a_folder_in_place_of_the_file_shuts_no_gate(self, project: Path, ask: Ask) -> None:
        file = project / "incidents" / INCIDENT / "root-cause.yaml"
        file.unlink()
        file.mkdir()

        assert ask(project).data["decision"] == "pass"

    def test_what_a_person_wrote_is_shown_in_pseudonyms(self, project: Path, ask: Ask) -> None:
        file = project / "incidents" / INCIDENT / "root-cause.yaml"
        words = (
            "overruled: {category: data, because: [Eastfield Freight said so], by: Ana,"
            " control: {name: source, why: Eastfield Freight}}\n"
        )
        kept = [
            line for line in file.read_text().splitlines(keepends=True) if not line.startswith("overruled")
        ]
        file.write_text("".join(kept) + words)

        answer = ask(project)
        note = note_of(project, answer)

        assert note["cause"]["category"] == "data"
        assert note["overruled"] is True
        assert "overruled what the tool had proposed" in note["stand"][0]
        assert "Eastfield" not in json.dumps(note)
