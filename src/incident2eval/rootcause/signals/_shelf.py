"""The shelf of signals with their weights: all that decides how the steps of a run are ranked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident2eval.rootcause.signals import _claims, _place, _work
from incident2eval.rootcause.signals._transcript import Transcript

Values = Callable[[Transcript], Sequence[float]]


@dataclass(frozen=True, slots=True)
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
    Signal(-1.74, "it opens the run", _place.opens_the_run),
    Signal(1.29, "it drops words of the request", _claims.drops_the_request),
    Signal(1.81, "it opens the run with code of its own", _claims.opens_with_code),
    Signal(1.40, "it is one of the first things done for the director", _place.first_assignments),
    Signal(2.44, "a long way without a result begins here", _place.start_of_a_long_way),
    Signal(-1.27, "no agent decided it", _place.is_no_decision),
    Signal(-1.96, "it says next to nothing", _place.says_little),
    Signal(0.52, "it states facts that nothing before it holds", _claims.states_unheard_facts),
    Signal(1.03, "what the run ended with is said here first", _claims.first_says_the_result),
    Signal(0.97, "it pretends, assumes or simulates", _claims.pretends),
    Signal(0.88, "its call failed", _work.calls_what_fails),
    Signal(0.77, "its call came back with nothing", _work.calls_for_nothing),
    Signal(2.32, "it reports an error", _work.reports_an_error),
    Signal(-0.94, "it follows a failed call", _work.follows_a_failure),
    Signal(0.84, "no progress was seen after it", _work.brings_no_progress),
    Signal(2.51, "it changes something", _work.changes_something),
)
"""Every signal, in no order. A weight below 0 speaks for a step that only looks suspicious.

The weights are those of a conditional logit over the steps of a run with an L2 penalty of 0.5, fitted on the
133 labelled runs of who_and_when and agentrx: teams of agents that failed at questions which take research,
and a shop's assistant that failed its customers. `python benchmarks/root_cause.py --fit` prints the weights;
without --fit it prints how well such weights do on runs that they were not fitted on.
"""
