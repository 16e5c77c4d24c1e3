"""23 ways in which a failing, absent or unrun test ends with exit code 0 under pytest; none may pass here.

A test counts as passed only if it is red on the recorded run, and green on the corrected one and on today's.
Where the test file itself is edited (a duplicate name, say), the digests of the lock see it before anything
runs: that is tested with the gate.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from proving.small_case import BAD, GOOD, HONEST, TEST, Judge, Told

from incident2eval.model import Outcome

FILE = "test_inc_2026_0142.py"
BODY = "    assert not strays, "


def _marked(mark: str) -> str:
    return HONEST.replace("pytestmark = ", f"pytestmark = {mark}\nincident = ")


def _decorated(decorator: str) -> str:
    return HONEST.replace("def test_", f"{decorator}\ndef test_")


def _with_assertion(code: str) -> str:
    return HONEST.replace(BODY, f"    {code}\n{BODY}")


EDITED: Mapping[str, str | Mapping[str, str]] = {
    "skip mark on all": _marked("pytest.mark.skip"),
    "xfail": _decorated("@pytest.mark.xfail(strict=False)"),
    "xfail without run": _decorated("@pytest.mark.xfail(run=False)"),
    "duplicate name": HONEST + "\n\ndef test_fetches_only_its_own(replay):\n    replay()\n",
    "return False": HONEST.replace(BODY, "    return not strays  # "),
    "empty parameters": _decorated('@pytest.mark.parametrize("of", [])').replace("(replay,", "(of, replay,"),
    "assert on a tuple": HONEST.replace(BODY, "    assert (not strays, 'strays')  # "),
    "os._exit": _with_assertion("import os; os._exit(0)"),
    "pytest.exit": _with_assertion("pytest.exit('done', returncode=0)"),
    "class with __init__": HONEST.replace(
        "def test_fetches_only_its_own(",
        "class TestIt:\n  def __init__(self): pass\n\n  def test_fetches_only_its_own(self, ",
    ).replace("\n    ", "\n      "),
    "misnamed file": {"inc_2026_0142.py": HONEST},
    "unittest.SkipTest": _with_assertion("import unittest; raise unittest.SkipTest"),
    "assert in a helper module": {
        FILE: "from judging import judged\n" + HONEST.replace(BODY, "    judged(strays)  # "),
        "judging.py": "def judged(strays):\n    assert not strays\n",
    },
}  # fmt: skip

CONFTEST = {
    "modifyitems": "def pytest_collection_modifyitems(items): items.clear()",
    "sessionfinish": "def pytest_sessionfinish(session): session.exitstatus = 0",
    "report flip": (
        "import pytest\n@pytest.hookimpl(wrapper=True, tryfirst=True)\ndef pytest_runtest_makereport():\n"
        "    report = yield\n    report.outcome = 'passed'\n    return report"
    ),
    "collect_ignore": f"collect_ignore = ['{FILE}']",
    "autouse skip fixture": ("import pytest\n@pytest.fixture(autouse=True)\ndef skipped(): pytest.skip()\n"),
}

OPTIONS = {
    "-k deselect": "-k nothing",
    "deselect": f"--deselect=cases/INC-2026-0142/{FILE}",
    "collect only": "--collect-only",
    "reruns until green": "--reruns=5",
}


def passes(told: Told) -> bool:
    """Whether the test would open a gate."""
    needed = {"recorded": Outcome.FAILED, "corrected": Outcome.PASSED, "live-1": Outcome.PASSED}
    return all(told.get((TEST, runs), (None, ""))[0] is outcome for runs, outcome in needed.items())


def test_the_honest_test_is_red_today_and_passes_once_mended(judge: Judge) -> None:
    assert not passes(judge(live=BAD))
    assert passes(judge(live=GOOD))


@pytest.mark.parametrize("way", EDITED)
def test_edited_tests_do_not_pass(judge: Judge, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")

    assert not passes(judge(EDITED[way], live=BAD))
    assert not passes(judge(EDITED[way], live=GOOD)), "not even where an honest test would"


@pytest.mark.parametrize("way", ["return False", "assert on a tuple", "empty parameters"])
def test_a_test_that_judges_nothing_is_not_even_green(judge: Judge, way: str) -> None:
    told = judge(EDITED[way], live=GOOD)

    assert {outcome for outcome, _ in told.values()} <= {Outcome.ERRORED}


@pytest.mark.parametrize("way", CONFTEST)
def test_a_conftest_has_no_say(
    judge: Judge, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path.joinpath("a", "b", "c", "d")
    folder.mkdir(parents=True)
    for place in (folder, *folder.parents[:4]):
        (place / "conftest.py").write_text(CONFTEST[way])
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(folder)

    told = judge({FILE: HONEST, "conftest.py": CONFTEST[way]}, live=BAD)

    assert told == judge(live=BAD)
    assert told[TEST, "live-1"][0] is Outcome.FAILED


@pytest.mark.parametrize("way", OPTIONS)
@pytest.mark.parametrize("by", ["environment", "pytest.ini"])
def test_options_have_no_say(
    judge: Judge, way: str, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if by == "environment":
        monkeypatch.setenv("PYTEST_ADDOPTS", OPTIONS[way])
    else:
        (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {OPTIONS[way]}\n")

    assert judge(live=BAD)[TEST, "live-1"][0] is Outcome.FAILED
