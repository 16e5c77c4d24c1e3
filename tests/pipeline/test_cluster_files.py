"""`cluster --failures` and `cluster --archive`: failures of other programs, and findings in past runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pipeline.firms import SETTINGS, Firm

from incident2eval.model import BadInput, NotJudged
from incident2eval.pipeline import cluster as clusters
from incident2eval.pipeline._answer import LongAnswer
from incident2eval.pipeline.project import INCIDENT

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


def test_without_past_runs_or_cases_nothing_can_be_said(tmp_path: Path) -> None:
    firm = Firm(tmp_path / "firm")
    with pytest.raises(BadInput, match="there are no past runs"):
        clusters.of_archive(project=firm.root)

    (firm.root / "past.jsonl").write_text("{}\n")
    (firm.root / "incident2eval.toml").write_text('[project]\narchive = ["past.jsonl"]\n' + SETTINGS)
    with pytest.raises(NotJudged, match="no locked case"):
        clusters.of_archive(project=firm.root)
