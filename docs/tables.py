"""The tables that cog writes into the docs, taken from the package itself."""

import inspect
import re
from collections.abc import Iterable, Sequence

import click

from incident2eval.checks import SHELF
from incident2eval.cli import COMMANDS, shell
from incident2eval.formats import FORMATS
from incident2eval.rootcause import every_rule

EXIT_CODES = (
    (0, "what was asked holds"),
    (1, "it does not: blocked, a blind case, nothing provable"),
    (2, "bad usage or bad input; nothing was written"),
    (3, "it could not be judged: a target out of reach, a timeout, evidence listed but absent. Never a pass"),
)
_AS_LISTED = re.compile("\b\n((?:.+\n)*.+)")
"""Lines that click does not fill, after its mark for them."""

SHARED_OPTIONS = {"--project", "--json", "--help"}


def commands() -> str:
    """Every command with its arguments, and what it does."""
    return table(("command", "does"), ((f"`{_usage(name)}`", entry.does) for name, entry in COMMANDS.items()))


def commands_in_full() -> str:
    """Every command as its `--help` shows it."""
    return "\n\n".join(map(_in_full, COMMANDS))


def exit_codes() -> str:
    """What each exit code says."""
    return table(("exit code", "says"), EXIT_CODES)


def checks() -> str:
    """Every check on the shelf, with the first line of its own page."""
    rows = (
        (f"`{check.name}`", "control" if check.control else "harm", _first_line(check.judge))
        for check in SHELF
    )
    return table(("check", "tests the", "finds"), rows)


def rules() -> str:
    """Every rule of a root cause: what it says, the category and the control it names."""
    rows = (
        (one.rule, str(one.category).replace("_", " "), one.control.replace("{step}", "(the step)"))
        for one in every_rule()
    )
    return table(("rule", "category", "the control that failed"), rows)


def formats() -> str:
    """Every trace format that can be read."""
    return table(("format", "what it is"), ((f"`{each.name}`", each.title) for each in FORMATS))


def _usage(name: str) -> str:
    command, context = _loaded(name)
    return " ".join(
        [name, *(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")]
    )


def _in_full(name: str) -> str:
    """One command: what it does, and its options beside those that every command has."""
    command, context = _loaded(name)
    records = [
        record
        for each in command.params
        if isinstance(each, click.Option) and each.opts[0] not in SHARED_OPTIONS
        if (record := each.get_help_record(context))
    ]
    said = _AS_LISTED.sub(r"```text\n\1\n```", inspect.cleandoc(command.help or ""))
    parts = [f"## {name}", f"`incident2eval {_usage(name)}`", said]
    if records:
        parts.append(table(("option", "what it is for"), ((f"`{option}`", text) for option, text in records)))
    return "\n\n".join(parts)


def _loaded(name: str) -> tuple[click.Command, click.Context]:
    command = COMMANDS[name].load()
    return command, click.Context(command, info_name=name, parent=click.Context(shell))


def _first_line(function: object) -> str:
    return (inspect.getdoc(function) or "").splitlines()[0]


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
