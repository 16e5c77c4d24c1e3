"""The shelf of signals with their weights: all that decides how the steps of a run are ranked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident2eval.rootcause.signals import _claims, _place, _work
from incident2eval.rootcause.signals._transcript import Transcript

Values = Callable[[Transcript], Sequence[float]]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One thing that makes a step more or less likely to be where a run went wrong."""

    weight: float
    """By how much a value of 1 raises the logarithm of the odds."""
    says: str
    """The signal in plain words, as said of a step."""
    values: Values
    """A value a step, 0 where there is nothing to see."""

    @property
    def name(self) -> str:
        """How the signal is called in the benchmark."""
        return self.values.__name__


SIGNALS: tuple[Signal, ...] = (
    Signal(weight=0.0, says="it opens the run", values=_place.opens_the_run),
    Signal(weight=0.0, says="it drops words of the request", values=_claims.drops_the_request),
    Signal(weight=0.0, says="it opens the run with code of its own", values=_claims.opens_with_code),
    Signal(weight=0.0, says="it is one of the first things done for the director", values=_place.first_assignments),
    Signal(weight=0.0, says="a long way without a result begins here", values=_place.start_of_a_long_way),
    Signal(weight=0.0, says="no agent decided it", values=_place.is_no_decision),
    Signal(weight=0.0, says="it says next to nothing", values=_place.says_little),
    Signal(weight=0.0, says="it states facts that nothing before it holds", values=_claims.states_unheard_facts),
    Signal(weight=0.0, says="what the run ended with is said here first", values=_claims.first_says_the_result),
    Signal(weight=0.0, says="it pretends, assumes or simulates", values=_claims.pretends),
    Signal(weight=0.0, says="its call failed", values=_work.calls_what_fails),
    Signal(weight=0.0, says="its call came back with nothing", values=_work.calls_for_nothing),
    Signal(weight=0.0, says="it reports an error", values=_work.reports_an_error),
    Signal(weight=0.0, says="it follows a failed call", values=_work.follows_a_failure),
    Signal(weight=0.0, says="no progress was seen after it", values=_work.brings_no_progress),
    Signal(weight=0.0, says="it changes something", values=_work.changes_something),
)
