"""`gate`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from incident2eval.cli._annotations import annotated
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
@click.option(
    "--since",
    metavar="REV",
    help="A base branch: its cases may not be gone or changed without an approver's signature.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="So many trials at a time.",
)
@click.option("--monitor", is_flag=True, help="The daily run after a restart: the logs tell of it.")
def gate(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    workflow: str,
    trials: int | None,
    junit: Path | None,
    report: Path | None,
    since: str | None,
    jobs: int,
    monitor: bool,
) -> Answer:
    """Run every locked case of a workflow and decide whether it may go live.

    Calls the workflow itself, judges what it did in an isolated pytest, and writes the report. Only cases
    that passed count as passed.
    """
    with _bar(workflow) as progress:
        judge = partial(
            gates.gate,
            project=project,
            workflow=workflow,
            trials=trials,
            junit=junit,
            report=report,
            since=since,
            jobs=jobs,
            monitor=monitor,
            progress=progress,
        )
        return annotated(project, judge)


@contextmanager
def _bar(workflow: str) -> Iterator[gates.Progress | None]:
    """A progress bar on stderr, where somebody sits at a terminal; it is gone when the answer comes."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a person
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(f"trials of {workflow}", total=None)
        yield lambda done, *, of: shown.update(task, completed=done, total=of)
