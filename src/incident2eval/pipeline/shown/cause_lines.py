"""A root cause in lines for a reviewer: what failed, how we know, what had changed, and who agrees."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from incident2eval.model import (
    Examined,
    FailedControl,
    Moment,
    Onset,
    Passage,
    RootCause,
    Run,
    SeenChange,
    Sighting,
    State,
    visible,
)
from incident2eval.model.incident import StatedCause
from incident2eval.pipeline.shown.layout import counted
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.store import CauseFile, Standing

_MARKS = {State.FAILED: "[!]", State.HELD: "[x]", State.NOT_SEEN: "[ ]"}
_MOST_PASSAGES = 6
_MOST_CHANGES = 4
_MOST_REASONS = 3
_QUOTE = 110
_REASON = 200
_EVIDENCE = 170
_SOURCE = 160


def cause_lines(cause: RootCause, run: Run | None) -> list[str]:
    """The cause in words: what failed and where, then how we know, then what speaks for something else.

    Args:
        cause: As proposed, or as it counts.
        run: For the names of steps that the cause knows by id only.
    """
    if cause.step is None and cause.category is None:
        return ["root cause: nothing points at a step", *(f"  {_line(line)}" for line in cause.because)]
    return [
        f"root cause: {_summary(cause)}",
        *_why(cause),
        *_where(cause),
        *_path(cause.path),
        *_examined(cause.examined),
        *_changed(cause.changes),
        *([f"  since when: {_since(cause.onset)}"] if cause.onset else []),
        *(f"  warning: {_line(warning)}" for warning in cause.warnings),
        *_next_in_line(cause, run),
    ]


def standing_lines(file: CauseFile) -> list[str]:
    """What people have said to the proposal, and how to say it where nobody has."""
    ask = "say so with --confirm or --overrule"
    confirmed, overruled, proposed = file.confirmed, file.overruled, file.proposed
    if file.standing is Standing.OVERRULED and overruled:
        was = f"; the tool proposed: {_summary(proposed)}{_at(proposed)}" if proposed else ""
        return [f"  overruled{_by(overruled.by, overruled.at)}{was}"]
    if file.standing is Standing.PROPOSED or confirmed is None:
        return [f"  a proposal, confirmed by nobody so far: {ask}"]
    said = f"confirmed{_by(confirmed.by, confirmed.at)}"
    note = f": {_line(confirmed.note)}" if confirmed.note else ""
    if file.standing is Standing.CONFIRMED:
        return [f"  {said}{note}"]
    then = _summary(
        RootCause(category=confirmed.category, step=confirmed.step, control=confirmed.control),
        unknown="",
    )
    return [f"  the proposal changed since it was {said} ({then}{_at(confirmed)}): {ask}"]


def stated_lines(stated: StatedCause | None, cause: RootCause) -> list[str]:
    """What the incident file gives as the cause, and in what the cause shown differs from it."""
    if stated is None or not (stated.category or stated.step or stated.failed_control):
        return []
    apart = [
        name
        for name, differs in (
            ("category", stated.category not in {None, cause.category}),
            ("step", stated.step not in {None, cause.step, cause.name}),
            ("control", _differ(stated.failed_control, cause.control)),
        )
        if differs
    ]
    said = _summary(RootCause(category=stated.category, control=stated.failed_control), unknown="")
    where = f", at step {_line(stated.step)}" if stated.step else ""
    verdict = f"it differs from the above in {' and '.join(apart)}" if apart else "as above"
    return [f"  the incident file says: {f'{said}{where}'.removeprefix(', ')} ({verdict})"]


def _summary(cause: RootCause, unknown: str = "category unknown; the control that failed: unknown") -> str:
    """Category and control; what is not known is left out where something is."""
    category = str(cause.category).replace("_", " ") if cause.category else ""
    control = f"the control that failed: {_line(cause.control.name)}" if cause.control else ""
    return "; ".join(filter(None, (category, control))) or unknown


def _why(cause: RootCause) -> Iterator[str]:
    if cause.control and cause.control.why:
        yield f"  why: {_line(cause.control.why)}"
    for line in cause.because[:_MOST_REASONS] if not cause.rules else ():
        if not cause.control or line != cause.control.why:
            yield f"  because {_line(line)}"
    if cause.rules:
        first, *others = cause.rules
        yield f"  rule: {_line(first)}"
        if others:
            more = f" (and {len(others) - 2} more)" if len(others) > 2 else ""
            yield f"  also: {'; '.join(map(_line, others[:2]))}{more}"


def _where(cause: RootCause) -> Iterator[str]:
    if cause.step is None:
        yield "  the trace does not show at which step it came in"
    else:
        yield f"  at step {_named(cause.name, cause.step)}, {cause.proof}"


def _path(path: Sequence[Passage]) -> Iterator[str]:
    if not path:
        return
    yield "  the way it took:"
    shown = list(path)
    if len(shown) > _MOST_PASSAGES:
        shown = [*path[: _MOST_PASSAGES - 2], *path[-2:]]
    for at, passage in enumerate(shown):
        if len(shown) < len(path) and at == len(shown) - 2:
            yield f"    ... {counted(len(path) - len(shown), 'more step')}"
        word = "output" if passage.step is None else "carried on by" if at else "came in at"
        where = "" if passage.step is None else f" {_named(passage.name, passage.step)}"
        is_new = passage.quote and (not at or passage.quote != shown[at - 1].quote)
        quote = f": {_short(passage.quote, _QUOTE)}" if is_new else ""
        yield f"    {word}{where}{quote}"


def _examined(areas: Sequence[Examined]) -> Iterator[str]:
    if areas:
        yield "  examined:"
    for one in areas:
        evidence = f": {_short(one.evidence, _EVIDENCE)}" if one.evidence else ""
        yield f"    {_MARKS[one.state]} {one.area} {one.state}{evidence}"


def _changed(changes: Sequence[SeenChange]) -> Iterator[str]:
    if changes:
        yield "  changed before:"
    for one in changes[:_MOST_CHANGES]:
        at = f" {one.at:%Y-%m-%d}" if one.at else ""
        what = f": {_short(one.what, _EVIDENCE)}" if one.what else ""
        source = f" ({_short(one.source, _SOURCE)})" if one.source else ""
        yield f"    {one.kind}{at}{what}{source}"
    if len(changes) > _MOST_CHANGES:
        yield f"    and {len(changes) - _MOST_CHANGES} more"


def _since(onset: Onset) -> str:
    if not onset.checked:
        there = counted(onset.read, "past run")
        return f"not judged: what was red speaks of this input, or of several runs; {there} left aside"
    judged = counted(onset.checked, "past run")
    if not onset.hits:
        last = f"; the last good one is {_sighting(onset.last_good)}" if onset.last_good else ""
        return f"none of {judged} shows it{last}"
    good = f"the last good run is {_sighting(onset.last_good)}" if onset.last_good else "no good run before"
    hits = f"{onset.hits:,} of {judged} {'shows' if onset.hits == 1 else 'show'} it"
    if onset.first_hit is None:
        return f"{hits}, none before this one; {good}"
    return f"{hits}, first {_sighting(onset.first_hit)}; {good}"


def _next_in_line(cause: RootCause, run: Run | None) -> Iterator[str]:
    names = {step.id: step.name for step in run.steps} if run else {}
    for one in cause.ranked[1:3]:
        first = one.because.partition("; ")[0]
        yield f"  next in line: {_named(names.get(one.step), one.step)}: {_short(first, _REASON)}"


def _differ(stated: FailedControl | None, control: FailedControl | None) -> bool:
    """Whether two controls have other names, but for case and blanks."""
    if stated is None:
        return False
    mine, theirs = (" ".join(one.name.casefold().split()) if one else "" for one in (stated, control))
    return mine != theirs


def _at(cause: object) -> str:
    step, name = getattr(cause, "step", None), getattr(cause, "name", None)
    return f", at step {_named(name, step)}" if step else ""


def _by(by: str | None, at: Moment | None) -> str:
    return f" by {_line(by) if by else 'somebody who gave no name'}{f' on {at:%Y-%m-%d}' if at else ''}"


def _sighting(one: Sighting) -> str:
    when = f" of {one.at:%Y-%m-%d %H:%M}" if isinstance(one.at, datetime) else ""
    return f"{_short(one.run, 40)}{when}"


def _named(name: str | None, step: str) -> str:
    return f"{_line(name)} [{_line(step)}]" if name else f"[{_line(step)}]"


def _line(text: str) -> str:
    # Masked before anything is cut off: what is left of a token may not look like one.
    return visible(masked_text(" ".join(text.split())))


def _short(text: str, most: int) -> str:
    line = _line(text)
    return line if len(line) <= most else f"{line[: most - 3].rstrip()}..."
