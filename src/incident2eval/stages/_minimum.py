"""The minimum incident file: eight things, and when each has to be there (R40 to R48)."""

from collections.abc import Iterator

from incident2eval.model import (
    Answer,
    Event,
    FileItem,
    IncidentFile,
    Severity,
    Stage,
    TaskKind,
)
from incident2eval.stages._log import may_run_again
from incident2eval.stages._words import line

_LEARNT = "level-1/learn"
"""The task of changing the prompt or adding a case, which ends a slip."""

NOT_STOPPED = "nothing shows that it was stopped (containment)"

_DONE_ABOUT_IT = frozenset(set(TaskKind) - {TaskKind.RESPONSE, TaskKind.RECIPIENT})
"""Tasks whose being done is an action taken."""


def minimum(file: IncidentFile) -> tuple[FileItem, ...]:
    """The eight items of the minimum file, in order.

    What is missing is what the level asks for and the file lacks: level 1 asks for no containment, no
    affected, no impact in words and no cause, and for a restart only of what was stopped. An item of several
    parts is due with the last of them.

    Args:
        file: Everything known of the incident; `level.counts` is the level that is gone by.
    """
    formal = is_formal(file)
    return (
        _item(1, "Workflow and accountable owner", _owner(file), Stage.REPORTED),
        _item(
            2,
            "Date, time, reporter, affected users or records",
            _reported(file),
            Stage.CLASSIFIED if formal else Stage.REPORTED,
        ),
        _item(
            3,
            "Inputs, prompts, outputs, tool calls, approvals, model version",
            _evidence(file),
            Stage.PRESERVED,
        ),
        _item(4, "Business impact, and whether the output was acted on", _impact(file), Stage.CLASSIFIED),
        _item(5, "Containment and corrective actions", _actions(file), Stage.REMEDIATED),
        _item(6, "Root cause and failed control", cause_missing(file) if formal else iter(()), Stage.CAUSED),
        _item(7, "Decision about the restart, and what it rests on", _restart(file), Stage.RESTART),
        _item(8, "Cases, policy or training updated", _updates(file), Stage.REMEDIATED),
    )


def is_formal(file: IncidentFile) -> bool:
    """Whether the level asks for the formal file: 2 and above."""
    return file.level.counts > Severity.LOW


def _item(number: int, name: str, missing: Iterator[str], due: Stage) -> FileItem:
    return FileItem(number=number, name=name, missing=tuple(missing), due=due)


def _owner(file: IncidentFile) -> Iterator[str]:
    name = line(file.incident.workflow.name)
    if file.workflow is None:
        yield f"the settings do not know the workflow {name}, so nobody answers for it"
    elif not _says(file.workflow.owner):
        yield f"nobody answers for the workflow {name} (owner, in the settings)"


def _reported(file: IncidentFile) -> Iterator[str]:
    reporter = file.incident.reporter
    if reporter is None or not _says(reporter.name):
        yield "who reported it is not said (reporter)"
    if is_formal(file) and not file.incident.affected:
        yield "who or what is affected is not said (affected)"


def _evidence(file: IncidentFile) -> Iterator[str]:
    if not is_formal(file):
        return  # of a slip the written account is enough, and that is what the incident file is (R34)
    if not file.sealed:
        yield "no evidence is sealed (collect)"
    if file.missing_evidence:
        kinds = ", ".join(line(kind) for kind in file.missing_evidence)
        yield f"there is neither evidence nor a reason for its absence: {kinds} (evidence)"


def _impact(file: IncidentFile) -> Iterator[str]:
    impact = file.incident.impact
    if impact.acted_on is Answer.UNKNOWN:
        yield "whether anybody acted on it is not known (impact.acted_on)"
    if is_formal(file) and not impact.domains:
        yield "what it touched is not said (impact.domains)"
    if is_formal(file) and not _says(impact.text):
        yield "what it did to the business is not said in words (impact.text)"


def _actions(file: IncidentFile) -> Iterator[str]:
    if is_formal(file) and not file.incident.containment:
        yield NOT_STOPPED
    elif is_formal(file) and not any(_says(row.did) for row in file.incident.containment):
        yield "it is not said how further harm is held off meanwhile (containment.did)"
    if not file.incident.actions and not any(
        task.done and task.kind in _DONE_ABOUT_IT for task in file.tasks
    ):
        yield "no corrective action is noted (actions)"


def cause_missing(file: IncidentFile) -> Iterator[str]:
    """What the root cause lacks: a person's word, its category, the control that failed."""
    if file.incident.root_cause and file.incident.root_cause.is_complete:
        return
    if not file.cause_confirmed or file.cause is None:
        yield "no person has stated or confirmed the root cause (root_cause)"
    elif file.cause.category is None or file.cause.control is None:
        yield "the root cause lacks its category or the control that failed (root_cause)"


def _restart(file: IncidentFile) -> Iterator[str]:
    if not is_formal(file) and not file.incident.containment:
        return  # nothing was stopped, so there is nothing to start again
    if not may_run_again(file):
        yield "the workflow was not started again, and no restart was approved since it was stopped (restart)"
    elif is_formal(file) and not _has_report(file):
        yield "the report that the restart rests on is not named (restart.report)"


def _has_report(file: IncidentFile) -> bool:
    note = file.incident.restart
    return bool(note and _says(note.report)) or any(
        _says(entry.ref) or _says(entry.evidence)
        for entry in file.entries
        if entry.event in {Event.RESTARTED, Event.SIGNED_OFF}
    )


def _updates(file: IncidentFile) -> Iterator[str]:
    learnt = not is_formal(file) and any(task.id == _LEARNT and task.done for task in file.tasks)
    if not (file.cases or file.incident.updates or learnt):
        yield "no case, policy or training was updated (eval-case, or updates)"


def _says(text: str | None) -> bool:
    """Whether there is a letter or a digit in it: dashes and dots fill nothing in."""
    return any(map(str.isalnum, text or ""))
