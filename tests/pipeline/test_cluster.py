"""`cluster` and `placed`: which incidents failed alike, that none is dropped, and what stays as it was."""

import json
from pathlib import Path

import pytest
from pipeline.firms import LEAK, UNAPPROVED, Firm, example

from incident2eval.model import BadInput, TypeStatus
from incident2eval.pipeline import cluster as clusters
from incident2eval.pipeline.failure_types.types import failure_of, placed
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path / "firm")


# --- which incidents belong together ---


def test_what_failed_first_decides_whoever_it_befell(firm: Firm) -> None:
    one = firm.incident(1, "2026-03-01", "The draft for Harrow & Vale quoted Northgate", LEAK)
    other = firm.incident(2, "2026-04-01", "Someone else's savings in week 14", LEAK)
    same_words = firm.incident(3, "2026-05-01", "The draft for Harrow & Vale quoted Northgate", UNAPPROVED)

    assert set(firm.types()) == {(one, other), (same_words,)}


@pytest.mark.requirement("R2", "R3", "R98", "R135")
def test_near_misses_notes_and_incidents_without_a_trace_or_case_are_all_there(firm: Firm) -> None:
    near = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, outcome="near_miss", severity=1)
    bare = firm.incident(2, "2026-04-01", "The tone of the letter was off")
    alike = firm.incident(3, "2026-04-09", "The tone of the letter was off again", noticed_by="reviewer")

    types = firm.types()
    assert set(types) == {(near,), (bare, alike)}
    assert types[(near,)]["near_misses"] == [near]
    assert types[(near,)]["levels"] == {"1": 1}
    assert types[(bare, alike)]["caught_by_reviewer"] == {"summary": 1}


def test_a_persons_word_counts_before_the_proposal(firm: Firm) -> None:
    leak = firm.incident(1, "2026-03-01", "A note of another client", LEAK)
    other = firm.incident(2, "2026-04-01", "A note of another client", LEAK)
    overruled = {"by": "Ana", "control": {"name": "ownership in the CRM"}}
    firm.write(other, "root-cause.yaml", {"proposed": LEAK, "overruled": overruled})

    assert set(firm.types()) == {(leak,), (other,)}


def test_a_proved_case_says_what_failed_where_no_cause_does(project: Path) -> None:
    (project / "incidents" / INCIDENT / "root-cause.yaml").unlink()

    (found,) = clusters.cluster(project=project).data["clusters"]
    assert found["checks"]
    assert set(found["checks"]) == {case.check for case in Project.find(project).lock().cases}


def test_an_incident_that_cannot_be_read_is_said_and_nothing_is_written(firm: Firm) -> None:
    fine = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK)
    broken = firm.incident(2, "2026-03-01", "Another", when={"noticed": "soon"})
    causeless = firm.incident(3, "2026-03-02", "A foreign note", {"checks": 7})
    (firm.root / "incidents" / "INC-2026-0004" / "evidence").mkdir(parents=True)

    answer = firm.ask()

    assert answer.exit_code == 2
    assert set(answer.data["assignment"]) == {fine, causeless}
    assert {row["incident"]: row["file"] for row in answer.data["unreadable"]} == {
        broken: f"incidents/{broken}/incident.yaml",
        causeless: f"incidents/{causeless}/root-cause.yaml",
        "INC-2026-0004": "incidents/INC-2026-0004",
    }
    assert "2 more incidents cannot be read" in answer.text
    assert f"incidents/{broken}/incident.yaml:1: when.noticed" in answer.notes[1]
    assert not firm.register.exists()


def test_a_project_without_incidents_has_no_types_and_no_register(firm: Firm) -> None:
    answer = firm.ask()

    assert (answer.exit_code, answer.text) == (0, "there are no incidents")
    assert list(firm.register.parent.iterdir()) == []


# --- the register ---


def test_ids_and_peoples_labels_stay_whatever_comes_in(firm: Firm) -> None:
    leak = firm.incident(5, "2026-03-01", "A foreign note in a draft", LEAK)
    (before,) = firm.types().values()
    clusters.name(project=firm.root, type_id=before["id"], label="Scope too wide", by="Ana")

    earlier = firm.incident(1, "2026-01-01", "A foreign note in a report", LEAK)
    firm.incident(2, "2026-02-01", "A mail nobody approved", UNAPPROVED)
    firm.write(
        leak,
        "incident.yaml",
        {**json.loads((firm.root / "incidents" / leak / "incident.yaml").read_text()), "title": "Retold"},
    )

    after = firm.types()[(earlier, leak)]
    assert (after["id"], after["label"]) == (before["id"], "Scope too wide")


def test_an_incident_stays_in_its_type_when_one_that_is_more_like_it_is_founded(firm: Firm) -> None:
    founder = firm.incident(
        1, "2026-03-01", "The letter to the tenant had the wrong rent in the second table"
    )
    follower = firm.incident(
        2, "2026-03-02", "The letter to the tenant had the wrong rent in the second line"
    )
    assert set(firm.types()) == {(founder, follower)}
    like_it = "the letter to the tenant had the wrong rent in the second line see above"
    with firm.register.open("a") as register:
        register.write(f"FT-00000000:\n  words: {like_it}\n")

    newcomer = firm.incident(
        3, "2026-03-03", "The letter to the tenant had the wrong rent in the second line"
    )
    assert set(firm.types()) == {(founder, follower), (newcomer,)}


