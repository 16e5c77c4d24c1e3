"""Stock-taking: the eight kinds of evidence of one incident, from what was read of its files."""

from collections.abc import Mapping, Sequence

from incident2eval import formats
from incident2eval.inventory import Item, inventory
from incident2eval.model import JSON, EvidenceKind, Incident
from incident2eval.store import Kept


def stock(
    incident: Incident, kept: Sequence[Kept], readings: Mapping[Kept, formats.Reading]
) -> tuple[Item, ...]:
    """Which of the eight kinds there are: in the incident's own runs, and in every file that is no trace."""
    runs = [
        run
        for item, reading in readings.items()
        if item.evidence.kind == EvidenceKind.TRACE
        for run in reading.runs
        # A row that names a run speaks of that one; the file may be a day's export.
        if item.evidence.run in {None, run.id}
    ]
    return inventory(incident, {item.evidence.file: item.evidence.kind for item in kept}, runs)


def stock_json(items: Sequence[Item]) -> list[JSON]:
    """As `--json` prints them."""
    return [
        {
            "kind": item.kind.value,
            "present": bool(item.where),
            "where": list(item.where),
            "reason": item.absent_reason,
        }
        for item in items
    ]
