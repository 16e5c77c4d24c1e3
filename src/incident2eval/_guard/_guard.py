"""What a workflow asks before it runs: is it paused? Offline, from incident files and logs; in doubt, yes.

Standard library only, and none of the rest of the tool: this runs inside somebody's workflow, every time.
Wherever the store can tell, this tells the same; a test holds the two against each other.
"""
# ruff: noqa: PTH119 # texts for paths: Path takes longer than the reading

import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from operator import contains
from pathlib import Path
from typing import Any, NamedTuple

from incident2eval._guard._places import Spoilt, places
from incident2eval._guard._written import GRADES, once, stated

_SETTINGS = "incident2eval.toml"
_REPLAY = "INCIDENT2EVAL_REPLAY"
_LIMIT = 50_000_000
_CLOCKS_DIFFER = timedelta(minutes=5)
_NOTHING_RUNS_FROM = 3
"""From this level on nothing runs while the state of its incident cannot be read."""

_HISTORY = "history"
"""`kind` of a stop that was over when it was noted."""

_AT = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?([Zz]|[+-]\d\d:\d\d)\s*", re.ASCII
)
_HEADER = re.compile(
    rb"^[ \t]*\[\s*workflows\s*\.\s*(?:\"([^\"\\\n]+)\"|'([^'\n]+)'|([\w-]+))\s*[.\]]", re.MULTILINE
)
_TELLING = (b"contained", b"restarted", b"\\u")

_PLAIN = re.compile(r"[\w .@+-]+", re.ASCII)
"""A name that JSON writes as it is, unless somebody escapes letters."""

_TEXTS = frozenset(
    "by role reason workflow action did kind text owner reversed evidence rule state ref digest "
    "previous".split()
)
_LEVELS = frozenset({"given", "severity", "suggested"})


class WorkflowPaused(RuntimeError):  # noqa: N818 - errors here are nouns
    """The workflow must not run: it is paused, or nobody can tell that it is not."""


class StateUnreadable(WorkflowPaused):
    """Nobody can tell whether the workflow is paused: what would tell it cannot be read."""


class UnknownWorkflow(ValueError):  # noqa: N818
    """There is no project here, or its settings do not know that workflow: nothing was asked."""


class _Entry(NamedTuple):
    """A stop or a restart."""

    at: datetime
    is_stop: bool
    by: str
    until: datetime | None
    incident: str


class _Pause(NamedTuple):
    """What a workflow is paused by: a stop, or an override that has ended."""

    stop: _Entry | None
    ended: _Entry | None

    def __str__(self) -> str:
        why = f"contained by {_whose(self.stop)}" if self.stop else ""
        if self.ended is None:
            return f"{why} and not restarted"
        over = f"the emergency override by {_whose(self.ended)} ended on {_when(self.ended.until)}"
        return f"{why}, and {over}" if why else over


class _Log(NamedTuple):
    """What a log tells."""

    lines: Sequence[bytes]
    entries: Sequence[dict[str, Any]]
    """Those that stop or start something and the last one, as far as they can be read."""
    fault: str | None


def guard(workflow: str, project: str | os.PathLike[str] | None = None) -> None:
    """Return if the workflow may run; raise if it is paused, or if that cannot be told.

    While cases are replayed (INCIDENT2EVAL_REPLAY=1) a workflow that the settings call `replay_safe` may run.

    Args:
        workflow: Its name in the settings.
        project: A folder in the project; the working directory when not given. The nearest folder upward
            that holds incident2eval.toml counts.

    Raises:
        WorkflowPaused: It was contained and not restarted since, or the emergency override has ended; or the
            state of an open incident cannot be read that may be its own and of level 3 or above.
        UnknownWorkflow: There is no project, or its settings do not know the workflow.
    """
    root = _root(project)
    is_replay = os.environ.get(_REPLAY) == "1"
    if _settings_of(root, workflow, in_full=is_replay).get("replay_safe") is True and is_replay:
        return
    now = datetime.now(UTC)
    try:
        found = places(root)
    except Spoilt as error:
        raise _unreadable(workflow, str(error)) from error
    pauses = [stop for place in found if (stop := _pause(_about(workflow, place, now), now))]
    if pauses:
        raise WorkflowPaused(
            f"workflow {workflow!r} is paused: {pauses[-1]}. It must not run: `incident2eval status "
            f"{workflow}` says how it stands, `incident2eval restart {workflow}` what is missing."
        )


def _root(project: str | os.PathLike[str] | None) -> Path:
    """The folder with the settings, as the store finds it."""
    here = Path(project or "").resolve()
    for folder in (here, *here.parents) if here.is_dir() else ():
        if (folder / _SETTINGS).is_file():
            return folder
    raise UnknownWorkflow(f"{here}: there is no {_SETTINGS} here or in a folder above, so nothing is known")


