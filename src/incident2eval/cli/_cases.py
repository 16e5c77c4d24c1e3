"""`eval-case` and `prove`: writing cases, and proving them again."""

from pathlib import Path

import click

from incident2eval.cli._command import FILE, command
from incident2eval.pipeline import cases
from incident2eval.pipeline._answer import Answer


@command
@click.argument("incident")
@click.option("--no-probe", is_flag=True, help="Do not call the workflow once to see what it reports.")
@click.option("--no-redact", is_flag=True, help="Write names, contacts and secrets as they are.")
@click.option(
    "--input",
    "synthetic",
    metavar="FILE",
    type=FILE,
    help="A JSON object to call the workflow with in place of the recorded input.",
)
def eval_case(
    *, project: Path | None, incident: str, no_probe: bool, no_redact: bool, synthetic: Path | None
) -> Answer:
    """Write the incident's tests, each proved red and green.

    Plain pytest in cases/: every test fails on the recorded run and passes on the corrected one, and what was
    tried and thrown away is said.
    """
    return cases.eval_case(
        project=project,
        incident=incident,
        probe=not no_probe,
        redact=not no_redact,
        synthetic=synthetic,
    )


@command
@click.argument("incidents", metavar="[INCIDENT]...", nargs=-1)
@click.option("--reason", metavar="TEXT", help="Why edited files are right as they are.")
@click.option("--by", metavar="NAME", help="Who says so.")
def prove(*, project: Path | None, incidents: tuple[str, ...], reason: str | None, by: str | None) -> Answer:
    """Prove cases again, and lock them as they are now.

    Every test must still be red on the recorded run and green on the corrected one. Edited files go into the
    lock with a reason only.
    """
    return cases.prove(project=project, incidents=incidents, reason=reason, by=by)
