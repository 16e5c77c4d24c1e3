"""The docs say what is there: every command, links that lead somewhere, and shell blocks that run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from incident2eval.checks import SHELF
from incident2eval.cli import COMMANDS
from incident2eval.formats import FORMATS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

RUNNABLE = re.compile(r"<!-- run(?:: exits (\d))? -->\n```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_with_what_it_does(name: str) -> None:
    row = next(line for line in README.splitlines() if re.match(rf"\| `{name}[ `]", line))

    assert COMMANDS[name].does in row


@pytest.mark.parametrize("name", [check.name for check in SHELF])
def test_every_check_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_every_format_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()] == []


def test_ci_runs_the_readmes_test_command() -> None:
    (command,) = (
        line for line in README.splitlines() if line.startswith("pip install") and line.endswith("nox")
    )

    assert command.replace("pip install", "pip install --quiet") in (ROOT / ".ci" / "run").read_text("utf-8")
    assert command in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.requirement("R74")
def test_the_readmes_five_minutes_work_as_written(tmp_path: Path) -> None:
    """Each marked block runs in the folder where the one before it ended."""
    folder, ended_in = tmp_path, tmp_path / "folder"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    for exits, block in RUNNABLE.findall(README):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"trap 'pwd > {ended_in}' EXIT\n{block}"],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        folder = Path(ended_in.read_text("utf-8").strip())
        assert done.returncode == int(exits or 0), f"{block}\n{done.stdout}\n{done.stderr}"
