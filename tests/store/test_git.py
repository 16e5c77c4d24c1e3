"""What differs from a commit, whatever a checkout's own settings would have git say."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.store import uncommitted


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Kit", "-c", "user.email=kit@example.org")
    subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "flow.py").write_text("x = 1\n", "utf-8")
    (root / ".gitignore").write_text("__pycache__/\nbuild/\n", "utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


def other_worktree(root: Path) -> None:
    copy = root.parent / "copy"
    copy.mkdir()
    (copy / "flow.py").write_text("x = 1\n", "utf-8")
    git(root, "config", "core.worktree", str(copy))


def filtered(root: Path) -> None:
    (root / ".git/info/attributes").write_text("flow.py filter=z\n", "utf-8")
    git(root, "config", "filter.z.clean", "echo 'x = 1'")


def hurried(root: Path) -> None:
    git(root, "config", "core.trustctime", "false")
    git(root, "config", "core.checkStat", "minimal")


@pytest.mark.parametrize("hide", [other_worktree, filtered, hurried])
def test_other_content_is_found_however_it_is_hidden(checkout: Path, hide: Callable[[Path], None]) -> None:
    flow = checkout / "flow.py"
    before = flow.stat()
    hide(checkout)
    flow.write_text("x = 2\n", "utf-8")
    os.utime(flow, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert "flow.py" in uncommitted(checkout)


def test_only_a_committed_gitignore_hides_code(checkout: Path) -> None:
    for folder in ("build", "listed", "own"):
        (checkout / folder).mkdir()
        (checkout / folder / "made.py").write_text("", "utf-8")
    (checkout / ".git/info/exclude").write_text("listed/\n", "utf-8")
    (checkout / "own/.gitignore").write_text("*\n", "utf-8")

    assert uncommitted(checkout) == ("listed/made.py", "own/made.py")


def test_bytecode_that_stands_for_itself_counts(checkout: Path) -> None:
    (checkout / "build").mkdir()
    (checkout / "build/flow.pyc").write_bytes(b"")
    (checkout / "__pycache__").mkdir()
    (checkout / "__pycache__/flow.cpython-311.pyc").write_bytes(b"abcd\1\0\0\0")
    (checkout / "__pycache__/usual.cpython-311.pyc").write_bytes(b"abcd\0\0\0\0")

    assert uncommitted(checkout) == ("__pycache__/flow.cpython-311.pyc", "build/flow.pyc")


def test_a_linked_checkout_with_other_line_ends_is_as_committed(checkout: Path) -> None:
    git(checkout, "config", "core.autocrlf", "true")
    git(checkout, "worktree", "add", "-q", str(checkout.parent / "linked"))

    assert (checkout.parent / "linked/flow.py").read_bytes() == b"x = 1\r\n"
    assert uncommitted(checkout.parent / "linked") == ()
