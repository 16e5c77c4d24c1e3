"""`look-back`: did it happen before, to whom, since when? The incident's checks, asked of past runs."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from incident2eval.formats import Skipped
from incident2eval.model import (
    JSON,
    BadInput,
    Event,
    Fault,
    Incident,
    LogEntry,
    Moment,
    Run,
)
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._given import Given, given_files, hidden_files
from incident2eval.pipeline._layout import counted, wrapped
from incident2eval.pipeline._look_back_lines import look_back_lines, window_words
from incident2eval.pipeline._look_back_own import OwnRun, own_run
from incident2eval.pipeline._look_back_series import Named, is_drift, side_of, with_series
from incident2eval.pipeline._look_back_tally import Tally
from incident2eval.pipeline._look_back_window import Coverage, Window, asked_window
from incident2eval.pipeline._said_times import iso, refuse_impossible
from incident2eval.pipeline._watch import Judge, Reach, Watch, runs_in, watches
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.intake import whoami
from incident2eval.store import Project, dump

COMPLETE, INCOMPLETE, ACCEPTED = "complete", "incomplete", "accepted"
"""`state` of the entry in the log: all was read and judged, and some of it is from the time asked about;
not so; a person accepts that it is not."""

_BLOCK = 1024 * 1024

_NAMED = 5
"""So many files stand in the log by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked of which files."""

    home: Project
    incident: Incident
    watches: tuple[Watch, ...]
    files: tuple[Given, ...]
    own: OwnRun
    window: Window
    only_within: bool
    """Whether runs from before the window are left out."""


def look_back(  # noqa: PLR0913 - one option each
    *,
    project: Path | None,
    incident: str,
    archive: Sequence[Path] = (),
    since: Moment | timedelta | None = None,
    fail_on_hits: bool = False,
    by: str | None = None,
) -> Answer:
    """Ask the checks of an incident's locked cases of past runs, and keep in its log what came of it.

    Runs are judged one by one as they are read, each for its own customer. The same again adds nothing to the
    log.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        archive: Files and folders of past runs; without any the settings' archive.
        since: Runs from before are left out; a length of time counts back from when it happened.
        fail_on_hits: Whether a hit is exit code 1.
        by: Who looks; the name of the account where nobody says.

    Returns:
        Exit code 3 where something could not be read or judged, or no run is from the time asked about.

    Raises:
        BadInput: No such incident or file, no past runs, or no locked case of the incident.
        NotJudged: The facts of a case name somebody, and the key is not at hand; or the log was not written.
    """
    home, at_once = Project.find(project), now()
    by = by or whoami()
    refuse_name(by)
    if since is not None and not isinstance(since, timedelta):
        refuse_impossible({"since": since}, at_once)
    told = home.incident(incident).incident
    asked = _watches(home, incident)
    files, odd = _files(home, archive)
    question = _Question(
        home=home,
        incident=told,
        watches=asked,
        files=files,
        own=own_run(home, incident),
        window=asked_window(told, since, at_once),
        only_within=since is not None,
    )
    tally = _looked(question, odd)
    entry = LogEntry(
        at=at_once,
        event=Event.LOOKED_BACK,
        by=by,
        checked=tally.checked,
        hits=len(tally.hits),
        affected=tally.affected,
        text=window_words(tally),
        ref=_named(question),
        digest=_digest(question),
        state=COMPLETE if tally.is_complete else INCOMPLETE,
    )
    # What judged nothing is no look-back: nobody may take its line in the log for one.
    is_new = bool(tally.checked) and not _is_logged(home, incident, entry)
    if is_new:
        append(home, incident, entry)
    return Answer(
        data=_data(incident, tally) | {"logged": is_new},
        text=wrapped(look_back_lines(incident, tally)),
        exit_code=1 if tally.hits and fail_on_hits else 0 if tally.is_complete else 3,
        notes=tuple(f"not read: {fault}" for fault in tally.unreadable),
    )


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


def _watches(home: Project, incident: str) -> tuple[Watch, ...]:
    found = tuple(watches(home, incident))
    if not found:
        message = f"{incident} has no locked case whose checks could be asked of past runs"
        hint = f"write its cases first: incident2eval run {incident}"
        raise BadInput(Fault(file="cases/cases.lock", message=message, hint=hint))
    return found


def _files(home: Project, archive: Sequence[Path]) -> tuple[tuple[Given, ...], list[Fault]]:
    """The files of past runs that were named, else the settings', and what lies among them and is none."""
    absent = [path for path in archive if not (path.is_file() or path.is_dir())]
    if absent:
        message, hint = "there is no such file or folder", "check the path of --archive"
        raise BadInput(*(Fault(file=str(path), message=message, hint=hint) for path in absent))
    if archive:
        found = list(given_files(archive, tell_hidden=True))
        skipped = [one for one in found if isinstance(one, Skipped)]
        files = [one for one in found if isinstance(one, Given)]
        named = ", ".join(map(str, archive))
        none = Fault(file=named, message="holds no file", hint="name past runs with --archive")
    else:
        skipped = list(hidden_files(home.root, home.settings.project.archive))
        files = [Given(path=path, named=False) for path in home.archive_files()]
        hint = 'name their files: archive = ["archive/*"] under [project], or --archive PATH'
        none = Fault(
            file="incident2eval.toml", field="project.archive", message="there are no past runs", hint=hint
        )
    odd = [Fault(file=one.where, message=one.why) for one in skipped]
    if not files:
        raise BadInput(none, *odd)
    return tuple(files), odd


