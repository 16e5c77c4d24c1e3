"""`cluster`."""

from pathlib import Path

import click

from incident2eval.cli._command import FILE, command
from incident2eval.pipeline import cluster as clustering
from incident2eval.pipeline._answer import Answer, LongAnswer


@command
@click.option(
    "--failures", metavar="FILE.jsonl", type=FILE, help='Group these instead: {"id", "text", ...} a line.'
)
@click.option("--archive", is_flag=True, help="Group what locked cases flag among past runs instead.")
@click.option("--name", metavar="TYPE LABEL", nargs=2, help="What to call a type, whatever comes in later.")
@click.option("--by", metavar="NAME", help="Who calls it so.")
def cluster(
    *,
    project: Path | None,
    failures: Path | None,
    archive: bool,
    name: tuple[str, str] | None,
    by: str | None,
) -> Answer | LongAnswer:
    """Group failures into types, and say which came back.

    By what failed first, then by the words: over all incidents, near misses and small notes too. The types
    are kept in incidents/failure-types.yaml.
    """
    if sum((failures is not None, archive, name is not None)) > 1:
        raise click.UsageError("Give one of --failures, --archive and --name.", click.get_current_context())
    if by is not None and name is None:
        raise click.UsageError("--by goes with --name.", click.get_current_context())
    if failures is not None:
        return clustering.of_file(project=project, failures=failures)
    if archive:
        return clustering.of_archive(project=project)
    if name is not None:
        return clustering.name(project=project, type_id=name[0], label=name[1], by=by)
    return clustering.cluster(project=project)
