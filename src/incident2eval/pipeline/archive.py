"""`archive`: exports of past runs as compact Parquet, by workflow and day, added to and never rewritten."""

import glob
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from pathlib import Path

from incident2eval import formats
from incident2eval.formats import ArchivedRun, Skipped
from incident2eval.model import JSON, BadInput, Fault, NotJudged, Run
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._given import File, placed_files, shown
from incident2eval.pipeline.fetch import ARCHIVE
from incident2eval.pipeline.intake import project_or_none
from incident2eval.pipeline.past.lines import CHANGED
from incident2eval.pipeline.past.papers import closed_folders
from incident2eval.pipeline.past.pieces import Made, Piece
from incident2eval.pipeline.past.watch import runs_in
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.store import ArchiveFolder, NewFile, Project, Spool, dump

_MOST_SPOOLED = 2 * 1024 * 1024 * 1024
"""Bytes that wait, packed, for the other runs of their day, before they are written without these."""

_NAMED = 10
"""So many of the files that were written are named to a person."""

_Key = tuple[str | None, date | None]
"""A workflow and a day: what one file is about."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What became of the runs."""

    runs: int = 0
    written: int = 0
    twice: int = 0
    bytes_read: int = 0
    """As Run JSON."""
    files: list[dict[str, JSON]] = field(default_factory=list)
    bytes_written: int = 0
    unreadable: list[Fault] = field(default_factory=list)


def archive(
    *, project: Path | None, paths: Sequence[Path | str], to: Path | str | None, workflow: str | None
) -> Answer:
    """Write the runs of exports into an archive, except those that are in it already.

    Each file is read back and compared before it gets its name; nothing that is there is touched.

    Args:
        project: The project's folder, or None for the nearest one upward; it may do without one.
        paths: Files, folders and URLs, in any format that is read.
        to: The archive's folder; archive/ of the project, else here, when not given.
        workflow: Of the runs that do not say theirs.

    Returns:
        Exit code 3 where something could not be read; the rest is written.

    Raises:
        BadInput: No such project, nothing to read, no run in any of it, or a folder that is no place for it.
        NotJudged: The disk takes no more, or gives back something else; what was written by then stays.
    """
    home = project_or_none(project)
    root = _place(to, home)
    found = list(placed_files(paths, tell_hidden=True))
    files = [one for one in found if not isinstance(one, Skipped)]
    tally = _Tally(
        unreadable=[Fault(file=one.where, message=one.why) for one in found if isinstance(one, Skipped)]
    )
    folder = ArchiveFolder(root)
    with _disk(root), Spool[_Key](root) as spool:
        for row in _rows(files, workflow, tally):
            spool.put((row.workflow, row.started.astimezone(UTC).date() if row.started else None), row.run)
            if spool.size > _MOST_SPOOLED:
                _write(folder, spool, tally)
        if tally.runs:
            _write(folder, spool, tally)
    if not tally.runs:
        raise BadInput(*(tally.unreadable or [_nothing(paths)]))
    return _answer(tally, root, home, files=len(files))


def _place(to: Path | str | None, home: Project | None) -> Path:
    """The archive's folder; refuses one that none must be put in: what lies there is kept as it is."""
    if isinstance(to, str) or (to and to.exists() and not to.is_dir()):
        message, hint = "is no folder here", "name one, and copy it to where it should be"
        raise BadInput(Fault(file=shown(to), field="--to", message=message, hint=hint))
    root = to or (home.root if home else Path()) / ARCHIVE
    for place in closed_folders(home) if home else ():
        if root.resolve().is_relative_to(place):
            message = f"would keep past runs as they are, and {place.name}/ is no place for that"
            raise BadInput(Fault(file=str(root), field="--to", message=message, hint="name another folder"))
    return root


def _rows(files: Iterable[File], workflow: str | None, tally: _Tally) -> Iterator[ArchivedRun]:
    """Every run as the archive keeps it; what is none, or cannot be kept, is noted."""
    for file in files:
        piece = Piece(file=file, shown=file.name, size=file.size(), made=Made.of(file))
        for found in runs_in(piece):
            if isinstance(found, Fault):
                tally.unreadable.append(found)
                continue
            tally.runs += 1
            run = found if found.workflow or not workflow else replace(found, workflow=workflow)
            try:
                row = formats.archived(run)
            except ValueError as error:
                where = f"{file.name}: run {_called(run)}"
                tally.unreadable.append(Fault(file=where, message=f"cannot be kept: it {error}"))
                continue
            tally.bytes_read += len(row.run)
            yield row
        if piece.is_lost:
            tally.unreadable.append(Fault(file=file.name, message=CHANGED, hint="archive it again"))


def _called(run: Run) -> str:
    return run.id or (run.started.isoformat() if run.started else "without an id")


