"""From what a workflow answered to a Run, and what a Run tells of its workflow."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from incident2eval.formats import load_run
from incident2eval.model import JSON, BadInput, Observation, Outcome, Result, Run, visible

_LONGEST_MESSAGE = 500


def result_of(reply: Mapping[str, Any], *, given: Mapping[str, JSON]) -> Result:
    """The result of one call.

    Args:
        reply: `answer` with `started` and `ended` in seconds since 1970, or `outcome` with `message`.
        given: The input it was called with.
    """
    if "answer" not in reply:
        return failure(Outcome(reply["outcome"]), reply["message"])
    answer = reply["answer"]
    says = answer if isinstance(answer, Mapping) and "output" in answer else {"output": answer}
    try:
        run = load_run({**says, "input": None}, what="the answer")
    except BadInput as bad:
        return failure(Outcome.ERRORED, "; ".join(str(fault) for fault in bad.faults))
    started, ended = (datetime.fromtimestamp(reply[at], UTC) for at in ("started", "ended"))
    return Result(run=replace(run, input=given, started=run.started or started, ended=run.ended or ended))


def failure(outcome: Outcome, message: str) -> Result:
    """A result without a run; the message becomes one line that is safe to print."""
    line = visible(" ".join(message.encode("utf-8", "replace").decode("utf-8").split()))
    return Result(
        outcome=outcome,
        message=line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…",
    )


def observations(run: Run) -> tuple[Observation, ...]:
    """What a run tells of its workflow: its output, its steps, the records that they read."""
    told = {
        Observation.OUTPUT: not run.is_empty,
        Observation.STEPS: bool(run.steps),
        Observation.RECORDS: any(step.records for step in run.steps),
    }
    return tuple(observation for observation, there in told.items() if there)
