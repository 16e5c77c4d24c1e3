"""Who changed a project since a time, whatever the commits say of themselves."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.pipeline.signed import git_history
from incident2eval.pipeline.signed.git_history import authors_since, ever_held, settings_commits
from incident2eval.store import Project

NOTICED = datetime(2026, 3, 1, tzinfo=UTC)
OLD, LATER = "2026-01-10T00:00:00Z", "2026-03-02T00:00:00Z"


def commit(root: Path, name: str, authored: str, committed: str = "", message: str = "x") -> str:
    path = root / "flow.py"
    path.write_text(f"{path.read_text() if path.exists() else ''}# {name}\n", "utf-8")
    subprocess.run(["git", "-C", root, "add", "-A"], check=True)
    who = ["-c", f"user.name={name}", "-c", f"user.email={name.casefold()}@example.org"]
    dates = {"GIT_AUTHOR_DATE": authored, "GIT_COMMITTER_DATE": committed or authored}
    subprocess.run(["git", "-C", root, *who, "commit", "-qm", message], check=True, env=dates)
    asked = ["git", "-C", str(root), "rev-parse", "HEAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def home(tmp_path: Path) -> Project:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commit(tmp_path, "Founder", OLD)
    return Project(root=tmp_path)


def test_one_new_date_is_enough_and_names_are_as_written(home: Project) -> None:
    commit(home.root, "Ana", LATER, OLD)
    (home.root / ".mailmap").write_text("Nobody <n@x> <ana@example.org>\n", "utf-8")

    assert authors_since(home, NOTICED) == ("Ana", "ana@example.org")


def test_what_lies_above_counts_and_what_claims_to_be_older_too(home: Project) -> None:
    commit(home.root, "Ana", "2025-06-01T00:00:00Z")
    commit(home.root, "Kit", LATER)
    commit(home.root, "Lee", OLD)

    found = authors_since(home, NOTICED)
    assert found is not None
    assert {"Ana", "Kit", "Lee"} <= set(found)
    assert "Founder" not in found


def test_whoever_worked_along_is_told(home: Project) -> None:
    commit(home.root, "Ana", LATER, message="fix\n\nCo-authored-by: Lee Okafor <lee@x>\n\nmore")

    assert authors_since(home, NOTICED) == ("Ana", "ana@example.org", "Lee Okafor", "lee@x")


def test_after_a_signed_commit_no_date_hides_anything(home: Project) -> None:
    signed = commit(home.root, "Kit", "2026-01-20T00:00:00Z")
    commit(home.root, "Lee", "2026-01-21T00:00:00Z")

    assert authors_since(home, NOTICED) == ()
    assert authors_since(home, NOTICED, signed) == ("Lee", "lee@example.org")


def test_a_history_that_is_cut_says_nothing(home: Project, tmp_path: Path) -> None:
    newest = commit(home.root, "Ana", LATER)
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{tmp_path}", shallow], check=True)
    (tmp_path / ".git/info/grafts").write_text(f"{newest}\n", "utf-8")

    assert authors_since(Project(root=shallow), NOTICED) is None
    assert authors_since(home, NOTICED) is None


def test_a_history_that_git_does_not_tell_is_not_an_empty_one(
    home: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository that is too large to be asked in time, say, or lacks objects."""
    assert settings_commits(home) == ()
    answers = {"rev-parse": b"0" * 40}
    monkeypatch.setattr(git_history, "git_answer", lambda _, word, *__: answers.get(word))
    for ask in (settings_commits, lambda home: ever_held(home, "reports")):
        with pytest.raises(BadInput, match="git did not say what the history holds"):
            ask(home)
    answers.clear()
    assert (settings_commits(home), ever_held(home, "reports")) == ((), {})
