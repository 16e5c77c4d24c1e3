"""The daily run after a restart: what it came to goes into the log of every incident that waits for it."""

from collections.abc import Sequence

from incident2eval.model import Event, LogEntry
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating.locked import Locked
from incident2eval.store import Project, dump


def monitored_incidents(locked: Locked, workflow: str) -> tuple[str, ...]:
    """The incidents of a workflow that it was restarted after, and that nobody has closed."""
    return tuple(
        note.id for note in locked.incidents if _is_watched(locked.loaded[note.id].entries, workflow)
    )


def _is_watched(entries: Sequence[LogEntry], workflow: str) -> bool:
    restarted = any(
        entry.event == Event.RESTARTED and entry.workflow in {None, workflow} for entry in entries
    )
    return restarted and all(entry.event != Event.CLOSED for entry in entries)


def log_monitored(home: Project, incident: str, *, state: str, report: str, digest: str) -> None:
    """Write down what the daily run came to.

    Args:
        home: The project.
        incident: One that waits for it.
        state: What the gate said.
        report: Path of the report's JSON, relative to the project.
        digest: Its SHA-256.

    Raises:
        BadInput: The log is broken.
        NotJudged: The file system refused.
    """
    entry = LogEntry(at=now(), event=Event.MONITORED, state=state, ref=report, digest=digest)
    told = {name: value for name, value in dump(entry).items() if value not in (None, [], {})}
    home.log(incident, told)


def stop_lines(incidents: tuple[str, ...], workflow: str) -> list[str]:
    """What to do where the daily run does not pass."""
    return [
        f"stop it: {workflow} runs and does not pass any more",
        *(f'  incident2eval contain {incident} --action stopped --by "name"' for incident in incidents),
    ]
