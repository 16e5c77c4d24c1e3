"""The seal: which evidence there was, byte for byte, in one chain that everybody appends to."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.store import Project, dump, sha256
from incident2eval.store._json import pretty
from incident2eval.store._seal import _chained, _Manifest

from .test_evidence import FILES, ID, LISTED


@pytest.fixture
def project(write: Callable[..., Project]) -> Project:
    return write(LISTED, files=FILES)


def folder(project: Project) -> Path:
    return project.folder(ID) / "evidence"


def manifest(project: Project) -> Path:
    return project.folder(ID) / "SEALED.json"


def names(project: Project) -> list[str]:
    return [entry.file.removeprefix("evidence/") for entry in project.sealed(ID)]


def test_sealing_twice_writes_once(project: Project) -> None:
    sealed = project.seal(ID, by="Ana")
    manifest = project.folder(ID) / "SEALED.json"
    before, written = manifest.read_bytes(), manifest.stat().st_mtime_ns
    assert [(one.file, one.kind, one.bytes, one.by) for one in sealed] == [
        ("evidence/b.json", "trace", 2, "Ana"),
        ("evidence/a.txt", "account", 1, "Ana"),
    ]
    assert project.seal(ID, by="Lee") == project.sealed(ID) == sealed
    assert (manifest.read_bytes(), manifest.stat().st_mtime_ns) == (before, written)


def test_new_files_are_added_at_the_end_of_the_chain(project: Project) -> None:
    first = project.seal(ID, by="Ana")
    project.keep(ID, "0.json", b"{}")
    second = project.seal(ID, by="Lee")
    assert second[:2] == first
    assert (second[2].file, second[2].by, len({one.chain for one in second})) == ("evidence/0.json", "Lee", 3)


@pytest.mark.requirement("R35")
def test_changed_evidence_is_named_and_never_sealed_again(project: Project) -> None:
    project.seal(ID, by="Ana")
    before = (project.folder(ID) / "SEALED.json").read_bytes()
    (folder(project) / "a.txt").write_text("B")
    with pytest.raises(NotProvable, match=r"changed after it was sealed: evidence/a.txt"):
        project.seal(ID, by="Ana")
    assert (project.folder(ID) / "SEALED.json").read_bytes() == before


def test_sealed_evidence_that_is_gone_cannot_be_judged(project: Project) -> None:
    project.keep(ID, "c.json", b"{}")
    project.seal(ID, by="Ana")
    (folder(project) / "c.json").unlink()
    with pytest.raises(NotJudged, match=r"sealed but is absent: evidence/c.json"):
        project.seal(ID, by="Ana")


@pytest.mark.parametrize("change", ["bytes", "by", "when", "drop", "swap"])
def test_a_manifest_that_was_changed_does_not_hold(project: Project, change: str) -> None:
    project.seal(ID, by="Ana")
    path = project.folder(ID) / "SEALED.json"
    data = json.loads(path.read_bytes())
    entries = data["entries"]
    if change == "drop":
        entries.pop(0)
    elif change == "swap":
        entries.reverse()
    else:
        entries[0][change] = {"bytes": 3, "by": "Eve", "when": "2026-01-01T00:00:00Z"}[change]
    path.write_text(json.dumps(data))
    with pytest.raises(NotProvable, match="was changed after the evidence was sealed"):
        project.sealed(ID)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"entries": [1]}', '{"schema": "x"}', '{"entries": [], "entries": []}', "\0"]
)
def test_a_broken_manifest_is_bad_input(project: Project, text: str) -> None:
    (project.folder(ID) / "SEALED.json").write_text(text)
    with pytest.raises(BadInput, match=r"SEALED\.json"):
        project.sealed(ID)


def test_files_are_taken_in_and_sealed_together(project: Project) -> None:
    sealed = project.take_in(ID, {"1.json": b"{}", "2.json": b"[]"}, by="Ana")
    assert sealed == project.sealed(ID)
    assert names(project) == ["b.json", "a.txt", "1.json", "2.json"]
    assert project.take_in(ID, {"1.json": b"{}"}, by="Lee") == sealed


@pytest.mark.parametrize("name", ["a.txt", "../x", ".hidden"])
def test_of_several_files_all_are_taken_in_or_none(project: Project, name: str) -> None:
    before = sorted(project.root.rglob("[!.]*"))
    with pytest.raises(BadInput):
        project.take_in(ID, {"new.json": b"{}", name: b"other"}, by="Ana")
    assert sorted(project.root.rglob("[!.]*")) == before


def test_a_name_that_was_sealed_stays_taken_when_its_file_is_gone(project: Project) -> None:
    project.take_in(ID, {"c.json": b"{}"}, by="Ana")
    (folder(project) / "c.json").unlink()
    with pytest.raises(BadInput, match="was sealed with other bytes, and is gone"):
        project.take_in(ID, {"c.json": b"[]"}, by="Ana")
    assert len(project.take_in(ID, {"c.json": b"{}"}, by="Ana")) == 3


@pytest.mark.parametrize(
    ("spoil", "error"), [("changed", NotProvable), ("gone", NotJudged), ("listed but absent", NotJudged)]
)
def test_what_is_new_is_sealed_whatever_became_of_the_rest(
    project: Project, spoil: str, error: type[Exception]
) -> None:
    if spoil != "listed but absent":
        project.seal(ID, by="Ana")
    if spoil == "changed":
        (folder(project) / "a.txt").write_text("B")
    else:
        (folder(project) / "a.txt").unlink()
    with pytest.raises(error, match=r"evidence/a\.txt"):
        project.take_in(ID, {"new.json": b"{}"}, by="Lee")
    assert names(project)[-1] == "new.json"


def test_nothing_is_appended_to_a_chain_that_does_not_hold(project: Project) -> None:
    project.seal(ID, by="Ana")
    manifest(project).write_text(manifest(project).read_text().replace("Ana", "Eve"))
    with pytest.raises(NotProvable):
        project.take_in(ID, {"new.json": b"{}"}, by="Lee")
    assert not (folder(project) / "new.json").exists()


def test_what_no_reader_understands_is_sealed(project: Project) -> None:
    hostile = {"bomb.json.gz": b"\x1f\x8b", "deep.json": b"[" * 100_000, "empty.zip": b"", "nul.txt": b"\0"}
    project.take_in(ID, hostile, by="Ana")
    assert set(names(project)) > hostile.keys()


def test_a_name_that_no_manifest_can_hold_is_refused_and_any_other_sealed(project: Project) -> None:
    odd = folder(project) / "a\\b\n\x1b.txt"
    odd.write_text("odd")
    project.seal(ID, by="Ana")
    assert names(project)[-1] == odd.name
    assert project.seal_state(ID).changed == ()
    (folder(project) / "\udcff.txt").write_text("no text at all")
    assert project.seal_state(ID).added == ("evidence/\\xff.txt",)
    with pytest.raises(BadInput, match="not UTF-8"):
        project.seal(ID, by="Ana")


def test_neither_the_lock_nor_what_a_dead_writer_left_is_evidence(project: Project) -> None:
    (folder(project) / ".0123456789abcdef.tmp").write_bytes(b"half of it")
    project.seal(ID, by="Ana")
    project.seal(ID, by="Ana")
    assert names(project) == ["b.json", "a.txt"]
    assert project.seal_state(ID).added == ()


DIES_WITH_THE_LOCK = """
import os, sys
from pathlib import Path
from incident2eval.store import Project
with Project.find(Path(sys.argv[1]))._alone(sys.argv[2]):
    os.kill(os.getpid(), 9)
