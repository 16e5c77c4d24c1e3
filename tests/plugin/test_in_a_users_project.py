"""The plugin among a user's own pytest settings, and in runs that have nothing to do with it."""

import json
import os
import subprocess
import sys

import pytest
from plugin.conftest import Toy


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_import_modes(toy: Toy, mode: str) -> None:
    toy.pytester.makeini(
        f"[pytest]\naddopts = --import-mode={mode} --strict-markers -ra\nfilterwarnings = error\n"
    )

    toy.pytest("cases").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("cases/INC-2026-0142",),
        ("cases/INC-2026-0142/test_inc_2026_0142.py",),
        (".",),
        ("--rootdir=cases", "cases"),
    ],
)
def test_ways_to_name_a_case(toy: Toy, arguments: tuple[str, ...]) -> None:
    result = toy.pytest(*arguments)

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["incident2eval: judging today's workflow"])


def test_a_part_of_the_tests(toy: Toy) -> None:
    toy.pytest("cases", "-k", "all").assert_outcomes(passed=1, deselected=1)


def test_fixtures_of_the_project_with_the_same_names_stay_out_of_cases(toy: Toy) -> None:
    toy.pytester.makeconftest(
        "import pytest\n"
        "@pytest.fixture\ndef customers(): return ['theirs']\n"
        "@pytest.fixture\ndef case(): return None\n"
    )
    toy.pytester.makepyfile(test_theirs="def test_it(customers): assert customers == ['theirs']")

    toy.pytest("cases", "test_theirs.py").assert_outcomes(passed=3)


def test_skipped_tests_call_nothing(toy: Toy) -> None:
    toy.tests("import pytest\n@pytest.mark.skip\ndef test_it(replay): pass\n")

    toy.pytest("cases").assert_outcomes(skipped=1)

    assert toy.calls == []


def test_a_run_without_cases_imports_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys, json, pathlib\n"
        "def test_it(request):\n"
        "    ours = sorted(name for name in sys.modules if name.partition('.')[0] == 'incident2eval')\n"
        "    pathlib.Path('modules.json').write_text(json.dumps(ours))\n"
    )

    result = pytester.runpytest_subprocess("-pno:cacheprovider")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("incident2eval:*")
    modules = json.loads((pytester.path / "modules.json").read_text())
    assert modules == ["incident2eval", "incident2eval.pytest_plugin"]


def test_loading_the_plugin_loads_nothing_that_pytest_has_not() -> None:
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport incident2eval.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )

    assert loaded.stdout.split() == ["incident2eval", "incident2eval.pytest_plugin"]
