"""What cog writes into docs/requirements.md: which tests show which requirement, by the tests' own markers.

A test, one of its parameters, a class of tests or a whole file says `pytest.mark.requirement("R57", "R58")`.
The files are parsed and never imported, so a row loses its test as soon as that test or its marker goes.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from tables import table

DOCS = Path(__file__).parent
TESTS = DOCS.parent / "tests"
ROWS = tuple(f"R{number}" for number in range(1, 158))
NO_TEST = frozenset({"skip", "xfail"})
"""Marks of a test that need not pass."""


class WrongMarkerError(Exception):
    """A marker that shows nothing: an unknown row, or on something that is no test."""


Borne = tuple[ast.Call, str]
"""A marker, and the name of what bears it; empty for a whole file."""


class Shows(NamedTuple):
    """A test that shows a row."""

    file: Path
    name: str
    """Its class, its own name, the id of its parameter in brackets; empty where a whole file is marked."""


def words() -> dict[str, str]:
    """What each row asks, in short."""
    return yaml.safe_load((DOCS / "requirements.yaml").read_text("utf-8"))


def page(tests: Path = TESTS) -> str:
    """The table of all rows with their tests, and behind it the rows that have none.

    Args:
        tests: The folder with the tests, `tests` in the root of the repository.

    Raises:
        WrongMarkerError: See there.
    """
    asked, found = words(), shown(tests)
    rows = ((row, asked[row], "<br>".join(map(_link, found.get(row, ()))) or "open") for row in ROWS)
    without = [f"- {row}: {asked[row]}" for row in ROWS if row not in found]
    count = f"{len(found)} of {len(ROWS)} rows have a test, {len(without)} are open."
    return "\n\n".join(
        [count, table(("row", "asks", "shown by"), rows), "## Open", "\n".join(without) or "None."]
    )


def shown(tests: Path = TESTS) -> Mapping[str, Sequence[Shows]]:
    """Row -> the tests that show it, in the order of files and lines.

    Args:
        tests: A folder; its files `test_*.py` at any depth are read.

    Raises:
        WrongMarkerError: See there; the message says which file and line.
    """
    found: defaultdict[str, list[Shows]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        borne = list(_borne(tree.body, path))
        strays = set(_markers(tree)) - {marker for marker, _ in borne}
        for marker in strays:
            raise _wrong(path, marker, "stands on no test")
        for marker, name in borne:
            test = Shows(file=path.relative_to(tests.parent), name=name)
            for row in _rows(marker, path):
                if test not in found[row]:
                    found[row].append(test)
    return found


def _borne(body: Sequence[ast.stmt], path: Path, of: str = "", **lists: ast.expr) -> Iterator[Borne]:
    """Each marker with the name of the test, class or file that bears it.

    A list of parameters counts for each test that names it: `lists` are those known so far.
    """
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            lists[node.targets[0].id] = node.value
            if node.targets[0].id == "pytestmark":
                yield from ((marker, of) for marker in _markers(node.value))
        elif _is_test(node):
            name = f"{of}::{node.name}" if of else node.name
            worn = [*node.decorator_list, *_named_in(node.decorator_list, lists)]
            cases = {marker: case for each in worn for marker, case in _cases(each)}
            markers = [marker for each in worn for marker in _markers(each)]
            if markers and NO_TEST & {_mark(part) for each in worn for part in ast.walk(each)}:
                raise _wrong(path, markers[0], "stands on a test that need not pass")
            yield from ((marker, name + cases.get(marker, "")) for marker in markers)
            yield from _borne(node.body if isinstance(node, ast.ClassDef) else (), path, name, **lists)


def _named_in(decorators: Sequence[ast.expr], lists: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    parts = (part for each in decorators for part in ast.walk(each))
    return (lists[part.id] for part in parts if isinstance(part, ast.Name) and part.id in lists)


def _cases(tree: ast.expr) -> Iterator[Borne]:
    """Each marker of a single parameter with `[id]`, where the parameter has an id of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.param":
            ids = [word.value for word in node.keywords if word.arg == "id"] or node.args[:1]
            if isinstance(ids[0], ast.Constant) and isinstance(ids[0].value, str):
                yield from ((marker, f"[{ids[0].value}]") for marker in _markers(node))


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return node.name.startswith("Test")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def _markers(tree: ast.AST) -> Iterator[ast.Call]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return (call for call in calls if _mark(call.func) == "requirement")


def _mark(node: ast.AST) -> str | None:
    """The name behind `pytest.mark.`, if that is what it is."""
    is_mark = isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"pytest.mark", "mark"}
    return node.attr if is_mark else None


def _rows(marker: ast.Call, path: Path) -> Iterator[str]:
    if not marker.args or marker.keywords:
        raise _wrong(path, marker, "names no row")
    for argument in marker.args:
        row = argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
        if row not in ROWS:
            raise _wrong(path, marker, f"names {row!r}, which is no row")
        yield row


def _wrong(path: Path, marker: ast.Call, why: str) -> WrongMarkerError:
    return WrongMarkerError(f"{path}:{marker.lineno}: the marker {why}")


def _link(test: Shows) -> str:
    return f"[{_sentence(test)}](../{test.file.as_posix()})"


def _sentence(test: Shows) -> str:
    """Our tests are called by what they show."""
    whole, _, case = test.name.partition("[")
    names = (name.removeprefix("test_").removeprefix("Test") for name in whole.split("::"))
    said = ": ".join(names).replace("_", " ") or f"all of {test.file.name}"
    return f"{said} ({case.removesuffix(']').replace('_', ' ').replace('-', ' ')})" if case else said
