"""What a case is, as digests: one that is gone, weaker or another one since people signed is told by them."""

import ast
import json
from collections.abc import Iterator, Mapping

from incident2eval.model import JSON, BadInput, CaseFile, Fault
from incident2eval.store import Project, dump, sha256

_SAID = ("workflow", "target", "customer_id", "observes", "trials", "k", "facts", "named")
"""Fields of case.yaml that change what is judged; notes and reasons do not."""

_PLAIN = {"pytest", "incident2eval.checks"}
"""What every test file imports: which of its names stand there is seen in the tests that use them."""


def case_digests(home: Project, incident: str) -> Mapping[str, str]:
    """Digest of each case of an incident: its test, what it replays, its facts, and the runs that prove it.

    Layout, comments and docstrings of the tests do not count, nor do notes in case.yaml.

    Args:
        home: The project.
        incident: The incident's id.

    Returns:
        Case id -> SHA-256 in hex; empty where the case is gone.

    Raises:
        BadInput: The case cannot be read.
    """
    files = home.case_digests(incident)
    if not files:
        return {}
    beside = {
        "case": _judged_by(home.case(incident)),
        "recorded": files.get(f"{incident}/recorded.json"),
        "corrected": files.get(f"{incident}/corrected.json"),
    }
    found = {}
    for name, source in home.tests(incident).items():
        tree = _parsed(source, file=f"cases/{incident}/{name}")
        around = [_form(node) for node in tree.body if not _is_usual(node)]
        for test in _tests(tree):
            found[f"{incident}::{test.name}"] = _digest({**beside, "around": around, "test": _form(test)})
    return found


def folder_digest(home: Project, incident: str) -> str:
    """One digest over every file of a case: what a person signs who lets an edited test count."""
    return _digest(dict(home.case_digests(incident)))


def _judged_by(case: CaseFile) -> dict[str, JSON]:
    """What case.yaml says to the tests; the inputs as a list, for they run in order."""
    said = dump(case)
    inputs: list[JSON] = [[name, dict(value)] for name, value in case.named_inputs.items()]
    return {**{name: said[name] for name in _SAID}, "inputs": inputs}


def _parsed(source: bytes, *, file: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadInput(Fault(file=file, message=f"is not Python: {type(error).__name__}")) from error


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def _is_usual(node: ast.stmt) -> bool:
    """Whether a top-level statement is a test, or one that says nothing about how tests judge."""
    match node:
        case ast.FunctionDef(name=name):
            return name.startswith("test_")
        case ast.Import(names=names):
            return all(one.name in _PLAIN and one.asname is None for one in names)
        case ast.ImportFrom(module=module, names=names, level=0):
            return module in _PLAIN and all(one.asname is None and one.name != "*" for one in names)
        case ast.Assign(targets=[ast.Name(id="pytestmark")]):
            return ast.unparse(node.value).startswith("pytest.mark.incident(")
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _form(node: object) -> JSON:
    """A piece of syntax as JSON that is the same in every version of Python: what is empty is left out."""
    if isinstance(node, ast.AST):
        fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
        if isinstance(node, ast.FunctionDef):
            fields["body"] = [one for one in node.body if not _is_docstring(one)]
        if isinstance(node, ast.Constant):
            return ["Constant", type(node.value).__name__, repr(node.value)]
        return [type(node).__name__, {name: _form(value) for name, value in fields.items()}]
    if isinstance(node, list):
        return [_form(one) for one in node]
    return node if isinstance(node, str | int) or node is None else repr(node)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _digest(value: JSON) -> str:
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())
