"""The key: one for a project, whoever asks first."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput
from incident2eval.store import Project

ASKS = """
import sys, time
from pathlib import Path
from incident2eval.store import Project
project = Project.find(Path(sys.argv[1]))
print("ready", flush=True)
while not (project.root / "go").exists():
    time.sleep(0.001)
print(project.make_key().hex())
"""


def test_many_who_ask_at_once_get_the_one_key_that_is_kept(write: Callable[..., Project]) -> None:
    root = write().root
    command = [sys.executable, "-c", ASKS, str(root)]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for one in asking:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    (root / "go").touch()
    given = {one.communicate()[0].strip() for one in asking}

    assert given == {(root / ".incident2eval" / "key").read_text().strip()}
    assert (root / ".incident2eval" / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("link", [".incident2eval", ".incident2eval/key"])
def test_no_key_is_written_through_a_link(write: Callable[..., Project], tmp_path: Path, link: str) -> None:
    project, outside = write(), tmp_path / "outside"
    outside.mkdir()
    (project.root / link).parent.mkdir(exist_ok=True)
    (project.root / link).symlink_to(outside / "key" if link.endswith("key") else outside)
    with pytest.raises(BadInput, match="is a link"):
        project.make_key()
    assert list(outside.iterdir()) == []
