"""A project with a thousand locked cases, and a signed report over all of them."""

import ast
from dataclasses import replace
from pathlib import Path

from signed_project import build, commit, fresh, signed_report

from incident2eval.pipeline.project import INCIDENT


def thousand_cases(folder: Path, number: int) -> Path:
    """The demo with so many copies of its first test; where the JSON of the report lies."""
    home = build(folder)
    path = next((home.cases / INCIDENT).glob("test_*.py"))
    source = path.read_text(encoding="utf-8")
    first, *others = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    text = ast.get_source_segment(source, first) or ""
    names = [f"{first.name}_{at}" for at in range(number - 1 - len(others))]
    path.write_text("\n\n".join([source, *(text.replace(first.name, name) + "\n" for name in names)]))
    lock = home.lock()
    model = next(case for case in lock.cases if case.test == first.name)
    more = [replace(model, id=f"{INCIDENT}::{name}", test=name) for name in names]
    cases = tuple(sorted([*lock.cases, *more], key=lambda case: case.id))
    home.write_lock(replace(lock, cases=cases, files={**lock.files, **home.case_digests(INCIDENT)}))
    commit(folder)
    return signed_report(fresh(home))
