"""How answers and faults reach a person or a script."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping

import click

from incident2eval.model import JSON, Fault, visible
from incident2eval.pipeline._answer import Answer

_VERDICT = re.compile(r"^(PASS|BLOCKED|COULD NOT BE JUDGED)\b", re.MULTILINE)
_FAULT = ("file", "line", "field", "message", "hint")
_COLOURS = {"PASS": "green", "BLOCKED": "red", "COULD NOT BE JUDGED": "yellow"}


def show(answer: Answer, *, as_json: bool) -> int:
    """Print what a command found.

    Args:
        answer: What the pipeline handed back.
        as_json: Whether to print one JSON object and nothing else on stdout.

    Returns:
        The answer's exit code, also when nobody reads the output to its end.

    Raises:
        OSError: when the output cannot be written.
    """
    for note in answer.notes:
        tell(note)
    text = _as_json(answer.data) if as_json else _coloured(visible(answer.text))
    if text:
        _write(text)
    return answer.exit_code


def show_faults(faults: Iterable[Fault], *, as_json: bool) -> None:
    """Print faults: one JSON object on stdout, else one line each on stderr."""
    if as_json:
        _write(_as_json({"errors": [{field: getattr(fault, field) for field in _FAULT} for fault in faults]}))
        return
    for fault in faults:
        tell("error: " + " ".join(str(fault).splitlines()))


def tell(line: str) -> None:
    """One line of progress or a note, at once, on stderr."""
    click.echo(_coloured(visible(line)), file=sys.stderr)


def silence() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(text: str) -> None:
    """Print on stdout; a reader who has gone is no error."""
    try:
        click.echo(text, file=sys.stdout)
    except OSError as error:
        silence()
        if not isinstance(error, BrokenPipeError):
            raise


def _as_json(data: Mapping[str, JSON]) -> str:
    """JSON in ASCII: every terminal shows it, and no control character gets through."""
    return json.dumps(dict(data), indent=2, allow_nan=False).replace("\x7f", "\\u007f")


def _coloured(text: str) -> str:
    """The verdict that a line begins with, in colour; click takes it out again where no terminal reads."""
    if os.environ.get("NO_COLOR"):
        return text
    return _VERDICT.sub(lambda word: click.style(word[0], fg=_COLOURS[word[0]], bold=True), text)