def _settings_of(root: Path, workflow: str, *, in_full: bool) -> dict[str, Any]:
    """The settings of the workflow where they were read in full; a name that is not known is refused.

    Headers are looked for first: reading TOML takes longer than all the rest.
    """
    try:
        raw = (root / _SETTINGS).read_bytes()
        if not in_full and workflow in {"".join(map(bytes.decode, one)) for one in _HEADER.findall(raw)}:
            return {}
        import tomllib  # noqa: PLC0415 - only where a header does not tell

        known = dict(tomllib.loads(raw.decode("utf-8-sig")).get("workflows", {}))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UnknownWorkflow(f"{root / _SETTINGS} cannot be read: {error}") from error
    if workflow in known:
        return dict(known[workflow])
    names = ", ".join(known) or "none"
    raise UnknownWorkflow(f"{root / _SETTINGS} knows no workflow {workflow!r}; it knows: {names}")


def _about(workflow: str, place: str, now: datetime) -> list[_Entry]:
    """The stops and restarts of that workflow that an incident tells of.

    Raises:
        StateUnreadable: They cannot be told, and it may be an incident that nothing runs beside.
    """
    incident, raw = os.path.basename(place), _read(f"{place}/log.jsonl")
    if _is_silent(raw, workflow) and _own_elsewhere(place, workflow):
        return []
    log = _log(raw)
    unnamed = _entries(log, incident, {None}, now)
    if not unnamed and _is_closed(log, now):
        return _entries(log, incident, {workflow}, now)
    written = _read(f"{place}/incident.yaml")
    if raw is None and written is None:
        return []
    own, level = stated(written if isinstance(written, bytes) else b"")
    why = log.fault
    if own is None:
        why = why or "incident.yaml does not tell its workflow for certain (a line `workflow: NAME` does)"
        if _pause(unnamed, now):
            raise _unreadable(workflow, f"incidents/{incident}: {why}")
    if why and own in {None, workflow} and _level(log, level) >= _NOTHING_RUNS_FROM:
        raise _unreadable(workflow, f"incidents/{incident}: {why}")
    return _entries(log, incident, {workflow, None} if own == workflow else {workflow}, now)


def _is_silent(raw: bytes | Spoilt | None, workflow: str) -> bool:
    """Whether no line of a log can name the workflow, found out without reading the lines."""
    return (
        isinstance(raw, bytes)
        and _PLAIN.fullmatch(workflow) is not None
        and workflow.encode() not in raw
        and b"\\u" not in raw
    )


def _own_elsewhere(place: str, workflow: str) -> bool:
    """Whether the incident is another workflow's for certain."""
    written = _read(f"{place}/incident.yaml")
    return isinstance(written, bytes) and stated(written)[0] not in {None, workflow}


def _unreadable(workflow: str, why: str) -> StateUnreadable:
    return StateUnreadable(
        f"nobody can tell whether workflow {workflow!r} is paused: {_shown(why)}. It must not run: put that "
        f"right (git knows how it was), then ask again; `incident2eval status {workflow}` says how it stands."
    )


def _read(path: str) -> bytes | Spoilt | None:
    """The bytes of a regular file; None where there is none."""
    name = os.path.basename(path)
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Spoilt(f"{name}: {error.strerror}")
    try:
        told = os.fstat(number)
        if not stat.S_ISREG(told.st_mode) or told.st_size > _LIMIT:
            return Spoilt(f"{name}: is no file, or too large")
        with open(number, "rb", buffering=0, closefd=False) as file:
            return file.readall()
    except OSError as error:
        return Spoilt(f"{name}: {error.strerror}")
    finally:
        os.close(number)


def _log(raw: bytes | Spoilt | None) -> _Log:
    """What a log tells of stops and restarts.

    Where each line holds the digest of the one before, most are only hashed: the next one vouches for them,
    and a command that adds a line reads first all that are there. Stops, restarts and the last line are read
    in full, and so is every line of another log.
    """
    if isinstance(raw, Spoilt):
        return _Log((), (), str(raw))
    told = raw or b""
    lines = list(filter(None, map(bytes.strip, told.split(b"\n"))))
    if not _is_chained(told, lines):
        return _read_in_full(lines)
    try:
        return _Log(lines, [_entry(line) for line in (*_telling(told, lines), *lines[-1:])], None)
    except Spoilt:
        return _read_in_full(lines)


def _is_chained(raw: bytes, lines: Sequence[bytes]) -> bool:
    """Whether each line of a log holds the digest of the one before, and no second one."""
    before = (b'"previous":"%b"' % sha256(line).hexdigest().encode() for line in (b"", *lines))
    return raw.count(b'"previous"') == len(lines) and all(map(contains, lines, before))


