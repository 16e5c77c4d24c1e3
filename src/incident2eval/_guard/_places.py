"""Where incidents are: a thing in their place that is none hides a stop, and so does a folder moved aside."""
# ruff: noqa: PTH118, PTH208 # texts for paths: Path takes longer than the reading

import os
import re
import stat
from pathlib import Path

_ID = re.compile(r"[A-Z][A-Z0-9]{1,9}-[0-9]{4}-[0-9]{3,6}")
_OURS = ("incident.yaml", "log.jsonl")
_MADE = ("cases/cases.lock", "reports")
"""What is only there once there were incidents."""


class Spoilt(Exception):  # noqa: N818 - errors here are nouns
    """A file, a folder or a line that cannot be read, and why."""


def places(root: Path) -> list[str]:
    """The folders of all incidents, sorted.

    Raises:
        Spoilt: One may be missed: incidents/, or what is called like an incident, is a link or no folder or
            cannot be read; incidents/ is gone; or a folder of another name holds an incident.
    """
    folder = f"{root}/incidents"
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise Spoilt("incidents: is a link or no folder")
        with os.scandir(folder) as there:
            found = sorted(entry.path for entry in there if _is_incident(entry))
    except FileNotFoundError as error:
        made = [name for name in _MADE if os.path.lexists(f"{root}/{name}")]
        if made:
            raise Spoilt(f"incidents: is gone, and {made[0]} is still there") from error
        return []
    except OSError as error:
        where = os.path.relpath(os.fsdecode(error.filename or folder), root)
        raise Spoilt(f"{where}: {error.strerror}") from error
    return found


def _is_incident(entry: os.DirEntry[str]) -> bool:
    """Whether it is the folder of an incident; raises Spoilt where it should be one, or hides one."""
    if _ID.fullmatch(entry.name):
        if not entry.is_dir(follow_symlinks=False):
            raise Spoilt(f"incidents/{entry.name}: is a link or no folder")
        return True
    if entry.is_dir() and _hides_one(entry.path):
        raise Spoilt(f"incidents/{entry.name}: holds an incident, and its name is no incident id")
    return False


def _hides_one(folder: str) -> bool:
    """Whether there is a file of an incident in the folder, or in one of its folders."""
    inside = (os.path.join(folder, name) for name in os.listdir(folder))
    return any(os.path.lexists(f"{place}/{name}") for place in (folder, *inside) for name in _OURS)
