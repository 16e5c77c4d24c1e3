"""`root-cause`."""

from pathlib import Path

import click

from incident2eval.cli._command import FILE, command
from incident2eval.pipeline import explain
from incident2eval.pipeline._answer import Answer


@command
@click.argument("incident", required=False)
@click.option("--run", metavar="FILE", type=FILE, help="Judge the run in this file instead of an incident's.")
def root_cause(*, project: Path | None, incident: str | None, run: Path | None) -> Answer:
    """Say where it went wrong first, and which control failed.

    Ranks the steps of the incident's run (or of the run in a file), each with what speaks for it, and lists
    what had changed before.
    """
    if (incident is None) == (run is None):
        raise click.UsageError("Name an incident, or a file with --run.", click.get_current_context())
    return explain.root_cause(project=project, incident=incident, run=run)
