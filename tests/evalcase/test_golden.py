"""The generated test of every check, as a reviewer meets it: tests/golden/<check>.py."""

import subprocess
import sys
from pathlib import Path

import pytest

from incident2eval.checks import SHELF, TYPE_OF_CHECK, Check
from incident2eval.evalcase import write_tests

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize("check", SHELF, ids=lambda check: check.name)
def test_the_test_of_a_check_reads_as_agreed(check: Check, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{check.name}.py"
    written = write_tests("INC-2026-0142", TYPE_OF_CHECK.get(check.name), [check])
    if request.config.getoption("--update-golden"):
        path.write_bytes(written)

    assert written == path.read_bytes(), "run pytest with --update-golden and look at the difference"


def test_every_golden_file_has_its_check() -> None:
    assert {path.stem for path in GOLDEN.glob("*.py")} == {check.name for check in SHELF}


def test_generated_tests_are_formatted_as_ruff_formats_them(tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed in this environment")
    path = tmp_path / "test_all.py"
    path.write_bytes(write_tests("INC-2026-0142", None, SHELF))

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "--isolated", "--line-length", "110", path],
        check=False,
    )

    assert done.returncode == 0
