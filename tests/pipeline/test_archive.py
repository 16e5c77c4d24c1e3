"""`archive`: exports become compact files by workflow and day; added to, read back, and never half a file."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pipeline.past_runs import archive as export
from pipeline.past_runs import asked, faulty, good

from incident2eval import formats
from incident2eval.cli import main
from incident2eval.formats import parts
from incident2eval.model import BadInput, Run
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.archive import archive
from incident2eval.store import Project

pytestmark = pytest.mark.usefixtures("nowhere")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside any project, unless a test makes one."""
    monkeypatch.chdir(tmp_path)


def line(
    name: str, day: str | None = "2026-11-03", workflow: str | None = "notes", **more: Any
) -> dict[str, Any]:
    started = f"{day}T08:00:00Z" if day else None
    return {
        "id": name,
        "workflow": workflow,
        "started": started,
        "output": f"Note {name}.",
        "steps": [],
        **more,
    }


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def asked_to(*paths: Path | str, to: Path | str | None = Path("out"), **more: Any) -> Answer:
    given: dict[str, Any] = {"project": None, "workflow": None, **more}
    return archive(paths=paths, to=to, **given)


def files(root: Path = Path("out")) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.parquet"))


def runs(root: Path = Path("out")) -> list[Run]:
    return [run for path in sorted(root.rglob("*.parquet")) for run in read(path)]


def read(path: Path) -> Iterator[Run]:
    with path.open("rb") as stream:
        for part in parts(stream, name=str(path)):
            for found in part.found:
                assert isinstance(found, Run), found
                yield found


def counts(answer: Answer) -> tuple[object, object, object]:
    return answer.data["read"], answer.data["written"], answer.data["twice"]


def messages(answer: Answer) -> list[str]:
    unreadable = answer.data["unreadable"]
    assert isinstance(unreadable, list)
    return [f"{each['file']}: {each['message']}" for each in unreadable]


def test_runs_lie_by_workflow_and_day() -> None:
    lines = [line("1"), line("2", "2026-11-04"), line("3", None), line("4", workflow="letters"), line("5")]

    answer = asked_to(written(Path("a.jsonl"), *lines))

    assert (answer.exit_code, counts(answer)) == (0, (5, 5, 0))
    assert files() == [
        "letters/2026-11-03-1.parquet",
        "notes/2026-11-03-1.parquet",
        "notes/2026-11-04-1.parquet",
        "notes/undated-1.parquet",
    ]
    assert [run.id for run in runs()] == ["4", "1", "5", "2", "3"]
    assert "5 runs written to 4 files in out" in answer.text


def test_what_is_kept_is_the_run_as_the_export_tells_it() -> None:
    path = written(Path("a.jsonl"), line("1", input={"a": [1, None, 2.5]}, attributes={"x": "y"}, model="m"))

    asked_to(path)

    assert runs() == list(formats.read(path.read_bytes(), name="a").runs)


def test_more_exports_add_files_and_change_none() -> None:
    asked_to(written(Path("a.jsonl"), line("1")))
    (first,) = Path("out").rglob("*.parquet")
    before = (first.read_bytes(), first.stat().st_mtime_ns, first.stat().st_ino)

    answer = asked_to(written(Path("b.jsonl"), line("1"), line("2"), line("2")))

    assert counts(answer) == (3, 1, 2)
    assert files() == ["notes/2026-11-03-1.parquet", "notes/2026-11-03-2.parquet"]
    assert (first.read_bytes(), first.stat().st_mtime_ns, first.stat().st_ino) == before
    assert [run.id for run in runs()] == ["1", "2"]
    assert "2 runs there already, not written again" in answer.text


def test_the_same_again_writes_nothing_also_from_the_archive_itself() -> None:
    asked_to(written(Path("a.jsonl"), line("1"), line("2", None)))

    for again in (Path("a.jsonl"), Path("out")):
        answer = asked_to(again)
        assert (answer.exit_code, counts(answer), answer.data["files"]) == (0, (2, 0, 2), [])


def test_an_id_is_another_run_at_another_time_and_in_another_workflow() -> None:
    lines = [line("1"), line("1", started="2026-11-03T08:00:00.000001Z"), line("1", workflow="letters")]

    assert counts(asked_to(written(Path("a.jsonl"), *lines))) == (3, 3, 0)


def test_runs_without_an_id_are_told_apart_from_none() -> None:
    assert counts(asked_to(written(Path("a.jsonl"), line(""), line("")))) == (2, 2, 0)


