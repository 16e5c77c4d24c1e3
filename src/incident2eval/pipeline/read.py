"""`read`: what an importer sees in files, as a stream."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from incident2eval import formats
from incident2eval.formats import Part, Skipped
from incident2eval.model import JSON, BadInput, Fault, Run
from incident2eval.pipeline._answer import LongAnswer, Page
from incident2eval.pipeline._given import Given, given_files
from incident2eval.pipeline._told import Told
from incident2eval.pipeline.intake import NOBODY, owned, project_or_none
from incident2eval.pipeline.shown.masking import masked_run
from incident2eval.pipeline.shown.run_page import run_page
from incident2eval.pipeline.shown.sheet import FileRead, Sheet
from incident2eval.pipeline.shown.sheet_page import sheet_page
from incident2eval.store import Project


def read(*, project: Path | None, paths: tuple[Path, ...], format: str | None) -> LongAnswer:  # noqa: A002
    """Read trace files and show their runs, whatever their size.

    Args:
        project: Folder to take settings and roster from; without a project, runs are shown without them.
        paths: Files, and folders of which every file is read. A file that was named must be a trace; one in a
            folder that is none is only said to be.
        format: Name of the format, where the content is not to decide.

    Raises:
        BadInput: There is no such project; from the answer, when a file cannot be read or there is no run.
    """
    home = project_or_none(project)
    reading = _Reading(paths, format=format, home=home)
    return LongAnswer(data=_data(reading), pages=_pages(reading, home))


class _Found(NamedTuple):
    """A run with subject and owners, and the file that it was in, where there are several."""

    run: Run
    file: str | None


class _Reading:
    """Files being read: their runs one after the other, and the sheet of what became of the files."""

    def __init__(self, paths: Iterable[Path], *, format: str | None, home: Project | None) -> None:  # noqa: A002
        self._paths = tuple(paths)
        self._format = format
        self._home = home
        self._told: Told[FileRead] = Told()
        self.sheet = Sheet()
        self.several = False
        """Whether there is more than one file, in an archive or beside it."""

    def runs(self) -> Iterator[_Found]:
        """Every run as soon as it is complete; what only tells more of runs is read before all else."""
        files = list(self._files())
        self.several = len(files) > 1
        self._listen(files)
        for file in files:
            yield from self._runs_in(file)
        for run, entry in self._told.rest():
            yield self._owned(run, entry)
        if not self.sheet.runs:
            raise BadInput(self._nothing(len(files)))

    def _files(self) -> Iterator[Given]:
        for given in given_files(self._paths):
            if isinstance(given, Given):
                yield given
            else:
                self.sheet.skip(given)

    def _parts(self, file: Given) -> Iterator[Part]:
        with file.opened() as stream:
            for part in formats.parts(stream, name=file.name, format=self._format):
                self.several = self.several or part.name != file.name
                yield part

    def _listen(self, files: list[Given]) -> None:
        """Hold what files of log records tell of runs in other files; a lone file is read as any other."""
        for file in files:
            # whatever is wrong with the file comes up again when it is its turn
            with suppress(BadInput):
                for part in () if file.comes_once else self._parts(file):
                    if not self.several:
                        return
                    if part.partial:
                        self._hold(part, self.sheet.entry(part.name, part.format))

    def _hold(self, part: Part, entry: FileRead) -> None:
        entry.tells_more = True
        for found in part.found:
            if isinstance(found, Run):
                self._told.hear(found, entry)

    def _runs_in(self, file: Given) -> Iterator[_Found]:
        """The runs of one file; of a folder's file that is no trace, or not to its end, only the reason."""
        try:
            for part in self._parts(file):
                yield from self._runs_of(part)
        except BadInput as error:
            if file.named:
                raise
            why = "; ".join(fault.message for fault in error.faults)
            self.sheet.skip(Skipped(where=file.name, why=why), self.sheet.entry(file.name))

    def _runs_of(self, part: Part) -> Iterator[_Found]:
        entry = self.sheet.entry(part.name, part.format)
        heard = entry.tells_more
        entry.tells_more = heard or (part.partial and self.several)
        for found in part.found:
            if isinstance(found, Skipped):
                where = found.where if found.where == part.name else f"{part.name}: {found.where}"
                self.sheet.skip(Skipped(where=where, why=found.why), entry)
            elif not entry.tells_more:
                yield self._owned(self._told.complete(found), entry)
            elif not heard:  # it came through a pipe, so this is the first and last time
                self._told.hear(found, entry)

    def _owned(self, run: Run, entry: FileRead) -> _Found:
        told = owned(run, self._home)
        self.sheet.infer(told.sources)
        entry.runs += 1
        return _Found(masked_run(told.run), entry.file if self.several else None)

    def _nothing(self, files: int) -> Fault:
        """That no file holds a run, and why the first ones do not."""
        where = ", ".join(map(str, self._paths))
        if not files:
            return Fault(message="there is no file to read", file=where, hint="name a trace file")
        first = next(self.sheet.left_out(), None)
        why = f": {first.where}: {first.why}" if first else ""
        count = "the one file" if files == 1 else f"{files:,} files"
        return Fault(
            message=f"no run could be read in {count}{why}", file=where, hint="hand over a trace file"
        )


def _data(reading: _Reading) -> Iterator[str]:
    """The object for a script: a run a line, so that as little as can be is held."""
    before = '{"runs": [\n '
    for found in reading.runs():
        run = formats.dump_run(found.run)
        yield before + _json(run if found.file is None else {**run, "file": found.file})
        before = ",\n "
    sheet = reading.sheet
    ends: dict[str, JSON] = {
        "format": sheet.formats,
        "skipped": [{"where": each.where, "why": each.why} for each in sheet.left_out()],
        "inferred": list(sheet.inferred()),
        "files": [
            {"file": each.file, "format": each.format, "runs": each.runs, "skipped": each.skipped}
            for each in sheet.files
        ],
    }
    yield "".join(["\n]", *(f',\n"{key}": {_json(value)}' for key, value in ends.items()), "}\n"])


def _json(value: JSON) -> str:
    return json.dumps(value, allow_nan=False)


def _pages(reading: _Reading, home: Project | None) -> Iterator[Page]:
    customers = home.customers if home else NOBODY
    for found in reading.runs():
        yield run_page(found.run, customers=customers, file=found.file)
    yield sheet_page(reading.sheet, several=reading.several)
