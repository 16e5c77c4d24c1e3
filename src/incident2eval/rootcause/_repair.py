"""Repair: is a step the cause? Take its part out of the run, judge again, and see what is left."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from incident2eval.model import JSON, Finding, Run, Step, is_empty
from incident2eval.rootcause._content import content
from incident2eval.rootcause._divergence import Counterparts
from incident2eval.rootcause._provenance import Contents
from incident2eval.rootcause._symptoms import Symptom, symptom

Judge = Callable[[Run], Sequence[Finding] | None]
"""What the checks that were red on the recorded run find in another one, None where one cannot judge it."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def heals(
    contents: Contents,
    culprit: Step,
    symptoms: Sequence[Symptom],
    findings: Sequence[Finding],
    judge: Judge,
) -> bool:
    """Whether every finding vanishes once the step's part is gone, and what carries it on behind the step.

    What came in elsewhere stays in the run, and is found again: then it was not this step, or not it alone.
    A run that can no longer be judged proves nothing.

    Args:
        contents: The recorded run, taken apart.
        culprit: The step under suspicion.
        symptoms: The words that are wrong and came in with the step.
        findings: What was found in the recorded run.
        judge: Judges a run as the recorded one was judged.
    """
    mended = _without(contents, culprit, symptoms, findings)
    left = judge(mended)
    return left is not None and not left


def is_where_they_part(
    contents: Contents, culprit: Step, others: Counterparts, corrected: Run, judge: Judge
) -> bool:
    """Whether the corrected run is the recorded one with this step put right, and nothing is found in it.

    It is where all before the step is the same in both.
    """
    if others.differs(culprit) is None:
        return False
    before = all(others.of(step) and others.differs(step) is None for step in contents.before(culprit))
    left = judge(corrected) if before else None
    return left is not None and not left


def _without(
    contents: Contents, culprit: Step, symptoms: Sequence[Symptom], findings: Sequence[Finding]
) -> Run:
    run = contents.run
    named = {one.excerpt for one in findings if one.step == culprit.id}
    gone = [*symptoms, *(symptom(one.text) for one in culprit.records if one.text and one.id in named)]
    at = run.steps.index(culprit)
    steps = (
        *run.steps[:at],
        *_mended(culprit, gone, named),
        *(
            replace(step, input=_dropped(step.input, gone), output=_dropped(step.output, gone))
            for step in run.steps[at + 1 :]
        ),
    )
    return replace(run, steps=steps, output=_dropped(run.output, gone))


def _mended(culprit: Step, gone: Sequence[Symptom], named: set[str]) -> tuple[Step, ...]:
    """The step without the records that are wrong; without any, there is nothing left of it."""
    kept = tuple(
        record
        for record in culprit.records
        if record.id not in named and not any(one.stands_in(content(record.text)) for one in gone)
    )
    return (replace(culprit, records=kept),) if kept and len(kept) < len(culprit.records) else ()


def _dropped(value: JSON, gone: Sequence[Symptom]) -> JSON:
    """The value without the sentences and rows that hold one of the symptoms."""
    if isinstance(value, str):
        kept = [part for part in _SENTENCE.split(value) if part and not _tells(part, gone)]
        return value if len(kept) == len(_SENTENCE.split(value)) else "\n".join(kept)
    if isinstance(value, Mapping):
        mended = {key: _dropped(inner, gone) for key, inner in value.items()}
        return {key: inner for key, inner in mended.items() if not is_empty(inner) or is_empty(value[key])}
    if isinstance(value, (list, tuple)):
        return [_dropped(inner, gone) for inner in value]
    return value


def _tells(part: str, gone: Sequence[Symptom]) -> bool:
    """Whether a sentence tells of what is gone, or is a piece of it."""
    said = content(part)
    return any(one.stands_in(said) or (len(said.words) >= 3 and one.says.holds(said)) for one in gone)
