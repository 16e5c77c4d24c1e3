"""Whether the policy on approved use should change."""

from incident2eval.model import FigureRow, Unit
from incident2eval.review._definition import Measured, figure, ids_of, told
from incident2eval.review._tables import Tables

UNANSWERED = "not answered by anybody"


@figure("Should the approved-use policy change?", Unit.ANSWER)
def policy_change(t: Tables) -> Measured:
    """Yes where an incident of the quarter has an action or an update of kind policy, in its words.

    Where none has, nobody has answered it: that is no "no".
    """
    if t.incidents.empty:
        return Measured(value=None, n=0, because="there are no incidents")
    proposing, _ = told(t.incidents, "policy")
    rows = tuple(
        FigureRow(label=str(said), value=1, n=1, ids=(str(incident),))
        for incident, said in sorted(zip(proposing["id"], proposing["policy"], strict=True))
    )
    return Measured(value="yes" if rows else UNANSWERED, n=len(t.incidents), ids=ids_of(proposing), rows=rows)
