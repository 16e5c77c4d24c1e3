"""`report`."""

from pathlib import Path

import click

from incident2eval.cli._command import NEW_FILE, command
from incident2eval.exchange import TARGETS
from incident2eval.pipeline import report as reports
from incident2eval.pipeline._answer import Answer


@command
@click.argument("incident")
@click.option(
    "--as",
    "target",
    metavar="TARGET",
    type=click.Choice([*TARGETS]),
    help=f"A record for somebody else: {', '.join(TARGETS)}.",
)
@click.option(
    "--write",
    metavar="FILE",
    type=NEW_FILE,
    help="Put it there: .html for the page, .json for a record and the table of its fields beside it.",
)
def report(*, project: Path | None, incident: str, target: str | None, write: Path | None) -> Answer:
    """Show an incident to people who are no engineers.

    What happened, how far it is, what is due from whom, and whom it may have to be told to: as one page. With
    --as the record that another database asks for: nothing in it is guessed, what does not fit stays empty.
    Names of people and customers, addresses and secrets are in pseudonyms; the page, and no record, names who
    answers for a workflow by the settings: owner, deputy, who switches it off, approvers.
    """
    return reports.report(project=project, incident=incident, target=target, write=write)
