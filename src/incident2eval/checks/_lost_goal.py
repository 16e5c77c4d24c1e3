"""Did the run do something else than it was asked to?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.checks._check import Blame, Check, Known, Words, check
from incident2eval.checks.carried.loss import findings, losses, worth_asking
from incident2eval.checks.carried.sources import ask
from incident2eval.checks.carried.values import Kind, Value, values
from incident2eval.detection.text.wording import leaves
from incident2eval.model import (
    JSON,
    CannotJudge,
    Category,
    Findings,
    Observation,
    Run,
    flat_text,
)

_SHORT, _FEW = 40, 4
"""Letters and words of a field that is a name for something, not a text."""


@check(absence=False)
def lost_goal(run: Run, *, asked_for: Sequence[str]) -> Findings:
    """What the run was asked for, and neither its output nor any of its calls speaks of.

    Args:
        run: The run to judge.
        asked_for: The dates, ids, figures and names of the request that an answer to it must come back to.

    Raises:
        CannotJudge: if the case does not say what was asked for.

    What went wrong:
        The run was asked for October and answered for September, was asked about three sites and spoke of
        one, was to look at one order and worked on another. Each step was sound; it was not the task.

    What is right:
        The output, or a call on the way there, speaks of what was asked for, in whatever format: 2026-10 is
        October 2026, SUP-2209 is SUP 2209.

    What this cannot see:
        Another task done on the right subject (a change instead of a comparison), requests that say nothing
        that can be told apart, and a subject that is named and then not dealt with.
    """
    if asked_for is None:
        raise CannotJudge("the case does not say what the run was asked for")
    lost = losses(run, asked_for)
    return Findings(tuple(findings("lost_goal", lost, of="which was asked for")), judged=len(asked_for))


def propose(known: Known) -> Mapping[str, JSON] | None:
    """What of the request the corrected run comes back to and the recorded one does not.

    Only where the wrong words or the step of the cause are about it.
    """
    wanted = worth_asking(_requested(known.recorded), known, "goal_drift")
    return {"asked_for": wanted} if wanted else None


def _requested(run: Run) -> Iterator[Value]:
    """The values of a request; a short field of it that holds none is a term as a whole."""
    for path, leaf in leaves(ask(run)):
        text = "" if leaf is None or isinstance(leaf, bool) else str(leaf).strip()
        found = tuple(values(text))
        yield from found
        if path and not found and 2 < len(text) <= _SHORT and len(text.split()) <= _FEW:
            yield Value(kind=Kind.TERM, shown=text)


def variants(known: Known) -> Iterable[Run]:
    """The same answer to something else in other clothes, and other answers beside the point."""
    run = known.recorded
    said = flat_text(run.output)
    yield replace(run, output={"reply": {"body": run.output}})
    yield replace(run, output=json.dumps({"text": run.output}, default=str))
    yield replace(run, output=f"Hello,\n\n{said}\n\nKind regards")
    yield replace(run, output="\n".join(f"- {line}" for line in said.splitlines() if line.strip()))
    yield replace(run, output=said.upper())
    yield replace(run, output="All done, as requested. Is there anything else?")
    yield replace(run, output={"status": "completed", "result": "as requested"})


CHECK = Check(
    judge=lost_goal,
    propose=propose,
    variants=variants,
    words=Words(
        test="the_answer_is_to_what_was_asked",
        found="drift",
        message="what was asked for got lost on the way",
    ),
    control=True,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"asked_for"}),
    blames=Blame(
        rule="the request was lost on the way",
        category=Category.WORKFLOW_DESIGN,
        control="keeping to the request",
        why="the step was not given what had been asked for",
    ),
)
