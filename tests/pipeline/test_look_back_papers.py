"""`look-back --report FILE`: papers that quote past runs, where they may lie, and what the terminal shows."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.past_runs import archive, asked, faulty, good, logged
from pyarrow import parquet
from report.test_look_back import DOUBT, HIT, REPORT

from incident2eval.model import BadInput, Customers, NotJudged
from incident2eval.pipeline.past.lines import look_back_lines
from incident2eval.pipeline.past.papers import FORMS, refuse_papers
from incident2eval.pipeline.past.reviews import Found, keep_found
from incident2eval.store import Project

SECRET = "AKIA" + "IOSFODNN7EXAMPLF"


def test_all_forms_tell_of_the_same_hits_and_the_same_again_writes_them_again(
    project: Path, tmp_path: Path
) -> None:
    path = archive(project, good(project, "a", 1), faulty(project, "b", 2), faulty(project, "c", 3))
    papers = [tmp_path / f"hits{ending}" for ending in FORMS]

    first = asked(project, path, papers=papers)
    before = [paper.read_bytes() for paper in papers]
    again = asked(project, path, papers=papers)

    assert first.data["written"] == again.data["written"] == [str(paper) for paper in papers]
    assert [paper.read_bytes() for paper in papers] == before
    assert all(paper.stat().st_mode & 0o077 == 0 for paper in papers)
    as_json, sheet, columns, page = papers
    assert [hit["run"] for hit in json.loads(as_json.read_text())["hits"]] == ["b", "c"]
    assert [row["run"] for row in csv.DictReader(io.StringIO(sheet.read_text()))] == ["b", "c"]
    assert parquet.read_table(columns)["run"].to_pylist() == ["b", "c"]
    assert "Eastfield Freight" in page.read_text()


def test_secrets_are_masked_in_every_form(project: Path, tmp_path: Path) -> None:
    said = f"Eastfield Freight pays with {SECRET} in January."
    path = archive(project, faulty(project, "b", output=said, steps=[]))
    papers = [tmp_path / f"hits{ending}" for ending in FORMS]

    asked(project, path, papers=papers)

    assert not any(SECRET.encode() in paper.read_bytes() for paper in papers)
    excerpts = parquet.read_table(papers[2])["excerpt"].to_pylist()
    assert excerpts
    assert not any(SECRET in excerpt for excerpt in excerpts)


# --- where it may lie ---


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hits.txt", "the form of a paper is told by its ending"),
        ("hits", "the form of a paper is told by its ending"),
        ("reports/hits.html", "reports/ is no place for that"),
        ("reports/../reports/hits.json", "reports/ is no place for that"),
        ("cases/hits.json", "cases/ is no place for that"),
        ("incidents/hits.csv", "incidents/ is no place for that"),
        (".git/hits.csv", "is no place for that"),
        ("absent/hits.csv", "is no place for a file"),
        ("archive.html/", "is no place for a file"),
        ("customers.csv", "is there already, and is no paper of a look-back"),
        ("link.html", "is a link"),
        ("archive/hits.json", "would be taken for past runs itself"),
    ],
)
def test_a_paper_is_refused_before_anything_is_judged(project: Path, name: str, why: str) -> None:
    for folder in ("reports", ".git", "archive.html", "archive"):
        (project / folder).mkdir(exist_ok=True)
    (project / "link.html").symlink_to(project / "elsewhere.html")
    roster = (project / "customers.csv").read_bytes()

    with pytest.raises(BadInput, match=why):
        refuse_papers(Project.find(project), [project / name], [project / "archive"])

    assert (project / "customers.csv").read_bytes() == roster


def test_a_link_to_reports_is_no_way_there(project: Path, tmp_path: Path) -> None:
    (project / "reports").mkdir(exist_ok=True)
    (tmp_path / "way").symlink_to(project / "reports")

    with pytest.raises(BadInput, match="is a link"):
        refuse_papers(Project.find(project), [tmp_path / "way" / "hits.json"], [])


def test_a_refused_paper_leaves_no_line_in_the_log(project: Path) -> None:
    path = archive(project, faulty(project, "b"))

    with pytest.raises(BadInput, match="told by its ending"):
        asked(project, path, papers=[project / "hits.docx"])

    assert logged(project) == []


def test_what_could_not_be_written_is_no_look_back(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(project, faulty(project, "b"))

    def full(*_: object, **__: object) -> None:
        raise NotJudged("hits.json: cannot be written: No space left on device")

    monkeypatch.setattr("incident2eval.pipeline.past.papers.write_together", full)

    with pytest.raises(NotJudged, match="No space left"):
        asked(project, path, papers=[tmp_path / "hits.json"])

    assert logged(project) == []


# --- the words ---


def words(*, ascii_only: bool = False) -> str:
    return "\n".join(look_back_lines(REPORT, Customers(), ascii_only=ascii_only))


def test_the_terminal_shows_how_hits_spread_over_time_and_versions() -> None:
    assert """
when, by day (a bar: its hits; of so many judged runs):
  2026-10-30                                0 of 30
    (1 day without a run)
  * 2026-11-01 permission changed
  2026-11-01                                0 of  0
  2026-11-02  ████████████████████████████  1 of 10

by model (hits of runs):
  m-1                                  0 of 30  2026-10-30 to 2026-10-30
  m-2                                  1 of 10  2026-11-02 to 2026-11-02

affected: 1 customer, 1 record shown
  K-102: 1 run, 1 record
""" in words()


def test_a_terminal_without_blocks_gets_other_bars() -> None:
    assert words(ascii_only=True).isascii()
    assert "  2026-11-02  ############################  1 of 10" in words(ascii_only=True)


def test_what_is_in_doubt_and_what_was_dismissed_is_told_apart() -> None:
    text = words()

    assert "foreign_records: 1 hit, 1 dismissed" in text
    assert "      dismissed by Ruth: a test account" in text
    hits, _, doubts = text.partition("for review, counted for nothing:")
    assert DOUBT.message in doubts
    assert DOUBT.message not in hits
    assert "look-back INC-2026-0142 --review" in doubts


@pytest.mark.parametrize("field", ["hits", "doubtful"])
def test_of_many_hits_the_first_are_shown_and_the_others_counted(field: str) -> None:
    # unlike each other, so each takes a line of its own before it
    many = tuple(replace(HIT, run=f"r{number:02}", message=f"said {number:02}") for number in range(25))
    report = replace(REPORT, **{"hits": (), "doubtful": (), field: many})

    text = "\n".join(look_back_lines(report, Customers()))

    assert "  r19  " in text
    assert "said 20" not in text
    assert "  and 5 more: --json lists them all" in text


@pytest.mark.parametrize("number", [0, 1])
def test_nothing_found_is_not_kept(project: Path, number: int) -> None:
    home, place = Project.find(project), project / ".incident2eval" / "hits" / "INC-2026-0142.json"

    for found in ((HIT,), (HIT,) * number):
        assert keep_found(home, "INC-2026-0142", Found(digest="d", hits=found, doubtful=())) is None

    assert place.exists() == bool(number)
