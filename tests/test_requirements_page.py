"""docs/requirements.md is written from the markers of the tests, and can say nothing that they do not."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent

MARKED = 'pytest.param(1, marks=pytest.mark.requirement("R2"))'
CALLED = MARKED.replace("1,", '1, id="of-two",')

Write = Callable[[str], Path]
"""Writes a test file of that text, and gives the folder of the tests."""


@pytest.fixture
def requirements_page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "docs")
    return import_module("requirements_page")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    folder = tmp_path / "tests"

    def written(text: str) -> Path:
        (folder / "room").mkdir(parents=True, exist_ok=True)
        (folder / "room" / "test_it.py").write_text(f"import pytest\n\n\n{text}")
        return folder

    return written


def line_of(page: str, row: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| {row} |"))


def test_every_row_is_told_in_a_few_words(requirements_page: ModuleType) -> None:
    words = requirements_page.words()

    assert list(words) == [f"R{number}" for number in range(1, 158)]
    assert len(set(words.values())) == len(words)
    assert [row for row, said in words.items() if not 0 < len(said) <= 90] == []


def test_our_own_markers_are_right(requirements_page: ModuleType) -> None:
    page = requirements_page.page()

    assert len(requirements_page.shown()) > 50
    assert [row for row in requirements_page.ROWS if f"| {row} |" not in page] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('@pytest.mark.requirement("R2")\ndef test_a_leak_is_seen(): ...', "a leak is seen"),
        ('class TestLeaks:\n @pytest.mark.requirement("R2")\n def test_one(self): ...', "Leaks: one"),
        ('@pytest.mark.requirement("R1", "R2")\nclass TestLeaks:\n def test_one(self): ...', "Leaks"),
        ('pytestmark = [pytest.mark.slow, pytest.mark.requirement("R2")]', "all of test_it.py"),
        (f'@pytest.mark.parametrize("n", [{MARKED}])\ndef test_one(n): ...', "one"),
        (f'@pytest.mark.parametrize("n", [{CALLED}])\ndef test_one(n): ...', "one (of two)"),
        (f'NUMBERS = [{MARKED}]\n\n@pytest.mark.parametrize("n", NUMBERS)\ndef test_one(n): ...', "one"),
    ],
)
def test_a_marker_puts_its_test_on_the_page(
    requirements_page: ModuleType, write: Write, text: str, said: str
) -> None:
    page = requirements_page.page(write(text))

    assert line_of(page, "R2").endswith(f"| [{said}](../tests/room/test_it.py) |")
    assert "\n- R2: " not in page


def test_a_deleted_test_is_gone_from_the_page(requirements_page: ModuleType, write: Write) -> None:
    tests = write('@pytest.mark.requirement("R2")\ndef test_a_leak_is_seen(): ...')
    assert "a leak is seen" in requirements_page.page(tests)

    write("def test_something_else(): ...")
    page = requirements_page.page(tests)

    assert line_of(page, "R2").endswith("| open |")
    assert f"\n- R2: {requirements_page.words()['R2']}" in page
    assert page.startswith("0 of 157 rows have a test, 157 are open.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            '@pytest.mark.requirement("R158")\ndef test_one(): ...',
            r"test_it.py:4: .* 'R158', which is no row",
        ),
        ('@pytest.mark.requirement("r2")\ndef test_one(): ...', "no row"),
        ("@pytest.mark.requirement(ROW)\ndef test_one(): ...", "'ROW', which is no row"),
        ("@pytest.mark.requirement()\ndef test_one(): ...", "names no row"),
        ('@pytest.mark.requirement("R2")\ndef fixture(): ...', "stands on no test"),
        (f"NUMBERS = [{MARKED}]", "stands on no test"),
        ('def test_one(): pytest.mark.requirement("R2")', "stands on no test"),
        ('@pytest.mark.requirement("R2")\n@pytest.mark.skip\ndef test_one(): ...', "need not pass"),
        ('@pytest.mark.xfail(strict=False)\n@pytest.mark.requirement("R2")\ndef test_one(): ...', "need not"),
    ],
)
def test_a_marker_that_shows_nothing_is_refused(
    requirements_page: ModuleType, write: Write, text: str, why: str
) -> None:
    with pytest.raises(requirements_page.WrongMarkerError, match=why):
        requirements_page.page(write(text))
