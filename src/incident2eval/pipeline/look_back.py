"""`look-back`: did it happen before, to whom, since when? The incident's checks, asked of past runs."""

import glob
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from incident2eval.formats import Skipped
from incident2eval.lookback import CaseColumns, Part, PartResult, decoded, marks_of, whole
from incident2eval.model import BadInput, Event, Fault, LogEntry, Moment, NotJudged, Run
from incident2eval.model.look_back import LookBackReport
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._given import File, placed_files, settings_files, shown
from incident2eval.pipeline._remote import is_url
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.intake import whoami
from incident2eval.pipeline.past import engines
from incident2eval.pipeline.past.kept import KeptParts
from incident2eval.pipeline.past.likeness import compared
from incident2eval.pipeline.past.lines import CHANGED, look_back_lines, window_words
from incident2eval.pipeline.past.papers import refuse_papers, write_papers
from incident2eval.pipeline.past.pieces import Pieces, parts_of
from incident2eval.pipeline.past.question import Asking, Question
from incident2eval.pipeline.past.reviews import Found, customers_of, keep_found, reviews_of
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.pipeline.shown.said_times import refuse_impossible
from incident2eval.report.look_back import data
from incident2eval.store import Project

COMPLETE, INCOMPLETE, ACCEPTED = "complete", "incomplete", "accepted"
"""`state` of the entry in the log: all was read and judged, and some of it is from the time asked about;
not so; a person accepts that it is not."""

_NAMED = 5
"""So many files stand in the log by name."""


class Progress(Protocol):
    """Is told how far the look-back is."""

    def __call__(self, done: int, *, of: int, runs: int, hits: int) -> None:
        """Take how many bytes were read of how many, how many runs were judged, and the hits so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Who judges."""

    jobs: int | None = None
    """So many processes; as many as there are processors where it is not said."""
    dask: bool = False
    """Whether a Dask cluster does."""
    cluster: str | None = None
    """Address of its scheduler."""

    def judged(self, question: Question, parts: Sequence[Pieces]) -> engines.Done:
        """Judge the parts."""
        jobs = self.jobs or engines.usual_jobs()
        if self.dask:
            return engines.dask(question, parts, address=self.cluster, jobs=jobs)
        return engines.local(question, parts, jobs=jobs)


def look_back(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    incident: str,
    archive: Sequence[Path | str] = (),
    since: Moment | timedelta | None = None,
    fail_on_hits: bool = False,
    by: str | None = None,
    checks: Sequence[str] = (),
    typos: bool = False,
    engine: Engine = Engine(),
    papers: Sequence[Path] = (),
    ascii_only: bool = False,
    progress: Progress | None = None,
) -> Answer:
    """Ask the checks of an incident's locked cases of past runs, and keep in its log what came of it.

    Runs are judged one by one as they are read, each for its own customer. The same again adds nothing to the
    log. A look-back that was interrupted goes on where it was.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        archive: Files, folders and URLs of past runs; without any the settings' archive.
        since: Runs from before are left out; a length of time counts back from when it happened.
        fail_on_hits: Whether a hit is exit code 1.
        by: Who looks; the name of the account where nobody says.
        checks: Checks to ask beside those of the cases, by name.
        typos: Whether to look for names with a letter wrong, too: they are for review.
        engine: Who judges.
        papers: Files to write it to, by their endings.
        ascii_only: Whether the terminal has no blocks to draw with.
        progress: Is told how far it is.

    Returns:
        Exit code 3 where something could not be read or judged, or no run is from the time asked about.

    Raises:
        BadInput: No such incident, file or check, no past runs, no locked case of the incident, or no place
            for a paper.
        NotJudged: The facts of a case name somebody, and the key is not at hand; or it was interrupted, or
            a paper or the log was not written.
    """
    home, at_once = Project.find(project), now()
    by = by or whoami()
    refuse_name(by)
    if since is not None and not isinstance(since, timedelta):
        refuse_impossible({"since": since}, at_once)
    refuse_papers(home, papers, archive)
    question = Question(
        root=home.root, incident=incident, since=since, at=at_once, more=tuple(checks), typos=typos
    )
    asking = Asking(question)
    question = replace(question, digest=asking.digest())
    files, odd = _files(home, archive)
    looked = _Looked(asking, question, parts_of(files, home.root), engine, progress)
    report = looked.report(odd)
    # Before the log: what cannot be written leaves the parts, and the same again is quick.
    write_papers(papers, report, asking.judge.customers)
    entry = LogEntry(
        at=at_once,
        event=Event.LOOKED_BACK,
        by=by,
        checked=report.checked,
        hits=len(report.counted),
        affected=customers_of(report.affected),
        text=window_words(report),
        ref=_named(home, files),
        digest=looked.digest,
        state=COMPLETE if report.is_complete else INCOMPLETE,
    )
    # What judged nothing is no look-back: nobody may take its line in the log for one.
    is_new = bool(report.checked) and not _is_logged(home, incident, entry)
    if is_new:
        append(home, incident, entry)
    found = Found(digest=looked.digest, hits=report.hits, doubtful=report.doubtful)
    trouble = keep_found(home, incident, found) if report.checked else None
    looked.drop()
    next_step = f"incident2eval triage {incident}" if report.counted else None
    written = [str(paper) for paper in papers]
    lines = look_back_lines(report, asking.judge.customers, ascii_only=ascii_only)
    return Answer(
        data=data(report) | {"next": next_step, "logged": is_new, "written": written},
        text=wrapped([*lines, *(f"written: {name}" for name in written)]),
        exit_code=1 if entry.hits and fail_on_hits else 0 if report.is_complete else 3,
        notes=(*(f"not read: {fault}" for fault in report.unreadable), *looked.notes, *_not_kept(trouble)),
    )


