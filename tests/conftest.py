"""What tests of several rooms need."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from thorough import THOROUGH, tries

settings.register_profile("tests", max_examples=tries(100), derandomize=not THOROUGH)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data that is kept outside the repository; a test that needs it skips loudly where it is not."""
    beside = Path(__file__).resolve().parents[1].parent / "shared"
    folder = Path(os.environ.get("INCIDENT2EVAL_SHARED") or beside)
    if not folder.is_dir():
        pytest.skip(f"NOT RUN: needs the shared data at {folder} (or INCIDENT2EVAL_SHARED)")
    return folder


@pytest.fixture(scope="session")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with its case proved and locked; never change it, take a `project`."""
    # Not above: most tests need none of the pipeline.
    from filelock import FileLock

    from incident2eval.pipeline import run
    from incident2eval.pipeline.project import INCIDENT, write_demo

    own = tmp_path_factory.getbasetemp()
    once = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(once / "proved.lock"):  # the first of several workers makes it
        if not (once / "proved").exists():
            folder = tmp_path_factory.mktemp("proving")
            write_demo(folder / "demo")
            answer = run.run(project=folder / "demo", incident=INCIDENT)
            assert answer.exit_code == 0, answer.text
            folder.rename(once / "proved")
    return once / "proved" / "demo"


@pytest.fixture
def project(proved: Path, tmp_path: Path) -> Path:
    """A copy of one's own, with the workflow mended."""
    from incident2eval.pipeline.project import set_state

    shutil.copytree(proved, tmp_path / "demo")
    set_state(tmp_path / "demo", "fixed")
    return tmp_path / "demo"


@pytest.fixture
def faulty(project: Path) -> Path:
    """A copy of one's own, with the workflow as it was at the incident."""
    from incident2eval.pipeline.project import set_state

    set_state(project, "faulty")
    return project


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites tests/golden; the difference is the review."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")
