"""A new incident: its id, its folder and its first file, whole and written once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from incident2eval.model import INCIDENT_ID, JSON, BadInput, Fault, NotJudged
from incident2eval.store._alone import alone
from incident2eval.store._dump import dump_yaml
from incident2eval.store._files import write_atomically
from incident2eval.store._incidents import parse_incident
from incident2eval.store._project import Project

SCHEMA = "incident2eval/incident/1"
PREFIX = "INC"
"""What ids begin with in a project that has none yet: our choice."""

_DIGITS = 4
_LAST = 999_999


def found(project: Project, said: Mapping[str, JSON], *, year: int, remarks: Sequence[str] = ()) -> str:
    """Write down a new incident under the next free id, and make the folder for its evidence.

    Of two processes at once each gets an id of its own.

    Args:
        project: Where it is written.
        said: The fields of incident.yaml but `schema` and `id`.
        year: The year that the id holds.
        remarks: What stands above the fields, a comment each.

    Returns:
        The id.

    Raises:
        BadInput: A field is faulty; nothing was written.
        NotJudged: The file system refused, or another process is busy.
    """
    project.incidents.mkdir(exist_ok=True)
    with alone(project.incidents, shown="incidents"):
        incident_id = next_id(_taken(project.incidents, project.cases), year)
        file = f"incidents/{incident_id}/incident.yaml"
        raw = _commented(remarks) + dump_yaml({"schema": SCHEMA, "id": incident_id, **said})
        parse_incident(raw, incident_id=incident_id, file=file, evidence=None)
        write_atomically(project.root / file, raw)
    evidence = project.root / project.settings.project.evidence / incident_id / "evidence"
    try:
        evidence.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = f"{file} is written; make the folder by hand"
        raise NotJudged(f"{evidence}: cannot be made: {error.strerror}", hint=hint) from error
    return incident_id


def next_id(taken: Iterable[str], year: int) -> str:
    """The next free id: the prefix of the newest one (else INC), the year, and one more than its highest.

    Args:
        taken: Ids in use; what is none counts for nothing.
        year: The year that the new one holds.

    Raises:
        BadInput: The numbers of that year are used up.
    """
    ids = [name.split("-") for name in map(str.upper, taken) if re.fullmatch(INCIDENT_ID, name)]
    newest = max(ids, key=lambda parts: (parts[1], int(parts[2])), default=[PREFIX, "", "0" * _DIGITS])
    prefix, width = newest[0], len(newest[2])
    number = 1 + max((int(n) for p, y, n in ids if (p, y) == (prefix, f"{year:04}")), default=0)
    if number > _LAST:
        raise BadInput(Fault(file="incidents", message=f"{prefix}-{year} has no number left"))
    return f"{prefix}-{year:04}-{number:0{width}}"


def _taken(*folders: Path) -> list[str]:
    """The names of what lies in the folders: also what is broken keeps its id."""
    return [place.name for folder in folders if folder.is_dir() for place in folder.iterdir()]


def _commented(remarks: Sequence[str]) -> bytes:
    """Comments, each on one line whatever it holds."""
    shown = (" ".join("".join(c if c.isprintable() else " " for c in one).split()) for one in remarks)
    return "".join(f"# {one}\n" for one in shown).encode("utf-8", "backslashreplace")
