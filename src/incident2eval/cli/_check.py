"""`check`."""

from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import check as checks
from incident2eval.pipeline._answer import Answer


@command
@click.option("--workflow", metavar="W", help="Only this workflow and its incidents.")
def check(*, project: Path | None, workflow: str | None) -> Answer:
    """Say what is missing in incident files and settings."""
    return checks.check(project=project, workflow=workflow)
