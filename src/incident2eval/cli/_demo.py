"""`demo`."""

from pathlib import Path

import click

from incident2eval.cli._command import FOLDER, command
from incident2eval.cli._printing import tell
from incident2eval.pipeline import demo as demos
from incident2eval.pipeline._answer import Answer

DEFAULT_FOLDER = "incident2eval-demo"


@command
@click.argument("folder", metavar="[DIR]", type=FOLDER, required=False)
def demo(*, project: Path | None, folder: Path | None) -> Answer:
    """Write a small real project and walk it through every stage.

    A workflow whose retrieval reads more than it may, its incident and its traces, in DIR or
    incident2eval-demo: first as it failed (blocked), then mended (pass), then mended in the prompt only
    (blocked). What is left is a normal project.
    """
    return demos.demo(folder=folder or project or Path(DEFAULT_FOLDER), tell=tell)
