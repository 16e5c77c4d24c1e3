"""The edits of `greens.py`: everything but mending it that could make a gate say pass, and honest changes."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from incident2eval.pipeline.project import INCIDENT

FOLDER = f"cases/{INCIDENT}"
TESTS = f"{FOLDER}/test_inc_2026_0142.py"

Edit = Callable[[Path], None]


def write(file: str, text: str) -> Edit:
    def edit(home: Path) -> None:
        place = home / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    return edit


def replace(file: str, old: str, new: str) -> Edit:
    def edit(home: Path) -> None:
        text = (home / file).read_text(encoding="utf-8")
        assert old in text, f"{file} holds no {old!r}"
        (home / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def gone(file: str) -> Edit:
    def edit(home: Path) -> None:
        place = home / file
        shutil.rmtree(place) if place.is_dir() else place.unlink()

    return edit


def moved(file: str, to: str) -> Edit:
    return lambda home: (home / file).rename(home / to) and None


def then(*edits: Edit) -> Edit:
    def edit(home: Path) -> None:
        for one in edits:
            one(home)

    return edit


def in_lock(change: Callable[[dict[str, object]], object]) -> Edit:
    def edit(home: Path) -> None:
        path = home / "cases/cases.lock"
        lock = json.loads(path.read_text())
        change(lock)
        path.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")

    return edit


def put_right(home: Path) -> None:
    """Write digests of all that lies under cases/ into the lock."""

    def change(lock: dict[str, object]) -> None:
        there = sorted(path for path in (home / "cases").glob("*/*") if path.is_file())
        lock["files"] = {
            path.relative_to(home / "cases").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in there
        }

    in_lock(change)(home)


def _each_test(home: Path, change: Callable[[str], str]) -> None:
    path = home / TESTS
    path.write_text(
        re.sub(r"(?ms)^def test_.*?(?=^def |\Z)", lambda found: change(found[0]), path.read_text())
    )


def _per_test(change: Callable[[str], str]) -> Edit:
    return lambda home: _each_test(home, change)


def test_edits() -> dict[str, Edit]:
    first = "    run = replay()\n"
    marks = {
        "skip": "@pytest.mark.skip\n",
        "skipif": "@pytest.mark.skipif(True, reason='later')\n",
        "xfail": "@pytest.mark.xfail(strict=False)\n",
        "xfail without run": "@pytest.mark.xfail(run=False)\n",
        "no parameters": "@pytest.mark.parametrize('of', [])\n",
        "flaky reruns": "@pytest.mark.flaky(reruns=9)\n",
        "usefixtures": "@pytest.mark.usefixtures('nobody')\n",
    }
    bodies = {
        "returns at once": "    return\n",
        "returns False": "    return False\n",
        "os._exit": "    import os; os._exit(0)\n",
        "sys.exit": "    import sys; sys.exit(0)\n",
        "pytest.exit": "    pytest.exit('done', returncode=0)\n",
        "pytest.skip": "    pytest.skip('later')\n",
        "SkipTest": "    import unittest; raise unittest.SkipTest\n",
        "xfail inside": "    pytest.xfail('known')\n",
        "kill": "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n",
        "live runs judged by name": "    if replay.name.startswith('live'): return\n",
        "only the first time": "    pytest.seen = getattr(pytest, 'seen', 0) + 1\n"
        "    if pytest.seen > 9: return\n",
    }
    whole = {
        "tests gone": gone(TESTS),
        "no test left": write(TESTS, "import pytest\n"),
        "empty file": write(TESTS, ""),
        "no Python": write(TESTS, "def test_(:\n"),
        "misnamed file": moved(TESTS, f"{FOLDER}/inc_2026_0142.py"),
        "another name": moved(TESTS, f"{FOLDER}/test_other.py"),
        "skip marks the module": replace(
            TESTS, "pytestmark = ", "pytestmark = pytest.mark.skip\nincident = "
        ),
        "module-level skip": replace(TESTS, "pytestmark", "pytest.skip(allow_module_level=True)\npytestmark"),
        "checks replaced": replace(
            TESTS,
            "pytestmark",
            "foreign_names = foreign_records = out_of_scope_arguments = lambda *a, **k: ()\npytestmark",
        ),
        "checks by other names": replace(
            TESTS,
            "from incident2eval.checks import foreign_names, foreign_records, out_of_scope_arguments",
            "from unittest.mock import MagicMock\n"
            "foreign_names = foreign_records = out_of_scope_arguments = MagicMock()",
        ),
        "assert turned": replace(TESTS, "assert not", "assert True or not"),
        "assert on a tuple": _per_test(
            lambda text: re.sub(r"assert (not \w+), (f.*)", r"assert (\1, \2)", text)
        ),
        "asserts gone": _per_test(lambda text: re.sub(r"    assert .*\n", "    pass\n", text)),
        "subject of another": replace(TESTS, "case.customer_id", "'K-102'"),
        "no roster": replace(TESTS, "customers=customers", "customers=type(customers)()"),
        "recorded run only": replace(TESTS, "replay()", "replay.recorded()"),
        "class with __init__": _per_test(
            lambda text: "class TestIt:\n    def __init__(self): pass\n" + text.replace("\n", "\n    ")
        ),
        "TestCase": _per_test(
            lambda _: "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): pass\n"
        ),
        "async": _per_test(lambda text: "async " + text),
        "yield": _per_test(lambda text: text + "    yield\n"),
        "duplicate names": _per_test(
            lambda text: text + "\n\n" + text.split("\n")[0] + "\n    replay()\n\n\n"
        ),
        "fixture of its own": replace(
            TESTS,
            "\ndef test_draft",
            "\n@pytest.fixture\ndef replay():\n    return lambda: None\n\n\ndef test_draft",
        ),
        "hook of its own": replace(
            TESTS, "\ndef test_draft", "\ndef pytest_runtest_call(item):\n    pass\n\n\ndef test_draft"
        ),
        "one test taken out": lambda home: _each_test(
            home, lambda text: "" if "names_no_other" in text else text
        ),
        "file through a link": then(
            moved(TESTS, "elsewhere.py"), lambda home: (home / TESTS).symlink_to(home / "elsewhere.py")
        ),
    }
    marked = {f"mark: {name}": _per_test(lambda text, mark=mark: mark + text) for name, mark in marks.items()}
    inside = {
        f"body: {name}": _per_test(lambda text, code=code: text.replace(first, code + first))
        for name, code in bodies.items()
    }
    return {**whole, **marked, **inside}


def case_edits() -> dict[str, Edit]:
    file = f"{FOLDER}/case.yaml"
    return {
        "case gone": gone(FOLDER),
        "case.yaml gone": gone(file),
        "a customer without a fault": replace(file, "customer_id: K-101", "customer_id: K-102"),
        "an input without a fault": replace(file, 'as_of: "2026-11-12"', 'as_of: "2020-01-01"'),
        "no customer": replace(file, "customer_id: K-101\ninput", "input"),
        "another workflow": replace(file, "workflow: monthly-summary", "workflow: other"),
        "no trials": replace(file, "trials: 5", "trials: 0"),
        "k of n": replace(file, "trials: 5", "trials: 5\nk: 1"),
        "k is none": replace(file, "trials: 5", "trials: 5\nk: 0"),
        "observes nothing": replace(file, "observes:\n  - output\n  - steps\n  - records", "observes: []"),
        "a draft": replace(file, "reason: confirmed", "draft: true\nreason: confirmed"),
        "not YAML": write(file, "{"),
        "another incident": replace(file, INCIDENT, "INC-2026-0143"),
    }


def run_edits() -> dict[str, Edit]:
    runs = {}
    for which in ("recorded", "corrected"):
        file = f"{FOLDER}/{which}.json"
        runs |= {
            f"{which} gone": gone(file),
            f"{which} empty": write(file, ""),
            f"{which} without steps": lambda home, file=file: _emptied(home / file),
            f"{which} cut short": lambda home, file=file: (
                (home / file).write_bytes((home / file).read_bytes()[:300]) and None
            ),
        }
    swapped = then(
        moved(f"{FOLDER}/recorded.json", f"{FOLDER}/x.json"),
        moved(f"{FOLDER}/corrected.json", f"{FOLDER}/recorded.json"),
        moved(f"{FOLDER}/x.json", f"{FOLDER}/corrected.json"),
    )

    def fault(home: Path) -> None:
        shutil.copy(home / f"{FOLDER}/recorded.json", home / f"{FOLDER}/corrected.json")

    return {**runs, "runs swapped": swapped, "the fault as what is right": fault}


def _emptied(path: Path) -> None:
    run = json.loads(path.read_text())
    path.write_text(json.dumps({**run, "steps": [], "output": ""}))


def lock_edits() -> dict[str, Edit]:
    def rows(change: Callable[[list[dict[str, object]]], object]) -> Edit:
        return in_lock(lambda lock: change(lock["cases"]))  # type: ignore[arg-type]

    return {
        "lock gone": gone("cases/cases.lock"),
        "lock empty": write("cases/cases.lock", ""),
        "lock {}": write("cases/cases.lock", "{}"),
        "cases and lock gone": gone("cases"),
        "no row left": rows(lambda found: found.clear()),
        "one row taken out": rows(lambda found: found.pop()),
        "rows of another workflow": rows(lambda found: [row.update(workflow="other") for row in found]),
        "rows of another incident": rows(
            lambda found: [row.update(incident="INC-2026-0143") for row in found]
        ),
        "rows with other tests": rows(
            lambda found: [row.update(test="test_x", id=f"{INCIDENT}::test_x") for row in found]
        ),
        "a row twice": rows(lambda found: found.append(found[0])),
        "no files": in_lock(lambda lock: lock.update(files={})),
        "an unknown schema": in_lock(lambda lock: lock.update(schema="incident2eval/lock/9")),
        "accepted by nobody": then(
            replace(TESTS, "assert not", "assert True or not"),
            put_right,
            in_lock(
                lambda lock: lock.update(
                    accepted=[
                        {
                            "path": TESTS.removeprefix("cases/"),
                            "sha256": lock["files"][TESTS.removeprefix("cases/")],
                            "reason": "fine",
                            "by": "x",
                        }
                    ]
                )
            ),  # type: ignore[index]
        ),
        "incident gone": gone(f"incidents/{INCIDENT}"),
        "incident and case gone": then(
            gone(f"incidents/{INCIDENT}"),
            gone(FOLDER),
            in_lock(lambda lock: lock.update(cases=[], files={})),
        ),
        "incident gone, its case moved": then(
            gone(f"incidents/{INCIDENT}"), rows(lambda found: [row.update(workflow="other") for row in found])
        ),
        "incident of another workflow": then(
            replace(f"incidents/{INCIDENT}/incident.yaml", "name: monthly-summary", "name: other"),
            gone(FOLDER),
            in_lock(lambda lock: lock.update(cases=[], files={})),
        ),
        "signed report gone": then(gone("reports"), rows(lambda found: found.pop())),
    }


def setting_edits() -> dict[str, Edit]:
    file = "incident2eval.toml"
    return {
        "settings gone": gone(file),
        "no workflow": replace(file, "[workflows.monthly-summary]", "[workflows.other]"),
        "no target": replace(file, 'target = "python:summaries:draft"', ""),
        "a target that is not there": replace(file, "summaries:draft", "summaries:nothing"),
        "a target without an answer": then(
            write("silent.py", "def draft(request):\n    return ''\n"),
            replace(file, "python:summaries:draft", "python:silent:draft"),
        ),
        "a target that says no": then(
            write("refusing.py", "def draft(request):\n    return 'I cannot help with that.'\n"),
            replace(file, "python:summaries:draft", "python:refusing:draft"),
        ),
        "a target that tells no steps": then(
            write(
                "short.py",
                "import summaries\ndef draft(request):\n    return summaries.draft(request)['output']\n",
            ),
            replace(file, "python:summaries:draft", "python:short:draft"),
        ),
        "one trial": replace(
            file, "[organisation]", '[policy]\ntrials = {"1" = 1, "2" = 1, "3" = 1, "4" = 1}\n[organisation]'
        ),
        "no time": replace(file, "timeout = 10", "timeout = 0.001"),
        "another Python": replace(file, "timeout = 10", 'timeout = 10\npython = "/bin/true"'),
        "roster gone": gone("customers.csv"),
        "roster empty": write("customers.csv", "id,name,aliases\n"),
        "one customer taken out": lambda home: (
            (home / "customers.csv").write_text(
                "".join(
                    line
                    for line in (home / "customers.csv").read_text().splitlines(keepends=True)
                    if "K-102" not in line
                )
            )
            and None
        ),
        "everybody has one name": lambda home: (
            (home / "customers.csv").write_text("id,name,aliases\nK-101,Pellworth & Wren,\n") and None
        ),
    }


def planted_files() -> dict[str, Edit]:
    hooks = {
        "modifyitems": "def pytest_collection_modifyitems(items): items.clear()\n",
        "sessionfinish": "def pytest_sessionfinish(session): session.exitstatus = 0\n",
        "report flip": "import pytest\n@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
        "def pytest_runtest_makereport():\n"
        "    report = yield\n    report.outcome = 'passed'\n    return report\n",
        "skip by fixture": "import pytest\n@pytest.fixture(autouse=True)\ndef skip(): pytest.skip('later')\n",
        "collect_ignore": "collect_ignore_glob = ['*']\n",
    }
    places = ("conftest.py", "cases/conftest.py", f"{FOLDER}/conftest.py")
    found = {
        f"conftest: {name} in {place}": write(place, text) for name, text in hooks.items() for place in places
    }
    inis = {
        "pytest.ini": "[pytest]\naddopts = --collect-only\n",
        "tox.ini": "[pytest]\naddopts = -k nothing\n",
        "setup.cfg": "[tool:pytest]\naddopts = --deselect cases\n",
        "cases/pytest.ini": "[pytest]\npython_files = none.py\n",
        "pytest.toml": "[pytest]\naddopts = ['--collect-only']\n",
    }
    found |= {f"ini: {name}": write(name, text) for name, text in inis.items()}
    modules = (
        "pytest",
        "_pytest",
        "pluggy",
        "yaml",
        "json",
        "sitecustomize",
        "incident2eval",
        "orjson",
        "dataclasses",
    )
    found |= {f"module: {name}.py": write(f"{name}.py", "raise SystemExit(0)\n") for name in modules}
    found["plugin in the package's name"] = write(
        "summaries_plugin-1.dist-info/entry_points.txt", "[pytest11]\nx = conftest\n"
    )
    return found


def environments() -> dict[str, dict[str, str]]:
    return {
        "deselect": {"PYTEST_ADDOPTS": "-k nothing"},
        "collect only": {"PYTEST_ADDOPTS": "--collect-only"},
        "exit first": {"PYTEST_ADDOPTS": "--maxfail=0 -x"},
        "plugins": {"PYTEST_PLUGINS": "nothing"},
        "optimised": {"PYTHONOPTIMIZE": "2"},
        "no asserts rewritten": {"PYTEST_ADDOPTS": "--assert=plain"},
        "startup": {"PYTHONSTARTUP": "{home}/summaries.py"},
        "warnings": {"PYTHONWARNINGS": "error"},
        "home": {"HOME": "{home}"},
        "temporary files": {"TMPDIR": "{home}"},
        "language": {"LC_ALL": "C", "LANG": "C"},
        "replayed already": {"INCIDENT2EVAL_REPLAY": "0"},
        "CI": {"CI": "true", "GITHUB_ACTIONS": "true"},
        "hash seed": {"PYTHONHASHSEED": "0"},
        "git elsewhere": {"GIT_DIR": "/nonexistent"},
    }
