"""`look-back` over decisions: like cases in past runs that were decided differently."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.runner import incident2eval

from incident2eval.lookback import Part, encoded
from incident2eval.model import Customers, Fault, NotJudged
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.look_back import Engine, look_back
from incident2eval.pipeline.past import engines, pieces
from incident2eval.pipeline.past.engines import Done
from incident2eval.pipeline.past.question import Question

INCIDENTS = Path(__file__).parents[1] / "incidents"
BURSARY, CV_SCREEN, CREDIT = "SCH-2026-0005", "REC-2026-0008", "RISK-2026-0003"

Line = dict[str, Any]


def proved(project: Path, workplace: Path) -> Path:
    """A copy of an incident's project whose case is locked."""
    folder = workplace / project.parent.name
    shutil.copytree(project, folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    [incident] = (folder / "incidents").iterdir()
    assert incident2eval(folder, "run", incident.name)["cases"]
    return folder


@pytest.fixture(scope="module")
def bursaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return proved(INCIDENTS / "bursary" / "project", tmp_path_factory.mktemp("bursary"))


@pytest.fixture
def project(bursaries: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bursaries, tmp_path / "project")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PART", 2_000)


def bursary(name: str, customer: str = "B27-118", share: int = 60, *, day: int = 1, **given: Any) -> Line:
    told = {
        "applicant": customer,
        "family": "Ridley",
        "first_name": "Jo",
        "home_language": "English",
        "household_income": 24_000,
        "siblings": 2,
        "grade_average": 88,
    }
    return {
        "id": name,
        "workflow": "bursary",
        "started": f"2026-10-{day:02}T08:00:00Z",
        "subject": {"customer_id": customer},
        "input": told | given,
        "output": {"applicant": customer, "decision": "award", "bursary_pct": share, "interview": share < 60},
        "steps": [
            {"id": f"{name}.score", "kind": "model", "name": "score", "output": {"bursary_pct": share}}
        ],
    }


def archive(project: Path, *lines: Line, name: str = "past.jsonl") -> Path:
    path = project / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def asked(project: Path, *files: Path, incident: str = BURSARY, **more: Any) -> Answer:
    return look_back(project=project, incident=incident, archive=files, by="Ruth Calloway", **more)


def rows(answer: Answer, name: str = "hits") -> list[Line]:
    found = answer.data[name]
    assert isinstance(found, list)
    return found


def runs(answer: Answer) -> list[str]:
    return [hit["run"] for hit in rows(answer)]


def many(project: Path) -> list[Path]:
    """Three files; in some groups of like applicants one got less than the others, and a run comes twice."""
    lines = [
        bursary(
            f"r{number}",
            ("B27-118", "B27-131", "B27-140")[number % 3],
            20 if number in {4, 31, 32} else 60,
            day=1 + number % 20,
            household_income=20_000 + 1_000 * (number % 15),
            first_name=f"Jo{number}",
        )
        for number in range(60)
    ]
    lines.append(lines[4])
    return [archive(project, *lines[at::3], name=f"past{at}.jsonl") for at in range(3)]


# --- what it finds ---


@pytest.mark.requirement("R115")
def test_like_cases_that_were_decided_differently_are_hits_that_name_each_other(project: Path) -> None:
    one = archive(project, bursary("a"), bursary("rich", share=0, household_income=90_000), name="1.jsonl")
    two = archive(project, bursary("b", "B27-131", 20, day=2, family="Tesfaye"), name="2.jsonl")

    answer = asked(project, one, two)

    assert answer.exit_code == 0
    assert answer.data["checked"] == 3
    assert runs(answer) == ["a", "b"]
    first, second = rows(answer)
    assert first["message"] == "got bursary_pct '60', but b, a like case, got bursary_pct '20'"
    assert second["message"] == "got bursary_pct '20', but a, a like case, got bursary_pct '60'"
    assert (second["check"], second["step"], second["subject"]) == (
        "inconsistent_decisions",
        "b.score",
        "B27-131",
    )
    assert [row["ref"] for row in rows(answer, "affected")] == ["B27-118", "B27-131"]


def test_what_the_incident_shows_not_to_matter_does_not(project: Path) -> None:
    path = archive(project, bursary("a"), bursary("b", share=20, home_language="Tigrinya", family="Tesfaye"))
    other = archive(project, bursary("a"), bursary("b", share=20, siblings=3), name="other.jsonl")

    assert runs(asked(project, path)) == ["a", "b"]
    assert not runs(asked(project, other))


def test_the_incidents_own_run_takes_no_part(project: Path) -> None:
    recorded = json.loads((project / "cases" / BURSARY / "recorded.json").read_text())["runs"]["run-2"]
    assert recorded["output"]["bursary_pct"] == 20
    given = bursary("x", "B27-131", family="Tesfaye", first_name="Sara", home_language="Tigrinya")["input"]
    path = archive(project, {**recorded, "input": given}, bursary("a"), bursary("b"))

    answer = asked(project, path)

    assert (answer.data["passed_over"]["own"], runs(answer)) == (1, [])  # type: ignore[index]


def test_items_of_a_batch_are_compared_within_a_run_and_across_runs(tmp_path: Path) -> None:
    project = proved(INCIDENTS / "cv-screen" / "project", tmp_path)
    recorded = json.loads((project / "cases" / CV_SCREEN / "recorded.json").read_text())
    given = json.loads((project / "incidents" / CV_SCREEN / "evidence" / "candidates.json").read_text())
    path = archive(project, {**recorded, "id": "again", "started": "2026-11-03T08:00:00Z", "input": given})

    answer = asked(project, path, incident=CV_SCREEN)

    assert runs(answer) == ["again"]
    assert rows(answer)[0]["message"] == (
        "CND-31 got decision 'invite' and interview 'panel', but CND-34, a like case, got decision 'reject' "
        "and interview 'none'"
    )


def test_the_acceptance_incident_is_found_again_in_the_past(shared: Path, tmp_path: Path) -> None:
    project = proved(shared / "acceptance" / "incidents" / "credit-screening" / "project", tmp_path)
    recorded = json.loads((project / "cases" / CREDIT / "recorded.json").read_text())
    labels = json.loads((shared / "acceptance/incidents/credit-screening/labels.json").read_text())
    past = {**recorded, "input": labels["recorded_input"], "started": "2026-10-20T08:00:00Z"}
    right = json.loads((project / "cases" / CREDIT / "corrected.json").read_text())
    path = archive(project, {**past, "id": "wrong"})
    well = archive(project, {**past, **right, "id": "right", "input": past["input"]}, name="right.jsonl")

    found = asked(project, path, incident=CREDIT)

    assert runs(found) == ["wrong"]
    assert "APP-4473" in rows(found)[0]["message"]
    assert not runs(asked(project, well, incident=CREDIT))


# --- what it cannot judge ---


def test_where_no_two_are_alike_nothing_was_judged(project: Path) -> None:
    path = archive(project, bursary("a"), bursary("b", household_income=1))

    answer = asked(project, path)

    assert (answer.exit_code, answer.data["checked"]) == (3, 0)
    whys = {row["why"]: row["runs"] for row in rows(answer, "not_judged")}
    assert whys["no two of the cases in these runs were given the same"] == 2


def test_a_run_that_decides_nothing_is_named(project: Path) -> None:
    path = archive(project, bursary("a"), bursary("b"), {**bursary("c"), "output": {"letter": "Dear all"}})

    answer = asked(project, path)

    assert (answer.exit_code, answer.data["checked"]) == (3, 2)
    assert "it decides nothing that can be compared, such as" not in answer.text
    assert "inconsistent_decisions: 1 run, c: it decides nothing that can be compared" in " ".join(
        answer.text.split()
    )


# --- the same whoever judges ---


def told(answer: Answer) -> Line:
    return {name: value for name, value in answer.data.items() if name != "logged"}


def test_the_parts_and_the_processes_cannot_be_seen_in_the_result(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = many(project)
    whole = asked(project, *files)

    monkeypatch.setattr(pieces, "PART", 2_000)
    parted = asked(project, *files)
    pooled = asked(project, *files, engine=Engine(jobs=2))

    assert len(runs(whole)) == 12
    assert told(parted) == told(pooled) == told(whole)
    assert parted.text == pooled.text == whole.text


@pytest.mark.usefixtures("small_parts")
def test_it_goes_on_where_it_was_interrupted_while_cases_were_compared(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = many(project)
    calls: list[bool] = []

    def local(question: Question, parts: Any, *, jobs: int) -> Done:
        for number, pair in enumerate(usual(question, parts, jobs=jobs)):
            if question.unlike is not None and number == 1:
                raise KeyboardInterrupt
            calls.append(question.unlike is not None)
            yield pair

    usual = engines.local
    monkeypatch.setattr(engines, "local", local)
    with pytest.raises(NotJudged, match="interrupted"):
        asked(project, *files, engine=Engine(jobs=1))
    assert calls.count(True) == 1
    again: list[bool] = []
    monkeypatch.setattr(engines, "local", counting(usual, again))

    answer = asked(project, *files, engine=Engine(jobs=1))

    assert all(again)
    assert len(runs(answer)) == 12
    assert not (project / ".incident2eval" / "look-back").exists()


def counting(engine: Any, calls: list[bool]) -> Any:
    def counted(question: Question, parts: Any, *, jobs: int) -> Iterator[Any]:
        for pair in engine(question, parts, jobs=jobs):
            calls.append(question.unlike is not None)
            yield pair

    return counted


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_is_lost_when_it_is_read_again_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local(question: Question, parts: Any, *, jobs: int) -> Done:
        for number, (part, result) in enumerate(usual(question, parts, jobs=jobs)):
            is_lost = question.unlike is not None and number == 0
            yield part, nothing if is_lost else result

    usual = engines.local
    nothing = encoded(
        Part(customers=Customers(), faults=[Fault(file="past0.jsonl", message="lost")]).result()
    )
    monkeypatch.setattr(engines, "local", local)

    answer = asked(project, *many(project), engine=Engine(jobs=1))

    assert answer.exit_code == 3
    assert [row["message"] for row in rows(answer, "unreadable")] == ["lost"]
