"""`schema`."""

from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import schema as schemas
from incident2eval.pipeline._answer import Answer


@command
@click.argument("name")
def schema(*, project: Path | None, name: str) -> Answer:  # noqa: ARG001 - every command takes --project
    """Print the JSON Schema of a file format.

    NAME is incident, case, run, settings or report.
    """
    return schemas.schema(name=name)