def test_runs_that_name_no_workflow_are_of_the_one_that_is_said() -> None:
    path = written(Path("a.jsonl"), line("1", workflow=None), line("2", workflow="letters"))

    asked_to(path, to=Path("said"), workflow="notes")
    asked_to(path, to=Path("unsaid"))

    assert files(Path("said")) == ["letters/2026-11-03-1.parquet", "notes/2026-11-03-1.parquet"]
    assert [run.workflow for run in runs(Path("said"))] == ["letters", "notes"]
    assert files(Path("unsaid")) == ["letters/2026-11-03-1.parquet", "unnamed/2026-11-03-1.parquet"]
    assert [run.workflow for run in runs(Path("unsaid"))] == ["letters", None]


HOSTILE = [
    "../../outside", "/etc/passwd", "..", ".", ".hidden", "a/b", "a\\b", "a\x00b", "a\nb", "\x1b[2J",
    "x" * 5000, "-rf", "notes ", "nötes", "CON:", "~", "$HOME", "*.parquet", "", " ",
]  # fmt: skip


def test_no_workflows_name_leads_anywhere_else() -> None:
    path = written(Path("a.jsonl"), *(line(str(at), workflow=name) for at, name in enumerate(HOSTILE)))
    before = {*Path().rglob("*")}

    answer = asked_to(path)

    assert counts(answer) == (len(HOSTILE), len(HOSTILE), 0)
    new = {*Path().rglob("*")} - before
    assert all(each.is_relative_to("out") for each in new)
    folders = [each.name for each in Path("out").iterdir() if each.is_dir()]
    assert len(folders) == len(HOSTILE)
    assert all(
        name.isascii() and name.isprintable() and name[0] not in ".-" and len(name) < 100 for name in folders
    )
    assert sorted(str(run.workflow) for run in runs()) == sorted(HOSTILE)
    assert counts(asked_to(path))[2] == len(HOSTILE)


def test_what_cannot_be_read_is_named_and_the_rest_is_written() -> None:
    folder = Path("exports")
    folder.mkdir()
    written(folder / "a.jsonl", line("1"), line("2"))
    (folder / "b.jsonl").write_text(json.dumps(line("3")) + '\n{"torn": \n' + json.dumps(line("4")) + "\n")
    (folder / "c.txt").write_text("no trace\n")
    (folder / ".d.jsonl").write_text(json.dumps(line("5")))

    answer = asked_to(folder)

    assert (answer.exit_code, counts(answer)) == (3, (4, 4, 0))
    assert [message.split(": ")[0] for message in messages(answer)] == [
        "exports/.d.jsonl", "exports/b.jsonl", "exports/c.txt"
    ]  # fmt: skip
    assert "line 2" in messages(answer)[1]
    assert "3 things could not be read" in answer.text


def test_a_run_that_would_not_come_back_the_same_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """None that an importer reads is of that kind; should one ever be, it is not lost without a word."""
    odd = [Run(id="odd", output=float("nan")), Run(id="even", output="said")]
    monkeypatch.setattr("incident2eval.pipeline.archive.runs_in", lambda _: iter(odd))

    answer = asked_to(written(Path("a.jsonl"), line("1")))

    assert (answer.exit_code, counts(answer)) == (3, (2, 1, 0))
    assert messages(answer) == ["a.jsonl: run odd: cannot be kept: it holds what Run JSON cannot say"]


def test_where_nothing_can_be_read_nothing_is_made() -> None:
    Path("a.txt").write_text("no trace\n")
    Path("empty").mkdir()

    for path, why in (
        (Path("a.txt"), "a.txt"),
        (Path("empty"), "empty: holds no run"),
        (Path("gone"), "gone"),
    ):
        with pytest.raises(BadInput, match=why):
            asked_to(path)
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "place",
    [
        *("incidents", "incidents/INC-1/evidence", "cases/INC-1", "elsewhere/../incidents", "evidence/past"),
        *("reports/past", "approvals", ".incident2eval/past", ".git/past"),
    ],
)
def test_nothing_is_put_among_evidence_cases_and_what_goes_to_others(place: str) -> None:
    Path("incident2eval.toml").write_text('[project]\nevidence = "evidence"\n')
    Path("elsewhere").mkdir()

    with pytest.raises(BadInput, match="--to: would keep past runs as they are"):
        asked_to(written(Path("a.jsonl"), line("1")), to=Path(place))


@pytest.mark.parametrize("to", [Path("a.jsonl"), "s3://bucket/archive"])
def test_the_archive_is_a_folder(to: Path | str) -> None:
    with pytest.raises(BadInput, match="--to: is no folder here"):
        asked_to(written(Path("a.jsonl"), line("1")), to=to)


