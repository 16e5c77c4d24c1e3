"""`collect --from`: traces from the server where people keep them, into an incident or into the archive."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from incident2eval import formats
from incident2eval.model import JSON, BadInput, Fault
from incident2eval.pipeline._answer import Answer, Tell
from incident2eval.pipeline.intake import take_in, whoami
from incident2eval.pipeline.shown.layout import counted
from incident2eval.sources import Fetched
from incident2eval.sources import fetch as fetched_from
from incident2eval.store import Project, write_together

ARCHIVE = "archive"
"""The folder of a project that past runs are put in."""

_TOGETHER = 50_000_000
"""Bytes that are held before they are written to the archive."""

_AGO = re.compile(r"(?P<number>\d{1,5})(?P<unit>[dh])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def fetch(  # noqa: PLR0913 - the command's options
    *,
    project: Path | None,
    incident: str | None,
    source: str,
    url: str,
    traces: tuple[str, ...],
    since: str | None,
    project_name: str | None,
    by: str | None,
    tell: Tell = lambda _: None,
) -> Answer:
    """Fetch traces from a server: sealed among an incident's evidence, or written into archive/.

    Args:
        project: Where the project is looked for.
        incident: The incident they are evidence of; None for the archive.
        source: Which tool's server it is.
        url: Its address.
        traces: Ids of traces.
        since: `60d`, `12h`, a date (from midnight UTC) or a time with its offset: all traces from then on.
        project_name: The project on that server; all when not given.
        by: Who hands them over, for the manifest; the account's name when not given.
        tell: Takes lines of progress.

    Raises:
        BadInput: Neither a trace nor a time is named; no such project, incident, source, server or trace.
        NotJudged: The server cannot be reached or fails; what was written to the archive by then stays.
    """
    if not traces and since is None:
        hint = "name traces with --trace ID, or a time with --since 60d"
        raise BadInput(Fault(field="--trace", message="what to fetch is not said", hint=hint))
    begun = None if since is None else moment(since, now=datetime.now(UTC))
    home = Project.find(project)
    if incident is not None:
        home.incident(incident)
    found = fetched_from(source, url, traces=traces, since=begun, project=project_name, tell=tell)
    if incident is None:
        return _archived(home, source, found)
    files = {each.name: each.data for each in found}
    if not files:
        return _nothing(source, incident)
    who = by or whoami()
    # Where evidence comes from is part of what it is worth.
    fetched: dict[str, JSON] = {"event": "fetched", "by": who, "source": source, "url": url}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    home.log(incident, {"at": at, **fetched, "files": list(files)})
    return take_in(home, incident, files, by=who)


def moment(since: str, *, now: datetime) -> datetime:
    """The moment that `--since` says.

    Raises:
        BadInput: It says none, or does not say which.
    """
    text = since.strip()
    try:
        if ago := _AGO.fullmatch(text):
            unit = timedelta(days=1) if ago["unit"] == "d" else timedelta(hours=1)
            return now - int(ago["number"]) * unit
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise _unclear("has no offset from UTC, so the moment is not clear", "add +00:00 if it is UTC")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        hint = "write it such as 60d, 12h, 2026-11-18 or 2026-11-18T09:41:07Z"
        raise _unclear("is no time", hint) from None


def _unclear(message: str, hint: str) -> BadInput:
    return BadInput(Fault(field="--since", message=message, hint=hint))


def _archived(home: Project, source: str, found: Iterator[Fetched]) -> Answer:
    """Write what comes into archive/, some traces at a time: a server may hold more than memory does."""
    runs: dict[str, int] = {}
    notes: list[str] = []
    for batch in _batches(found):
        write_together({home.root / ARCHIVE / name: data for name, data in batch.items()})
        for name, data in batch.items():
            try:
                runs[name] = len(formats.read(data, name=name).runs)
            except BadInput as error:
                runs[name] = 0
                notes.append(str(error))
    if not runs:
        return _nothing(source, None)
    unread = _not_looked_at(home, runs)
    traces, read = counted(len(runs), "trace"), counted(sum(runs.values()), "run")
    return Answer(
        data={
            "incident": None,
            "source": source,
            "runs": sum(runs.values()),
            "files": [f"{ARCHIVE}/{name}" for name in runs],
        },
        text=f"{source}: {traces} written to {ARCHIVE}/, {read} read",
        notes=(*notes, *unread),
    )


def _batches(found: Iterator[Fetched]) -> Iterator[Mapping[str, bytes]]:
    batch: dict[str, bytes] = {}
    held = 0
    for each in found:
        batch[each.name] = each.data
        held += len(each.data)
        if held > _TOGETHER:
            yield batch
            batch, held = {}, 0
    if batch:
        yield batch


def _not_looked_at(home: Project, written: Mapping[str, int]) -> Iterator[str]:
    looked_at = {path.resolve() for path in home.archive_files()}
    if any((home.root / ARCHIVE / name).resolve() not in looked_at for name in written):
        yield f'not yet looked back over: add "{ARCHIVE}/*.json" to `archive` in incident2eval.toml'


def _nothing(source: str, incident: str | None) -> Answer:
    data: dict[str, JSON] = {"incident": incident, "source": source, "runs": 0, "files": []}
    return Answer(data=data, text=f"{source}: no trace since then, nothing was written")