def _not_kept(trouble: str | None) -> Iterator[str]:
    if trouble:
        yield f"what was found was not kept, so `--review` has nothing to go by: {trouble}"


class _Looked:
    """A look-back while it is made."""

    def __init__(
        self,
        asking: Asking,
        question: Question,
        parts: Sequence[Pieces],
        engine: Engine,
        progress: Progress | None,
    ) -> None:
        self._asking = asking
        self._question = question
        self._parts = parts
        self._engine = engine
        self._progress = progress
        self._kept = KeptParts(asking.home, asking.digest())
        self._digest = hashlib.sha256(asking.digest().encode())
        self._waiting: list[tuple[str, Run]] = []

    def report(self, odd: Sequence[Fault]) -> LookBackReport:
        """Judge what is not judged yet, and put all of it together."""
        self._judge()
        return whole(
            self._question.incident,
            self._asking.window,
            self._results(),
            unreadable=odd,
            reviews=reviews_of(self._asking.home.incident(self._question.incident).entries),
            marks=marks_of(self._asking.incident),
        )

    @property
    def digest(self) -> str:
        """SHA-256 over what was read and what it was asked: the same look-back has the same."""
        return self._digest.hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it went."""
        why = self._kept.trouble
        return (f"finished parts were not kept, so it could not have gone on: {why}",) if why else ()

    def drop(self) -> None:
        """Keep no parts any more: it is done."""
        self._kept.drop()

    def _judge(self) -> None:
        sizes = {pieces: sum(piece.size for piece in pieces) for pieces in self._parts}
        left = [pieces for pieces in self._parts if not self._kept.has(pieces)]
        total, runs, hits = sum(sizes.values()), 0, 0
        done = total - sum(sizes[pieces] for pieces in left)
        try:
            if self._progress and done:
                self._progress(done, of=total, runs=runs, hits=hits)
            for pieces, result in self._engine.judged(self._question, left) if left else ():
                self._kept.keep(pieces, result)
                if self._progress:
                    found = decoded(result)
                    done, runs, hits = done + sizes[pieces], runs + found.runs, hits + len(found.hits)
                    self._progress(done, of=total, runs=runs, hits=hits)
        except KeyboardInterrupt:
            raise NotJudged(
                f"interrupted: {done:,} of {total:,} bytes are judged, and what came of them is kept",
                hint="the same command goes on from there",
            ) from None

    def _results(self) -> Iterator[PartResult]:
        """What came of each part, and at last of the runs that have to be judged with those of others."""
        cases: list[CaseColumns] = []
        for pieces, result in zip(self._parts, self._kept.results(self._parts), strict=True):
            self._digest.update("".join(f"{one.shown} " for one in pieces).encode(errors="surrogateescape"))
            self._digest.update(" ".join(result.digests).encode())
            self._waiting += result.waiting
            cases.append(result.cases)
            yield result
        if self._waiting:
            yield self._asking.together(self._waiting).result()
        if like := compared(self._asking, self._question, self._engine.judged, self._parts, cases):
            yield like
        lost = dict.fromkeys(piece.shown for pieces in self._parts for piece in pieces if piece.is_lost)
        changed = Part(customers=self._asking.judge.customers)
        changed.faults += (Fault(file=name, message=CHANGED, hint="look back again") for name in lost)
        yield changed.result()


def accept_gap(*, project: Path | None, incident: str, reason: str, by: str) -> Answer:
    """Keep a person's word that past runs are not there or cannot be judged, and why that may be.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        reason: Why; every restart that rests on it shows it.
        by: Who says so.

    Raises:
        BadInput: No such incident, a name that is none, or no reason.
        NotJudged: The log cannot be written.
    """
    home = Project.find(project)
    refuse_name(by)
    if not any(map(str.isalnum, reason)):
        raise BadInput(Fault(field="--gap", message="says no reason", hint="why is nothing judged?"))
    entry = LogEntry(
        at=now(), event=Event.LOOKED_BACK, by=by, checked=0, hits=0, reason=reason, state=ACCEPTED
    )
    entries = home.incident(incident).entries
    is_new = not any((one.state, one.by, one.reason) == (ACCEPTED, by, reason) for one in entries)
    if is_new:
        append(home, incident, entry)
    said = f"{incident}: {by} says why past runs are not judged further: {reason}"
    return Answer(
        data={"incident": incident, "gap": reason, "by": by, "logged": is_new}, text=wrapped([said])
    )


def _files(home: Project, archive: Sequence[Path | str]) -> tuple[tuple[File, ...], list[Fault]]:
    """The files of past runs that were named, else the settings', and what lies among them and is none."""
    paths = [one for one in archive if isinstance(one, Path)]
    absent = [path for path in paths if not (path.is_file() or path.is_dir())]
    if absent:
        message, hint = "there is no such file or folder", "check the path of --archive"
        raise BadInput(*(Fault(file=str(path), message=message, hint=hint) for path in absent))
    if archive:
        found = list(placed_files(archive, tell_hidden=True))
        named = ", ".join(map(shown, archive))
        none = Fault(file=named, message="holds no file", hint="name past runs with --archive")
    else:
        found = [*settings_files(home), *_passed_over(home)]
        hint = 'name their files: archive = ["archive/*"] under [project], or --archive PATH'
        none = Fault(
            file="incident2eval.toml", field="project.archive", message="there are no past runs", hint=hint
        )
    odd = [Fault(file=one.where, message=one.why) for one in found if isinstance(one, Skipped)]
    files = tuple(one for one in found if not isinstance(one, Skipped))
    if not files:
        raise BadInput(none, *odd)
    return files, odd


