"""`look-back` and `archive`: no run is lost or passed over, whatever ids, files and clocks say."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline.past_runs import Line, archive, asked, faulty, good, logged, runs

from incident2eval.cli import main
from incident2eval.formats import _archive as compact
from incident2eval.lookback import PartResult, key_of, row_key
from incident2eval.model import NotJudged, Run
from incident2eval.pipeline.archive import archive as pack
from incident2eval.pipeline.look_back import Engine
from incident2eval.pipeline.past import engines, pieces
from incident2eval.pipeline.past.kept import KeptParts
from incident2eval.pipeline.past.own import OwnRun
from incident2eval.pipeline.past.question import Question, judged
from incident2eval.pipeline.project import INCIDENT

ONE = Engine(jobs=1)


def faults(answer: object) -> list[str]:
    return [f"{one['file']}: {one['message']}" for one in answer.data["unreadable"]]  # type: ignore[attr-defined]


# --- ids ---


def test_runs_without_an_id_are_told_apart_in_every_row_group(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "GROUP_RUNS", 2)
    path = archive(project, *[faulty(project, "", 2)] * 20)
    pack(project=project, paths=[path], to=project / "packed", workflow=None)

    answer = asked(project, project / "packed", engine=ONE)

    assert (answer.data["checked"], len(runs(answer))) == (20, 20)


@pytest.mark.parametrize("started", ["2026-11-02T08:00:00Z", None])
def test_an_id_given_twice_at_one_time_hides_no_run(project: Path, started: str | None) -> None:
    output = "It was Eastfield Freight, number {}."
    batch = [faulty(project, "batch", started=started, output=output.format(number)) for number in range(3)]
    path = archive(project, good(project, "batch", started=started), *batch, batch[0], good(project, "a"))

    answer = asked(project, path)

    assert (answer.data["checked"], runs(answer)) == (5, ["batch"] * 3)
    assert answer.data["passed_over"]["twice"] == 1  # type: ignore[index]


def test_a_run_is_told_by_its_content_in_whatever_order_its_keys_are() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    one = Run(id="a", started=at, input={"x": 1, "y": 2}, output="said")

    assert row_key(one) == row_key(replace(one, input={"y": 2, "x": 1}, steps=()))
    assert row_key(one) != row_key(replace(one, output="said otherwise"))
    assert row_key(replace(one, output="\ud800")) != row_key(replace(one, output=10**40))
    assert key_of(one) == key_of(replace(one, output="said otherwise")) != 0
    assert row_key(Run(output="said")) == 0


def test_the_archive_keeps_every_run_of_an_id_given_twice(project: Path) -> None:
    lines = [good(project, "a"), faulty(project, "a"), faulty(project, "u", started=None), good(project, "a")]
    path = archive(project, *lines, good(project, "u", started=None))

    for written, twice in ((4, 1), (0, 5)):
        answer = pack(project=project, paths=[path], to=project / "packed", workflow=None)
        assert (answer.data["written"], answer.data["twice"]) == (written, twice)

    assert runs(asked(project, project / "packed")) == ["a", "u"]


def test_another_run_of_the_same_moment_and_input_is_not_the_incidents_own() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    own = Run(id="own", started=at, input={"job": "all"}, output="one customer's")
    known = OwnRun(forms=(own,), called=frozenset())

    assert known.is_this(replace(own, id="as exported elsewhere"))
    assert known.is_this(replace(own, id="", output="cut"))
    assert not known.is_this(replace(own, id="other", output="another one's"))
    nothing = OwnRun(forms=(replace(own, input=None),), called=frozenset())
    assert not nothing.is_this(replace(own, id="", input=None, output="another one's"))


# --- what a run says of itself ---


@pytest.mark.parametrize("workflow", ["", " ", "-"])
def test_a_workflow_without_a_name_is_none(project: Path, workflow: str) -> None:
    answer = asked(project, archive(project, faulty(project, "b", workflow=workflow)))

    assert runs(answer) == ["b"]


def test_a_line_of_another_schema_is_no_run_that_says_nothing(project: Path) -> None:
    answer = asked(project, archive(project, good(project, "a"), {"completion": "It was Eastfield Freight."}))

    assert (answer.exit_code, logged(project)[0]["state"]) == (3, "incomplete")


def test_a_time_that_no_calendar_has_is_named(project: Path) -> None:
    strange = good(project, "x", started="0001-01-01T00:00:00+14:00")
    odd = archive(project, strange, faulty(project, "after it"), name="odd.jsonl")

    answer = asked(project, archive(project, faulty(project, "b")), odd)
    packed = pack(project=project, paths=[project / "past.jsonl", odd], to=project / "packed", workflow=None)

    assert (answer.exit_code, runs(answer)) == (3, ["after it", "b"])
    assert faults(answer) == ["odd.jsonl: line 1: a time in it is before year 1 or after 9999"]
    assert (packed.exit_code, packed.data["written"]) == (3, 2)


# --- names of files ---


def test_the_name_of_a_file_may_hold_any_bytes(project: Path) -> None:
    (project / "past").mkdir()
    lines = [json.dumps({**faulty(project, "b"), "id": ""}), "{"]
    Path(os.fsdecode(os.fsencode(project) + b"/past/a\xff\nerror: b.jsonl")).write_text("\n".join(lines))

    answer = asked(project, project / "past", engine=ONE)

    assert (answer.exit_code, runs(answer)) == (3, ["past/a\\udcff\nerror: b.jsonl#1"])
    (note,) = answer.notes
    assert note.startswith("not read: past/a\\udcff error: b.jsonl")
    assert logged(project)[0]["ref"].startswith("past/a\\udcff")
    packed = pack(project=project, paths=[project / "past"], to=project / "packed", workflow=None)
    assert packed.notes[0].startswith("not read: ")
    assert "\n" not in packed.notes[0]


def test_an_empty_name_does_not_stand_for_this_folder(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look-back", INCIDENT, "--archive", "", "--project", str(project)]) == 2
    assert "--archive" in capsys.readouterr().err
    assert logged(project) == []


# --- files that change ---


@pytest.fixture
def growing(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pieces, "PART", 20_000)
    return archive(project, *[faulty(project, f"r{number}") for number in range(20)], name="growing.jsonl")


def changing(monkeypatch: pytest.MonkeyPatch, path: Path, content: bytes) -> None:
    """Have the file changed once its first part is judged."""
    local = engines.local

    def judging(question: Question, parts: object, *, jobs: int) -> Iterator[object]:
        for number, done in enumerate(local(question, parts, jobs=jobs)):  # type: ignore[arg-type]
            if number == 0:
                path.write_bytes(content)
            yield done

    monkeypatch.setattr(engines, "local", judging)


def test_a_file_may_grow_while_it_is_read(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = json.dumps(faulty(project, "late")).encode() + b"\n"
    changing(monkeypatch, growing, growing.read_bytes() + late)

    answer = asked(project, growing, engine=ONE)

    assert answer.exit_code == 0
    assert {f"r{number}" for number in range(20)} <= set(runs(answer))


def test_what_was_judged_before_a_file_grew_is_not_taken_for_what_it_holds_now(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: Line = faulty(project, "late")
    monkeypatch.setattr(pieces, "PART", 10_000_000)
    changing(monkeypatch, growing, growing.read_bytes() + json.dumps(late).encode() + b"\n")

    def interrupted(_read: int, **_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(NotJudged):
        asked(project, growing, engine=ONE, progress=interrupted)

    assert "late" in runs(asked(project, growing, engine=ONE))


def test_a_file_that_is_cut_short_while_it_is_read_is_named(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing(monkeypatch, growing, b"".join(growing.read_bytes().splitlines(keepends=True)[:2]))

    answer = asked(project, growing, engine=ONE)

    assert answer.exit_code == 3
    assert faults(answer)[0].startswith("growing.jsonl: was replaced or cut short")


@pytest.mark.parametrize("more", [b"", b"\n"])
def test_a_file_that_is_written_anew_while_it_is_read_is_named(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    changing(monkeypatch, growing, growing.read_bytes().replace(b'"r0"', b'"s0"') + more)

    answer = asked(project, growing, engine=ONE)

    assert answer.exit_code == 3
    assert faults(answer)[0].startswith("growing.jsonl: was replaced or cut short")


def test_a_folder_in_the_place_of_a_file_does_not_end_it(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = engines.local

    def judging(question: Question, parts: object, *, jobs: int) -> Iterator[object]:
        growing.unlink()
        growing.mkdir()
        return local(question, parts, jobs=jobs)  # type: ignore[arg-type]

    monkeypatch.setattr(engines, "local", judging)

    answer = asked(project, archive(project, faulty(project, "b")), growing, engine=ONE)

    assert (answer.exit_code, runs(answer)) == (3, ["b"])
    assert any(name.startswith("growing.jsonl") for name in faults(answer))


def test_a_file_that_is_gone_is_named_once_however_many_parts_it_has(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = engines.local

    def judging(question: Question, parts: object, *, jobs: int) -> Iterator[object]:
        growing.unlink()
        return local(question, parts, jobs=jobs)  # type: ignore[arg-type]

    monkeypatch.setattr(engines, "local", judging)

    answer = asked(project, growing, archive(project, faulty(project, "b")), engine=ONE)

    assert (answer.exit_code, runs(answer)) == (3, ["b"])
    assert [name.split("/")[-1] for name in faults(answer)] == [
        "growing.jsonl: cannot be read: No such file or directory"
    ]


def test_parts_that_another_look_back_took_away_are_one_clear_line(
    project: Path, growing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = KeptParts.results

    def taken_away(kept: KeptParts, parts: object) -> Iterator[PartResult]:
        kept.drop()
        return results(kept, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(KeptParts, "results", taken_away)
    with pytest.raises(NotJudged, match="no longer there"):
        asked(project, growing, engine=ONE)
    assert logged(project) == []


def test_a_part_is_not_judged_by_another_question(project: Path) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    question = Question(root=project, incident=INCIDENT, since=None, at=at, digest="of another roster")

    with pytest.raises(NotJudged, match="were changed while past runs were judged"):
        judged(question, ())


def test_patterns_of_the_settings_that_read_nothing_are_named(project: Path) -> None:
    settings = project / "incident2eval.toml"
    text = settings.read_text()
    assert 'archive = ["archive/*.jsonl.gz"]' in text
    settings.write_text(text.replace('"archive/*.jsonl.gz"', '"archive/*", "mounted/*.jsonl"'))
    (project / "archive" / "older").mkdir()
    archive(project, faulty(project, "b"), name="archive/older/past.jsonl")
    (project / "archive" / "gone.jsonl").symlink_to(project / "nowhere")

    answer = asked(project)

    assert (answer.exit_code, logged(project)[0]["state"]) == (3, "incomplete")
    said = "\n".join(faults(answer))
    for name in (
        "mounted/*.jsonl: matches no file",
        "gone.jsonl: is a link to nothing",
        "older: is a folder",
    ):
        assert name in said
