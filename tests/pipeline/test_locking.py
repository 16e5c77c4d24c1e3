"""The lock over all cases is one file, and everybody who writes a case changes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged, Pseudonyms
from incident2eval.pipeline.gating.locking import lock_case, lock_pseudonyms
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project

WRITER = """
import sys, time
from pathlib import Path
from incident2eval.model import Pseudonyms
from incident2eval.pipeline.gating.locking import lock_case, lock_pseudonyms
from incident2eval.store import Project
home, who = Project.find(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
while not (home.root / "go").exists():
    time.sleep(0.001)
for number in range(1010, 1030):
    incident = f"INC-{who}-{number}"
    home.write_case(incident, {"case.yaml": b"draft: true"})
    lock_pseudonyms(home, {f"{who}-{number}": Pseudonyms(names=("Jun Abara",))})
    lock_case(home, incident, ())
"""


def test_two_who_lock_cases_of_different_incidents_lose_nothing(project: Path) -> None:
    before = Project.find(project).lock()
    command = [sys.executable, "-c", WRITER, str(project)]
    writers = [
        subprocess.Popen([*command, who], stdout=subprocess.PIPE, text=True) for who in ("2025", "2026")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    (project / "go").touch()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0

    after = Project.find(project).lock()
    assert len(after.files) == len(before.files) + 40
    assert len(after.pseudonyms) == len(before.pseudonyms) + 40
    assert after.cases == before.cases


def test_what_keeps_others_out_is_no_file_of_a_case(project: Path) -> None:
    home = Project.find(project)
    before = home.lock()
    lock_case(home, INCIDENT, before.cases)

    assert (project / "cases" / ".lock").exists()
    assert home.lock() == before
    assert "cases/.lock" in (project / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(("link", "error"), [("cases/.lock", NotJudged), ("cases", BadInput)])
def test_nothing_is_locked_through_a_link(
    project: Path, tmp_path: Path, link: str, error: type[Exception]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    if link == "cases":
        (project / link).rename(tmp_path / "aside")
    (project / link).unlink(missing_ok=True)
    (project / link).symlink_to(outside / "x" if link.endswith(".lock") else outside)
    with pytest.raises(error, match="is a link"):
        lock_pseudonyms(Project.find(project), {"007": Pseudonyms()})
    assert list(outside.iterdir()) == []
