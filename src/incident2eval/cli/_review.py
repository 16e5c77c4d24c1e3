"""`review`."""

from datetime import datetime
from pathlib import Path

import click

from incident2eval.cli._command import FOLDER, command
from incident2eval.pipeline import review as reviews
from incident2eval.pipeline._answer import Answer


@command
@click.option("--quarter", metavar="YYYY-QN", help="Which quarter, such as 2026-Q4; by default today's.")
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Read what is overdue at the end of this day; by default of the quarter's last, or of yesterday "
    "while it runs.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([*reviews.FORMS]),
    help="Print, or write, this form of it.",
)
@click.option("--write", metavar="DIR", type=FOLDER, help="Write it into DIR, in all forms or the one named.")
def review(
    *, project: Path | None, quarter: str | None, as_of: datetime | None, form: str | None, write: Path | None
) -> Answer:
    """Work out the figures of a quarter, each with its records.

    Incidents and near misses, how long they took, what came again, what is open, duties, restarts, cases:
    every figure says how it was worked out, over how many records and which.

    The same files give the same review, to the byte. A quarter that is not over needs --as-of for that:
    without it clocks are read at the start of today, UTC.
    """
    day = as_of.date() if as_of else None
    return reviews.review(project=project, quarter=quarter, as_of=day, form=form, write=write)
