"""On what ground a step is suspected, and how much that says."""

from collections.abc import Mapping
from enum import Enum, auto

from incident2eval.checks import SHELF, Blame

BLAMES: Mapping[str, Blame] = {check.name: check.blames for check in SHELF if check.blames}
"""What each check of a control says when it finds something on a step."""


class Ground(Enum):
    """One kind of thing that speaks against a step."""

    LET_THROUGH = auto()
    """A review let pass what stood open, overrode a refusal, or was no second pair of eyes."""
    ADDRESS = auto()
    """It chose or looked up the address that a message went to by mistake."""
    CONTROL = auto()
    """A check of a control found something on it."""
    OF_ANOTHER = auto()
    """It is an approval of something else."""
    UNANSWERED = auto()
    """It failed, nothing answered for it later, and the incident speaks of it."""
    PARTED = auto()
    """There the run left the way of the corrected one."""
    LEFT_OUT = auto()
    """It did not hand on what the incident is about."""
    CUT_OFF = auto()
    """It cut off the text that the incident is about."""
    FELL_BACK = auto()
    """It found nothing, and went on with something else."""
    TURNED = auto()
    """It lost a not that the corrected run has, or the other way round."""
    CHOSE = auto()
    """It was given the right and the wrong, and took the wrong."""
    REPROMPTED = auto()
    """Its prompt had changed, in words that the incident is about."""
    MARKED = auto()
    """It is the first to hold what people marked as wrong."""
    ORIGIN = auto()
    """It is the first to hold what a check quotes."""
    FOUND = auto()
    """A check found something on it, which need not be the cause."""
    CARRIED = auto()
    """It passed on what came in before."""


WEIGHTS: Mapping[Ground, float] = {
    Ground.LET_THROUGH: 7.0,
    Ground.ADDRESS: 6.5,
    **dict.fromkeys((Ground.CONTROL, Ground.OF_ANOTHER, Ground.UNANSWERED), 6.0),
    **dict.fromkeys((Ground.PARTED, Ground.LEFT_OUT, Ground.CUT_OFF, Ground.FELL_BACK, Ground.TURNED), 5.0),
    **dict.fromkeys((Ground.CHOSE, Ground.REPROMPTED), 4.0),
    Ground.MARKED: 3.0,
    Ground.ORIGIN: 2.0,
    Ground.FOUND: 1.0,
    Ground.CARRIED: 0.5,
}
"""The strongest ground decides. An order, not a measure: what a person did with open eyes, a control that
failed, what the right run shows, and only then who merely holds the words."""
