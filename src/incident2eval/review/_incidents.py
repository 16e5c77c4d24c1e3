"""How many incidents there were, how bad, and whether people made too much or too little of them."""

from collections.abc import Iterator

from incident2eval.model import Event, FigureRow, Happened, IncidentType, Severity, Unit
from incident2eval.review._definition import (
    Measured,
    count,
    counted_by,
    figure,
    groups,
    ids_of,
    share,
    told,
    where,
)
from incident2eval.review._tables import Tables

LEVELS = tuple(f"level {int(level)}" for level in Severity)
QUARTERS = 4
"""How many quarters the trend shows: a year."""


@figure("Incidents")
def incidents(t: Tables) -> Measured:
    """Incidents, near misses among them, that were noticed in the quarter."""
    return count(t.incidents, of=t.incidents, rows=_trend(t))


def _trend(t: Tables) -> Iterator[FigureRow]:
    """The last quarters, the oldest first."""
    quarters = [t.quarter]
    while len(quarters) < QUARTERS:
        quarters.insert(0, quarters[0].before)
    names = [str(one) for one in quarters]
    return iter(counted_by(where(t.known, "quarter", *names), "quarter", always=names))


@figure("Incidents by level")
def by_level(t: Tables) -> Measured:
    """Incidents of the quarter, by the level that counts."""
    return count(t.incidents, of=t.incidents, rows=counted_by(t.incidents, "level", always=LEVELS))


@figure("Incidents by type")
def by_type(t: Tables) -> Measured:
    """Incidents of the quarter, by their first type."""
    return count(
        t.incidents, of=t.incidents, rows=counted_by(t.incidents, "type", always=tuple(IncidentType))
    )


@figure("Incidents by workflow")
def by_workflow(t: Tables) -> Measured:
    """Incidents of the quarter, by workflow, also those without any."""
    rows = counted_by(t.incidents, "workflow", always=tuple(sorted(t.material.workflows)))
    return count(t.incidents, of=t.incidents, rows=rows)


@figure("Incidents by owner")
def by_owner(t: Tables) -> Measured:
    """Incidents of the quarter, by the owner of the workflow."""
    return count(t.incidents, of=t.incidents, rows=counted_by(t.incidents, "owner"))


@figure("Near misses")
def near_misses(t: Tables) -> Measured:
    """Incidents of the quarter whose outcome is a near miss."""
    says, silent = told(t.incidents, "outcome")
    return count(where(says, "outcome", Happened.NEAR_MISS), of=says, unknown=silent)


@figure("Near misses, as a share", Unit.SHARE)
def near_miss_share(t: Tables) -> Measured:
    """Near misses / incidents of the quarter that tell their outcome."""
    says, silent = told(t.incidents, "outcome")
    hits = where(says, "outcome", Happened.NEAR_MISS)
    return share(hits, of=says, what="incidents that tell their outcome", unknown=silent)


@figure("Level 1, as a share", Unit.SHARE)
def level_1_share(t: Tables) -> Measured:
    """Incidents of level 1 / incidents of the quarter; a high share may be over-reaction."""
    return share(where(t.incidents, "level", "level 1"), of=t.incidents, what="incidents")


@figure("Level 1, raised later")
def raised_from_1(t: Tables) -> Measured:
    """Incidents of the quarter that people first gave level 1 and a higher one afterwards: under-reaction."""
    says, silent = told(t.incidents, "first")
    first = where(says, "first", 1)
    return count(where(first, "raised", True), of=first, unknown=silent)


@figure("Near misses, raised later")
def near_misses_raised(t: Tables) -> Measured:
    """Near misses of the quarter that people gave a higher level afterwards."""
    near = where(t.incidents, "outcome", Happened.NEAR_MISS)
    says, silent = told(near, "first")
    return count(where(says, "raised", True), of=says, unknown=silent)


@figure("Lowered later")
def lowered(t: Tables) -> Measured:
    """Incidents of the quarter that people gave level 2 or more and a lower one afterwards: over-reaction."""
    says, silent = told(t.incidents, "first")
    return count(where(says, "lowered", True), of=says, unknown=silent)


@figure("Levels set against the suggestion")
def levels_overruled(t: Tables) -> Measured:
    """Decisions of the quarter that set a level, and another one than the tool suggested.

    A lowering without a reason or the authority sets none: it is told apart, and in no value.
    """
    decided = where(t.events, "event", Event.TRIAGED)
    decided = decided[decided["severity"].notna()]
    says, silent = told(decided, "suggested")
    other = says[says["severity"] != says["suggested"]]
    rows = (
        FigureRow(label=label, value=len(group), n=len(group), ids=ids_of(group))
        for label, group in groups(other.assign(why=list(map(_how, other["reason"], other["counts"]))), "why")
    )
    return count(where(other, "counts", True), of=says, rows=rows, unknown=silent)


def _how(reason: object, counts: object) -> str:
    said = "with a reason" if isinstance(reason, str) and reason.strip() else "without a reason"
    return said if counts else f"{said}, and does not count"


@figure("Incidents that cannot be read")
def unreadable(t: Tables) -> Measured:
    """Incidents whose files have a fault; they are in no other figure."""
    ids = tuple(sorted(set(t.material.unreadable)))
    return Measured(value=len(ids), n=len(ids) + len(t.material.files), ids=ids)
