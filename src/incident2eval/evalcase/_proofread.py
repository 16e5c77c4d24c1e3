"""Proofread generated and edited tests: nothing in them but what a test of a case may say.

Deny by default, on the bytes: an encoding line turns comments into code, and a list of forbidden names
always misses one (both were tried, house.md).
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from incident2eval import checks
from incident2eval.model import INCIDENT_ID

ALLOWED = (
    ast.Module, ast.Expr, ast.Import, ast.ImportFrom, ast.alias, ast.Assign, ast.FunctionDef, ast.arguments,
    ast.arg, ast.Assert, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Subscript, ast.Constant,
    ast.JoinedStr, ast.FormattedValue, ast.UnaryOp, ast.Not, ast.Load, ast.Store, ast.For,
)  # fmt: skip
"""Kinds of syntax that a test of a case needs."""

METHODS = {
    "replay": {"all", "trials"},
    "case": {"id", "input", "customer_id"},
    "run": set(),
    "pytest": {"mark"},
}
"""What may be asked of the names that a test is given."""

FIXTURES = {"replay", "case", "customers"}


@cache
def proofread(source: bytes) -> tuple[str, ...]:
    """Every thing in a test file that a test of a case may not say, as `line 3: ...`; empty when it may run.

    Args:
        source: The file as it will be written: ASCII, so that no encoding line can change what it says.
    """
    try:
        text = source.decode("ascii")
    except UnicodeDecodeError as error:
        return (f"byte {error.start}: not ASCII",)
    if re.search(r"^[ \t\f]*#.*?coding[:=]", text, re.MULTILINE):
        return ("a comment sets the encoding of the file",)
    if "\r" in text or "\f" in text or "\0" in text:
        return ("control characters in the file",)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (f"not Python: {type(error).__name__}",)
    return tuple(dict.fromkeys(_faults(tree)))


@cache
def checks_in(source: bytes) -> tuple[tuple[str, str], ...]:
    """The tests of a file, each with the first check that it calls (an empty name where it calls none)."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    tests = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return tuple(
        (test.name, next((name for name in _called(test) if name in checks.NAMES), "")) for test in tests
    )


def _called(test: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def _faults(tree: ast.Module) -> Iterator[str]:
    imported = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    for node in ast.walk(tree):
        line = f"line {getattr(node, 'lineno', 1)}"
        if not isinstance(node, ALLOWED):
            yield f"{line}: this is more than a test of a case may say ({type(node).__name__})"
            continue
        fault = _fault(node, imported)
        if fault:
            yield f"{line}: {fault}"
    yield from _top_level(tree)


def _fault(node: ast.AST, imported: set[str]) -> str | None:
    match node:
        case ast.Import(names=names):
            return (
                None
                if [(a.name, a.asname) for a in names] == [("pytest", None)]
                else "only pytest is imported"
            )
        case ast.ImportFrom():
            return _import_fault(node)
        case ast.Call(func=func):
            return (
                None
                if _callable(func, imported)
                else f"{ast.unparse(func)[:60]} is not called in a test of a case"
            )
        case ast.Attribute():
            return (
                None if _attribute(node) else f"{ast.unparse(node)[:60]} is not asked for in a test of a case"
            )
        case ast.Constant(value=value):
            return (
                None
                if isinstance(value, (str, int, bool)) or value is None
                else "a literal of an unusual kind"
            )
        case ast.FunctionDef():
            return _function_fault(node)
        case ast.Name(id=name):
            return "names with __ are not for tests" if "__" in name else None
    return None


def _import_fault(node: ast.ImportFrom) -> str | None:
    plain = node.module == "incident2eval.checks" and node.level == 0
    if plain and all(alias.name in checks.NAMES and alias.asname is None for alias in node.names):
        return None
    return "imports come from pytest and incident2eval.checks, by their own names"


def _function_fault(node: ast.FunctionDef) -> str | None:
    given = node.args
    if (
        node.decorator_list
        or node.returns
        or given.defaults
        or given.kw_defaults
        or given.vararg
        or given.kwarg
    ):
        return "a test is a plain function"
    if not node.name.startswith("test_") or not {arg.arg for arg in given.args} <= FIXTURES:
        return "a test is called test_... and takes replay, case and customers"
    if not any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
        return f"{node.name} asserts nothing"
    return None


def _callable(func: ast.expr, imported: set[str]) -> bool:
    if isinstance(func, ast.Name):
        return func.id == "replay" or func.id in imported
    return ast.unparse(func) in {"replay.all", "replay.trials", "pytest.mark.incident"}


def _attribute(node: ast.Attribute) -> bool:
    if ast.unparse(node) in {"pytest.mark", "pytest.mark.incident"}:
        return True
    return isinstance(node.value, ast.Name) and node.attr in METHODS.get(node.value.id, set()) - {"mark"}


def _top_level(tree: ast.Module) -> Iterator[str]:
    """Only a docstring, imports, the marker and tests, each test once.

    An assertion names something that was judged.
    """
    seen: set[str] = set()
    for index, node in enumerate(tree.body):
        where = f"line {node.lineno}"
        if isinstance(node, ast.FunctionDef):
            if node.name in seen:
                yield f"{where}: {node.name} stands twice, the first one would never run"
            seen.add(node.name)
        elif isinstance(node, ast.Assign):
            if not re.fullmatch(
                rf"pytestmark = pytest\.mark\.incident\('{INCIDENT_ID}'\)", ast.unparse(node)
            ):
                yield f"{where}: only pytestmark is set outside a test"
        elif not isinstance(node, (ast.Import, ast.ImportFrom)) and not (index == 0 and _is_docstring(node)):
            yield f"{where}: statement outside a test"
    if not seen:
        yield "no test in the file"
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Assert) and not _asserts_nothing_found(inner):
            yield f"line {inner.lineno}: an assertion says `assert not <findings>`"


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _asserts_nothing_found(node: ast.Assert) -> bool:
    test = node.test
    return (
        isinstance(test, ast.UnaryOp)
        and isinstance(test.op, ast.Not)
        and isinstance(test.operand, (ast.Name, ast.Call))
    )
