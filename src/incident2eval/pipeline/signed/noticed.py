"""Since when it was known that something is wrong: what came later may be somebody's answer to it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time

from incident2eval.model import Incident, Incident2EvalError, LogEntry, Moment
from incident2eval.pipeline.signed.git_history import first_committed
from incident2eval.store import Project


def known_since(home: Project, incident: Incident, entries: Sequence[LogEntry]) -> datetime:
    """When it was noticed, or earlier, where something shows that it was known already.

    Args:
        home: The project.
        incident: As its file tells it now.
        entries: Its log.
    """
    return min(_known(home, incident, entries))


def _known(home: Project, incident: Incident, entries: Sequence[LogEntry]) -> Iterator[datetime]:
    yield start_of(incident.when.noticed)
    yield from (entry.at for entry in entries)
    with suppress(Incident2EvalError):  # a manifest that was changed is a demand of its own
        yield from (sealed.when for sealed in home.sealed(incident.id))
    if committed := first_committed(home, f"incidents/{incident.id}/incident.yaml"):
        yield committed


def start_of(moment: Moment) -> datetime:
    """The earliest that it can mean: a bare day begins at midnight, UTC.

    Args:
        moment: As somebody wrote it.
    """
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)
