"""`cluster` and `placed`: which incidents failed alike, what became of each type, and that none is dropped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from incident2eval.model import BadInput, NotJudged, TypeStatus
from incident2eval.pipeline import cluster as clusters
from incident2eval.pipeline._answer import Answer, LongAnswer
from incident2eval.pipeline._type_history import Struck, fate_of, is_after, trend
from incident2eval.pipeline._types import failure_of, placed
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project, Restart
from incident2eval.store._moments import moment

SETTINGS = '[workflows.summary]\ntarget = "python:flows:draft"\n'
ROSTER = "id,name,aliases\nC1,Harrow & Vale,H&V\nC2,Northgate Logistics,Northgate\n"

LEAK = {
    "checks": ["foreign_records", "foreign_names"],
    "control": {"name": "retrieval scope"},
    "step": "s2",
    "name": "search_notes",
    "step_kind": "retrieval",
}
UNAPPROVED = {"checks": ["unapproved_actions"], "control": {"name": "approval"}, "step_kind": "tool"}


class Firm:
    """A project that is only incident files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "incidents").mkdir(parents=True)
        (root / "incident2eval.toml").write_text(SETTINGS)
        (root / "customers.csv").write_text(ROSTER)

    @property
    def register(self) -> Path:
        return self.root / "incidents" / "failure-types.yaml"

    def incident(
        self, number: int, on: str, title: str, cause: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Write one more incident, noticed on that day."""
        name = f"INC-2026-{number:04}"
        said = {
            "id": name,
            "title": title,
            "workflow": "summary",
            "when": {"noticed": on},
            "what_happened": "See above.",
        }
        self.write(name, "incident.yaml", said | more)
        if cause:
            self.write(name, "root-cause.yaml", {"proposed": cause})
        return name

    def write(self, name: str, file: str, said: Mapping[str, Any]) -> None:
        path = self.root / "incidents" / name / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(said))

    def restart(self, name: str, at: str, **more: str) -> None:
        with (self.root / "incidents" / name / "log.jsonl").open("a") as log:
            log.write(json.dumps({"at": at, "event": "restarted", "by": "Ana", **more}) + "\n")

    def ask(self) -> Answer:
        return clusters.cluster(project=self.root)

    def types(self) -> dict[tuple[str, ...], Any]:
        """Every type by its incidents."""
        answer = self.ask()
        assert answer.exit_code == 0, answer.notes
        return {tuple(one["incidents"]): one for one in answer.data["clusters"]}


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path / "firm")


# --- which incidents belong together ---


def test_what_failed_first_decides_whoever_it_befell(firm: Firm) -> None:
    one = firm.incident(1, "2026-03-01", "The draft for Harrow & Vale quoted Northgate", LEAK)
    other = firm.incident(2, "2026-04-01", "Someone else's savings in week 14", LEAK)
    same_words = firm.incident(3, "2026-05-01", "The draft for Harrow & Vale quoted Northgate", UNAPPROVED)

    assert set(firm.types()) == {(one, other), (same_words,)}


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


def test_the_register_holds_no_customers_name_and_is_written_once(firm: Firm) -> None:
    firm.incident(1, "2026-03-01", "The draft for Harrow & Vale quoted Northgate's lease", LEAK)
    firm.incident(2, "2026-03-02", "H&V read what Northgate Logistics pays")

    assert firm.ask().data["written"] is True
    held = firm.register.read_text()
    assert firm.ask().data["written"] is False
    assert firm.register.read_text() == held
    assert not [name for name in ("harrow", "vale", "northgate", "h&v") if name in held.casefold()]


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


# --- what became of a type ---


def test_resolved_once_restarted_and_regressed_when_it_comes_back(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    assert firm.types()[(first,)]["status"] == "open"

    firm.restart(first, "2026-03-10T09:00:00Z")
    resolved = firm.types()[(first,)]
    assert resolved["status"] == "resolved"
    assert resolved["because"] == f"summary was restarted on 2026-03-10, after {first}"

    second = firm.incident(2, "2026-04-01T09:00:00Z", "A foreign note in a report", LEAK)
    back = firm.types()[(first, second)]
    assert back["status"] == "regressed"
    assert back["because"] == (
        f"{second} came on 2026-04-01, after summary was restarted on 2026-03-10: the fix did not hold"
    )

    firm.restart(second, "2026-04-10T09:00:00Z")
    again = firm.types()[(first, second)]
    assert (again["status"], again["came_back"]) == ("resolved", [second])


def test_what_happened_before_the_restart_and_was_noticed_after_it_is_no_regression(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    firm.restart(first, "2026-03-10T09:00:00Z")
    found_late = {"noticed": "2026-04-01T09:00:00Z", "happened": "2026-03-05T09:00:00Z"}
    second = firm.incident(2, "2026-04-01", "A foreign note in a report", LEAK, when=found_late)

    assert firm.types()[(first, second)]["status"] == "resolved"


def test_every_workflow_that_it_struck_must_be_restarted(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    second = firm.incident(2, "2026-03-02T09:00:00Z", "A foreign note in a report", LEAK, workflow="report")
    firm.restart(second, "2026-03-10T09:00:00Z")

    found = firm.types()[(first, second)]
    assert (found["status"], found["because"]) == ("open", f"summary was not restarted since {first}")


def test_an_approval_in_the_incident_file_counts_from_its_reports_time(firm: Firm) -> None:
    report = "reports/summary/2026-03-10T09-00-00Z-abc123.json"
    approved = {"decision": "approved", "report": report}
    first = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart=approved)
    second = firm.incident(2, "2026-03-05", "A foreign note in a report", LEAK)
    assert firm.types()[(first, second)]["status"] == "resolved"

    firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart={"decision": "approved"})
    back = firm.types()[(first, second)]
    assert back["status"] == "regressed"
    assert f"(approved in {first}, without a date)" in back["because"]

    firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart={"decision": "refused"})
    assert firm.types()[(first, second)]["status"] == "open"


def test_a_small_incident_with_three_like_it_before_is_flagged(firm: Firm) -> None:
    names = [
        firm.incident(number, f"2026-03-0{number}", "A foreign note in a draft", LEAK, severity=1)
        for number in range(1, 5)
    ]
    worse = firm.incident(5, "2026-03-05", "A foreign note in a draft", LEAK, severity=3)

    (found,) = firm.types().values()
    assert found["repeated"] == [names[3]]
    assert found["levels"] == {"1": 4, "3": 1}
    assert worse in found["incidents"]


def test_a_control_that_fails_in_several_types_is_named(firm: Firm) -> None:
    old = firm.incident(1, "2026-01-01", "A foreign note in a draft", LEAK)
    one = firm.incident(2, "2026-11-01", "A foreign note in a draft", LEAK)
    scope = {**LEAK, "checks": ["out_of_scope_arguments"]}
    other = firm.incident(3, "2026-11-02", "Asked for the whole workspace", scope)

    answer = firm.ask()
    assert answer.data["repeated_controls"] == {"retrieval scope": [one, other]}
    assert old not in answer.data["repeated_controls"]["retrieval scope"]
    assert f"  retrieval scope: {one}, {other}" in answer.text


@pytest.mark.parametrize(
    ("days", "direction", "recent", "before"),
    [
        (["2026-11-01"], "new", 1, 0),
        (["2026-01-01", "2026-11-01", "2026-11-02"], "rising", 2, 0),
        (["2026-06-01", "2026-06-02", "2026-11-01"], "falling", 1, 2),
        (["2026-06-01", "2026-11-01"], "steady", 1, 1),
        (["2026-01-01"], "quiet", 0, 0),
    ],
)
def test_a_trend_compares_two_quarters(days: list[str], direction: str, recent: int, before: int) -> None:
    members = [Struck(incident=day, workflow="w", at=moment(day, bare_date=True)) for day in days]
    found = trend(members, moment("2026-11-12T10:00:00Z", bare_date=False).date())
    assert (found.direction, found.recent, found.before) == (direction, recent, before)


@pytest.mark.parametrize(
    ("at", "other", "after"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z", True),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", False),
        ("2026-03-01", "2026-03-01T09:00:00Z", False),
        ("2026-03-01T23:00:00Z", "2026-03-01", False),
        ("2026-03-02", "2026-03-01T09:00:00Z", True),
        ("2026-03-01T23:30:00-05:00", "2026-03-01", True),
    ],
)
def test_a_bare_date_is_never_read_as_midnight(at: str, other: str, after: bool) -> None:
    assert is_after(moment(at, bare_date=True), moment(other, bare_date=True)) is after


def test_a_restart_of_another_workflow_says_nothing() -> None:
    day = moment("2026-03-01", bare_date=True)
    elsewhere = Restart(workflow="other", incident="INC-2026-0009", at=moment("2026-04-01", bare_date=True))
    found = fate_of([Struck(incident="INC-2026-0001", workflow="w", at=day)], [elsewhere])
    assert found.status is TypeStatus.OPEN


# --- one incident among the others ---


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

    assert found.type.new
    assert "INC-2026-0002" in found.notes[0]


# --- a file of failures ---


def rows(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "failures.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def of_file(path: Path) -> Any:
    answer = clusters.of_file(project=None, failures=path)
    assert isinstance(answer, LongAnswer)
    return json.loads("".join(answer.data))


def test_a_file_of_failures_is_grouped_without_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = rows(
        tmp_path,
        {"id": "a", "text": "Timeout after 30 s at host db-1", "checks": ["error_passed_on"]},
        {"id": "b", "text": "Timeout after 31 s at host db-2", "at": "2026-03-01", "workflow": None},
        "",
        {"id": "c", "text": "Timeout after 30 s at host db-1", "checks": "repeated_calls", "tool": "retry"},
    )

    found = of_file(path)

    assert [(one["size"], one["incidents"]) for one in found["clusters"]] == [(2, ["a", "b"]), (1, ["c"])]
    assert found["assignment"] == {row: one["id"] for one in found["clusters"] for row in one["incidents"]}
    assert {"id", "label", "size", "incidents", "exemplar", "edge"} <= set(found["clusters"][0])


def test_many_failures_come_out_as_one_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "AT_ONCE", 3)
    for count in (1, 3, 7):
        path = rows(tmp_path, *({"id": str(number), "text": "the same"} for number in range(count)))
        assert len(of_file(path)["assignment"]) == count


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "2: is not JSON"),
        ("[]", "2: is not a JSON object"),
        ('{"text": "t"}', "2: id: is missing"),
        ('{"id": "b", "text": " "}', "2: text: is empty"),
        ('{"id": 7, "text": "t"}', "2: id: should be text"),
        ('{"id": "a", "text": "t"}', "2: id: 'a' stands on an earlier line"),
        ('{"id": "b", "text": "t", "checks": [1]}', "2: checks: should be a list of names"),
        ('{"id": "b", "text": "t", "at": "2026-03-01T10:00"}', "2: at: has no offset"),
    ],
)
def test_the_first_fault_of_a_file_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = rows(tmp_path, {"id": "a", "text": "t"}, line)

    with pytest.raises(BadInput) as raised:
        clusters.of_file(project=None, failures=path)
    assert str(raised.value).startswith(f"{path}:{message}")
    assert raised.value.faults[0].hint


def test_a_file_without_a_failure_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no failure"):
        clusters.of_file(project=None, failures=rows(tmp_path, "", " "))


# --- past runs ---


def past(project: Path, run: Mapping[str, Any], *ids: str) -> None:
    """Write runs like that one into the archive."""
    text = "".join(json.dumps({**run, "id": name}) + "\n" for name in ids)
    (project / "archive" / "more.jsonl").write_text(text)


def archive(project: Path) -> Path:
    """The project with a single small file for an archive."""
    settings = project / "incident2eval.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("archive")]
    settings.write_text("\n".join(lines).replace("[project]", '[project]\narchive = ["archive/more.jsonl"]'))
    return project


def test_past_runs_are_judged_by_what_locked_cases_test(project: Path) -> None:
    faulty = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    good = json.loads((project / "cases" / INCIDENT / "corrected.json").read_text())
    lines = [
        {**faulty, "id": "p1"},
        {**faulty, "id": "p2"},
        {**good, "id": "p3"},
        {**good, "id": "p4", "subject": None, "input": {}, "workflow": "other"},
    ]
    archive(project)
    (project / "archive" / "more.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    answer = clusters.of_archive(project=project)

    assert answer.exit_code == 0, answer.notes
    assert [(one["incidents"], one["flagged_by"]) for one in answer.data["clusters"]] == [
        (["p1", "p2"], [INCIDENT])
    ]
    counts = {key: answer.data[key] for key in ("runs", "judged", "flagged", "not_judged")}
    assert counts == {
        "runs": 4,
        "judged": 3,
        "flagged": 2,
        "not_judged": {"no locked case is about their workflow": 1},
    }
    assert answer.text.startswith("4 past runs read, 3 judged by ")


def test_a_file_of_the_archive_that_cannot_be_read_is_never_passed_over(project: Path) -> None:
    archive(project)
    (project / "archive" / "more.jsonl").write_text("no trace\n")

    answer = clusters.of_archive(project=project)

    assert answer.exit_code == 3
    assert "more.jsonl" in answer.notes[0]


def test_without_past_runs_or_cases_nothing_can_be_said(firm: Firm) -> None:
    with pytest.raises(BadInput, match="there are no past runs"):
        clusters.of_archive(project=firm.root)

    (firm.root / "past.jsonl").write_text("{}\n")
    (firm.root / "incident2eval.toml").write_text('[project]\narchive = ["past.jsonl"]\n' + SETTINGS)
    with pytest.raises(NotJudged, match="no locked case"):
        clusters.of_archive(project=firm.root)


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
