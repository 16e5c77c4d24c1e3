"""What a report says of an incident's root cause: from what lies in git, in pseudonyms, never in the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from incident2eval.model import (
    Customers,
    FailedControl,
    Incident2EvalError,
    IncidentNote,
    RootCause,
    Run,
)
from incident2eval.pipeline.shown.failure_path import shortened
from incident2eval.pipeline.shown.marked_tree import tree_rows
from incident2eval.store import CauseFile, Confirmed, Overruled, Project, Standing


def with_cause(home: Project, note: IncidentNote) -> IncidentNote:
    """A note with the root cause that counts, and who stands behind it.

    A gate is about the cases: where the file of the cause is broken, the note stays as it is.
    """
    try:
        file = home.cause_file(note.id)
    except Incident2EvalError:
        return note
    cause = file.counting
    if cause is None:
        return note
    path = tuple(replace(one, quote=shortened(one.quote)) for one in cause.path)
    return replace(
        note,
        cause=replace(cause, path=path, ranked=()),
        stand=_stand(file),
        overruled=file.standing is Standing.OVERRULED,
    )


def _stand(file: CauseFile) -> tuple[str, ...]:
    """Who stands behind the cause; then what was said with it."""
    if file.standing is Standing.OVERRULED and file.overruled:
        who = f"{_who(file.overruled)} overruled what the tool had proposed{_when(file.overruled)}."
        return (who, *_reasons(file.overruled), *_proposal(file.proposed))
    if file.confirmed is None or file.standing is Standing.PROPOSED:
        return ("This is a proposal of the tool: nobody has confirmed it yet.",)
    if file.standing is Standing.CHANGED:
        return (
            f"{_who(file.confirmed)} confirmed another proposal{_when(file.confirmed)}: look at it again.",
        )
    note = (file.confirmed.note,) if file.confirmed.note else ()
    return (f"Confirmed by {file.confirmed.by or 'somebody'}{_when(file.confirmed)}.", *note)


def _reasons(word: Overruled) -> tuple[str, ...]:
    return (f"Because: {' '.join(word.because)}",) if word.because else ()


def _proposal(cause: RootCause | None) -> tuple[str, ...]:
    if cause is None or cause.category is None:
        return ()
    control = f", {cause.control.name}" if cause.control else ""
    where = f", at {cause.name}" if cause.name else ""
    return (f"The tool had proposed: {str(cause.category).replace('_', ' ')}{control}{where}.",)


def _who(word: Confirmed | Overruled) -> str:
    return word.by or "Somebody"


def _when(word: Confirmed | Overruled) -> str:
    return f" on {word.at:%Y-%m-%d}" if word.at else ""


def with_tree(note: IncidentNote, recorded: Mapping[str, Run], customers: Customers) -> IncidentNote:
    """A note with the recorded run in small.

    Args:
        note: With its root cause.
        recorded: The runs that its case holds, by the names of their inputs.
        customers: A roster of ids alone.

    Returns:
        The note as it is where the cause names no step of these runs.
    """
    run = _gone_wrong(recorded.values(), note.cause) if note.cause else None
    if run is None or note.cause is None:
        return note
    return replace(note, tree=tree_rows(run, note.cause, customers))


def _gone_wrong(runs: Iterable[Run], cause: RootCause) -> Run | None:
    """The run that a cause speaks of: the one that has most of the steps that it names."""
    named = {cause.step, *(one.step for one in cause.path)}
    having = [run for run in runs if run.step(cause.step)]
    return max(having, key=lambda run: sum(step.id in named for step in run.steps), default=None)


def retold(note: IncidentNote, text: Callable[[str], str]) -> IncidentNote:
    """A note whose texts were given to a redactor: what people wrote in the file may name somebody.

    Who confirmed or overruled it stays: a signature in a pseudonym would be nobody's.
    """
    return replace(
        note,
        title=text(note.title),
        stand=tuple(text(one) if at else one for at, one in enumerate(note.stand)),
        cause=retold_cause(note.cause, text) if note.cause else None,
        tree=tuple(replace(row, note=text(row.note), quote=text(row.quote)) for row in note.tree),
    )


def _retold_control(control: FailedControl, text: Callable[[str], str]) -> FailedControl:
    return replace(control, name=text(control.name), why=text(control.why) if control.why else control.why)


def retold_cause(cause: RootCause, text: Callable[[str], str]) -> RootCause:
    """A root cause whose texts were given to a redactor; ids and names of steps and of runs stay."""
    control = cause.control
    return replace(
        cause,
        control=control and _retold_control(control, text),
        rules=tuple(map(text, cause.rules)),
        ranked=tuple(replace(one, because=text(one.because)) for one in cause.ranked),
        path=tuple(replace(one, quote=text(one.quote)) for one in cause.path),
        examined=tuple(replace(one, evidence=text(one.evidence)) for one in cause.examined),
        changes=tuple(
            replace(one, what=one.what and text(one.what), source=text(one.source)) for one in cause.changes
        ),
        because=tuple(map(text, cause.because)),
        warnings=tuple(map(text, cause.warnings)),
    )
