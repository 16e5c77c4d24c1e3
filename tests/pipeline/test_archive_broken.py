"""`archive`, where the disk or the process fails: whole files only, and the same again goes on."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline.test_archive import asked_to, counts, files, line, messages, runs, written

from incident2eval import formats
from incident2eval.model import NotJudged, Run
from incident2eval.pipeline._given import given_files
from incident2eval.store import NewFile


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside any project."""
    monkeypatch.chdir(tmp_path)


def test_a_broken_file_of_the_archive_is_named() -> None:
    asked_to(written(Path("a.jsonl"), line("1")))
    (first,) = Path("out").rglob("*.parquet")
    first.write_bytes(first.read_bytes()[:-20])

    answer = asked_to(written(Path("b.jsonl"), line("2")))

    assert answer.exit_code == 3
    assert "out/notes/2026-11-03-1.parquet: cannot be read, so what it holds may be" in messages(answer)[0]
    assert files() == ["notes/2026-11-03-1.parquet", "notes/2026-11-03-2.parquet"]


def test_a_file_that_does_not_come_back_the_same_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = NewFile.settle

    def on_a_bad_disk(new: NewFile) -> None:
        settle(new)
        os.pwrite(new.stream.fileno(), b"\xff", new.size() // 3)

    monkeypatch.setattr(NewFile, "settle", on_a_bad_disk)

    with pytest.raises(
        NotJudged, match=r"out/notes/2026-11-03-1.parquet: what was written does not come back"
    ):
        asked_to(written(Path("a.jsonl"), line("1")))
    assert [path.name for path in Path("out").rglob("*") if path.is_file()] == [".lock"]


def test_an_export_that_is_cut_short_while_it_is_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(Path("a.jsonl"), *(line(f"{number}", output="x" * 90_000) for number in range(30)))
    archived = formats.archived

    def meanwhile(run: Run) -> formats.ArchivedRun:
        if run.id == "0":
            os.truncate(path, 0)  # as a rotation of logs does it
        return archived(run)

    monkeypatch.setattr(formats, "archived", meanwhile)

    answer = asked_to(path)

    assert answer.exit_code == 3
    assert messages(answer)[-1].startswith("a.jsonl: was replaced or cut short while it was read")


def test_ctrl_c_leaves_whole_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = NewFile.keep

    def interrupted(new: NewFile) -> None:
        if "11-04" in new.path.name:
            raise KeyboardInterrupt
        keep(new)

    path = written(Path("a.jsonl"), line("1"), line("2", "2026-11-04"), line("3", "2026-11-05"))

    monkeypatch.setattr(NewFile, "keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asked_to(path)

    assert (files(), [run.id for run in runs()]) == (["notes/2026-11-03-1.parquet"], ["1"])
    assert not list(Path("out").rglob(".unfinished-*"))


KILLED = """
import os, signal, sys
from pathlib import Path
from incident2eval.pipeline.archive import archive
from incident2eval.store import NewFile
keep = NewFile.keep
def killed(new):
    if "11-04" in new.path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(new)
NewFile.keep = killed
archive(project=None, paths=[Path("a.jsonl")], to=Path("out"), workflow=None)
"""


def test_a_kill_leaves_whole_files_and_the_same_again_goes_on(tmp_path: Path) -> None:
    written(Path("a.jsonl"), line("1"), line("2", "2026-11-04"), line("3", "2026-11-05"))

    done = subprocess.run([sys.executable, "-c", KILLED], check=False, cwd=tmp_path)

    assert done.returncode == -signal.SIGKILL
    assert [run.id for run in runs()] == ["1"]
    (left,) = Path("out").rglob(".unfinished-*")
    assert left.name not in str([*given_files([Path("out")], tell_hidden=True)])
    answer = asked_to(Path("a.jsonl"))
    assert (counts(answer), [run.id for run in runs()]) == ((3, 2, 1), ["1", "2", "3"])
    assert not left.exists()


def test_a_full_disk_is_one_clear_line_and_leaves_whole_files(tmp_path: Path) -> None:
    """The limit on a file's size stands for the disk: the small day fits, the large one does not."""
    noise = [os.urandom(3000).hex() for _ in range(40)]
    lines = [line("1"), *(line(f"n{at}", "2026-11-04", input=each) for at, each in enumerate(noise))]
    written(Path("a.jsonl"), *lines)

    done = subprocess.run(
        [sys.executable, "-m", "incident2eval", "archive", "a.jsonl", "--to", "out"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert "out/notes: cannot be written: File too large" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [run.id for run in runs()] == ["1"]
    assert not list(Path("out").rglob(".unfinished-*"))