def test_an_incident_moves_where_another_cause_was_found(firm: Firm) -> None:
    leak = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK)
    moved = firm.incident(2, "2026-03-02", "A foreign note in a report", LEAK)
    firm.types()
    firm.write(moved, "root-cause.yaml", {"proposed": UNAPPROVED})

    assert set(firm.types()) == {(leak,), (moved,)}
    assert set(firm.types()) == {(leak,), (moved,)}


def test_an_incident_that_somebody_moved_stays_there(firm: Firm) -> None:
    tone = firm.incident(1, "2026-03-01", "The tone of the letter was too harsh")
    table = firm.incident(2, "2026-03-02", "A table in the report was cut off")
    assert set(firm.types()) == {(tone,), (table,)}

    lines = firm.register.read_text().splitlines()
    moved = next(line for line in lines if line.startswith(f"    {table}:"))
    home = next(number for number, line in enumerate(lines) if line.startswith(f"    {tone}:"))
    kept = [line for line in lines if line != moved]
    firm.register.write_text("\n".join([*kept[: home + 1], f"    {table}:", *kept[home + 1 :]]) + "\n")

    assert set(firm.types()) == {(tone, table)}
    firm.write(table, "root-cause.yaml", {"proposed": UNAPPROVED})
    assert set(firm.types()) == {(tone, table)}


def test_the_register_holds_no_customers_name_and_is_written_once(firm: Firm) -> None:
    firm.incident(1, "2026-03-01", "The draft for Harrow & Vale quoted Northgate's lease", LEAK)
    firm.incident(2, "2026-03-02", "Hannah Price of H&V read what Northgate Logistics pays")

    assert firm.ask().data["written"] is True
    held = firm.register.read_text()
    assert firm.ask().data["written"] is False
    assert firm.register.read_text() == held
    assert not [name for name in ("harrow", "vale", "northgate", "h&v", "hannah") if name in held.casefold()]


def test_no_other_command_takes_the_register_for_an_incident(firm: Firm) -> None:
    incident = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK)
    firm.ask()

    home = Project.find(firm.root)
    assert home.incident_ids() == (incident,)
    assert home.fileless_incidents() == ()


def test_a_type_can_be_named_before_anything_was_registered(firm: Firm) -> None:
    firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK)
    (found,) = firm.types()  # an id to name
    type_id = firm.types()[found]["id"]
    firm.register.unlink()

    answer = clusters.name(project=firm.root, type_id=type_id, label="  Scope\n too wide ", by=None)

    assert answer.data["named"] == {"id": type_id, "label": "Scope too wide", "by": None}
    assert answer.text.startswith(f"{type_id}  Scope too wide\n")


@pytest.mark.parametrize("label", ["", " \n", "x" * 121, "\x1b[2J"])
def test_a_label_is_one_line_that_can_be_read(firm: Firm, label: str) -> None:
    with pytest.raises(BadInput, match="a label is one line"):
        clusters.name(project=firm.root, type_id="FT-1", label=label, by=None)


# --- one incident among the others ---


@pytest.mark.requirement("R134")
def test_a_new_incident_is_placed_among_all_others(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "The draft for H&V quoted a note on a lease", LEAK)
    firm.restart(first, "2026-03-10T09:00:00Z")
    firm.incident(2, "2026-03-02", "A mail nobody approved", UNAPPROVED)
    third = firm.incident(
        3, "2026-04-01", "The draft for Northgate quoted a note on a lease", outcome="near_miss"
    )
    home = Project.find(firm.root)

    incident = home.incident(third).incident
    found = placed(home, failure_of(incident, home.read_cause(first)))

    assert (found.type.new, found.type.size, found.type.status) == (False, 2, TypeStatus.REGRESSED)
    assert found.came_back
    assert found.because.startswith(f"{third} came on 2026-04-01, after summary was restarted")
    nearest = found.type.similar[0]
    assert (nearest.incident, nearest.status) == (first, "closed: summary was restarted on 2026-03-10")
    assert nearest.because
    assert not firm.register.exists()


def test_a_broken_neighbour_does_not_keep_an_incident_from_its_place(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK)
    firm.incident(2, "2026-03-02", "Broken", when={"noticed": "soon"})
    home = Project.find(firm.root)

    found = placed(home, failure_of(home.incident(first).incident, None, ["foreign_names"]))

    assert (found.type.new, found.came_back) == (True, False)
    assert "INC-2026-0002" in found.notes[0]


# --- how it reads ---


def test_it_fits_eighty_columns_and_says_what_matters_first(firm: Firm) -> None:
    first = firm.incident(
        1, "2026-03-01T09:00:00Z", "A foreign note in a draft " * 6, LEAK, noticed_by="reviewer"
    )
    firm.restart(first, "2026-03-10T09:00:00Z")
    firm.incident(2, "2026-04-01T09:00:00Z", "A foreign note in a report", LEAK, outcome="near_miss")
    firm.incident(3, "2026-05-01T09:00:00Z", "A mail nobody approved", UNAPPROVED)

    text = firm.ask().text

    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("3 incidents (1 near miss), 2 failure types: 1 open, 1 regressed\n")
    assert text.index("REGRESSED: ") < text.index("  open: ")


def test_the_docs_show_what_the_tool_prints(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "failure-types.md").read_text("utf-8")
    printed = example(tmp_path / "firm").ask().text.splitlines()

    assert "\n".join(f"    {line}".rstrip() for line in printed) in page
