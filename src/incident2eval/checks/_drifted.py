"""Do runs of today still look like those from before the change?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.series.baseline import Baseline, Drift, baseline_of, figures
from incident2eval.checks.series.metrics import Metric, instance
from incident2eval.checks.series.significance import surely
from incident2eval.model import (
    JSON,
    CannotJudge,
    Finding,
    Findings,
    IncidentType,
    Observation,
    Run,
)

_MOST_BEFORE = 200
"""So many runs from before say what was usual; the last ones."""


@check(absence=False)
def drifted(runs: Run | tuple[Run, ...], *, baseline: Mapping[str, JSON]) -> Findings:
    """What a series of runs does more or less often than the runs before it did.

    Args:
        runs: The series, one run an input.
        baseline: How the runs before were: for each metric that drifted the `figures` (and how many runs had
            each of them), or in how many of the `runs` it was so (`times`), and the way it went wrong
            (`towards`; either, if it is not said); and the `error_rate`.

    Raises:
        CannotJudge: if there is no baseline, or there are too few runs for any test to reach the error rate.

    What went wrong:
        Each run looks like a run of this workflow, and all together they do not: far fewer lines marked as
        exceptions, a look-up that is made no more, ever shorter answers, more refusals. Something was
        changed, or changed by itself, and no single output gives it away.

    What is right:
        On inputs of every day the workflow does things about as often as before the change. Measured of each
        run are: the share of every choice in a field, calls of each tool, whether it refuses, whether a step
        fails, whether it fails a guardrail of its own or has figures from nowhere; and only where nothing of
        this has drifted, how long its text is and how much of the usual wording it has. Rows of one batch
        depend on each other, so each run counts once. Tests are exact (Fisher; Kolmogorov and Smirnov), and
        all of them together call an unchanged workflow drifted no more often than the error rate says.

    What this cannot see:
        A change of what comes in, which looks the same from here; the wrong rows with the right share; drift
        of numbers, and of choices with more than a dozen values; changes too small for so many runs: from 30
        to 5 in a hundred shows in 20 batches of ten, but not in 20 single decisions. Past outputs are not
        kept to compare with, since they belong to customers: likeness is that of ordinary words that most of
        them had.
    """
    several = runs if isinstance(runs, tuple) else (runs,)
    told = Baseline.of_fact(baseline)
    measured = [(drift, now) for drift in told.drifts if (now := figures(drift.metric, several))]
    share = told.error_rate / max(1, len(measured))
    needed = [drift.needed(share) for drift, _ in measured]
    able = [
        (drift, now)
        for (drift, now), runs_needed in zip(measured, needed, strict=True)
        if runs_needed is not None and len(now) >= runs_needed
    ]
    if not able:
        raise CannotJudge(_too_few(measured, needed))
    p_values = [drift.p_value(now) for drift, now in able]
    held = surely(p_values, told.error_rate)
    found = tuple(
        _finding(drift, now, p_value, several, told.error_rate)
        for (drift, now), p_value, sure in zip(able, p_values, held, strict=True)
        if sure
    )
    return Findings(found, judged=max(len(now) for _, now in able))


def _too_few(measured: Sequence[tuple[Drift, Sequence[float]]], needed: Sequence[int | None]) -> str:
    if not measured:
        return "none of these runs has anything of what is measured against the baseline"
    enough = [runs for runs in needed if runs is not None]
    if not enough:
        return "the baseline has too few runs for any test to reach its error rate"
    return f"it takes {min(enough)} runs to tell drift from chance, and there are {len(measured[0][1])}"


def _finding(
    drift: Drift, now: Sequence[float], p_value: float, runs: Sequence[Run], error_rate: float
) -> Finding:
    mean = sum(now) / len(now)
    return Finding(
        check="drifted",
        step=None,
        message=f"{drift.metric}: {_figure(drift.metric, mean)} in these {len(now)} runs, "
        f"{_figure(drift.metric, drift.mean)} in the {drift.runs} before "
        f"(by chance once in {_rarely(p_value)}; error rate {error_rate:g})",
        excerpt=instance(drift.metric, runs, rose=mean > drift.mean),
    )


def _figure(metric: Metric, mean: float) -> str:
    return f"{mean:.3g}" if metric.measure in {"calls", "length"} else f"{100 * mean:.3g}%"


def _rarely(p_value: float) -> str:
    return f"{min(1 / p_value, 1e9):,.0f}" if p_value > 1e-9 else "more than 1,000,000,000"


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The baseline of whatever surely drifted; None without runs from before and after the change."""
    if not known.before or not known.since:
        return None
    found = baseline_of(known.before[-_MOST_BEFORE:], known.recorded_runs)
    return {"baseline": found.as_fact()} if found else None


def variants(known: Known) -> Iterable[tuple[Run, ...]]:
    """The same series in another order and other clothes, and other draws from it."""
    runs = known.recorded_runs
    yield runs[::-1]
    yield (*runs[1::2], *runs[::2])
    yield from (tuple(replace(run, output=output(run.output)) for run in runs) for output in _CLOTHES)
    for seed in range(1, 11):
        yield tuple(_drawn(runs, seed))


_CLOTHES = (
    lambda output: {"result": output},
    lambda output: {"meta": {"status": "done"}, "answer": output},
    lambda output: output if isinstance(output, str) else json.dumps(output, ensure_ascii=False, indent=1),
)


def _drawn(runs: Sequence[Run], seed: int) -> Iterator[Run]:
    """As many runs, drawn from these with replacement, the same ones for the same seed."""
    state = seed
    for _ in runs:
        state = (state * 1_103_515_245 + 12_345) % 2**31
        yield runs[state * len(runs) >> 31]


CHECK = Check(
    judge=drifted,
    propose=propose,
    variants=variants,
    words=Words(
        test="runs_are_like_those_before_the_change",
        found="drifts",
        message="the workflow no longer does what it used to",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    type=IncidentType.WORKFLOW_DRIFT,
    all_runs=True,
)
