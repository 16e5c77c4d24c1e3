"""Silence is no proof: a run of today's workflow must not say less than the evidence did."""

from collections.abc import Collection, Iterator

from incident2eval.model import CannotJudge, Observation, Run


def require_as_much(
    live: Run, *, recorded: Collection[Run], corrected: Collection[Run], observes: Collection[Observation]
) -> None:
    """Refuse to judge a live run that says less than it should, whatever the check (contract section 6).

    Args:
        live: A run of today's workflow.
        recorded: The recorded runs that it stands next to: that of the same input, else all.
        corrected: The corrected ones, likewise.
        observes: What the workflow reported of itself when the case was written.

    Raises:
        CannotJudge: if its output is empty where a recorded one was not, or something it reported is gone.
    """
    gone = next(_gone(live, recorded, corrected, observes), None)
    if gone:
        raise CannotJudge(
            f"{gone}: nothing can be concluded from a run that says less than the incident's did"
        )


def _gone(
    live: Run, recorded: Collection[Run], corrected: Collection[Run], observes: Collection[Observation]
) -> Iterator[str]:
    if live.is_empty and not all(run.is_empty for run in recorded):
        yield "the output is empty, the recorded one was not"
    if live.is_empty and Observation.OUTPUT in observes:
        yield "the workflow no longer reports an output"
    if not live.steps and Observation.STEPS in observes:
        yield "the workflow no longer reports steps"
    if Observation.RECORDS in observes and not _has_records(live) and any(map(_has_records, corrected)):
        yield "the workflow no longer reports the records it read"
    if Observation.RECORDS in observes and not _has_owners(live) and any(map(_has_owners, corrected)):
        yield "the workflow no longer says whose the records are"


def _has_records(run: Run) -> bool:
    return any(step.records for step in run.steps)


def _has_owners(run: Run) -> bool:
    return any(record.owner is not None for step in run.steps for record in step.records)
