"""Which step of a failed run is the most likely cause: neither a model nor the right answer is needed."""

from collections.abc import Sequence
from math import exp

from incident2eval.model import Category, RankedStep, Run
from incident2eval.rootcause.signals._shelf import SIGNALS
from incident2eval.rootcause.signals._transcript import Part, transcript

_SAID = 3
"""Signals that a reason names at most."""
_NOTHING = "nothing in particular points at it"


def signal_values(run: Run) -> list[tuple[float, ...]]:
    """What every signal says of every step: a row a step, a column a signal of the shelf."""
    told = transcript(run)
    return list(zip(*(signal.values(told) for signal in SIGNALS), strict=True))


def rank_steps(run: Run) -> tuple[RankedStep, ...]:
    """Rank the steps of a run that failed by how likely each is to be where it went wrong first.

    Returns:
        All steps, the most likely first; a score is a probability, those of a run add up to 1, and the
        reason names the strongest signals in plain words.
    """
    rows = signal_values(run)
    scores = _probabilities([sum(_pulls(row)) for row in rows])
    ranked = [
        RankedStep(step=step.id, score=score, because=_because(row))
        for step, score, row in zip(run.steps, scores, rows, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda one: -one.score))


def probable_category(run: Run, step: str) -> Category | None:
    """Where the cause lies if that step is where it went wrong; None where no agent, user or error speaks.

    What a request left out is data; an error that stopped an agent is the workflow's, which had no way round
    it; what an agent decided otherwise is the model's.
    """
    line = next((line for line in transcript(run).lines if line.step.id == step), None)
    if line is None or (line.part is Part.SURROUNDINGS and not line.failed):
        return None
    if line.part is Part.REQUEST:
        return Category.DATA
    return Category.WORKFLOW_DESIGN if line.failed else Category.MODEL


def _pulls(row: Sequence[float]) -> list[float]:
    return [signal.weight * value for signal, value in zip(SIGNALS, row, strict=True)]


def _probabilities(scores: Sequence[float]) -> list[float]:
    """Softmax."""
    highest = max(scores, default=0.0)
    powers = [exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def _because(row: Sequence[float]) -> str:
    pulls = sorted(zip(_pulls(row), SIGNALS, strict=True), key=lambda one: -one[0])
    return "; ".join(signal.says for pull, signal in pulls[:_SAID] if pull > 0) or _NOTHING
