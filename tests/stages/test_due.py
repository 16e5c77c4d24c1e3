"""What is due next and from whom."""

from dataclasses import replace
from datetime import date

import pytest
from stages.files import COMPLETE, at_level, duty, hours, task

from incident2eval.model import ClockState, Promptness, Term
from incident2eval.stages import Due, next_due

NOW = hours(50)


def test_nothing_is_due_of_what_is_done_filed_or_not_started() -> None:
    file = replace(
        COMPLETE,
        tasks=(task(done=True, due=date(2026, 11, 19)),),
        duties=(duty(ClockState.FILED), duty(ClockState.NOT_STARTED), duty(ClockState.NOT_APPLICABLE)),
    )

    assert next_due(file, NOW) == ()


@pytest.mark.requirement("R78")
def test_the_soonest_comes_first() -> None:
    undated = task(id="a", text="Somewhen")
    late = task(id="b", due=date(2026, 11, 18))
    soon = task(id="c", due=hours(60))
    later = task(id="d", due=date(2026, 12, 1))
    in_three_days = duty(ClockState.DUE, hours(72), id="e")
    at_once = duty(ClockState.DUE, id="f", term=Term(promptly=Promptness.UNDUE_DELAY))
    unseen = duty(ClockState.ANCHOR_MISSING, id="g", term=Term(hours=72))
    register = duty(ClockState.DUE, id="h", term=Term(promptly=Promptness.ALWAYS))
    file = replace(
        COMPLETE, tasks=(undated, later, soon, late), duties=(register, in_three_days, unseen, at_once)
    )

    assert [due.source for due in next_due(file, NOW)] == ["b", "g", "f", "c", "e", "d", "a", "h"]


@pytest.mark.parametrize(("now", "overdue"), [(hours(48), False), (hours(74), True)])
def test_a_bare_date_is_overdue_when_its_day_is_over_everywhere(now: object, *, overdue: bool) -> None:
    file = replace(COMPLETE, tasks=(task(due=date(2026, 11, 20), owner="Femke Vos"),))

    assert next_due(file, now) == (
        Due(
            what="Tighten the scope",
            who="Femke Vos",
            at=date(2026, 11, 20),
            overdue=overdue,
            source="data_exposure/scope",
        ),
    )


def test_an_undeclared_scope_stops_no_clock() -> None:
    file = replace(COMPLETE, duties=(duty(ClockState.SCOPE_NOT_DECLARED, hours(10)),))

    (due,) = next_due(file, NOW)

    assert due.overdue


@pytest.mark.requirement("R89")
@pytest.mark.parametrize(
    ("severity", "counsel", "who"),
    [(2, True, "Ana Pereira"), (3, True, "Cy"), (3, False, "Ana Pereira")],
)
def test_counsel_decides_what_customers_are_told_from_level_3_on(
    severity: int, who: str, *, counsel: bool
) -> None:
    file = replace(at_level(severity), duties=(duty(ClockState.DUE, counsel=counsel),))

    assert [due.who for due in next_due(file, NOW)] == [who]
    assert next_due(replace(file, workflow=None, approvers=()), NOW)[0].who is None


def test_hostile_words_are_made_visible() -> None:
    file = replace(COMPLETE, tasks=(task(text="Fix\nit \x1b[31mnow.", owner="\x07"),))

    (due,) = next_due(file, NOW)

    assert due.what == r"Fix it \x1b[31mnow"
    assert due.who == r"\x07"