"""


def test_the_lock_of_a_dead_process_keeps_nobody_waiting(project: Project) -> None:
    died = subprocess.run([sys.executable, "-c", DIES_WITH_THE_LOCK, project.root, ID], check=False)
    assert died.returncode == -9
    assert len(project.seal(ID, by="Ana")) == 2


def test_a_lock_that_is_a_link_is_not_followed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    (project.folder(ID) / ".lock").symlink_to(tmp_path / "outside")
    with pytest.raises(NotJudged, match=r"\.lock: is a link"):
        project.seal(ID, by="Ana")
    assert (tmp_path / "outside").read_text() == "mine"


def test_every_changed_byte_is_found(project: Project) -> None:
    """Of the manifest too, where a changed space or letter may leave what it says the same."""
    project.take_in(ID, {"c.json": b'{"a": 1}\n'}, by="Ana")
    assert project.seal_state(ID).manifest == ()
    missed = []
    for path in (manifest(project), *folder(project).iterdir()):
        before = path.read_bytes()
        for at, byte in enumerate(before):
            for flip in (1 << at % 8, 32):
                path.write_bytes(before[:at] + bytes([byte ^ flip]) + before[at + 1 :])
                state = project.seal_state(ID)
                if not (state.manifest or state.changed):
                    missed.append((path.name, at, flip))
        path.write_bytes(before)
    assert missed == []


def test_a_second_entry_for_a_file_does_not_excuse_its_change(project: Project) -> None:
    """Anybody can append an entry with a chain that holds: the file has to fit the first one too."""
    (first, second) = project.seal(ID, by="Ana")
    (folder(project) / "a.txt").write_text("B")
    (other,) = _chained([replace(second, sha256=sha256(b"B"), chain="")], second.chain)
    manifest(project).write_bytes(pretty(dump(_Manifest(entries=(first, second, other)))))
    state = project.seal_state(ID)
    assert (state.manifest, state.changed) == ((), ("evidence/a.txt",))


def test_a_path_in_the_manifest_leads_nowhere_else(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("A")
    (_, second) = project.seal(ID, by="Ana")
    entries = tuple(_chained([replace(second, file="../../outside.txt", chain="")], ""))
    manifest(project).write_bytes(pretty(dump(_Manifest(entries=entries))))
    assert project.seal_state(ID).changed == ("../../outside.txt",)


@pytest.mark.parametrize("link", ["evidence/a.txt", "evidence"])
def test_the_same_bytes_through_a_link_are_not_what_was_sealed(
    write: Callable[..., Project], tmp_path: Path, link: str
) -> None:
    project = write(files=FILES)
    project.seal(ID, by="Ana")
    path = project.folder(ID) / link
    path.rename(tmp_path / "aside")
    path.symlink_to(tmp_path / "aside")
    assert "evidence/a.txt" in project.seal_state(ID).changed
