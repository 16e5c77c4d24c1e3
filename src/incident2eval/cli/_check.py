"""`check`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import check as checks
from incident2eval.pipeline._answer import Answer


@command
@click.option("--workflow", metavar="W", help="Only this workflow and its incidents.")
@click.option("--coverage", is_flag=True, help="Show too where no case stands guard.")
def check(*, project: Path | None, workflow: str | None, coverage: bool) -> Answer:
    """Say what is missing in incident files and settings.

    A workflow is production-ready when its settings name a person for every decision, a fallback, and what
    happens when a system it acts on fails. Exit code 1 names what is missing, so that CI can hold it back.
    """
    return checks.check(project=project, workflow=workflow, coverage=coverage, now=datetime.now(UTC))
