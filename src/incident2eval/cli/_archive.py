"""`archive`: past runs, compact, for every look-back to come."""

from collections.abc import Sequence
from pathlib import Path

import click

from incident2eval.cli._command import command
from incident2eval.pipeline import archive as archiving
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._given import place


class FileFolderOrUrl(click.Path):
    """A file or folder, or a URL, which nobody asks for yet; what is empty does not stand for this folder."""

    name = "path"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """The URL as it is, or the path; fails where nothing is named, or has to be there and is not."""
        if not str(value):
            self.fail("names nothing: is a variable empty?", param, ctx)
        where = place(str(value))
        return where if isinstance(where, str) else Path(str(super().convert(where, param, ctx)))


@command
@click.argument("paths", metavar="PATH...", type=FileFolderOrUrl(exists=True), nargs=-1, required=True)
@click.option("--to", metavar="DIR", type=FileFolderOrUrl(readable=False),
              help="The archive's folder; archive/ if not given.")  # fmt: skip
@click.option("--workflow", metavar="NAME", help="The workflow of runs that do not say theirs.")
def archive(
    *, project: Path | None, paths: Sequence[Path | str], to: Path | str | None, workflow: str | None
) -> Answer:
    """Keep past runs as compact files, by workflow and day.

    Reads exports in any format that `read` knows: files, folders, and URLs such as s3://bucket/*.jsonl.gz.
    Runs that are in the archive already are not written again, and no file that is there is changed. Every
    file is read back and compared before it gets its name.
    """
    return archiving.archive(project=project, paths=paths, to=to, workflow=workflow)
