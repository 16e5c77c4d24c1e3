"""Incident files: which there are, and what they say."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from incident2eval.model import (
    INCIDENT_ID,
    JSON,
    KNOWN_VALUES,
    BadInput,
    Fault,
    Incident,
    LogEntry,
    NotJudged,
    merged,
    visible,
)
from incident2eval.store._files import read_bytes
from incident2eval.store._log import LOG, Log, Pause, open_log, pause, whole_log
from incident2eval.store._validation import Checked, Doubt, Rules, check, near, one_of, quoted
from incident2eval.store._yaml import MAX_BYTES, as_text, read_yaml

_FORM = "two to ten capitals or digits, a year, a running number, such as INC-2026-0142"
_AS_IT_WAS = "put it back as it was: git knows what was committed"
_MADE = ("cases/cases.lock", "reports")
"""What is only there once there were incidents."""

_SHORTEST_REASON = 3
_NO_REASONS = frozenset({"none", "n/a", "nothing", "unknown", "tbd", "todo"})
"""What people write where they have no reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An incident, and what is odd about its file."""

    incident: Incident
    """File and log together, as every reader sees it."""
    warnings: tuple[str, ...] = ()
    entries: tuple[LogEntry, ...] = ()
    """Its log, in order."""
    written: Incident | None = None
    """The file alone."""
    torn: bool = False
    """Whether a line of the log was cut short: what it was to say is lost."""


def proper_id(incident_id: str) -> str:
    """The id, if it has the form of one: whatever becomes a path goes through here first.

    Raises:
        BadInput: It has not.
    """
    if re.fullmatch(INCIDENT_ID, incident_id):
        return incident_id
    capitals = incident_id.upper()
    hint = f"did you mean {capitals}?" if re.fullmatch(INCIDENT_ID, capitals) else _FORM
    raise BadInput(Fault(message=f"{quoted(incident_id)} is no incident id", hint=hint))


def ids_in(folder: Path, *, holding: str) -> tuple[str, ...]:
    """The ids that have a folder with that file in it, sorted.

    Raises:
        BadInput: A folder that holds such a file has a name that is no id, or is a link: it would be missed.
    """
    places = sorted(place for place in folder.iterdir() if _holds(place, holding)) if folder.is_dir() else []
    faults = [fault for place in places for fault in _place_faults(place)]
    if faults:
        raise BadInput(*faults)
    return tuple(place.name for place in places)


def fileless(folder: Path) -> tuple[str, ...]:
    """The folders that are called like incidents and hold files, but no incident.yaml, sorted."""
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    named = (place for place in places if re.fullmatch(INCIDENT_ID, place.name) and place.is_dir())
    return tuple(
        place.name for place in named if any(place.iterdir()) and not (place / "incident.yaml").is_file()
    )


def _holds(place: Path, holding: str) -> bool:
    return not place.name.startswith(".") and (place / holding).is_file()


def _place_faults(place: Path) -> Iterator[Fault]:
    shown = f"{place.parent.name}/{place.name}"
    if not re.fullmatch(INCIDENT_ID, place.name):
        yield Fault(file=shown, message="the folder's name is no incident id", hint=_FORM)
    elif place.is_symlink():
        yield Fault(file=shown, message="is a link, and links are not followed")


def read_incident(incidents: Path, incident_id: str, *, evidence: Path | None) -> Loaded:
    """An incident as its file tells it.

    Args:
        incidents: The folder with all incidents.
        incident_id: Which one.
        evidence: The folder that the paths of its evidence start from; None where links in them are no fault
            of the file, because whoever reads it names them.

    Raises:
        BadInput: No such incident, or every fault of its file.
    """
    checked = read_file(incidents, incident_id, evidence=evidence)
    folder = incidents / incident_id
    log = open_log(folder / LOG, file=f"incidents/{incident_id}/{LOG}")
    entries = log.until(datetime.now(UTC))
    ahead = len(log.entries) - len(entries)
    early = (f"incidents/{incident_id}/{LOG}: {ahead} of its lines is dated ahead of now and ends nothing",)
    return Loaded(
        incident=merged(checked.value, entries),
        warnings=(*checked.warnings, *log.warnings, *(early if ahead else ())),
        entries=entries,
        written=checked.value,
        torn=bool(log.torn),
    )


def read_file(incidents: Path, incident_id: str, *, evidence: Path | None) -> Checked[Incident]:
    """What the file of an incident says, whatever its log says; arguments and errors as `read_incident`."""
    folder = incidents / proper_id(incident_id)
    if not (folder / "incident.yaml").exists() or folder.is_symlink():
        raise BadInput(_no_such(incident_id, incidents))
    file = f"incidents/{incident_id}/incident.yaml"
    raw = read_bytes(folder / "incident.yaml", file=file, limit=MAX_BYTES)
    return parse_incident(raw, incident_id=incident_id, file=file, evidence=evidence)


def parse_incident(raw: bytes, *, incident_id: str, file: str, evidence: Path | None) -> Checked[Incident]:
    """What an incident file says, without its log.

    Args:
        raw: The file.
        incident_id: The name of its folder, which the file has to say too.
        file: What a message calls it.
        evidence: As `read_incident`.

    Raises:
        BadInput: Every fault of the file.
    """
    rules = Rules(
        known=KNOWN_VALUES,
        doubts={
            "id": partial(_id_doubt, folder=incident_id),
            "evidence": _row_doubt,
            "evidence.file": partial(_path_doubt, folder=evidence),
            "actions.reversed": one_of("yes", "no", "impossible"),
        },
        short={"workflow": "name"},
    )
    return check(Incident, read_yaml(raw, file=file, plain=as_text), rules)


def paused(incidents: Path, workflow: str) -> str | None:
    """Why a workflow is paused, in words, or None.

    Raises:
        BadInput: A line of a log cannot be read, or an incident whose log does not name the workflow; or an
            incident may be missed.
    """
    refuse_hidden(incidents)
    now = datetime.now(UTC)
    found = (
        (pause(_speaking_of(workflow, incidents, incident_id, now), now), incident_id)
        for incident_id in _told_of(incidents)
    )
    why = [_in_words(by, incident_id) for by, incident_id in found if by is not None]
    return why[-1] if why else None


def refuse_hidden(incidents: Path) -> None:
    """Refuse a folder of incidents in which one may be missed; the guard does the same.

    Raises:
        BadInput: It, or what is called like an incident, is a link or no folder; it is gone; or a folder of
            another name holds an incident.
        NotJudged: Something cannot be read.
    """
    try:
        if incidents.is_symlink() or (incidents.exists() and not incidents.is_dir()):
            raise BadInput(Fault(file=incidents.name, message="is a link or no folder"))
        made = [name for name in _MADE if os.path.lexists(incidents.parent / name)]
        if made and not incidents.exists():
            raise BadInput(Fault(file=incidents.name, message=f"is gone, and {made[0]} is still there"))
        places = sorted(incidents.iterdir()) if incidents.exists() else []
        faults = [fault for place in places for fault in _hidden(place)]
    except OSError as error:
        raise NotJudged(f"{incidents.name}: cannot be read: {error.strerror}", hint=_AS_IT_WAS) from error
    if faults:
        raise BadInput(*faults)


def _hidden(place: Path) -> Iterator[Fault]:
    """What is wrong with something below incidents/, if a stop may be missed for it."""
    shown = f"{place.parent.name}/{place.name}"
    if re.fullmatch(INCIDENT_ID, place.name):
        if place.is_symlink() or not place.is_dir():
            yield Fault(file=shown, message="is a link or no folder", hint=_AS_IT_WAS)
    elif place.is_dir() and any(
        os.path.lexists(one / name) for one in (place, *place.iterdir()) for name in ("incident.yaml", LOG)
    ):
        message = "holds an incident, and its name is no incident id"
        yield Fault(file=shown, message=message, hint=_FORM)


def _in_words(by: Pause, incident_id: str) -> str:
    stop = f"contained by {_whose(by.stop, incident_id)}" if by.stop else ""
    if by.ended is None:
        return f"{stop} and not restarted"
    until = f"{by.ended.until:%Y-%m-%d %H:%M} UTC"
    over = f"the emergency override by {_whose(by.ended, incident_id)} ended on {until}"
    return f"{stop}, and {over}" if stop else over


def _told_of(incidents: Path) -> list[str]:
    """The incidents; one whose file is gone counts while its log is there: else a stop would go with it."""
    return sorted({*ids_in(incidents, holding="incident.yaml"), *ids_in(incidents, holding=LOG)})


def _whose(entry: LogEntry, incident_id: str) -> str:
    """Who noted it, when, and over which incident."""
    by = visible(entry.by or "") or "nobody named"
    return f"{by} on {entry.at:%Y-%m-%d %H:%M} UTC ({incident_id})"


def _speaking_of(workflow: str, incidents: Path, incident_id: str, now: datetime) -> list[LogEntry]:
    """The lines of an incident's log that are about that workflow."""
    entries = _log_of(incidents, incident_id).until(now)
    # The incident file is read only where a line leaves it to that.
    own = _workflow_of(incidents, incident_id) if not all(one.workflow for one in entries) else None
    return [one for one in entries if workflow == (one.workflow or own)]


