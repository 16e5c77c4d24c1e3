"""Evidence: which files there are, what they are, and that they stay what they were."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.store import Project

from .test_incidents import ID, said

LISTED = said("evidence: [{file: evidence/b.json, kind: trace}, {file: evidence/a.txt, kind: account}]\n")
FILES = {
    f"incidents/{ID}/evidence/{name}": content for name, content in {"b.json": "{}", "a.txt": "A"}.items()
}


@pytest.fixture
def project(write: Callable[..., Project]) -> Project:
    return write(LISTED, files=FILES)


def evidence_folder(project: Project) -> Path:
    return project.folder(ID) / "evidence"


def test_listed_files_come_first_then_those_that_were_found(project: Project) -> None:
    for name in ("z/input.json", "prompt.txt", ".hidden", "__x/.y/trace.json"):
        path = evidence_folder(project) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (evidence_folder(project) / "link.json").symlink_to(project.root / "incident2eval.toml")
    assert [(kept.evidence.file, kept.evidence.kind, kept.listed) for kept in project.evidence(ID)] == [
        ("evidence/b.json", "trace", True),
        ("evidence/a.txt", "account", True),
        ("evidence/prompt.txt", "prompt", False),
        ("evidence/z/input.json", "input", False),
    ]


KINDS = {
    "trace.json": ("{}", "trace"),
    "spans.jsonl.gz": ("\x1f", "trace"),
    "anything.json": ("[]", "trace"),
    "anything.txt": ('{"resourceSpans": []}', "trace"),
    "runs-corrected.json": ("{}", "corrected_trace"),
    "good_trace.json": ("{}", "good_trace"),
    "replay_input.json": ("{}", "input"),
    "output.json": ("{}", "output"),
    "reply_corrected.txt": ("Dear", "corrected_output"),
    "prompt_v13.txt": ("You are", "prompt"),
    "draft.txt": ("Dear", "output"),
    "release_log.csv": ("a,b", "approval"),
    "retrieval_log.csv": ("a,b", "retrieval_log"),
    "tool_calls.csv": ("a,b", "tool_log"),
    "numbers.csv": ("a,b", "export"),
    "queue.bin": ("\x89PNG", "screenshot"),
    "client-email.txt": ("Hello", "account"),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_is_told_by_content_and_name(project: Project, name: str) -> None:
    content, kind = KINDS[name]
    (evidence_folder(project) / name).write_bytes(content.encode("latin-1"))
    assert project.evidence(ID)[-1].evidence.kind == kind


def test_what_is_listed_but_absent_cannot_be_judged(project: Project) -> None:
    (evidence_folder(project) / "b.json").unlink()
    with pytest.raises(NotJudged, match=r"listed but absent: evidence/b.json"):
        project.evidence(ID)


def test_the_evidence_may_lie_outside_the_repository(write: Callable[..., Project], tmp_path: Path) -> None:
    outside = tmp_path / "vault" / ID / "evidence"
    outside.mkdir(parents=True)
    for name in ("a.txt", "b.json"):
        (outside / name).write_text("{}")
    project = write(LISTED, settings='[project]\nevidence = "vault"\n')
    assert [kept.path for kept in project.evidence(ID)] == [outside / "b.json", outside / "a.txt"]
    assert len(project.seal(ID, by="Ana")) == 2
    assert (project.folder(ID) / "SEALED.json").is_file()


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


def test_changed_evidence_is_named_and_never_sealed_again(project: Project) -> None:
    project.seal(ID, by="Ana")
    before = (project.folder(ID) / "SEALED.json").read_bytes()
    (evidence_folder(project) / "a.txt").write_text("B")
    with pytest.raises(NotProvable, match=r"changed after it was sealed: evidence/a.txt"):
        project.seal(ID, by="Ana")
    assert (project.folder(ID) / "SEALED.json").read_bytes() == before


def test_sealed_evidence_that_is_gone_cannot_be_judged(project: Project) -> None:
    project.keep(ID, "c.json", b"{}")
    project.seal(ID, by="Ana")
    (evidence_folder(project) / "c.json").unlink()
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


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a\\b", "a\nb", ".."])
def test_only_a_plain_name_is_kept(project: Project, name: str) -> None:
    with pytest.raises(BadInput, match="is no name for a file of evidence"):
        project.keep(ID, name, b"{}")


def test_evidence_is_never_written_over(project: Project) -> None:
    project.keep(ID, "a.txt", b"A")
    with pytest.raises(BadInput, match="is another file of that name"):
        project.keep(ID, "a.txt", b"B")
    assert (evidence_folder(project) / "a.txt").read_bytes() == b"A"
