"""The 23 ways in which a pytest run with a failing, absent or unrun test still ended with exit code 0.

Each is tried on a workflow that still has its fault: by itself, and (where it edits a case) once more by
someone who makes the lock fit the edit. None opens the gate.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline.conftest import relock

from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT

Ask = Callable[[Path], Answer]
Tamper = Callable[[Path, pytest.MonkeyPatch], None]


def file_of(folder: Path) -> Path:
    return next((folder / "cases" / INCIDENT).glob("test_*.py"))


def edit(change: Callable[[str], str]) -> Tamper:
    def tamper(folder: Path, _: pytest.MonkeyPatch) -> None:
        path = file_of(folder)
        before = path.read_text()
        path.write_text(change(before))
        assert path.read_text() != before

    return tamper


def mark(decorator: str) -> Tamper:
    return edit(lambda text: text.replace("\ndef test_", f"\n{decorator}\ndef test_"))


def first_statement(line: str, *, imports: str = "") -> Tamper:
    return edit(
        lambda text: text.replace("import pytest\n", f"import pytest\n{imports}").replace(
            "    run = ", f"    {line}\n    run = "
        )
    )


def asserts(form: str) -> Tamper:
    return edit(lambda text: text.replace("    assert not ", form))


def conftest(source: str) -> Tamper:
    def tamper(folder: Path, _: pytest.MonkeyPatch) -> None:
        for place in (folder.parent, folder, folder / "cases", folder / "cases" / INCIDENT):
            (place / "conftest.py").write_text(f"import pytest\n{source}")

    return tamper


def environment(name: str, value: str) -> Tamper:
    return lambda _, monkeypatch: monkeypatch.setenv(name, value)


def pytest_ini(line: str) -> Tamper:
    def tamper(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for place in (folder.parent, folder, folder / "cases", folder / "cases" / INCIDENT):
            (place / "pytest.ini").write_text(f"[pytest]\n{line}\n")
        monkeypatch.chdir(folder)

    return tamper


def misnamed(folder: Path, _: pytest.MonkeyPatch) -> None:
    file_of(folder).rename(file_of(folder).with_name("inc.py"))


def helper_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "cases" / INCIDENT / "judge.py").write_text("def nothing(found):\n    assert not found\n")
    edit(
        lambda text: text.replace("import pytest\n", "import pytest\nimport judge\n").replace(
            "    assert not ", "    judge.nothing("
        )
    )(folder, monkeypatch)
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")


FALSE_GREENS: dict[str, Tamper] = {
    "skip mark": mark("@pytest.mark.skip"),
    "xfail": mark("@pytest.mark.xfail(strict=False)"),
    "xfail that does not run": mark("@pytest.mark.xfail(run=False, strict=False)"),
    "-k deselects": environment("PYTEST_ADDOPTS", "-k nothing_of_this_name"),
    "addopts in pytest.ini": pytest_ini("addopts = -k nothing_of_this_name"),
    "PYTEST_ADDOPTS deselects": environment("PYTEST_ADDOPTS", "--deselect cases"),
    "PYTEST_ADDOPTS collects only": environment("PYTEST_ADDOPTS", "--collect-only"),
    "conftest drops items": conftest("def pytest_collection_modifyitems(items):\n    items.clear()\n"),
    "conftest sets the exit status": conftest(
        "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
    ),
    "conftest flips reports": conftest(
        "@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport():\n"
        "    outcome = yield\n    outcome.get_result().outcome = 'passed'\n"
    ),
    "conftest ignores files": conftest("collect_ignore_glob = ['*.py']\n"),
    "conftest skips everything": conftest("@pytest.fixture(autouse=True)\ndef no():\n    pytest.skip()\n"),
    "a second test of that name": edit(
        lambda text: text + text[text.index("\n\ndef ") :].replace("assert not", "assert")
    ),
    "returns False": asserts("    return not "),
    "empty parametrize": mark("@pytest.mark.parametrize('x', [])"),
    "asserts a tuple": edit(
        lambda text: text.replace("assert not ", "assert (not ").replace('}"\n', '}")\n')
    ),
    "os._exit(0)": first_statement("os._exit(0)", imports="import os\n"),
    "pytest.exit(returncode=0)": first_statement("pytest.exit('done', returncode=0)"),
    "a class with __init__": edit(
        lambda text: text.replace("\ndef test_", "\nclass TestIt:\n  def __init__(self): ...\n  def test_", 1)
    ),
    "a misnamed file": misnamed,
    "rerun until green": environment("PYTEST_ADDOPTS", "--reruns 50"),
    "unittest.SkipTest": first_statement("raise unittest.SkipTest", imports="import unittest\n"),
    "an assertion elsewhere under -O": helper_module,
}


def test_all_23_are_tried() -> None:
    assert len(FALSE_GREENS) == 23


@pytest.mark.parametrize("name", FALSE_GREENS)
@pytest.mark.parametrize("with_lock", [False, True], ids=["lock left alone", "lock made to fit"])
def test_the_gate_stays_shut(
    faulty: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, name: str, with_lock: bool
) -> None:
    FALSE_GREENS[name](faulty, monkeypatch)
    if with_lock:
        relock(faulty)

    answer = ask(faulty)

    assert (answer.data["decision"], answer.exit_code) == ("blocked", 1)
    assert answer.data["reasons"]


@pytest.mark.parametrize(
    "name", [name for name, tamper in FALSE_GREENS.items() if "conftest" in name or "PYTEST" in name]
)
def test_what_cannot_open_the_gate_cannot_shut_it_either(
    project: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    FALSE_GREENS[name](project, monkeypatch)
    (project / "cases" / INCIDENT / "conftest.py").unlink(missing_ok=True)

    assert ask(project).data["decision"] == "pass"