def test_the_archive_of_a_project_and_whether_look_backs_read_it() -> None:
    toml = Path("incident2eval.toml")
    toml.write_text("")
    path = written(Path("a.jsonl"), line("1"))

    answer = asked_to(path, to=None)
    toml.write_text('[project]\narchive = ["archive/**/*.parquet"]\n')
    later = asked_to(written(path, line("2")), to=None)

    assert len(files(Path("archive"))) == 2
    assert answer.notes == (
        'not looked back over yet: add "archive/**/*.parquet" to `archive` in incident2eval.toml',
    )
    assert later.notes == ()


@pytest.mark.parametrize("to", ["past/[old]", "../past"])
def test_what_the_settings_have_to_say_for_an_archive_elsewhere(tmp_path: Path, to: str) -> None:
    (tmp_path / "firm").mkdir()
    toml = tmp_path / "firm" / "incident2eval.toml"
    toml.write_text("")

    answer = asked_to(written(Path("a.jsonl"), line("1")), project=toml.parent, to=tmp_path / "firm" / to)
    (note,) = answer.notes
    toml.write_text(f"[project]\narchive = [{note.split()[6]}]\n")

    assert len(Project.find(toml.parent).archive_files()) == 1


def test_nothing_is_written_through_a_link() -> None:
    Path("out").mkdir()
    Path("elsewhere").mkdir()
    Path("out/notes").symlink_to(Path("elsewhere").resolve())

    with pytest.raises(BadInput, match="out/notes: is a link"):
        asked_to(written(Path("a.jsonl"), line("1")))
    assert list(Path("elsewhere").iterdir()) == []


def test_much_goes_by_way_of_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days and workflows by turns, as an export by customer has them: each still comes together."""
    monkeypatch.setattr("incident2eval.store._spool.HELD", 10_000)
    lines = [line(str(at), f"2026-11-{at % 7 + 1:02}", ("notes", "letters")[at % 2]) for at in range(2000)]

    answer = asked_to(written(Path("a.jsonl"), *lines))

    assert (counts(answer), len(files())) == ((2000, 2000, 0), 14)
    assert sorted(int(run.id) for run in runs()) == list(range(2000))
    assert sorted(each.name for each in Path("out").iterdir()) == [".lock", "letters", "notes"]


def test_what_is_too_much_for_that_is_written_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident2eval.store._spool.HELD", 10_000)
    monkeypatch.setattr("incident2eval.pipeline.archive._MOST_SPOOLED", 10_000)
    lines = [line(str(at % 1500), f"2026-11-{at % 3 + 1:02}") for at in range(2000)]

    answer = asked_to(written(Path("a.jsonl"), *lines))

    assert counts(answer) == (2000, 1500, 500)
    assert sorted(int(run.id) for run in runs()) == list(range(1500))


def test_a_full_file_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident2eval.formats._archive.FULL", 5000)

    asked_to(written(Path("a.jsonl"), *(line(str(at)) for at in range(100))))

    assert len(files()) > 2
    assert sorted(int(run.id) for run in runs()) == list(range(100))


def test_the_command(tmp_path: Path) -> None:
    written(Path("a.jsonl"), line("1"), line("2", workflow=None))

    done = subprocess.run(
        [sys.executable, "-m", "incident2eval", "archive", "a.jsonl", "--workflow", "notes", "--json"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
    )

    data = json.loads(done.stdout)
    size = Path("archive/notes/2026-11-03-1.parquet").stat().st_size
    assert data == {
        "archive": "archive",
        "read": 2,
        "written": 2,
        "twice": 0,
        "unreadable": [],
        "files": [{"file": "archive/notes/2026-11-03-1.parquet", "runs": 2, "bytes": size}],
    }


@pytest.mark.parametrize("given", [["archive", ""], ["archive", "a.jsonl", "--to", ""]])
def test_an_empty_word_does_not_stand_for_this_folder(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    written(Path("a.jsonl"), line("1"))

    assert main(given) == 2
    assert "names nothing" in capsys.readouterr().err
    assert files(Path()) == []


def test_a_look_back_over_the_archive_says_what_one_over_the_exports_says(project: Path) -> None:
    path = export(project, *(faulty(project, f"bad-{at}", at) for at in (1, 2)), good(project, "fine", 3))

    archive(project=project, paths=[path], to=project / "kept", workflow=None)

    assert said(asked(project, project / "kept")) == said(asked(project, path))


def said(answer: Answer) -> Sequence[object]:
    return [answer.data[key] for key in ("checked", "hits", "affected", "first", "last", "unreadable")]
