"""`read`, `collect`, `verify`, `retention` and `customers`: what comes in, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from incident2eval.cli._command import NEW_FILE, command
from incident2eval.cli._printing import tell
from incident2eval.cli._when import TIME
from incident2eval.pipeline import customers as rosters
from incident2eval.pipeline import intake
from incident2eval.pipeline import read as reading
from incident2eval.pipeline import retention as retaining
from incident2eval.pipeline import verify as verifying
from incident2eval.pipeline._answer import Answer, LongAnswer

FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
"""A file, or a folder of which every file is meant."""


@command
@click.argument("paths", metavar="PATH...", type=FILE_OR_FOLDER, nargs=-1, required=True)
@click.option("--format", metavar="F", help="The format of the files; told by their content when not given.")
def read(
    *,
    project: Path | None,
    paths: tuple[Path, ...],
    format: str | None,  # noqa: A002 - the option's name
) -> LongAnswer:
    """Show the runs that trace files hold.

    Prints every run with its steps and whose run it was. A file without a run is bad input; in a folder it is
    only named.
    """
    return reading.read(project=project, paths=paths, format=format)


@command
@click.argument("incident", required=False)
@click.option(
    "--trace",
    "traces",
    metavar="FILE|ID",
    multiple=True,
    help="A trace file to add to the evidence; with --from the id of a trace.",
)
@click.option(
    "--from", "source", metavar="SERVER", help="Fetch traces: phoenix, mlflow, langfuse or langsmith."
)
@click.option("--url", metavar="URL", help="The server's address.")
@click.option("--project-name", metavar="P", help="The project on that server; all when not given.")
@click.option("--since", metavar="WHEN", help="Fetch all traces since then: 60d, 12h, a date or a time.")
@click.option(
    "--listen", metavar="PORT", type=click.IntRange(0, 65535), help="Receive OTLP/HTTP, such as on 4318."
)
@click.option("--seconds", metavar="N", type=float, help="Stop listening after so long; else on Ctrl-C.")
@click.option("--export", "pack", metavar="PACK.zip", type=NEW_FILE, help="Write the incident's pack.")
@click.option("--for", "audience", metavar="WHOM", help="Who gets it: regulator, insurer or client:<id>.")
@click.option("--by", metavar="NAME", help="Who does this; the account's name when not given.")
def collect(*, project: Path | None, incident: str | None, **given: Any) -> Answer:
    """Seal an incident's evidence and read its runs.

    Every file of the evidence goes into SEALED.json with its digest; what is sealed is never rewritten.
    Without an incident, --from and --listen put past runs into archive/.
    """
    asked = _Asked(**given)
    asked.refuse_mixture(incident)
    if asked.listen is not None:
        from incident2eval.pipeline.listen import listen  # noqa: PLC0415 - only who listens pays for it

        return listen(project=project, incident=incident, port=asked.listen, seconds=asked.seconds, tell=tell)
    if asked.source is not None:
        return _fetched(project, incident, asked)
    assert incident is not None  # noqa: S101 - refused above
    if asked.pack is not None:
        from incident2eval.pipeline.export import export  # noqa: PLC0415 - only who exports pays for it

        return export(
            project=project, incident=incident, pack=asked.pack, audience=asked.audience or "", by=asked.by
        )
    return intake.collect(
        project=project, incident=incident, traces=tuple(map(Path, asked.traces)), by=asked.by
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The options of `collect`: one way of collecting at a time."""

    traces: tuple[str, ...]
    source: str | None
    url: str | None
    project_name: str | None
    since: str | None
    listen: int | None
    seconds: float | None
    pack: Path | None
    audience: str | None
    by: str | None

    def refuse_mixture(self, incident: str | None) -> None:
        """Refuse options that do not go together, or miss what they need; raises click's usage error."""
        ways = {"--from": self.source, "--listen": self.listen, "--export": self.pack}
        chosen = [name for name, value in ways.items() if value is not None]
        if len(chosen) > 1:
            raise click.UsageError(f"{' and '.join(chosen)} do not go together: collect in one way at a time")
        if incident is None and chosen not in (["--from"], ["--listen"]):
            raise click.UsageError("name the incident, such as INC-2026-0142")
        if (self.source is None) != (self.url is None):
            raise click.UsageError("--from and --url go together")
        if (self.pack is None) != (self.audience is None):
            raise click.UsageError("--export and --for go together")
        if self.source is None and (self.since or self.project_name):
            raise click.UsageError("--since and --project-name are about --from")
        if self.traces and chosen in (["--listen"], ["--export"]):
            raise click.UsageError(f"--trace and {chosen[0]} do not go together")


def _fetched(project: Path | None, incident: str | None, asked: _Asked) -> Answer:
    from incident2eval.pipeline.fetch import fetch  # noqa: PLC0415 - only who fetches pays for it

    return fetch(
        project=project,
        incident=incident,
        source=asked.source or "",
        url=asked.url or "",
        traces=asked.traces,
        since=asked.since,
        project_name=asked.project_name,
        by=asked.by,
        tell=tell,
    )


@command
@click.argument("what", metavar="INCIDENT|REPORT")
@click.option(
    "--at",
    type=TIME,
    metavar="TIME",
    help="Judge the age of a report at that time, and leave aside what is deployed now.",
)
def verify(*, project: Path | None, what: str, at: datetime | None) -> Answer:
    """Say whether a report holds, or an incident's evidence does.

    A report: its form, its cases, its age, who signed it, and that it speaks of what is deployed now.
    Evidence: every file that changed, that is gone or that came after, and entries that were taken away.
    """
    return verifying.verify(project=project, what=what, at=at)


@command
def retention(*, project: Path | None) -> Answer:
    """List what expires, and on what basis it is kept.

    Nothing is ever deleted.
    """
    return retaining.retention(project=project)


@command
@click.option("--hash", "hashed", is_flag=True, help="Write customers.hashed.json, which holds no name.")
def customers(*, project: Path | None, hashed: bool) -> Answer:
    """Say what the roster holds, or write it as keyed hashes.

    With the hashed one, checks need no customer's name in clear.
    """
    return rosters.customers(project=project, hashed=hashed)
