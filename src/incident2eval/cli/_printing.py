"""How answers and faults reach a person or a script."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import click

from incident2eval.cli._runner import defused, on_actions
from incident2eval.model import JSON, Fault, visible
from incident2eval.pipeline._answer import Answer, LongAnswer, Page, Tone, Words
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.pipeline.shown.masking import masked_object, masked_text

_VERDICT = re.compile(r"^(PASS|BLOCKED|COULD NOT BE JUDGED)\b", re.MULTILINE)
_FAULT = ("file", "line", "field", "message", "hint")
_COLOURS = {"PASS": "green", "BLOCKED": "red", "COULD NOT BE JUDGED": "yellow"}
_STYLES: Mapping[Tone, Callable[[str], str]] = {
    Tone.STRONG: partial(click.style, bold=True),
    Tone.FAINT: partial(click.style, dim=True),
    Tone.GOOD: partial(click.style, fg="green"),
    Tone.BAD: partial(click.style, fg="red"),
}
_IN_MEMORY = 8 * 1024 * 1024
"""Up to this many characters a long answer waits in memory for its end, else in a temporary file."""

_BLOCK = 1024 * 1024
_GUIDES = str.maketrans({"├": "|", "└": "`", "─": "-", "│": "|", "…": "..."})
"""What a tree is drawn with where the terminal has only ASCII."""


def show(answer: Answer | LongAnswer, *, as_json: bool) -> int:
    """Print what a command found.

    Args:
        answer: What the pipeline handed back.
        as_json: Whether to print one JSON object and nothing else on stdout.

    Returns:
        The answer's exit code, also when nobody reads the output to its end.

    Raises:
        OSError: when the output cannot be written.
        Incident2EvalError: raised while a long answer is made; of its object nothing was printed then.
    """
    if isinstance(answer, LongAnswer):
        _print(_to_its_end(answer.data) if as_json else map(_drawn, answer.pages))
        return answer.exit_code
    for note in answer.notes:
        tell(note)
    text = _as_json(masked_object(answer.data)) if as_json else _coloured(_shown(masked_text(answer.text)))
    if text:
        _print([text + "\n"])
    return answer.exit_code


def show_faults(faults: Iterable[Fault], *, as_json: bool) -> None:
    """Print faults: one JSON object on stdout, else one line each on stderr."""
    if as_json:
        errors = {"errors": [{field: getattr(fault, field) for field in _FAULT} for fault in faults]}
        _print([_as_json(errors) + "\n"])
        return
    for fault in faults:
        tell("error: " + " ".join(str(fault).splitlines()))


def tell(line: str) -> None:
    """One line of progress, a note or a fault, at once, on stderr."""
    click.echo(_coloured(_for_a_person(_shown(masked_text(line)))), file=sys.stderr)


def _shown(text: str) -> str:
    """Text that drives no terminal, and no runner of a CI job where one reads it."""
    return defused(visible(text)) if on_actions() else visible(text)


def _for_a_person(text: str) -> str:
    """Text as a terminal shows it best; a log keeps what was said at once on one line."""
    return wrapped(text.split("\n")) if sys.stderr.isatty() else text


def silence() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(texts: Iterable[str]) -> None:
    """Print on stdout as it comes; a reader who has gone is no error, and what is left is not made."""
    for text in texts:
        try:
            click.echo(text, file=sys.stdout, nl=False)
        except OSError as error:
            silence()
            if not isinstance(error, BrokenPipeError):
                raise
            return


def _to_its_end(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces once the last one is there: half an object would say that all is well."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="ascii", newline="\n") as waiting:
        for piece in pieces:
            waiting.write(_harmless(piece))
        waiting.seek(0)
        while block := waiting.read(_BLOCK):
            yield block


def _drawn(page: Page) -> str:
    """The lines of a page as this terminal shows them; without style where none reads."""
    styles = {} if os.environ.get("NO_COLOR") or not sys.stdout.isatty() else _STYLES
    text = "".join("".join(_styled(words, styles) for words in line).rstrip() + "\n" for line in page)
    text = defused(text) if on_actions() else text
    return text if (sys.stdout.encoding or "").casefold().startswith("utf") else text.translate(_GUIDES)


def _styled(words: Words, styles: Mapping[Tone, Callable[[str], str]]) -> str:
    text = visible(words.text)
    return styles[words.tone](text) if words.tone in styles and text.strip() else text


def _as_json(data: Mapping[str, JSON]) -> str:
    """JSON in ASCII: every terminal shows it, and no control character gets through."""
    return _harmless(json.dumps(dict(data), indent=2, allow_nan=False))


def _harmless(ascii_json: str) -> str:
    """JSON without the one control character that it may hold, and without `##[command]` of a CI job."""
    return ascii_json.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")


def _coloured(text: str) -> str:
    """The verdict that a line begins with, in colour; click takes it out again where no terminal reads."""
    if os.environ.get("NO_COLOR"):
        return text
    return _VERDICT.sub(lambda word: click.style(word[0], fg=_COLOURS[word[0]], bold=True), text)
