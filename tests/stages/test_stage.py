"""Stages: each is reached by what was done, none is skipped, and an open thing falls back to its stage."""

from dataclasses import replace
from datetime import timedelta

import pytest
from stages.files import CLOSED, COMPLETE, at_level, duty, entry, hours, task, without

from incident2eval.model import Answer, ClockState, Event, Level, RootCause, Severity, Stage
from incident2eval.model.incident import Impact, Questions
from incident2eval.stages import blockers, stage, times

LATER = hours(48) + timedelta(hours=1)


@pytest.mark.requirement("R20")
def test_an_incident_comes_through_the_stages_one_by_one() -> None:
    restarted = entry(Event.RESTARTED, hours(30), by="Ana Pereira", ref="reports/r.json")
    file = replace(
        without(severity=None, containment=(), actions=(), restart=None),
        entries=(),
        sealed=0,
        cause_confirmed=False,
    )
    seen = [stage(file)]
    for step in (
        lambda it: without(it, containment=COMPLETE.incident.containment),
        lambda it: without(it, severity=Severity.MATERIAL_CAUGHT),
        lambda it: replace(it, sealed=3),
        lambda it: replace(it, cause_confirmed=True),
        lambda it: without(it, actions=COMPLETE.incident.actions),
        lambda it: replace(it, entries=(restarted,)),
        lambda it: replace(it, entries=(restarted, CLOSED)),
    ):
        file = step(file)
        seen.append(stage(file))

    assert seen == list(Stage)


@pytest.mark.requirement("R22")
def test_it_is_contained_while_nothing_else_is_known() -> None:
    file = replace(
        without(severity=None, reporter=None, affected=(), impact=Impact(), questions=Questions()),
        entries=(),
        workflow=None,
        cause=RootCause(),
        cause_confirmed=False,
        sealed=0,
    )

    assert stage(file) is Stage.CONTAINED


@pytest.mark.requirement("R21")
@pytest.mark.parametrize("name", ["monthly-summary", "credit-screening", "any other"])
def test_the_order_is_the_same_for_every_workflow(name: str) -> None:
    renamed = without(workflow=replace(COMPLETE.incident.workflow, name=name), containment=())

    assert stage(COMPLETE) is Stage.CLOSED
    assert stage(renamed) is Stage.REPORTED


def test_what_is_known_later_does_not_make_up_for_a_gap_before() -> None:
    assert stage(replace(COMPLETE, sealed=0)) is Stage.CLASSIFIED


@pytest.mark.requirement("R66")
def test_a_suggested_level_is_not_a_confirmed_one() -> None:
    suggested = without(severity=None)
    confirmed = replace(suggested, level=replace(suggested.level, confirmed_by="Ana Pereira"))

    assert stage(suggested) is Stage.CONTAINED
    assert stage(confirmed) is Stage.CLOSED


@pytest.mark.requirement("R63")
@pytest.mark.parametrize("at", list(Stage)[1:])
def test_an_open_task_blocks_its_stage(at: Stage) -> None:
    file = replace(COMPLETE, tasks=(task(at, owner="Femke Vos"),))

    assert stage(file) == at - 1
    assert blockers(file, at) == ("Tighten the scope (data_exposure/scope, Femke Vos)",)
    assert blockers(file, Stage(at - 1)) == ()


@pytest.mark.requirement("R137", "R61")
@pytest.mark.parametrize(
    ("severity", "answer", "reached"),
    [
        (1, "no", Stage.RESTART),
        (2, "no", Stage.RESTART),
        (2, "unknown", Stage.REMEDIATED),
        (2, "yes", Stage.REMEDIATED),
        (3, "no", Stage.REMEDIATED),
        (4, "no", Stage.REMEDIATED),
    ],
)
def test_an_open_duty_holds_up_the_restart_or_the_closing(severity: int, answer: str, reached: Stage) -> None:
    asked = replace(COMPLETE.incident.questions, obligation_possible=Answer(answer))
    overdue = duty(ClockState.OVERDUE, hours(72))
    file = replace(without(at_level(severity), questions=asked), duties=(overdue,))

    assert stage(file) is reached
    assert blockers(file, Stage.CLOSED) == (
        "Notify the breach: overdue, due 2026-11-21 10:05 UTC (ukgdpr-33-1)",
    )


@pytest.mark.parametrize(
    ("state", "severity", "closes"),
    [
        (ClockState.NOT_APPLICABLE, 4, True),
        (ClockState.FILED, 4, True),
        (ClockState.DECIDED_NOT_REQUIRED, 4, True),
        (ClockState.NOT_STARTED, 4, True),  # what it waits for holds up by itself
        (ClockState.ANCHOR_MISSING, 1, False),
        (ClockState.DUE, 1, False),
        (ClockState.SCOPE_NOT_DECLARED, 1, True),
        (ClockState.SCOPE_NOT_DECLARED, 2, False),
    ],
)
def test_which_duties_hold_up(state: ClockState, severity: int, *, closes: bool) -> None:
    file = replace(at_level(severity), duties=(duty(state),))

    assert (stage(file) is Stage.CLOSED) is closes