def _passed_over(home: Project) -> Iterator[Skipped]:
    """What the settings' patterns name and nobody reads: no file at all, broken links, files in folders."""
    read = set(home.archive_files())
    for pattern in home.settings.project.archive:
        if is_url(pattern):
            continue
        paths = [Path(name) for name in glob.glob(str(home.root / pattern), recursive=True)]  # noqa: PTH207
        if not any(path.is_file() for path in paths):
            yield Skipped(where=pattern, why="matches no file: have past runs gone from there?")
        for path in paths:
            if not path.exists():
                yield Skipped(where=str(path), why="is a link to nothing")
            elif path.is_dir() and any(
                one.is_file() and one not in read and not one.name.startswith(".") for one in path.iterdir()
            ):
                yield Skipped(where=str(path), why=f"is a folder, and {pattern} names no files in it")


def _named(home: Project, files: Sequence[File]) -> str:
    """The files by name, the first ones."""
    names = [file.shown(home.root) for file in files]
    more = f" and {counted(len(names) - _NAMED, 'file')} more" if len(names) > _NAMED else ""
    # A name may hold bytes that are no UTF-8, and the log holds nothing else.
    return f"{', '.join(names[:_NAMED])}{more}".encode(errors="backslashreplace").decode()


def _is_logged(home: Project, incident: str, entry: LogEntry) -> bool:
    """Whether the last look-back in the log says the same."""
    entries = home.incident(incident).entries
    last = next((one for one in reversed(entries) if one.event == Event.LOOKED_BACK), None)
    return last is not None and last == replace(
        entry, at=last.at, by=last.by, kind=last.kind, given=last.given, previous=last.previous
    )
