"""`look-back`."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.cli._when import MOMENT
from incident2eval.model import Moment
from incident2eval.pipeline import look_back as looking_back
from incident2eval.pipeline._answer import Answer


class _Since(click.ParamType[Moment | timedelta]):
    """A date, a time, or a number of days before the incident."""

    name = "since"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Moment | timedelta:
        """The moment, or the length of time; fails with what to write instead."""
        days = re.fullmatch(r"([1-9][0-9]{0,4})d", str(value).strip())
        return timedelta(days=int(days[1])) if days else MOMENT.convert(value, param, ctx)


@command
@click.argument("incident")
@click.option("--archive", metavar="PATH", multiple=True, type=click.Path(path_type=Path),
              help="A file or folder of past runs; without it the settings' archive.")  # fmt: skip
@click.option("--since", metavar="DATE or 60d", type=_Since(),
              help="Only runs since then; 60d is 60 days before it happened.")  # fmt: skip
@click.option("--fail-on-hits", is_flag=True, help="Exit 1 where there is a hit.")
@click.option("--gap", metavar="REASON",
              help="Look at nothing: keep why past runs cannot be judged; with --by.")  # fmt: skip
@click.option("--by", metavar="NAME", help="Who looks; the account's name if not given.")
def look_back(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    incident: str,
    archive: Sequence[Path],
    since: Moment | timedelta | None,
    fail_on_hits: bool,
    gap: str | None,
    by: str | None,
) -> Answer:
    """Look for the same failure in past runs.

    The incident's checks judge each for its own customer, and the log keeps whom it reached and since when.
    Exit 3 where something could not be read, or nothing could be judged: that is no all-clear.
    """
    if gap is not None:
        if by is None or archive or since or fail_on_hits:
            raise click.UsageError("--gap goes with --by, and with nothing else")
        return looking_back.accept_gap(project=project, incident=incident, reason=gap, by=by)
    return looking_back.look_back(
        project=project, incident=incident, archive=archive, since=since, fail_on_hits=fail_on_hits, by=by
    )
