"""What GitHub Actions is told of a gate: annotations at the failing cases, and the summary of the job."""

import ast
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from incident2eval.cli._runner import on_actions
from incident2eval.model import EvalCase, Incident2EvalError, visible
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.store import Project, read_bytes

SUMMARY_LIMIT = 1024 * 1024
"""Bytes that the summary of a step may hold."""
LONGEST = 2_000
"""Characters of a message that an annotation shows."""

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotated(project: Path | None, judge: Callable[[], Answer]) -> Answer:
    """Judge a workflow; on GitHub Actions, annotate the cases that failed and add to the job's summary.

    Nothing that is done here changes the exit code.

    Args:
        project: The project's folder, or None for the nearest one upward.
        judge: Runs the gate. While it does, what the workflow prints is no command to the runner.

    Returns:
        What the gate answered, with a note where the summary could not be written.
    """
    if not on_actions():
        return _with_summary(judge(), project)
    with _deaf_runner():
        answer = judge()
    context = click.get_current_context(silent=True)
    if context is None or not context.params.get("as_json"):
        for line in _annotations(answer.data, project):
            click.echo(line, err=True)
    return _with_summary(answer, project)


@contextmanager
def _deaf_runner() -> Iterator[None]:
    """The runner obeys no command until it hears a word that only we know."""
    word = secrets.token_hex(16)
    click.echo(f"::stop-commands::{word}", err=True)
    try:
        yield
    finally:
        # What the workflow printed last may have had no end of line: ours has to begin one.
        click.echo(f"\n::{word}::", err=True)


def _annotations(data: Mapping[str, Any], project: Path | None) -> Iterator[str]:
    """One command a case that did not pass, and one a reason that no case tells of."""
    places = _places(project)
    told = set()
    for case in data["cases"]:
        told.add(f"{case['id']}: {case['message']}")
        at = places.get(case["id"], {})
        if case.get("waived"):
            yield _command("warning", f"In quarantine: {case['id']}", case["waived"], at)
        elif case["outcome"] != "passed":
            title = f"{case['outcome'].replace('_', ' ').capitalize()}: {case['id']}"
            yield _command("error", title, case["message"] or case["outcome"], at)
    if data["decision"] != "pass":
        for reason in data["reasons"]:
            if reason not in told:
                yield _command("error", f"{data['decision'].capitalize()}: {data['workflow']}", reason, {})


def _command(name: str, title: str, message: str, at: Mapping[str, str]) -> str:
    properties = {**at, "title": title}
    given = ",".join(f"{key}={_clean(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {given}::{_clean(message).translate(_DATA)}"


def _clean(text: str) -> str:
    """Text as it may be shown: no secret, nothing that drives a terminal, of a bearable length."""
    shown = visible(masked_text(text))
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."


def _places(project: Path | None) -> Mapping[str, Mapping[str, str]]:
    """Where the test of each case stands; nothing where the lock cannot be read any more."""
    try:
        home = Project.find(project)
        return {case.id: _place(home, case) for case in home.lock().cases}
    except Incident2EvalError:
        return {}


def _place(home: Project, case: EvalCase) -> Mapping[str, str]:
    """Its file as the repository names it, and its line."""
    file = home.root / case.path
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or home.root).resolve()
    inside = file.is_relative_to(workspace)
    shown = file.relative_to(workspace if inside else home.root).as_posix()
    return {"file": shown, "line": str(_line(file, case.test))}


def _line(file: Path, test: str) -> int:
    """The line that a test begins at; the first one where it cannot be found."""
    try:
        module = ast.parse(read_bytes(file))
    except (Incident2EvalError, SyntaxError, ValueError):
        return 1
    found = (node.lineno for node in module.body if isinstance(node, ast.FunctionDef) and node.name == test)
    return next(found, 1)


def _with_summary(answer: Answer, project: Path | None) -> Answer:
    """Append the report to the summary of the step, where the runner named a file for it."""
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        return answer
    report = Path(str(answer.data["report"])).with_suffix(".md")
    try:
        _append(Path(place), read_bytes(Project.find(project).root / report) + b"\n")
    except (OSError, Incident2EvalError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return replace(answer, notes=(*answer.notes, f"the summary of the step was not written: {why}"))
    return answer


def _append(place: Path, text: bytes) -> None:
    """Append to a regular file that has room; raises OSError for a link, a pipe, and one that is full."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(place, flags, 0o644), "ab") as summary:
        now = os.fstat(summary.fileno())
        if not stat.S_ISREG(now.st_mode):
            raise OSError(0, "it is not a file")
        if now.st_size + len(text) > SUMMARY_LIMIT:
            raise OSError(0, "it would hold more than 1 MB")
        summary.write(text)
