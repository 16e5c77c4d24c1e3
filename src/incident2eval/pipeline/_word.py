"""Words of people for the log of an incident: who says so, when, in a form that every reader knows."""

from datetime import UTC, datetime

from incident2eval.model import BadInput, Fault, LogEntry, visible
from incident2eval.store import Project, dump

_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that show nothing."""


def now() -> datetime:
    """This moment, UTC, to the second: what clocks are read at, and lines of a log are dated with."""
    return datetime.now(UTC).replace(microsecond=0)


def append(home: Project, incident: str, entry: LogEntry) -> None:
    """Add an entry to an incident's log, without the fields that it leaves empty.

    Raises:
        BadInput: No such incident, its log is broken, or the name is none.
        NotJudged: The file system refused.
    """
    refuse_name(entry.by or "")
    home.log(incident, {name: value for name, value in dump(entry).items() if value not in (None, [], {})})


def refuse_name(by: str) -> None:
    """Refuse a name that is none: it is shown to others as a signature is."""
    letters = any(char.isalpha() and char not in _FILLERS for char in by)
    if not letters or not by.isprintable():
        message = f"{visible(by).strip()!r} is no name"
        raise BadInput(Fault(field="--by", message=message, hint="who says so, in one line"))
