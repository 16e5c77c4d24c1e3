"""`review` over a project on disk."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from incident2eval.cli import main
from incident2eval.model import BadInput, Quarter
from incident2eval.pipeline.project import INCIDENT, write_demo
from incident2eval.pipeline.review import FORMS, WITHHELD, review


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_demo(tmp_path / "demo")
    return tmp_path / "demo"


def incident(project: Path, number: int, *lines: str, noticed: str = "2026-11-18T10:00:00Z") -> str:
    """One more incident, by its number."""
    incident_id = f"INC-2026-{number:04}"
    path = project / "incidents" / incident_id / "incident.yaml"
    path.parent.mkdir()
    least = (f"id: {incident_id}", "title: T", "workflow: monthly-summary", "what_happened: It did.")
    path.write_text("\n".join([*least, f"when: {{noticed: {noticed}}}", *lines]) + "\n")
    return incident_id


def figures(project: Path, quarter: str = "2026-Q4") -> dict[str, dict[str, object]]:
    data = json.loads(json.dumps(dict(review(project=project, quarter=quarter).data)))
    return {one["id"]: one for part in data["parts"] for one in part["figures"]}


@pytest.mark.requirement("R145", "R3")
def test_near_misses_and_level_1_notes_are_in_the_review(project: Path) -> None:
    note = incident(project, 1, "severity: 1", "outcome: near_miss")
    incident(project, 2, "severity: 1", noticed="2026-09-30T10:00:00Z")

    found = figures(project)

    assert found["incidents"]["ids"] == [note, INCIDENT]
    assert found["near_misses"]["ids"] == [note, INCIDENT]


def test_two_looks_at_the_same_files_are_the_same_to_the_byte(project: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        answer = review(project=project, quarter="2026-Q4", write=folder)
        assert answer.exit_code == 0, answer.notes

    for ending in FORMS:
        name = f"review-2026-Q4.{ending}"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_incident_that_cannot_be_read_is_counted_and_named(project: Path) -> None:
    broken = incident(project, 1, "severity: high")

    answer = review(project=project, quarter="2026-Q4")

    assert answer.exit_code == 3
    assert answer.data["unreadable"] == [broken]
    assert any(broken in note for note in answer.notes)
    assert figures(project)["unreadable"]["ids"] == [broken]


def test_a_report_that_cannot_be_read_is_named(project: Path) -> None:
    folder = project / "reports" / "monthly-summary"
    folder.mkdir(parents=True)
    (folder / "2026-11-20.json").write_text('{"workflow": "monthly-summary"}')

    answer = review(project=project, quarter="2026-Q4")

    assert answer.exit_code == 3
    assert "reports/monthly-summary/2026-11-20.json: is no report of the gate" in answer.notes[0]


def test_a_control_that_is_called_after_somebody_is_withheld(project: Path) -> None:
    control = "root_cause: {failed_control: {name: Check for Pellworth & Wren}}"
    ids = [incident(project, number, control) for number in (1, 2)]

    rows = figures(project)["repeated_controls"]["rows"]

    assert rows == [{"label": WITHHELD, "value": 2, "n": 2, "ids": ids, "near_misses": 0}]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_printed(project: Path, form: str) -> None:
    answer = review(project=project, quarter="2026-Q4", form=form)

    assert "2026-Q4" in answer.text
    assert json.loads(answer.text)["quarter"] == "2026-Q4" if form == "json" else True


def test_only_the_form_that_was_asked_for_is_written(project: Path, tmp_path: Path) -> None:
    answer = review(project=project, quarter="2026-Q3", form="csv", write=tmp_path / "out" / "deep")

    assert [path.name for path in (tmp_path / "out" / "deep").iterdir()] == ["review-2026-Q3.csv"]
    assert answer.text.startswith("written: ")


@pytest.mark.parametrize("place", ["incidents", "cases/INC-2026-0142", "incident2eval.toml"])
def test_a_review_goes_nowhere_where_records_are(project: Path, place: str) -> None:
    with pytest.raises(BadInput):
        review(project=project, quarter="2026-Q4", write=project / place)


def test_a_quarter_that_is_none_is_bad_input(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--project", str(project), "--quarter", "2026-Q7"]) == 2
    assert "2026-Q4" in capsys.readouterr().err


def test_without_a_quarter_it_is_todays(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--project", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["quarter"] == str(Quarter.of(datetime.now(UTC)))


DURING = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
LATER = (
    "actions: [{kind: corrective, text: T, due: 2026-11-22}, {kind: corrective, text: U, due: 2026-12-10}]"
)


def test_of_a_quarter_that_runs_clocks_are_read_at_the_start_of_today(project: Path) -> None:
    incident(project, 1, LATER)

    answer = review(project=project, quarter="2026-Q4", form="json", at=DURING)
    again = review(project=project, quarter="2026-Q4", form="json", as_of=date(2026, 11, 22))
    page = review(project=project, quarter="2026-Q4", form="html", at=DURING).text

    data = json.loads(answer.text)
    late = next(one for part in data["parts"] for one in part["figures"] if one["id"] == "overdue_tasks")
    assert data["as_of"] == "2026-11-23T00:00:00Z"
    assert "INC-2026-0001 action/1" in late["ids"]
    assert "INC-2026-0001 action/2" not in late["ids"]
    assert "The quarter was not over: what is overdue was read at the end of 22 November 2026, UTC" in page
    assert "--as-of 2026-11-22 gives the same again" in answer.notes[-1]
    assert answer.text == again.text


def test_of_a_quarter_that_is_over_clocks_are_read_at_its_end(project: Path) -> None:
    answer = review(project=project, quarter="2026-Q3", at=DURING)

    assert answer.data["as_of"] == "2026-10-01T00:00:00Z"
    assert answer.notes == ()


def test_a_day_to_come_is_said(project: Path) -> None:
    answer = review(project=project, quarter="2026-Q4", as_of=date(2026, 12, 31), at=DURING)

    assert answer.notes == ("2026-12-31 is not over: what is due until then counts as overdue",)


def test_a_quarter_that_has_not_begun_is_refused(project: Path) -> None:
    with pytest.raises(BadInput, match="2027-Q1 begins on 2027-01-01, and today is 2026-11-23"):
        review(project=project, quarter="2027-Q1", at=DURING)


def test_a_level_that_does_not_count_is_told_apart(project: Path) -> None:
    noted = incident(project, 1, "severity: 2")
    lowered = {"at": "2026-11-19T10:00:00Z", "event": "triaged", "by": "Cara", "severity": 1, "suggested": 2}
    raised = {**lowered, "severity": 3, "reason": "the client saw it"}
    log = project / "incidents" / noted / "log.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in (lowered, raised)))

    found = figures(project)["levels_overruled"]

    assert (found["value"], found["n"], found["ids"]) == (1, 2, [f"{noted} log entry 2"])
    assert [(row["label"], row["ids"]) for row in found["rows"]] == [
        ("with a reason", [f"{noted} log entry 2"]),
        ("without a reason, and does not count", [f"{noted} log entry 1"]),
    ]


def test_clocks_are_read_at_the_end_of_the_day_that_is_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["review", "--project", str(project), "--quarter", "2026-Q4", "--as-of", "2026-11-20", "--json"]

    assert main(args) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == "2026-11-21T00:00:00Z"