class TestStopsAndRestarts:
    def test_a_workflow_that_the_log_shows_stopped_is_not_started_again_by_a_note(self) -> None:
        stop = entry(Event.CONTAINED, hours(0.25), by="Ana Pereira")

        assert stage(replace(COMPLETE, entries=(stop, CLOSED))) is Stage.REMEDIATED

    def test_a_second_stop_undoes_the_restart(self) -> None:
        stop, again = entry(Event.CONTAINED, hours(0.25)), entry(Event.RESTARTED, hours(30))
        once_more = entry(Event.CONTAINED, hours(50))

        assert stage(replace(COMPLETE, entries=(stop, again, CLOSED))) is Stage.CLOSED
        assert stage(replace(COMPLETE, entries=(stop, again, CLOSED, once_more))) is Stage.REMEDIATED

    def test_a_stop_that_was_over_when_it_was_noted_stops_nothing(self) -> None:
        noted_late = entry(Event.CONTAINED, hours(0.25), kind="history")

        file = replace(COMPLETE, entries=(entry(Event.RESTARTED, hours(30)), noted_late, CLOSED))

        assert stage(file) is Stage.CLOSED

    def test_a_stop_below_a_restart_counts_whatever_its_clock_says(self) -> None:
        again, once_more = entry(Event.RESTARTED, hours(30)), entry(Event.CONTAINED, hours(29))
        file = replace(COMPLETE, entries=(again, CLOSED, once_more))

        assert stage(file) is Stage.REMEDIATED
        assert times(file.incident, file.entries).to_restart is None

    def test_the_last_of_two_restarts_is_the_one_below(self) -> None:
        override = entry(Event.RESTARTED, hours(5), until=hours(9))
        whole = entry(Event.RESTARTED, hours(4), by="Ana Pereira")

        assert blockers(replace(COMPLETE, entries=(override, whole)), Stage.CLOSED) == ()
        assert blockers(replace(COMPLETE, entries=(whole, override)), Stage.CLOSED)

    def test_a_closing_does_not_outlive_a_line_below_it(self) -> None:
        after = entry(Event.RESTARTED, hours(47), by="Ana Pereira")

        assert stage(replace(COMPLETE, entries=(after, CLOSED))) is Stage.CLOSED
        assert stage(replace(COMPLETE, entries=(CLOSED, after))) is Stage.RESTART

    def test_a_restart_of_another_workflow_is_none_of_this_one(self) -> None:
        other = entry(Event.RESTARTED, hours(30), workflow="letters", ref="reports/r.json")

        assert stage(replace(without(restart=None), entries=(other, CLOSED))) is Stage.REMEDIATED

    @pytest.mark.requirement("R62")
    def test_another_workflow_that_it_stopped_keeps_it_open(self) -> None:
        stop = entry(Event.CONTAINED, hours(2), workflow="letters")
        file = replace(at_level(4), entries=(stop, CLOSED))

        assert stage(file) is Stage.RESTART
        assert blockers(file, Stage.CLOSED) == (
            "the workflow letters is still stopped, since 2026-11-18 12:05 UTC (restart)",
        )


class TestClosing:
    @pytest.mark.parametrize(
        "after",
        [
            entry(Event.TRIAGED, LATER, severity=Severity.IMPACT, by="Ana Pereira"),
            entry(Event.LOOKED_BACK, LATER, checked=120, hits=2),
            entry(Event.RESTARTED, LATER),
            entry(Event.RESTART_REFUSED, LATER),
        ],
        ids=lambda entry: entry.event,
    )
    def test_what_comes_after_it_has_to_be_closed_again(self, after: object) -> None:
        assert stage(replace(COMPLETE, entries=(CLOSED, after))) is Stage.RESTART

    def test_a_look_back_without_hits_opens_nothing(self) -> None:
        found_none = entry(Event.LOOKED_BACK, LATER, checked=120, hits=0)

        assert stage(replace(COMPLETE, entries=(CLOSED, found_none))) is Stage.CLOSED

    def test_it_takes_a_person(self) -> None:
        assert stage(replace(COMPLETE, entries=(replace(CLOSED, by=None),))) is Stage.RESTART

    def test_that_nobody_closed_it_yet_keeps_nobody_from_closing_it(self) -> None:
        not_yet = replace(COMPLETE, entries=())

        assert stage(not_yet) is Stage.RESTART
        assert blockers(not_yet, Stage.CLOSED) == ()

    def test_a_closing_before_the_end_is_none(self) -> None:
        file = replace(COMPLETE, tasks=(task(Stage.CAUSED),))

        assert stage(file) is Stage.PRESERVED


def test_the_level_that_counts_is_gone_by_and_not_the_one_in_the_file() -> None:
    low, severe = Severity.LOW, Severity.SEVERE
    held = Level(suggested=low, given=low, highest=severe, counts=severe)

    assert stage(without(replace(COMPLETE, level=held), severity=low, containment=())) is Stage.REPORTED
