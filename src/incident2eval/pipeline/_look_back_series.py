"""A drift asked of past runs: judged together, before the change, since then, and after the stop."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from incident2eval.model import Findings, Incident, IncidentType, Run
from incident2eval.pipeline._archive import precedes
from incident2eval.pipeline._look_back_window import Window
from incident2eval.pipeline._watch import Judge, Reach, Seen, Verdict, Watch

AT_ONCE = 200
"""So many runs at least are judged together, and fewer than twice as many held: our choice."""

_BEFORE = 0

Named = tuple[Seen, str]
"""A run and what it is called."""


def is_drift(one: Watch) -> bool:
    """Whether a watch is over a series as such, so that all runs of a drifted one are hits."""
    return one.reach is Reach.SERIES and one.check.type is IncidentType.WORKFLOW_DRIFT


def with_series(
    runs: Iterable[Named], drifts: Sequence[Watch], judge: Judge, side: Callable[[Run], int | None]
) -> Iterator[Named]:
    """The runs with what is said of the series that each belongs to; of a drifted one each run is a hit.

    Runs from before the change are what the baseline was taken from: they are none, whatever they look like.

    Args:
        runs: As they are read; they come back in another order, a series at a time.
        drifts: The watches over a series.
        judge: Who asks them.
        side: The side of the change that a run is on; None where nobody knows.
    """
    waiting: dict[int, list[Named]] = {}
    for seen, name in runs:
        if not drifts:
            yield seen, name
            continue
        at = side(seen.run)
        if at is None:
            yield _also(seen, drifts, "the run does not say when it was"), name
            continue
        held = waiting.setdefault(at, [])
        held.append((seen, name))
        if len(held) == 2 * AT_ONCE:
            yield from _judged(held[:AT_ONCE], drifts, judge, at)
            del held[:AT_ONCE]
    for at, held in sorted(waiting.items()):
        yield from _judged(held, drifts, judge, at)


def side_of(incident: Incident, window: Window) -> Callable[[Run], int | None]:
    """Tells a run's side of the incident's changes: before the first one, since then, or after the stop."""
    changes = [change.at for change in incident.changes]

    def side(run: Run) -> int | None:
        if run.started is None or not changes:
            return None
        is_since = not all(precedes(run.started, at) for at in changes)
        return is_since + (is_since and not precedes(run.started, window.end))

    return side


def _judged(held: Sequence[Named], drifts: Sequence[Watch], judge: Judge, side: int) -> Iterator[Named]:
    verdicts = [(one, judge.together(one, [seen.run for seen, _ in held])) for one in drifts]
    for seen, name in held:
        said = tuple((one, _of_each(verdict, side)) for one, verdict in verdicts)
        yield replace(seen, said=(*seen.said, *said)), name


def _of_each(verdict: Verdict, side: int) -> Verdict:
    """What a verdict on a series says of each run in it."""
    if isinstance(verdict, str) or not verdict:
        return verdict
    if side == _BEFORE:
        return "the runs before the change are unlike each other, so they cannot be told from those after it"
    return Findings(verdict.found, judged=verdict.judged)


def _also(seen: Seen, drifts: Sequence[Watch], why: str) -> Seen:
    return replace(seen, said=(*seen.said, *((one, why) for one in drifts)))
