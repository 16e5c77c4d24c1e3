"""What tests of several rooms need."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data that is kept outside the repository; a test that needs it skips loudly where it is not."""
    beside = Path(__file__).resolve().parents[1].parent / "shared"
    folder = Path(os.environ.get("INCIDENT2EVAL_SHARED") or beside)
    if not folder.is_dir():
        pytest.skip(f"NOT RUN: needs the shared data at {folder} (or INCIDENT2EVAL_SHARED)")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites tests/golden; the difference is the review."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")
