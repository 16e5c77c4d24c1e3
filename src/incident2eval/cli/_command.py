"""What every command shares: `--project`, `--json`, printing the answer and exiting with its code."""

import functools
from collections.abc import Callable
from pathlib import Path

import click

from incident2eval.cli._printing import show
from incident2eval.pipeline._answer import Answer, LongAnswer

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A file that must be there."""

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
"""A file to write."""

FOLDER = click.Path(file_okay=False, path_type=Path)
"""A folder that may not be there yet."""


def command(function: Callable[..., Answer | LongAnswer]) -> click.Command:
    """Make a command of a function that hands back an Answer.

    Args:
        function: Its name is the command's, with dashes; its docstring is the help; it takes `project` and
            whatever `click.argument` and `click.option` below it declare.

    Returns:
        A click command that prints the answer, for a person or as JSON, and returns its exit code.
    """

    @click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="The project's folder; by default the nearest one upward with incident2eval.toml.",
    )
    @click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else there."
    )
    @functools.wraps(function)
    def run(*, as_json: bool, **given: object) -> int:
        return show(function(**given), as_json=as_json)

    return click.command(function.__name__.replace("_", "-"))(run)