def _write(folder: ArchiveFolder, spool: "Spool[_Key]", tally: _Tally) -> None:
    """Put what was spooled into the archive, day by day."""
    with folder.alone():
        for key, lines in spool.emptied():
            _write_day(folder, key, map(formats.archived_again, lines), tally)


def _write_day(folder: ArchiveFolder, key: _Key, rows: Iterator[ArchivedRun], tally: _Tally) -> None:
    fresh = _fresh(rows, _known(folder, key, tally), tally)
    for first in fresh:
        with folder.adding(*key) as new:
            writer = formats.ArchiveWriter(new.stream)
            writer.add(first)
            while not writer.is_full and (row := next(fresh, None)) is not None:
                writer.add(row)
            _keep(new, writer, tally)


def _known(folder: ArchiveFolder, key: _Key, tally: _Tally) -> set[int]:
    """The runs of that workflow and day that are in the archive."""
    known: set[int] = set()
    for path in folder.files(*key):
        try:
            with path.open("rb") as stream:
                known.update(map(hash, formats.archived_runs(stream)))
        except (OSError, ValueError) as error:
            message = f"cannot be read, so what it holds may be written again: {error}"
            tally.unreadable.append(Fault(file=str(path), message=message, hint="take it away"))
    return known


def _fresh(rows: Iterable[ArchivedRun], known: set[int], tally: _Tally) -> Iterator[ArchivedRun]:
    """The runs that are not there yet: an id may have been given twice; without one nobody can tell."""
    for row in rows:
        key = hash((row.id, row.run))
        if row.id and key in known:
            tally.twice += 1
        else:
            known.add(key)
            yield row


def _keep(new: NewFile, writer: formats.ArchiveWriter, tally: _Tally) -> None:
    """Read a file back, and give it its name if every run is as it was."""
    content = writer.close()
    new.settle()
    try:
        same = formats.archive_content(new.stream) == content
    except ValueError:
        same = False
    if not same:
        hint = "check the disk, then again; what is in the archive was read back before"
        raise NotJudged(f"{new.path}: what was written does not come back the same", hint=hint)
    size = new.size()
    new.keep()
    tally.written += content.runs
    tally.bytes_written += size
    tally.files.append({"file": str(new.path), "runs": content.runs, "bytes": size})


@contextmanager
def _disk(root: Path) -> Iterator[None]:
    """What the temporary file says where the disk is full, as one line."""
    try:
        yield
    except OSError as error:
        hint = "every file that is there is whole; free space or rights, then the same again"
        raise NotJudged(f"{root}: cannot be written: {error.strerror or error}", hint=hint) from error


def _nothing(paths: Sequence[Path | str]) -> Fault:
    where = ", ".join(map(shown, paths))
    return Fault(file=where, message="holds no run", hint="name exports of past runs")


def _answer(tally: _Tally, root: Path, home: Project | None, *, files: int) -> Answer:
    data: dict[str, JSON] = {
        "archive": str(root),
        "read": tally.runs,
        "written": tally.written,
        "twice": tally.twice,
        "unreadable": [dump(fault) for fault in tally.unreadable],
        "files": [*tally.files],
    }
    return Answer(
        data=data,
        text=wrapped(_lines(tally, root, files)),
        exit_code=3 if tally.unreadable else 0,
        notes=(*(f"not read: {fault}" for fault in tally.unreadable), *_not_looked_at(tally, root, home)),
    )


def _lines(tally: _Tally, root: Path, files: int) -> Iterator[str]:
    yield f"{counted(tally.runs, 'run')} read from {counted(files, 'file')}"
    made = counted(len(tally.files), "file")
    size = f", {_megabytes(tally.bytes_written)}"
    written = counted(tally.written, "run")
    if tally.files:
        yield f"{written} written to {made} in {root}{size}, each read back and compared"
    for each in tally.files[:_NAMED]:
        yield f"  {each['file']}"
    if len(tally.files) > _NAMED:
        yield f"  and {len(tally.files) - _NAMED:,} more"
    if tally.twice:
        yield f"{counted(tally.twice, 'run')} there already, not written again"
    if tally.unreadable:
        yield f"{counted(len(tally.unreadable), 'thing')} could not be read, each named above"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _not_looked_at(tally: _Tally, root: Path, home: Project | None) -> Iterator[str]:
    """That a look-back of the project does not read what was written, where that is so."""
    if home is None or not tally.files:
        return
    looked_at = {path.resolve() for path in home.archive_files()}
    if any(Path(str(each["file"])).resolve() not in looked_at for each in tally.files):
        place, top = root.resolve(), home.root.resolve()
        shown_root = place.relative_to(top) if place.is_relative_to(top) else place
        pattern = f"{glob.escape(shown_root.as_posix())}/**/*.parquet"
        yield f'not looked back over yet: add "{pattern}" to `archive` in incident2eval.toml'
