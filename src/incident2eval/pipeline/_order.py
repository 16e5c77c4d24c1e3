"""The order of the steps: from level 2 on one out of order is refused, or taken with a name and a reason."""

from collections.abc import Mapping

from incident2eval.model import BadInput, Event, Fault, IncidentFile, LogEntry, Stage
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.stages import open_before
from incident2eval.store import Project

STEPS = {
    Stage.CLASSIFIED: "classify",
    Stage.CAUSED: "root cause",
    Stage.REMEDIATED: "remediate",
    Stage.RESTART: "restart",
}
"""What the log calls a step that was taken out of order."""

_FIRST = {
    Stage.CONTAINED: "contain {} --action ACTION --by NAME",
    Stage.CLASSIFIED: "triage {} --confirm --by NAME",
    Stage.PRESERVED: "collect {} --trace FILE",
    Stage.CAUSED: "root-cause {} --confirm --by NAME",
}


def refusal(file: IncidentFile, step: Stage, reason: str | None) -> Answer | None:
    """Why a step may not be taken yet, and what to do first; None where it may.

    Args:
        file: The incident as it stands.
        step: The stage that the step belongs to.
        reason: Why it is taken out of order; None where nobody says so.

    Raises:
        BadInput: The reason says nothing.
    """
    if reason is not None and sum(map(str.isalnum, reason)) < 3:
        raise BadInput(Fault(field="--out-of-order", message="gives no reason", hint="say why, in words"))
    missing = open_before(file, step)
    if not missing or reason is not None:
        return None
    incident = file.incident.id
    first = {one: f"incident2eval {_FIRST[one].format(incident)}" for one in missing}
    return Answer(
        data={
            "incident": incident,
            "refused": STEPS[step],
            "first": [
                {"stage": one.words, "why": why, "command": first[one]} for one, why in missing.items()
            ],
        },
        text=wrapped(_lines(file, step, missing, first)),
        exit_code=1,
    )


def note_reason(  # noqa: PLR0913 - who took which step, and why
    home: Project, file: IncidentFile, step: Stage, *, by: str, reason: str | None, task: str | None = None
) -> None:
    """Write down that a step is taken out of order, by whom and why; nothing where it is in order.

    Args:
        home: The project.
        file: The incident as it stood before the step.
        step: The stage that the step belongs to.
        by: Who takes it.
        reason: Why.
        task: The id of the task, where the step is one.

    Raises:
        BadInput: The name is none, or the log is broken.
        NotJudged: The file system refused.
    """
    if reason is None or not open_before(file, step):
        return
    refuse_name(by)
    told = LogEntry(
        at=now(), event=Event.OUT_OF_ORDER, kind=STEPS[step], action=task, by=by, reason=reason.strip()
    )
    if not any(_is_same(one, told) for one in file.entries):
        append(home, file.incident.id, told)


def _is_same(one: LogEntry, told: LogEntry) -> bool:
    return all(
        getattr(one, name) == getattr(told, name) for name in ("event", "kind", "action", "by", "reason")
    )


def _lines(
    file: IncidentFile, step: Stage, missing: Mapping[Stage, str], first: Mapping[Stage, str]
) -> list[str]:
    level = int(file.level.counts)
    lines = [f"{file.incident.id}: not yet, nothing was written: at level {level} this comes first:"]
    for one, why in missing.items():
        lines += [f"  {one.words}: {why}", f"    {first[one]}"]
    return [*lines, f"Or the same again with --out-of-order REASON: every report shows it ({STEPS[step]})."]
