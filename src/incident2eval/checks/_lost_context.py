"""Did the run lose what it had been told on the way?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.checks._check import Blame, Check, Known, Words, check
from incident2eval.checks.carried.key_terms import key_terms
from incident2eval.checks.carried.loss import Wanted, findings, losses, worth_asking
from incident2eval.checks.carried.sources import ask, is_handed_on, told_later
from incident2eval.checks.carried.values import Said, Value, values
from incident2eval.model import (
    JSON,
    CannotJudge,
    Category,
    Findings,
    Observation,
    Run,
    flat_text,
)

_ENOUGH = 20_000
"""So much of what a step brought in is searched for values."""


@check(absence=False)
def lost_context(run: Run, *, told: Sequence[Wanted]) -> Findings:
    """What was said earlier, or handed over, and neither the output nor any call takes account of.

    Args:
        run: The run to judge.
        told: The dates, times, ids and figures that were said on the way and must be carried on; of a list
            of terms one is enough.

    Raises:
        CannotJudge: if the case does not say what had been told.

    What went wrong:
        A correction, a condition or a preference was given (not before nine, the date has moved, a nut
        allergy), and a step further on worked without it: it was not handed over, or fell out of the
        window.

    What is right:
        The output, or a call, holds what had been said, in whatever format: 9 am is 09:00.

    What this cannot see:
        Conditions that a right answer keeps without speaking of them, and values that are carried on and
        then not heeded.
    """
    if told is None:
        raise CannotJudge("the case does not say what the run had been told")
    lost = losses(run, told)
    return Findings(tuple(findings("lost_context", lost, of="which had been told before")), judged=len(told))


def propose(known: Known) -> Mapping[str, JSON] | None:
    """What was said or handed over that the corrected run carries on and the recorded one does not.

    Only where the wrong words or the step of the cause are about it; terms only where there is no value.
    """
    asked = Said(flat_text(ask(known.recorded)))
    told = [one for one in _told(known) if not asked.holds(one)]
    wanted: list[Wanted] = [*worth_asking(told, known, "context_loss")]
    if not wanted and (terms := key_terms(known, asked)):
        wanted = [terms]
    return {"told": wanted} if wanted else None


def _told(known: Known) -> Iterator[Value]:
    """The values that people said after they had asked, and those that no later step was given any more.

    What was handed over counts only where the corrected run hands it on.
    """
    run = known.recorded
    for text in told_later(run):
        yield from values(text)
    if known.corrected is None:
        return
    for at, step in enumerate(run.steps):
        for one in values(step.content[:_ENOUGH]):
            if is_handed_on(run, one, after=at) is False and is_handed_on(known.corrected, one, after=-1):
                yield one


def variants(known: Known) -> Iterable[Run]:
    """The same answer in other clothes, and answers that take account of nothing."""
    run = known.recorded
    said = flat_text(run.output)
    yield replace(run, output={"reply": {"body": run.output}})
    yield replace(run, output=json.dumps({"text": run.output}, default=str))
    yield replace(run, output=f"Hello,\n\n{said}\n\nKind regards")
    yield replace(run, output="\n".join(f"- {line}" for line in said.splitlines() if line.strip()))
    yield replace(run, output=said.upper())
    yield replace(run, output="Thank you, that is all arranged.")
    yield replace(run, output={"status": "completed", "result": "arranged"})


CHECK = Check(
    judge=lost_context,
    propose=propose,
    variants=variants,
    words=Words(
        test="what_was_told_is_carried_on",
        found="gaps",
        message="what had been told before got lost on the way",
    ),
    control=True,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"told"}),
    blames=Blame(
        rule="what had been said was not handed on",
        category=Category.WORKFLOW_DESIGN,
        control="what is handed over",
        why="the step was not given what had been said before",
    ),
)
