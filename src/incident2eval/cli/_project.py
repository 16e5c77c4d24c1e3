"""`init`."""

from pathlib import Path

import click

from incident2eval.cli._command import FOLDER, command
from incident2eval.pipeline import project as projects
from incident2eval.pipeline._answer import Answer


@command
@click.argument("folder", metavar="[DIR]", type=FOLDER, required=False)
def init(*, project: Path | None, folder: Path | None) -> Answer:
    """Write the skeleton of a project.

    Settings, the list of customers, folders for incidents and cases, a CI job and a runbook, in DIR or here.
    Files that are there already are left as they are.
    """
    return projects.init(folder=folder or project or Path())
