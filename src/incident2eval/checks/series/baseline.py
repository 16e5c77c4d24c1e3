"""The baseline of a series: how the runs before a change were, as a fact that people can read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from incident2eval.checks.series.metrics import Metric, measured, metrics_of, usual_words
from incident2eval.checks.series.significance import Towards, fewest, p_value, surely
from incident2eval.model import JSON, CannotJudge, Run

ERROR_RATE = 0.001
"""How often a workflow that has not changed is called drifted: one series in a thousand."""
_MOST_SHOWN = 50
"""A longer series is kept as so many of its figures, evenly spread from the least to the greatest."""
_MANY = 1_000_000
"""More calls, words and runs than there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A metric that has drifted, and how it was before."""

    metric: Metric
    before: tuple[float, ...]
    """One figure a run, in order of size."""
    towards: Towards
    runs: int
    """How many runs these figures stand for."""

    @property
    def mean(self) -> float:
        """The usual figure."""
        return sum(self.before) / len(self.before)

    def p_value(self, now: Sequence[float]) -> float:
        """How likely figures so far from the baseline are where nothing has drifted."""
        return p_value(self.before, now, self.towards)

    def needed(self, error_rate: float) -> int | None:
        """How many runs it takes for the test to reach its error rate, if all of them were at one extreme."""
        most = float(_MANY) if self.metric.measure in {"calls", "length"} else 1.0
        return fewest(lambda runs: min(self.p_value([end] * runs) for end in (0.0, most)), error_rate)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What has drifted in an incident's series of runs, against the runs before it."""

    drifts: tuple[Drift, ...]
    error_rate: float = ERROR_RATE

    def as_fact(self) -> dict[str, JSON]:
        """The baseline as a fact."""
        return {"error_rate": self.error_rate, "drifted": [_as_fact(drift) for drift in self.drifts]}

    @classmethod
    def of_fact(cls, fact: JSON) -> "Baseline":
        """The baseline that a fact tells.

        Raises:
            CannotJudge: if it does not say what to compare with.
        """
        rate = fact.get("error_rate", ERROR_RATE) if isinstance(fact, Mapping) else None
        told = fact.get("drifted") if isinstance(fact, Mapping) else None
        if not isinstance(rate, float) or not 0 < rate < 1 or not isinstance(told, (list, tuple)) or not told:
            raise CannotJudge("nothing says how the runs before were: no baseline")
        return cls(tuple(map(_of_fact, told)), rate)


def baseline_of(before: Sequence[Run], now: Sequence[Run]) -> Baseline | None:
    """What drifted between two series, surely; None where nothing did.

    How the outputs are written speaks only where nothing else does: a workflow may be mended and write
    otherwise.
    """
    measures = [(metric, before) for metric in metrics_of([*before, *now])]
    # Words are taken from every second run and measured on the others, which had no part in the choice.
    measures.append((usual_words(before[::2]), before[1::2]))
    found = _drifted(measures, now)
    substance = tuple(drift for drift in found if not drift.metric.is_form)
    return Baseline(substance or tuple(found)) if found else None


def _drifted(measures: Iterable[tuple[Metric, Sequence[Run]]], now: Sequence[Run]) -> list[Drift]:
    """The metrics that drifted, each with the way it went; the share of a choice may go wrong either way."""
    drifts, p_values = [], []
    for metric, before in measures:
        old, new = figures(metric, before), figures(metric, now)
        if len({*old, *new}) > 1 and old and new:
            less = sum(new) / len(new) < sum(old) / len(old)
            way = Towards.LESS if less else Towards.MORE
            towards = Towards.ANY if metric.measure == "share" else way
            drifts.append(Drift(metric=metric, before=tuple(sorted(old)), towards=towards, runs=len(old)))
            p_values.append(p_value(old, new))
    return [drift for drift, held in zip(drifts, surely(p_values, ERROR_RATE), strict=True) if held]


def figures(metric: Metric, runs: Sequence[Run]) -> list[float]:
    """The figure of every run that has one."""
    return [figure for run in runs if (figure := measured(metric, run)) is not None]


def _as_fact(drift: Drift) -> dict[str, JSON]:
    metric = drift.metric
    fact: dict[str, JSON] = {"measure": metric.measure}
    fact |= {"of": metric.of} if metric.of else {}
    fact |= {"value": metric.value} if metric.value else {}
    fact |= {"words": list(metric.words)} if metric.words else {}
    fact |= {"towards": drift.towards.value} if drift.towards is not Towards.ANY else {}
    fact["runs"] = drift.runs
    if set(drift.before) <= {0.0, 1.0}:
        return {**fact, "times": int(sum(drift.before))}
    held = Counter(_thinned(drift.before))
    return {**fact, "usual": round(drift.mean, 3), "figures": {f"{one:g}": n for one, n in held.items()}}


def _thinned(ordered: Sequence[float]) -> Sequence[float]:
    """At most so many of the figures, evenly spread; as they vary less, no test holds too soon."""
    if len(ordered) <= _MOST_SHOWN:
        return ordered
    return [ordered[(2 * at + 1) * len(ordered) // (2 * _MOST_SHOWN)] for at in range(_MOST_SHOWN)]


def _of_fact(fact: JSON) -> Drift:
    told = fact if isinstance(fact, Mapping) else {}
    before, words, towards = _figures_of(told), told.get("words"), str(told.get("towards", "any"))
    if not before or towards not in {*Towards}:
        raise CannotJudge(f"the baseline of {told.get('measure')!r} does not say how the runs before were")
    runs = told.get("runs")
    return Drift(
        metric=Metric(
            measure=str(told.get("measure")),
            of=str(told.get("of", "")),
            value=str(told.get("value", "")),
            words=tuple(map(str, words)) if isinstance(words, (list, tuple)) else (),
        ),
        before=before,
        towards=Towards(towards),
        runs=runs if isinstance(runs, int) else len(before),
    )


def _figures_of(told: Mapping[str, JSON]) -> tuple[float, ...]:
    """One figure a run, in order of size; none where the fact does not tell them."""
    runs, times, held = told.get("runs"), told.get("times"), told.get("figures")
    if isinstance(runs, int) and isinstance(times, int) and 0 <= times <= runs <= _MANY:
        return (0.0,) * (runs - times) + (1.0,) * times
    try:
        pairs = (
            [(float(str(one)), int(str(n))) for one, n in held.items()] if isinstance(held, Mapping) else []
        )
    except ValueError:
        return ()
    if sum(n for _, n in pairs if n > 0) > _MANY or not all(isfinite(one) for one, _ in pairs):
        return ()
    return tuple(sorted(one for one, n in pairs for _ in range(n)))
