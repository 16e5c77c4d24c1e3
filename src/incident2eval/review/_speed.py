"""How long it took: to detect, to contain, to restart."""

from incident2eval.model import Unit
from incident2eval.review._definition import Measured, figure, median
from incident2eval.review._tables import Tables


@figure("Time to detect", Unit.HOURS)
def to_detect(t: Tables) -> Measured:
    """Median of the hours from happened to noticed, over incidents of the quarter that tell both."""
    return median(t.incidents, "to_detect", by="level", what="when it happened and when it was noticed")


@figure("Time to contain", Unit.HOURS)
def to_contain(t: Tables) -> Measured:
    """Median of the hours from noticed to the first containment, over incidents that tell both."""
    return median(t.incidents, "to_contain", by="level", what="when it was noticed and when contained")


@figure("Time to restart", Unit.HOURS)
def to_restart(t: Tables) -> Measured:
    """Median of the hours from the first containment to the last restart, over incidents that tell both."""
    return median(t.incidents, "to_restart", by="level", what="when it was contained and when restarted")
