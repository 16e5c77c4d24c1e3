"""`restart`: may it run again?"""

from pathlib import Path
from typing import Any

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import restart as restarting
from incident2eval.pipeline._answer import Answer


@command
@click.argument("workflow")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The pass report; the best there is if not given.",
)
@click.option("--by", metavar="NAME", help="Who starts it; the account's name if not given.")
@click.option("--safe", metavar="TEXT", help="How 'safe to re-enable' was met.")
@click.option("--throttle", metavar="TEXT", help="How it starts in stages (level 4).")
@click.option(
    "--out-of-order", metavar="REASON", help="Go ahead of steps that come first; every report shows it."
)
def restart(*, project: Path | None, workflow: str, report: Path | None, **said: Any) -> Answer:
    """Start a workflow again, with what its severity asks for.

    Shows what holds, what is missing, and what to do about it. Cleared: runs on_restart and writes the
    decision into the logs. Blocked: exit 1, and the workflow stays stopped.
    """
    if said["out_of_order"] is not None and not said["by"]:
        raise click.UsageError("--out-of-order takes a name: say who with --by.", click.get_current_context())
    return restarting.restart(project=project, workflow=workflow, report=report, word=restarting.Word(**said))