def _log_of(incidents: Path, incident_id: str) -> Log:
    return whole_log(incidents / incident_id / LOG, file=f"incidents/{incident_id}/{LOG}")


def _workflow_of(incidents: Path, incident_id: str) -> str:
    return read_incident(incidents, incident_id, evidence=None).incident.workflow.name


def _no_such(incident_id: str, incidents: Path) -> Fault:
    known = ids_in(incidents, holding="incident.yaml")
    hint = near(incident_id, known) or "write incidents/<ID>/incident.yaml first"
    return Fault(
        file=f"incidents/{incident_id}/incident.yaml", message="there is no such incident", hint=hint
    )


def _id_doubt(given: JSON, *, folder: str) -> Doubt | None:
    if not isinstance(given, str) or not re.fullmatch(INCIDENT_ID, given):
        return f"{quoted(given)} is no incident id", _FORM
    if given != folder:
        return f"{quoted(given)} is not the folder's name", f"write {folder}, or rename the folder"
    return None


def _row_doubt(given: JSON) -> Doubt | None:
    """What is wrong with a row of evidence as a whole: it names a file, or says why there is none."""
    if not isinstance(given, dict):
        return None
    named, reason = given.get("file") is not None, given.get("absent_reason")
    if named and reason is not None:
        return "names a file and says why there is none", "leave `file` or `absent_reason` away"
    if isinstance(reason, str) and (
        sum(map(str.isalnum, reason)) < _SHORTEST_REASON or reason.strip().casefold() in _NO_REASONS
    ):
        return "gives no reason", "say under `absent_reason` why there is no such evidence"
    if not named and reason is None:
        return "names no file", "write `file`, or `absent_reason` where there is none of that kind"
    if not named and not given.get("kind"):
        return "does not say of which kind there is no evidence", "write `kind` beside `absent_reason`"
    return None


def _path_doubt(given: JSON, *, folder: Path | None) -> Doubt | None:
    """What is wrong with a path of evidence: it may lead nowhere but into the incident's own folder."""
    if not isinstance(given, str) or not given.strip():
        return f"{quoted(given)} is no path", "a path such as evidence/trace.json"
    path = PurePosixPath(given)
    if "\\" in given or not given.isprintable():
        return f"{quoted(given)} holds a backslash or a control character", "write / between folders"
    if path.is_absolute() or PureWindowsPath(given).drive or given.startswith("~"):
        return f"{quoted(given)} is not relative", "write it from the incident's folder: evidence/trace.json"
    if ".." in path.parts or not path.parts:
        return f"{quoted(given)} leads out of the incident's folder", "copy the file into evidence/"
    if folder and is_linked(folder, path):
        return f"{quoted(given)} goes through a link", "copy the file itself into evidence/"
    return None


def is_linked(folder: Path, path: PurePosixPath) -> bool:
    """Whether the folder, the path in it, or a folder between them is a link."""
    try:
        return any((folder / part).is_symlink() for part in (path, *path.parents))
    except (OSError, ValueError):
        return False
