"""`runbook`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from incident2eval.cli._command import NEW_FILE, command
from incident2eval.pipeline import runbook as runbooks
from incident2eval.pipeline._answer import Answer


@command
@click.argument("workflow", required=False)
@click.option("--write", metavar="FILE", type=NEW_FILE, help="Write it here: .html to print, or .md.")
def runbook(*, project: Path | None, workflow: str | None, write: Path | None) -> Answer:
    """Print one page for the wall: who does what when it goes wrong.

    Everything comes from incident2eval.toml. Names that are missing there stand out, and mean exit code 1.
    """
    return runbooks.runbook(project=project, workflow=workflow, write=write, now=datetime.now(UTC))
