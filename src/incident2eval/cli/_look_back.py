"""`look-back`."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from incident2eval.cli._archive import FileFolderOrUrl
from incident2eval.cli._command import NEW_FILE, command
from incident2eval.cli._hit_review import review_each, review_named
from incident2eval.cli._when import MOMENT
from incident2eval.model import Moment
from incident2eval.model.look_back import Reviewed
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


_DASK = "dask"


@command
@click.argument("incident")
@click.option("--archive", metavar="PATH", multiple=True, type=FileFolderOrUrl(readable=False),
              help="A file, folder or URL of past runs; without it the settings' archive.")  # fmt: skip
@click.option("--since", metavar="DATE or 60d", type=_Since(),
              help="Only runs since then; 60d is 60 days before it happened.")  # fmt: skip
@click.option("--check", "checks", metavar="NAME", multiple=True,
              help="One more check to ask, beside those of the cases.")  # fmt: skip
@click.option("--typos", is_flag=True,
              help="Show names with one letter wrong too, for review; takes twice as long.")  # fmt: skip
@click.option("--engine", type=click.Choice(("local", "dask")), default=None,
              help="Who judges: processes of this machine, or a Dask cluster.  [default: local]")  # fmt: skip
@click.option("--cluster", metavar="ADDRESS", help="Of the Dask scheduler; without it one on this machine.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="So many processes; without it one for each processor.")  # fmt: skip
@click.option("--report", "papers", metavar="FILE", multiple=True, type=NEW_FILE,
              help="Write it here too: .json, .csv, .parquet or .html by its ending.")  # fmt: skip
@click.option("--fail-on-hits", is_flag=True, help="Exit 1 where there is a hit.")
@click.option("--review", is_flag=True, help="Go through what the last look-back found, at a terminal.")
@click.option("--confirm", metavar="RUN", multiple=True,
              help="What it found there is so; with --reason and --by.")  # fmt: skip
@click.option("--dismiss", metavar="RUN", multiple=True,
              help="What it found there is no such failure; with --reason and --by.")  # fmt: skip
@click.option("--reason", metavar="TEXT", help="Why it is confirmed or dismissed.")
@click.option("--gap", metavar="REASON",
              help="Look at nothing: keep why past runs cannot be judged; with --by.")  # fmt: skip
@click.option("--by", metavar="NAME", help="Who looks; the account's name if not given.")
def look_back(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    incident: str,
    archive: Sequence[Path | str],
    since: Moment | timedelta | None,
    checks: Sequence[str],
    typos: bool,
    engine: str | None,
    cluster: str | None,
    jobs: int | None,
    papers: Sequence[Path],
    fail_on_hits: bool,
    review: bool,
    confirm: Sequence[str],
    dismiss: Sequence[str],
    reason: str | None,
    gap: str | None,
    by: str | None,
) -> Answer:
    """Look for the same failure in past runs.

    The incident's checks judge each for its own customer, and the log keeps whom it reached and since when.
    Exit 3 where something could not be read, or nothing could be judged: that is no all-clear.
    """
    looks = bool(archive or since or checks or typos or engine or cluster or jobs or papers or fail_on_hits)
    words = [gap is not None, review, bool(confirm), bool(dismiss)]
    if gap is not None:
        if by is None or reason is not None or looks or sum(words) > 1:
            raise click.UsageError("--gap goes with --by, and with nothing else")
        return looking_back.accept_gap(project=project, incident=incident, reason=gap, by=by)
    if sum(words) + (looks and any(words)) > 1:
        raise click.UsageError("--review, --confirm and --dismiss look at nothing, and go one at a time")
    if runs := confirm or dismiss:
        said = Reviewed.CONFIRMED if confirm else Reviewed.DISMISSED
        return review_named(project, incident, by=by, runs=runs, said=said, reason=reason)
    if reason is not None:
        raise click.UsageError("--reason goes with --confirm or --dismiss")
    if review:
        return review_each(project, incident, by=by)
    if cluster and engine != _DASK:
        raise click.UsageError("--cluster goes with --engine dask")
    with _bar(incident) as progress:
        return looking_back.look_back(
            project=project,
            incident=incident,
            archive=archive,
            since=since,
            fail_on_hits=fail_on_hits,
            by=by,
            checks=checks,
            typos=typos,
            engine=looking_back.Engine(jobs=jobs, dask=engine == _DASK, cluster=cluster),
            papers=papers,
            ascii_only=not (sys.stdout.encoding or "").casefold().startswith("utf"),
            progress=progress,
        )


@contextmanager
def _bar(incident: str) -> Iterator[looking_back.Progress | None]:
    """A progress bar on stderr, where somebody sits at a terminal; it is gone when the answer comes."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a person
    from rich.progress import (  # noqa: PLC0415 - the same
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    said = TextColumn("{task.fields[runs]:,} runs, {task.fields[hits]:,} hits", markup=False)
    columns = (BarColumn(12), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), said)
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(incident, total=None, runs=0, hits=0)

        def progress(done: int, *, of: int, runs: int, hits: int) -> None:
            if not runs:  # what was done before is no work of now: it says nothing of the speed
                shown.reset(task, total=of, completed=done)
            shown.update(task, total=of, completed=done, runs=runs, hits=hits)

        yield progress
