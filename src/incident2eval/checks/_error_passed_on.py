"""Did a call fail, and does the output say nothing of it?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from incident2eval.checks._check import Blame, Check, Known, Words, check
from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.failures.calls import CALLS, FailedCall, calls, failed_calls
from incident2eval.checks.failures.disclosure import Part, parts, undisclosed
from incident2eval.checks.failures.relevance import is_about
from incident2eval.checks.failures.topics import speak_alike
from incident2eval.model import (
    JSON,
    CannotJudge,
    Category,
    Finding,
    Findings,
    Observation,
    Origin,
    Run,
    Status,
    Step,
)

_ENOUGH = 300
"""Among so many sentences and fields of an output the one to quote is looked for."""


@check(absence=True)
def error_passed_on(run: Run, *, tools: Sequence[str], may_fail: Sequence[str]) -> Findings:
    """Calls that failed for good while the output goes on as if they had answered.

    Args:
        run: The run to judge.
        tools: The tools that the recorded run called: each has a question of its own, so that none of them
            answers for another one. A tool that is not among them may stand in for one that failed.
        may_fail: Tools that also failed in runs that were right, and nothing had to be said of it.

    Raises:
        CannotJudge: if the case does not say which tools the workflow has, or the run reports no call at all.

    What went wrong:
        A look-up timed out, was refused or came back with an error. What was handed on was an empty list or
        nothing, and somebody wrote it up as a result: no match, no objection, all in order.

    What is right:
        The call answers in the end (a second attempt, another tool that is asked the same), or the output
        owns up: it names what could not be told, leaves the field open, or holds the decision until it is
        known. "There is none" is an answer, and so is a refusal for a reason.

    What this cannot see:
        Failures that no step reports, calls whose answer was wrong or out of date, tools that a run can do
        without unless their name says so (telemetry, caches), and whether an admission that names nothing
        is about this call.
    """
    if tools is None:
        raise CannotJudge("the case does not say which tools the workflow has")
    made = calls(run)
    if tools and not made:
        raise CannotJudge("the run reports no call of a tool, so nothing tells whether one failed")
    harmless = Tools(may_fail or ())
    failed = [one for one in failed_calls(run, tools=Tools(tools)) if one.step.name not in harmless]
    return Findings(tuple(_found(undisclosed(failed, run), run)), judged=len(made))


def _found(hidden: Sequence[FailedCall], run: Run) -> Iterator[Finding]:
    said = tuple(islice(parts(run.output), _ENOUGH)) if hidden else ()
    for call in hidden:
        yield Finding(
            check="error_passed_on",
            step=call.step.id,
            message=f"{call.step.name} failed ('{_short(call.error)}') and nothing answered for it later; "
            "the output does not say so",
            excerpt=f"{call.step.name}: {_short(call.error)}",
        )
        yield Finding(
            check="error_passed_on",
            step=None,
            message=f"concludes all the same, although {call.step.name} never answered",
            excerpt=_conclusion(call, said),
        )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else flat[:117] + "..."


def _conclusion(call: FailedCall, said: Sequence[Part]) -> str:
    """What the output says of the thing that was asked, else how it begins."""
    texts, topics = [part.text for part in said if part.text], call.topics
    about = (part.text for part in said if part.text and speak_alike(topics, part.words))
    return next(about, " ".join(texts))[:300]


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The tools of the recorded run and those whose failure nobody has to mention.

    Nothing, unless the incident is about one of the failed calls.
    """
    run = known.recorded
    tools = list(dict.fromkeys(step.name for step in calls(run)))
    right = (*known.good, *(known.corrected_runs if known.origin is not Origin.REPAIRED else ()))
    harmless = {call.step.name for one in right for call in _hidden(one, tools)}
    hidden = [call for call in _hidden(run, tools) if call.step.name not in harmless]
    meant = [call for call in hidden if is_about(call, known)]
    if not meant:
        return None
    harmless |= {call.step.name for call in hidden} - {call.step.name for call in meant}
    spared = known.corrected is not None and not calls(known.corrected)
    return {"tools": [] if spared else tools, "may_fail": sorted(harmless)}


def _hidden(run: Run, tools: Sequence[str]) -> tuple[FailedCall, ...]:
    """The failed calls of a run that its output does not own up to."""
    return undisclosed(failed_calls(run, tools=Tools(tools)), run)


_ERRORS: tuple[Mapping[str, JSON], ...] = (
    {"error": "503 Service Unavailable"},
    {"error": "connection refused"},
    {"error": "ReadTimeout: no answer within 30 s"},
    {"output": {"error": {"code": 429, "message": "Too many requests"}}},
    {"output": {"isError": True, "content": [{"type": "text", "text": "upstream timed out"}]}},
    {"output": "Error: 502 Bad Gateway"},
    {"output": {"status_code": 500, "body": ""}},
)
"""How a call fails, in the shapes of several tools."""


def variants(known: Known) -> Iterable[Run]:
    """The same failure in other shapes, of other tools of the run, under other outputs that say nothing."""
    run = known.recorded
    troubled = [at for at, step in enumerate(run.steps) if step.kind in CALLS and _tells_of_trouble(step)]
    for at in troubled[:1]:
        for error in _ERRORS:
            yield _with_step(run, at, _broken(run.steps[at], error))
        elsewhere = replace(run.steps[at], input={"about": "something else"}, status=Status.OK, error=None)
        yield replace(run, steps=(*run.steps, replace(elsewhere, id="another", output={"found": 1})))
        yield replace(run, steps=(*run.steps, replace(run.steps[at], id="once-more")))
    for output in _SILENT:
        yield replace(run, output=output)
    yield replace(run, output={"reply": {"body": run.output}})
    yield replace(run, output=json.dumps({"text": run.output}, default=str))


_SILENT: tuple[JSON, ...] = (
    "Everything was looked up and is in order. You can go ahead.",
    "| item | result |\n| --- | --- |\n| all items | clear |",
    {"result": "clear", "approved": True, "findings": 0},
)
"""Outputs that conclude and say nothing of a failure."""


def _tells_of_trouble(step: Step) -> bool:
    told = f"{step.content} {step.output}".casefold()
    return step.status is Status.ERROR or any(
        word in told for word in ("error", "timed out", "unavailable", "respond")
    )


def _broken(step: Step, error: Mapping[str, JSON]) -> Step:
    """The step as it fails in another shape."""
    words = error.get("error")
    return replace(
        step,
        status=Status.ERROR if words else Status.OK,
        error=str(words) if words else None,
        output=error.get("output"),
        records=(),
        attributes={},
    )


def _with_step(run: Run, at: int, step: Step) -> Run:
    return replace(run, steps=(*run.steps[:at], step, *run.steps[at + 1 :]))


CHECK = Check(
    judge=error_passed_on,
    propose=propose,
    variants=variants,
    words=Words(
        test="a_call_that_failed_is_not_written_up_as_a_result",
        found="silences",
        message="a call failed, and the output goes on as if it had answered",
    ),
    control=True,
    needs=frozenset({Observation.STEPS}),
    blames=Blame(
        rule="tool error not handled",
        category=Category.WORKFLOW_DESIGN,
        control="handling of a failed call",
        why="the call failed, and what was handed on does not tell that from an empty result",
    ),
)
