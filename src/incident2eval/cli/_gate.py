"""`gate`."""

from pathlib import Path

import click

from incident2eval.cli._command import NEW_FILE, command
from incident2eval.pipeline import gate as gates
from incident2eval.pipeline._answer import Answer


@command
@click.argument("workflow")
@click.option(
    "--trials", metavar="N", type=click.IntRange(min=1), help="At least this many trials of every case."
)
@click.option("--junit", metavar="FILE", type=NEW_FILE, help="Write the outcomes as JUnit XML too.")
@click.option(
    "--report",
    metavar="FILE",
    type=NEW_FILE,
    help="Write the report here too: .json, .html, .md or .xml by its ending.",
)
def gate(
    *, project: Path | None, workflow: str, trials: int | None, junit: Path | None, report: Path | None
) -> Answer:
    """Run every locked case of a workflow and decide whether it may go live.

    Calls the workflow itself, judges what it did in an isolated pytest, and writes the report. Only cases
    that passed count as passed.
    """
    return gates.gate(project=project, workflow=workflow, trials=trials, junit=junit, report=report)
