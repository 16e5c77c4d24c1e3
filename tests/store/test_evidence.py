"""Evidence: which files there are, and what they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged
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


@pytest.mark.requirement("R34", "R155")
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


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a\\b", "a\nb", ".."])
def test_only_a_plain_name_is_kept(project: Project, name: str) -> None:
    with pytest.raises(BadInput, match="is no name for a file of evidence"):
        project.keep(ID, name, b"{}")


@pytest.mark.requirement("R35")
def test_evidence_is_never_written_over(project: Project) -> None:
    project.keep(ID, "a.txt", b"A")
    with pytest.raises(BadInput, match="is another file of that name"):
        project.keep(ID, "a.txt", b"B")
    assert (evidence_folder(project) / "a.txt").read_bytes() == b"A"
