"""Who judges past runs, and in which order, cannot be seen in what comes of it."""

import gzip
import json
import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline.past_runs import archive, asked, faulty, good, logged

from incident2eval.model import JSON, BadInput, NotJudged
from incident2eval.pipeline.look_back import Engine
from incident2eval.pipeline.past import pieces
from incident2eval.pipeline.project import INCIDENT

POOL = Engine(jobs=2)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PART", 20_000)


@pytest.fixture
def many(project: Path) -> Path:
    """Two files of some forty runs; one is packed. Every fifth run shows the fault, three come twice."""
    chance = random.Random(7)  # noqa: S311 - any order, the same each time
    runs = [
        (faulty if number % 5 == 0 else good)(project, f"r{number}", 1 + number % 11) for number in range(40)
    ]
    chance.shuffle(runs)
    folder = project / "more"
    folder.mkdir()
    archive(project, *runs[:25], name="more/plain.jsonl")
    packed = "".join(json.dumps(run) + "\n" for run in (*runs[25:], *runs[:3]))
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(packed.encode(), mtime=0))
    return folder


def told(project: Path, folder: Path, **more: Any) -> dict[str, JSON]:
    """What a look-back says, and what the log keeps of it, without the moment."""
    answer = asked(project, folder, **more)
    [*_, line] = logged(project)
    (project / "incidents" / INCIDENT / "log.jsonl").unlink()
    return {**answer.data, "exit": answer.exit_code, "text": answer.text, "digest": line["digest"]}


@pytest.mark.usefixtures("small_parts")
def test_two_processes_say_what_one_says(project: Path, many: Path) -> None:
    one = told(project, many, engine=Engine(jobs=1))

    assert len(pieces.parts_of([*_given(many)], project)) > 5
    assert one["checked"] == 40
    assert len(one["hits"]) == 8  # type: ignore[arg-type]
    assert one["passed_over"] == {"own": 0, "earlier": 0, "twice": 3}
    assert told(project, many, engine=POOL) == one


@pytest.mark.usefixtures("small_parts")
def test_a_dask_cluster_says_what_one_process_says(project: Path, many: Path) -> None:
    assert told(project, many, engine=Engine(dask=True, jobs=1)) == told(project, many, engine=Engine(jobs=1))


@pytest.mark.usefixtures("small_parts")
def test_a_worker_of_a_cluster_that_dies_in_the_middle_changes_nothing(project: Path, many: Path) -> None:
    from distributed import LocalCluster

    right = told(project, many, engine=Engine(jobs=1))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        killed: list[int] = []

        def kill_one(_done: int, **_: int) -> None:
            if not killed:
                pid = next(iter(cluster.workers.values())).pid
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        engine = Engine(dask=True, cluster=cluster.scheduler_address)

        assert told(project, many, engine=engine, progress=kill_one) == right
    assert killed


