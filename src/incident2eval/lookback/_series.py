"""A drift asked of past runs: judged together, before the change, since then, and after the stop."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from incident2eval.lookback._watch import Seen, Verdict, Watch
from incident2eval.model import Findings, Incident, Run
from incident2eval.model.look_back import Window, precedes

AT_ONCE = 200
"""So many runs at least are judged together, and fewer than twice as many held: our choice."""

_BEFORE = 0

Side = Callable[[Run], int | None]
"""Tells the side of the change that a run is on; None where nobody knows."""


class Together(Protocol):
    """Asks a watch over several runs."""

    def together(self, one: Watch, runs: Sequence[Run], /) -> Verdict:
        """What it says of them."""


class Series:
    """Takes runs one by one and gives them back judged, a series at a time.

    Of a drifted series each run is a hit, but for those that a check of single runs finds right. Runs from
    before the change are what the baseline was taken from: they are none, whatever they look like.
    """

    def __init__(self, drifts: Sequence[Watch], judge: Together, side: Side) -> None:
        """Take what asks.

        Args:
            drifts: The watches over a series.
            judge: Who asks them.
            side: The side of the change that a run is on.
        """
        self._drifts = tuple(drifts)
        self._judge = judge
        self._side = side
        self._held: dict[int, list[Seen]] = {}

    def judged(self, seen: Iterable[Seen]) -> Iterator[Seen]:
        """The runs with what is said of the series that each belongs to, as far as these are long enough.

        Args:
            seen: As they are read; they come back in another order.
        """
        for one in seen:
            if not self._drifts:
                yield one
            elif (at := self._side(one.run)) is None:
                yield _also(one, self._drifts, "the run does not say when it was")
            else:
                held = self._held.setdefault(at, [])
                held.append(one)
                if len(held) == 2 * AT_ONCE:
                    yield from self._together(held[:AT_ONCE], at)
                    del held[:AT_ONCE]

    def waiting(self) -> Iterator[Seen]:
        """The runs that are left, not judged together: too few, unless there are no others anywhere."""
        for _, held in sorted(self._held.items()):
            yield from held
        self._held.clear()

    def rest(self) -> Iterator[Seen]:
        """The runs that are left, judged together however few they are."""
        for at, held in sorted(self._held.items()):
            yield from self._together(held, at)
        self._held.clear()

    def _together(self, held: Sequence[Seen], side: int) -> Iterator[Seen]:
        verdicts = [(one, self._judge.together(one, [seen.run for seen in held])) for one in self._drifts]
        for seen in held:
            said = tuple((one, _of_each(verdict, side, seen)) for one, verdict in verdicts)
            yield replace(seen, said=(*seen.said, *said))


def side_of(incident: Incident, window: Window) -> Side:
    """Tells a run's side of the incident's changes: before the first one, since then, or after the stop."""
    changes = [change.at for change in incident.changes]

    def side(run: Run) -> int | None:
        if run.started is None or not changes:
            return None
        is_since = not all(precedes(run.started, at) for at in changes)
        return is_since + (is_since and not precedes(run.started, window.end))

    return side


def _of_each(verdict: Verdict, side: int, seen: Seen) -> Verdict:
    """What a verdict on a series says of each run in it."""
    if isinstance(verdict, str) or not verdict:
        return verdict
    if side == _BEFORE:
        return "the runs before the change are unlike each other, so they cannot be told from those after it"
    if any(map(_finds_right, seen.said)):
        return Findings((), judged=verdict.judged)
    return Findings(verdict.found, judged=verdict.judged)


def _finds_right(said: tuple[Watch, Verdict]) -> bool:
    """Whether a check that looks at runs one by one, and was red on the incident, is green on this one."""
    one, verdict = said
    return not one.check.all_runs and not isinstance(verdict, str) and not verdict and verdict.judged > 0


def _also(seen: Seen, drifts: Sequence[Watch], why: str) -> Seen:
    return replace(seen, said=(*seen.said, *((one, why) for one in drifts)))
