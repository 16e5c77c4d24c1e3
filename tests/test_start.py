"""What starting costs: nothing heavy is imported before it is used."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from incident2eval import checks, formats

HEAVY = {"pandas", "numpy", "jinja2", "pydantic", "rich", "pytest", "yaml", "rapidfuzz", "orjson", "filelock"}

SHOW_WHAT_IS_NEW = """
import sys
{already_there}
before = set(sys.modules)
{code}
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""


def imported_by(code: str, *, already_there: str = "") -> set[str]:
    """Names of the modules that a fresh interpreter loads for this code."""
    script = SHOW_WHAT_IS_NEW.format(code=code, already_there=already_there)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_importing_the_package_does_nothing() -> None:
    assert imported_by("import incident2eval") == {"incident2eval"}


def test_help_loads_click_and_the_table_of_commands() -> None:
    modules = imported_by("from incident2eval.cli import main; main(['--help'])")

    assert "click" in modules
    assert packages(modules) & HEAVY == set()
    assert {module for module in modules if module.startswith("incident2eval.")} == {
        "incident2eval.cli",
        "incident2eval.cli._main",
        "incident2eval.cli._shell",
    }


def test_bad_usage_loads_nothing_heavy_either() -> None:
    modules = imported_by("from incident2eval.cli import main\nmain(['no-such-command', '--json'])")

    assert packages(modules) & HEAVY == set()


@pytest.mark.parametrize("room", ["model", "checks", "formats"])
def test_the_lower_floors_load_no_tables_templates_or_tests(room: str) -> None:
    modules = imported_by(f"import incident2eval.{room}")

    assert packages(modules) & {"pandas", "numpy", "jinja2", "pydantic", "rich", "pytest", "click"} == set()


def test_a_gate_loads_no_check_and_no_trace_format_before_it_asks_one() -> None:
    modules = imported_by("import incident2eval.pipeline.gate")

    assert modules & {"incident2eval.checks._shelf", "incident2eval.formats._shelf"} == set()
    assert {"incident2eval.checks._foreign_names", "incident2eval.formats._langfuse"} & modules == set()


@pytest.mark.parametrize("room", [checks, formats], ids=["checks", "formats"])
def test_what_is_loaded_late_is_there_by_every_name_that_the_room_has(room: ModuleType) -> None:
    for name in room.__all__:
        assert getattr(room, name) is not None

    with pytest.raises(AttributeError, match="'no_such_name'"):
        _ = room.no_such_name


def test_the_pytest_plugin_loads_the_standard_library_only() -> None:
    modules = imported_by("import incident2eval.pytest_plugin", already_there="import pytest")

    assert packages(modules) - {"incident2eval"} <= set(sys.stdlib_module_names)
    assert {each for each in modules if each.startswith("incident2eval")} == {
        "incident2eval",
        "incident2eval.pytest_plugin",
    }


def test_a_pytest_run_without_cases_pays_for_the_plugins_own_file_only(tmp_path: Path) -> None:
    (tmp_path / "test_something_else.py").write_text(
        "import sys\n"
        "def test_nothing_of_ours_is_loaded():\n"
        "    ours = {each for each in sys.modules if each.startswith('incident2eval.')}\n"
        "    assert ours == {'incident2eval.pytest_plugin'}\n"
        "    assert not {'pandas', 'jinja2', 'pydantic', 'click', 'rapidfuzz'} & set(sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