def test_a_cluster_that_does_not_answer_is_named(project: Path, many: Path) -> None:
    with pytest.raises(BadInput, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        asked(project, many, engine=Engine(dask=True, cluster="tcp://127.0.0.1:9"))


def test_the_size_of_the_parts_cannot_be_seen_but_in_the_digest(
    project: Path, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = told(project, many)

    monkeypatch.setattr(pieces, "PART", 3_000)
    parted = told(project, many, engine=Engine(jobs=1))

    assert parted | {"digest": ""} == whole | {"digest": ""}


@pytest.mark.usefixtures("small_parts")
def test_a_process_that_dies_in_the_middle_changes_nothing(project: Path, many: Path) -> None:
    right = told(project, many, engine=Engine(jobs=1))
    killed: list[int] = []

    def kill_one(_done: int, **_: int) -> None:
        if not killed and multiprocessing.active_children():
            child = multiprocessing.active_children()[0]
            child.kill()
            killed.append(child.pid or 0)

    assert told(project, many, engine=POOL, progress=kill_one) == right
    assert killed


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("engine", [Engine(jobs=1), POOL], ids=["one process", "two"])
def test_what_was_interrupted_goes_on_from_there(project: Path, many: Path, engine: Engine) -> None:
    right = told(project, many, engine=Engine(jobs=1))
    done: list[int] = []

    def interrupted(read: int, **_: int) -> None:
        done.append(read)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(NotJudged, match=r"interrupted: .* bytes are judged, and what came of them is kept"):
        asked(project, many, engine=engine, progress=interrupted)
    assert not logged(project)
    went_on: list[int] = []

    again = told(project, many, engine=engine, progress=lambda read, **_: went_on.append(read))

    assert again == right
    assert min(went_on) > done[1]
    assert not (project / ".incident2eval" / "look-back").exists()


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_changed_since_is_judged_again(project: Path, many: Path) -> None:
    def interrupted(_read: int, **_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(NotJudged):
        asked(project, many, engine=Engine(jobs=1), progress=interrupted)
    file = many / "plain.jsonl"
    file.write_text(file.read_text() + json.dumps(faulty(project, "later", 9)) + "\n")

    hits = asked(project, many, engine=Engine(jobs=1)).data["hits"]

    assert isinstance(hits, list)
    assert len(hits) == 9


@pytest.mark.usefixtures("small_parts")
def test_a_kept_part_that_was_cut_short_is_judged_again(project: Path, many: Path) -> None:
    right = told(project, many, engine=Engine(jobs=1))

    def interrupted(_read: int, **_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(NotJudged):
        asked(project, many, engine=Engine(jobs=1), progress=interrupted)
    [kept] = (project / ".incident2eval" / "look-back").glob("*/*")
    kept.write_bytes(kept.read_bytes()[:-9])

    assert told(project, many, engine=Engine(jobs=1)) == right


def _given(folder: Path) -> Iterator[pieces.Given]:
    return (pieces.Given(path=path, named=False) for path in sorted(folder.iterdir()))


# --- what cannot be read ---

Damage = Callable[[Path], None]


def cut_gz(folder: Path) -> None:
    packed = folder / "packed.jsonl.gz"
    packed.write_bytes(packed.read_bytes()[:-400])


def broken_line(folder: Path) -> None:
    file = folder / "plain.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:9], lines[9][: len(lines[9]) // 2] + "\n", *lines[10:]]))


def other_schema(folder: Path) -> None:
    (folder / "other.json").write_text('{"schema": "incident2eval/run/9", "steps": []}')


def no_trace(folder: Path) -> None:
    (folder / "other.parquet").write_bytes(b"PAR1 and nothing more PAR1")


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("damage", [cut_gz, broken_line, other_schema, no_trace])
@pytest.mark.parametrize("engine", [Engine(jobs=1), POOL], ids=["one process", "two"])
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    project: Path, many: Path, damage: Damage, engine: Engine
) -> None:
    damage(many)

    answer = asked(project, many, engine=engine)

    assert answer.exit_code == 3
    assert answer.data["unreadable"]
    assert isinstance(answer.data["checked"], int)
    assert 25 < answer.data["checked"] <= 40
    assert "NOT COMPLETE" in answer.text
    assert any(note.startswith("not read: ") for note in answer.notes)


def test_a_file_that_vanishes_is_named(project: Path, many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parted = pieces.parts_of

    def then_gone(files: list[pieces.Given], root: Path) -> list[pieces.Pieces]:
        found = parted(files, root)
        (many / "plain.jsonl").unlink()
        return found

    monkeypatch.setattr("incident2eval.pipeline.look_back.parts_of", then_gone)

    answer = asked(project, many)

    assert answer.exit_code == 3
    assert any("plain.jsonl" in note and "cannot be read" in note for note in answer.notes)
    assert answer.data["checked"] == 18


def test_a_run_without_an_output_is_judged_by_its_steps(project: Path) -> None:
    path = archive(project, faulty(project, "b", output=None), good(project, "a", 2))

    answer = asked(project, path)

    assert [hit["run"] for hit in answer.data["hits"]] == ["b"]  # type: ignore[attr-defined, index]


def test_where_nothing_can_be_kept_it_is_judged_all_the_same(project: Path, many: Path) -> None:
    right = told(project, many)
    shutil.rmtree(project / ".incident2eval" / "look-back", ignore_errors=True)
    (project / ".incident2eval").mkdir(exist_ok=True)
    (project / ".incident2eval" / "look-back").write_text("in the way")

    answer = asked(project, many)

    assert answer.data["hits"] == right["hits"]
    assert answer.exit_code == right["exit"]
    assert any("finished parts were not kept" in note for note in answer.notes)
