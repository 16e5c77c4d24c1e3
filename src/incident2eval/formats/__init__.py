"""The shelf of trace formats: bytes -> runs. The only room that knows what a trace looks like on the wire.

All but the project's own form of a run is imported when it is first asked for: a gate reads no trace.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from incident2eval.formats._format import Format, Part, Reading, Row, Skipped
from incident2eval.formats._run_json import dump_run, dump_runs, load_run, load_runs

if TYPE_CHECKING:
    from incident2eval.formats._archive import (
        ArchivedRun,
        ArchiveWriter,
        archive_content,
        archived,
        archived_again,
        archived_runs,
        archived_times,
    )
    from incident2eval.formats._owners import Attributed, Inferred, with_owners
    from incident2eval.formats._shelf import FORMATS, parts, read, row_groups, told_as
    from incident2eval.formats._together import completed, united

_ELSEWHERE = {
    **dict.fromkeys(("FORMATS", "parts", "read", "row_groups", "told_as"), "_shelf"),
    **dict.fromkeys(("ArchiveWriter", "ArchivedRun", "archive_content", "archived"), "_archive"),
    **dict.fromkeys(("archived_again", "archived_runs", "archived_times"), "_archive"),
    **dict.fromkeys(("Attributed", "Inferred", "with_owners"), "_owners"),
    **dict.fromkeys(("completed", "united"), "_together"),
}

__all__ = [
    "FORMATS",
    "ArchiveWriter",
    "ArchivedRun",
    "Attributed",
    "Format",
    "Inferred",
    "Part",
    "Reading",
    "Row",
    "Skipped",
    "archive_content",
    "archived",
    "archived_again",
    "archived_runs",
    "archived_times",
    "completed",
    "dump_run",
    "dump_runs",
    "load_run",
    "load_runs",
    "parts",
    "read",
    "row_groups",
    "told_as",
    "united",
    "with_owners",
]


def __getattr__(name: str) -> object:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)
    globals()[name] = found
    return found
