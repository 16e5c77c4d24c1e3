"""Whether two series of figures differ by more than chance: exact tests with a stated error rate."""

from collections.abc import Callable, Sequence
from enum import StrEnum

_MOST = 400
"""More runs than these are asked of nobody."""


class Towards(StrEnum):
    """Which change is looked for."""

    LESS = "less"
    MORE = "more"
    ANY = "any"


_SIDES = {Towards.LESS: "less", Towards.MORE: "greater", Towards.ANY: "two-sided"}


def p_value(before: Sequence[float], now: Sequence[float], towards: Towards = Towards.ANY) -> float:
    """How likely figures as far apart as these are, if nothing has changed; never too small.

    Each figure tells of one run: the rows of a batch depend on each other, runs hardly. Where every run says
    yes or no, it is Fisher's exact test; else that of Kolmogorov and Smirnov, which is exact, needs no shape
    of the figures, and errs on the safe side where many of them are equal.

    Args:
        before: One figure a run, of runs from before.
        now: The same of the runs in question.
        towards: Whether the figures now are suspected to be less, more or either.
    """
    from scipy import stats  # noqa: PLC0415 - half a second, for this check only

    if not {*before, *now} - {0.0, 1.0}:
        table = [[sum(now), len(now) - sum(now)], [sum(before), len(before) - sum(before)]]
        return float(stats.fisher_exact(table, alternative=_SIDES[towards]).pvalue)
    # scipy's `less` speaks of the first series' distribution: below the other's, its figures are greater.
    return float(stats.ks_2samp(before, now, alternative=_SIDES[towards], method="exact").pvalue)


def surely(p_values: Sequence[float], error_rate: float) -> tuple[bool, ...]:
    """Which of several tests hold, all of them together wrong no more often than stated (Holm)."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    held = [False] * len(p_values)
    for rank, at in enumerate(order):
        if p_values[at] > error_rate / (len(p_values) - rank):
            break
        held[at] = True
    return tuple(held)


def fewest(test: Callable[[int], float], error_rate: float) -> int | None:
    """The least number of runs with which a test can hold at all; None if that is more than anyone has.

    Args:
        test: The smallest p-value that so many runs can come to.
        error_rate: What it has to reach.
    """
    low, high = 1, 1
    while test(high) > error_rate:
        low, high = high, high * 2
        if high > _MOST:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if test(middle) <= error_rate else (middle + 1, high)
    return high
