"""The first restart, as its page goes through it: every block runs, and prints what stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "first-restart.md").read_text("utf-8")
BLOCK = re.compile(
    r"<!-- run(?:: exits (?P<exits>\d))? -->\n```sh\n(?P<sh>.*?)^```$(?:\n\n```text\n(?P<text>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
CHANGES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d[-:]\d\d(?:[-:]\d\d)?(?:Z| UTC)|\d{4}-\d\d-\d\d"
    r"|\b[0-9a-f]{12,}\b|\d+ h left|age: \d+ minutes?"
)
"""Times and digests: another run has others."""


def settled(text: str) -> str:
    """What is the same in every run, however its lines are wrapped."""
    return CHANGES.sub("*", " ".join(text.split()))


def stands_in(text: str, printed: str) -> bool:
    """Whether it is what was printed, where `...` is anything."""
    pieces = [re.escape(settled(piece)) for piece in text.split("...")]
    return re.fullmatch(r".*?".join(f"\\s*{piece}\\s*" for piece in pieces), settled(printed)) is not None


@pytest.mark.skipif(
    not (shutil.which("ssh-keygen") and shutil.which("git")), reason="needs git and ssh-keygen"
)
def test_the_page_goes_from_the_demo_to_cleared(tmp_path: Path) -> None:
    folder, ended_in = tmp_path / "empty", tmp_path / "folder"
    folder.mkdir()
    who = {"NAME": "Kit Lowe", "EMAIL": "kit@example.org"}
    environment = {
        **os.environ,
        **{f"GIT_{part}_{name}": text for part in ("AUTHOR", "COMMITTER") for name, text in who.items()},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    blocks = list(BLOCK.finditer(PAGE))

    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"trap 'pwd > {ended_in}' EXIT\n{block['sh']}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        folder = Path(ended_in.read_text("utf-8").strip())
        assert done.returncode == int(block["exits"] or 0), f"{block['sh']}\n{done.stdout}"
        assert stands_in(block["text"] or "", done.stdout), f"{block['sh']}\n{done.stdout}"
    assert "CLEARED" in "".join(block["text"] or "" for block in blocks)
    assert len(blocks) == PAGE.count("```sh")
