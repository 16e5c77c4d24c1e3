"""What is still to be done, and whether duties were met in time."""

from incident2eval.model import ClockState, FigureRow, Unit
from incident2eval.review._definition import Measured, count, counted_by, figure, ids_of, told, where
from incident2eval.review._tables import IN_TIME, LATE, NO_DUE, NO_HOUR, NO_TIME, Tables, day


@figure("Open remediation")
def open_tasks(t: Tables) -> Measured:
    """Tasks that are not done, of all incidents noticed by the end of the quarter, by workflow."""
    return count(t.tasks, of=t.tasks, rows=counted_by(t.tasks, "workflow"))


@figure("Open remediation, overdue")
def overdue_tasks(t: Tables) -> Measured:
    """Open tasks whose date had passed when clocks were read; a bare date passes with its day."""
    says, silent = told(t.tasks, "overdue")
    late = where(says, "overdue", True)
    return count(late, of=says, rows=counted_by(late, "workflow"), unknown=silent)


@figure("Open remediation, oldest", Unit.DAYS)
def oldest_task(t: Tables) -> Measured:
    """Most days since the incident of an open task was noticed."""
    if t.tasks.empty:
        return Measured(value=None, n=0, because="there are no open tasks")
    most = int(t.tasks["days"].max())
    return Measured(value=most, n=len(t.tasks), ids=ids_of(where(t.tasks, "days", most)))


@figure("Duties to notify")
def duties(t: Tables) -> Measured:
    """Duties of incidents of the quarter that may apply, by where they stand."""
    mine = where(t.duties, "quarter", str(t.quarter))
    return count(mine, of=mine, rows=counted_by(mine, "state"))


@figure("Duties filed late")
def duties_late(t: Tables) -> Measured:
    """Duties of incidents of the quarter that were filed after they were due.

    n counts the filings that have a time and a numbered deadline.
    """
    mine = where(t.duties, "quarter", str(t.quarter))
    silent = where(mine, "state", NO_TIME, NO_HOUR, NO_DUE)
    return count(where(mine, "state", LATE), of=where(mine, "state", IN_TIME, LATE), unknown=silent)


@figure("Duties overdue")
def duties_overdue(t: Tables) -> Measured:
    """Duties of all incidents up to the end of the quarter that were past due when clocks were read."""
    late = where(t.duties, "state", str(ClockState.OVERDUE))
    return count(late, of=t.duties, rows=counted_by(late, "rule"))


@figure("Rules past their review date")
def stale_rules(t: Tables) -> Measured:
    """Duties to notify whose wording was to be checked again by now."""
    stale = sorted(rule.id for rule in t.material.rules if rule.review_by < day(t.as_of))
    return Measured(value=len(stale), n=len(t.material.rules), ids=tuple(stale))


@figure("Kept longer than they must be")
def expired(t: Tables) -> Measured:
    """Incidents noticed by the end of the quarter whose date of retention has passed; nothing is deleted."""
    says, silent = told(t.known, "kept_until")
    return count(
        says[says["kept_until"].map(lambda until: until < day(t.as_of)).astype(bool)], of=says, unknown=silent
    )


@figure("Incident files that are whole")
def whole_files(t: Tables) -> Measured:
    """Incidents of the quarter whose file holds all eight things that it must."""
    says, silent = told(t.incidents, "missing")
    rows = _lacking(t, set(says["id"]))
    return count(where(says, "missing", 0), of=says, rows=rows, unknown=silent)


def _lacking(t: Tables, incidents: set[str]) -> tuple[FigureRow, ...]:
    """What files lack, by item, in the order of the items."""
    lacking: dict[tuple[int, str], list[str]] = {}
    for incident in sorted(incidents):
        for item in t.material.items[incident]:
            if not item.is_complete:
                lacking.setdefault((item.number, item.name), []).append(incident)
    return tuple(
        FigureRow(label=f"lacks: {name}", value=len(ids), n=len(incidents), ids=tuple(ids))
        for (_, name), ids in sorted(lacking.items())
    )


@figure("Incidents closed")
def closed(t: Tables) -> Measured:
    """Incidents of the quarter that have reached the stage closed."""
    return count(where(t.incidents, "closed", True), of=t.incidents)
