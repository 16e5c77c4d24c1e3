"""What comes again: failure types, failed controls, reviewers as the only net."""

import pandas as pd

from incident2eval.model import FigureRow
from incident2eval.review._definition import Measured, count, counted_by, figure, groups, ids_of, told, where
from incident2eval.review._tables import Tables

REPEATED = 2
"""So many incidents make a cause a repeated one (R136)."""

_FAILING = ("failed", "flaky")


@figure("Repeated causes")
def repeated_types(t: Tables) -> Measured:
    """Failure types with at least 2 incidents by the end of the quarter, one of them or more in it."""
    return _repeated(t, "failure_type")


@figure("Controls that failed again")
def repeated_controls(t: Tables) -> Measured:
    """Controls that failed in at least 2 incidents by the end of the quarter, one of them or more in it."""
    return _repeated(t, "control")


def _repeated(t: Tables, column: str) -> Measured:
    says, silent = told(t.incidents, column)
    if says.empty and not silent.empty:
        return count(says, of=says, unknown=silent)
    now = set(says[column])
    rows = tuple(
        _several(t.material.labels.get(label, label), group)
        for label, group in groups(where(t.known, column, *now), column)
        if len(group) >= REPEATED
    )
    ids = tuple(sorted({one for row in rows for one in row.ids}))
    return Measured(value=len(rows), n=len(now), ids=ids, unknown=ids_of(silent), rows=rows)


def _several(label: str, group: pd.DataFrame) -> FigureRow:
    near = len(where(group, "outcome", "near_miss"))
    return FigureRow(label=label, value=len(group), n=len(group), ids=ids_of(group), near_misses=near)


@figure("Caught by a reviewer only")
def by_reviewer(t: Tables) -> Measured:
    """Incidents of the quarter that a reviewer noticed, by workflow: no control before that person did."""
    says, silent = told(t.incidents, "noticed_by")
    caught = where(says, "noticed_by", "reviewer")
    return count(caught, of=says, rows=counted_by(caught, "workflow"), unknown=silent)


@figure("Noticed by the client")
def by_client(t: Tables) -> Measured:
    """Incidents of the quarter that a client noticed, by workflow."""
    says, silent = told(t.incidents, "noticed_by")
    caught = where(says, "noticed_by", "client")
    return count(caught, of=says, rows=counted_by(caught, "workflow"), unknown=silent)


@figure("Came back after a restart")
def came_back(t: Tables) -> Measured:
    """Incidents of the quarter of a failure type that a restart of their workflow should have ended."""
    says, silent = told(t.incidents, "failure_type")
    return count(where(says, "came_back", True), of=says, unknown=silent)


@figure("Cases red again after the restart")
def red_again(t: Tables) -> Measured:
    """Cases that a gate run of the quarter found failed or unsteady after the restart.

    n counts the cases run after their workflow was restarted for that incident.
    """
    after = where(t.outcomes, "after_restart", True)
    run = after.drop_duplicates("id")
    return count(where(after, "outcome", *_FAILING), of=run)