def _telling(raw: bytes, lines: Sequence[bytes]) -> list[bytes]:
    """The lines but the last that may stop or start something; an escaped letter may hide the word."""
    if not any(word in raw for word in _TELLING):
        return []
    return [line for line in lines[:-1] if _TELLING[0] in line or _TELLING[1] in line or _TELLING[2] in line]


def _read_in_full(lines: Sequence[bytes]) -> _Log:
    """What a log tells, line by line; a line that is none is a fault, and so is one taken away before it.

    Once a line vouches for the one before, each later one has to.
    """
    entries, fault, before, is_chained = [], None, sha256().hexdigest(), False
    for at, line in enumerate(lines, start=1):
        try:
            entry = _entry(line)
        except Spoilt as error:
            fault = fault or f"log.jsonl:{at}: {error}"
            continue
        if entry.get("previous", None if is_chained else before) != before:
            fault = fault or f"log.jsonl:{at}: does not follow the line before it"
        is_chained = is_chained or "previous" in entry
        entries.append(entry)
        before = sha256(line).hexdigest()
    return _Log(lines, entries, fault)


def _entry(line: bytes) -> dict[str, Any]:
    """A line of a log as an object, its moments read."""
    try:
        read = _READER.decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise Spoilt("is not JSON") from error
    if not isinstance(read, dict):
        raise Spoilt("is not a JSON object")
    entry = {name: value for name, value in read.items() if value is not None or name == "previous"}
    if not isinstance(event := entry.get("event"), str) or not event.strip():
        raise Spoilt("names no event")
    for name, value in entry.items():
        if name in _TEXTS and not isinstance(value, str):
            raise Spoilt(f"holds no words under {name}")
        if name in _LEVELS and str(value) not in GRADES:
            raise Spoilt(f"holds no level under {name}")
    entry["at"] = _moment(entry.get("at"))
    if "until" in entry:
        entry["until"] = _moment(entry["until"])
    return entry


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


_READER = json.JSONDecoder(object_pairs_hook=once, parse_constant=_no_number)


def _moment(written: object) -> datetime:
    """A moment as every reader of a log takes it: with an offset from UTC."""
    found = _AT.fullmatch(str(written))
    try:
        offset = found[3].upper().replace("Z", "+00:00") if found else ""
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}" if found else "").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Spoilt("does not say when") from error


def _entries(log: _Log, incident: str, names: Collection[str | None], now: datetime) -> list[_Entry]:
    """The stops and restarts of those workflows, in order; None are those that name none: the incident's own.

    What would end a stop at a time to come has not happened; a stop noted as history pauses nothing.
    """
    return [
        _Entry(one["at"], one["event"] == "contained", one.get("by", "").strip(), one.get("until"), incident)
        for one in log.entries
        if one["event"] in {"contained", "restarted"} and (one.get("workflow") or None) in names
        if (one.get("kind") != _HISTORY if one["event"] == "contained" else one["at"] <= now + _CLOCKS_DIFFER)
    ]


def _pause(entries: Iterable[_Entry], now: datetime) -> _Pause | None:
    """What a workflow is paused by in one log: a stop that no restart follows, or an override that has ended.

    The order is that of the lines: clocks differ. Nobody's restart ends nothing.
    """
    stop: _Entry | None = None
    ended: _Entry | None = None
    is_paused = False
    for entry in entries:
        if entry.is_stop:
            stop, ended, is_paused = entry, None, True
        elif entry.until is not None and entry.until <= now:
            ended, is_paused = entry, True
        elif entry.by:
            ended, is_paused = None, False
    return _Pause(stop, ended) if is_paused else None


def _whose(entry: _Entry) -> str:
    return f"{_shown(entry.by) or 'nobody named'} on {_when(entry.at)} ({entry.incident})"


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "a day that nobody noted"


def _shown(text: str) -> str:
    """A text from a file, on one line and harmless to a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text[:300])


def _level(log: _Log, written: int | None) -> int:
    """The highest level that anything readable tells of; the highest there is where nothing does."""
    told = [written] if written else []
    for entry in _readable(log):
        told += [int(entry[name]) for name in _LEVELS & entry.keys()]
    return max(told, default=4)


def _is_closed(log: _Log, now: datetime) -> bool:
    """Whether the last word of a log that can be read is a named person's, who closed it."""
    last = log.entries[-1] if log.entries and log.fault is None else {}
    return last.get("event") == "closed" and bool(last.get("by")) and last["at"] <= now + _CLOCKS_DIFFER


def _readable(log: _Log) -> Iterator[dict[str, Any]]:
    """Every line of a log that can be read."""
    for line in log.lines:
        try:
            yield _entry(line)
        except Spoilt:
            continue
