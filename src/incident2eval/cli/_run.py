"""`run`."""

from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import run as runs
from incident2eval.pipeline._answer import Answer


@command
@click.argument("incident")
@click.option("--no-redact", is_flag=True, help="Write names, contacts and secrets as they are.")
def run(*, project: Path | None, incident: str, no_redact: bool) -> Answer:
    """Take an incident through every stage in one go.

    Collect, triage, cluster, root-cause and eval-case.
    """
    return runs.run(project=project, incident=incident, redact=not no_redact)