def _looked(question: _Question, odd: Sequence[Fault]) -> Tally:
    """Judge every run of the files, and count what becomes of it."""
    home, window = question.home, question.window
    drifts = tuple(one for one in question.watches if is_drift(one))
    judge = Judge(home, question.watches)
    tally = Tally(
        window=window, coverage=Coverage(window=window), customers=judge.customers, unreadable=[*odd]
    )
    past = _judged(question, judge, tally)
    for seen, name in with_series(past, drifts, judge, side_of(question.incident, window)):
        tally.take(seen, name)
    return tally


def _judged(question: _Question, judge: Judge, tally: Tally) -> Iterator[Named]:
    """The runs that the incident's checks are asked of, judged; the others are counted."""
    unasked = [one for one in question.watches if one.reach is not Reach.ANY_RUN and not is_drift(one)]
    for found, name in _read(question, tally):
        run = replace(found, workflow=None) if found.workflow in question.own.called else found
        if question.own.is_this(run):
            tally.own += 1
        elif question.only_within and not question.window.holds(run):
            tally.earlier += 1
        elif (seen := judge(run)) is None:
            tally.leave_out(None, f"of another workflow, {run.workflow!r}", name)
        elif tally.came_before(run):
            tally.take_again(seen, name)
        else:
            for one in unasked:
                tally.leave_out(one.check.name, _why_not(one))
            yield seen, name


def _why_not(one: Watch) -> str:
    if one.reach is Reach.THIS_INPUT:
        return "its facts hold for the input of the incident only"
    return "it compares runs with each other, and past runs are judged one by one"


def _read(question: _Question, tally: Tally) -> Iterator[tuple[Run, str]]:
    """Every run of the files with what it is called: its id, else its place."""
    for file in question.files:
        shown = _shown(question.home, file)
        for number, found in enumerate(runs_in(file, name=shown), start=1):
            if isinstance(found, Fault):
                tally.unreadable.append(found)
            else:
                yield found, found.id or f"{shown}#{number}"


def _shown(home: Project, file: Given) -> str:
    return str(file.path.relative_to(home.root)) if file.path.is_relative_to(home.root) else file.name


def _digest(question: _Question) -> str:
    """SHA-256 over what was read and what it was asked: the same look-back has the same."""
    whole = hashlib.sha256()
    for one in question.watches:
        facts = {name: one.facts.get(one.check.fact(name)) for name in one.check.parameters}
        whole.update(json.dumps([one.check.name, facts], sort_keys=True).encode())
    for file in question.files:
        with file.opened() as stream:
            content = hashlib.sha256()
            while block := stream.read(_BLOCK):
                content.update(block)
        whole.update(
            f"{_shown(question.home, file)} {content.hexdigest()}\n".encode(errors="surrogateescape")
        )
    return whole.hexdigest()


def _named(question: _Question) -> str:
    """The files by name, the first ones."""
    names = [_shown(question.home, file) for file in question.files]
    more = f" and {counted(len(names) - _NAMED, 'file')} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _is_logged(home: Project, incident: str, entry: LogEntry) -> bool:
    """Whether the last look-back in the log says the same."""
    entries = home.incident(incident).entries
    last = next((one for one in reversed(entries) if one.event == Event.LOOKED_BACK), None)
    return last is not None and last == replace(
        entry, at=last.at, by=last.by, given=last.given, previous=last.previous
    )


def _data(incident: str, tally: Tally) -> dict[str, JSON]:
    hits, coverage, window = tally.hits, tally.coverage, tally.window
    times = [hit.at for hit in hits if hit.at]
    return {
        "incident": incident,
        "checked": tally.checked,
        "checks": list(tally.judges),
        "unreadable": [dump(fault) for fault in tally.unreadable],
        "not_judged": [dump(row) for row in tally.not_judged],
        "hits": [dump(hit) for hit in hits],
        "affected": [{**dump(one), "runs": tally.runs_by_customer[one.ref or ""]} for one in tally.affected],
        "first": _iso(min(times, default=None)),
        "last": _iso(max(times, default=None)),
        "coverage": {
            "from": _iso(coverage.first),
            "to": _iso(coverage.last),
            "gap": coverage.gap,
            "asked": {"from": _iso(window.start), "to": _iso(window.end), "because": window.because},
            "longest_pause": [day.isoformat() for day in coverage.pause or ()],
        },
        "passed_over": {"own": tally.own, "earlier": tally.earlier, "twice": tally.twice},
        "next": f"incident2eval triage {incident}" if hits else None,
    }


def _iso(at: Moment | None) -> str | None:
    return iso(at) if at is not None else None
