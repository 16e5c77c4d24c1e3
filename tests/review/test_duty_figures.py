"""Duties in the review: where each stands, and which notices were late."""

from dataclasses import replace
from datetime import date

from review.records import at, incident_file

from incident2eval.model import ClockState, Duty, Figure, IncidentFile, Quarter, Rule
from incident2eval.model.duty import Promptness, Term
from incident2eval.review import Material, review

FIRST = "INC-2026-0001"


def figure(name: str, *files: IncidentFile, rules: tuple[Rule, ...] = ()) -> Figure:
    return review(Material(files=files, rules=rules), Quarter(2026, 4)).figure(name)


def rows(one: Figure) -> dict[str, object]:
    return {row.label: row.value for row in one.rows}


RULE = Rule(
    id="ukgdpr-33-1",
    version="1",
    name="Tell the authority",
    article="33(1)",
    quote="72 hours",
    source="",
    seen="primary",
    checked=date(2026, 11, 22),
    review_by=date(2026, 12, 1),
    tell="ICO",
)


def duty(name: str, state: ClockState, *, late: bool | None = None) -> Duty:
    return Duty(rule=replace(RULE, id=name), state=state, because=(), late=late)


def test_duties_are_counted_by_where_they_stand() -> None:
    file = incident_file(
        1,
        file={
            "duties": (
                duty("a", ClockState.FILED, late=False),
                duty("b", ClockState.FILED, late=True),
                duty("c", ClockState.FILED),
                duty("d", ClockState.DECIDED_NOT_REQUIRED),
                duty("e", ClockState.OVERDUE),
                duty("f", ClockState.NOT_APPLICABLE),
            )
        },
    )

    assert rows(figure("duties", file)) == {
        "decided_not_required": 1,
        "filed in time": 1,
        "filed late": 1,
        "filed, when is not told": 1,
        "overdue": 1,
    }
    late = figure("duties_late", file)
    assert (late.value, late.n, late.ids, late.unknown) == (1, 2, (f"{FIRST} b",), (f"{FIRST} c",))
    assert figure("duties_overdue", file).ids == (f"{FIRST} e",)
    assert figure("stale_rules", rules=(RULE, replace(RULE, id="new", review_by=date(2027, 5, 1)))).ids == (
        "ukgdpr-33-1",
    )


def test_a_filing_without_a_numbered_deadline_is_not_one_without_a_time() -> None:
    numbered = Term(hours=72)

    def filed(name: str, term: Term, **given: object) -> Duty:
        return replace(duty(name, ClockState.FILED), rule=replace(RULE, id=name, term=term), **given)

    file = incident_file(
        1,
        file={
            "duties": (
                filed("word", Term(promptly=Promptness.IMMEDIATELY), filed_at=at("2026-11-03")),
                filed("unanchored", numbered, filed_at=at("2026-11-03")),
                filed("by-day", numbered, filed_at=date(2026, 11, 5), due=at("2026-11-05")),
            )
        },
    )

    assert rows(figure("duties", file)) == {
        "filed, at which hour is not told": 1,
        "filed, no number to be late by": 1,
        "filed, when it was due is not known": 1,
    }
    late = figure("duties_late", file)
    assert (late.n, late.unknown) == (0, (f"{FIRST} by-day", f"{FIRST} unanchored"))
