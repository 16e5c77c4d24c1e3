"""Out of order: mended before it was stopped or before the evidence was kept."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
from stages.files import CLOSED, COMPLETE, NOTICED, at_level, entry, hours, task, without

from incident2eval.model import Event, Moment, TaskKind
from incident2eval.model.incident import Action
from incident2eval.stages import out_of_order


def done(at: Moment, **changes: str) -> tuple[Action, ...]:
    return (Action(**{"kind": "corrective", "text": "Scope by account", "done_at": at, **changes}),)


@pytest.mark.requirement("R20", "R31")
class TestRepairs:
    def test_what_was_done_in_order_is_not_flagged(self) -> None:
        assert out_of_order(COMPLETE) == ()

    def test_before_the_stop_and_before_the_seal(self) -> None:
        assert out_of_order(without(actions=done(hours(0.1), text="Scope"))) == (
            "Scope: done 2026-11-18 10:11 UTC, before the workflow was stopped, 2026-11-18 10:20 UTC",
            "Scope: done 2026-11-18 10:11 UTC, before the evidence was sealed, 2026-11-18 11:05 UTC",
        )

    def test_another_offset_is_the_same_moment(self) -> None:
        auckland = timezone(timedelta(hours=13))
        early = (NOTICED - timedelta(minutes=5)).astimezone(auckland)

        assert len(out_of_order(without(actions=done(early)))) == 2
        assert out_of_order(without(actions=done(hours(2).astimezone(auckland)))) == ()

    @pytest.mark.parametrize(("day", "flagged"), [(16, 2), (17, 0), (18, 0), (19, 0)])
    def test_a_bare_date_is_out_of_order_only_if_it_is_in_every_zone(self, day: int, flagged: int) -> None:
        assert len(out_of_order(without(actions=done(date(2026, 11, day))))) == flagged

    def test_with_nothing_sealed(self) -> None:
        (said,) = out_of_order(replace(COMPLETE, sealed=0, sealed_at=None, entries=()))

        assert said.endswith("and no evidence is sealed")

    @pytest.mark.parametrize("kind", ["immediate", "communication", "training"])
    def test_stopping_it_and_telling_people_waits_for_nothing(self, kind: str) -> None:
        assert out_of_order(without(actions=done(hours(0.1), kind=kind))) == ()

    def test_the_task_says_whether_a_logged_action_mends(self) -> None:
        actions = done(hours(0.1), id="data_exposure/stop-use")
        stop_use = task(id="data_exposure/stop-use", kind=TaskKind.IMMEDIATE, done=True)
        fix = replace(stop_use, kind=TaskKind.FIX)

        assert out_of_order(replace(without(actions=actions), tasks=(stop_use,))) == ()
        assert len(out_of_order(replace(without(actions=actions), tasks=(fix,)))) == 2


@pytest.mark.requirement("R23")
def test_a_cause_is_not_written_before_the_stop_from_level_2_on() -> None:
    never_stopped = without(replace(COMPLETE, entries=()), containment=(), actions=())

    assert out_of_order(never_stopped) == (
        "the root cause is written down, and nothing shows that the workflow was stopped first",
    )
    assert out_of_order(at_level(1, never_stopped)) == ()


@pytest.mark.requirement("R20")
def test_a_restart_before_it_was_mended() -> None:
    again = entry(Event.RESTARTED, hours(3))

    (said,) = out_of_order(replace(COMPLETE, entries=(again,), tasks=(task(),)))

    assert said == (
        "the workflow was started again, 2026-11-18 13:05 UTC, and one thing that comes first is still open"
    )


def test_a_restart_before_the_stop() -> None:
    (said,) = out_of_order(replace(COMPLETE, entries=(entry(Event.RESTARTED, hours(0)),)))

    assert said.endswith("before it was stopped")


def test_a_closing_with_things_open() -> None:
    (said,) = out_of_order(replace(without(restart=None), entries=(CLOSED,)))

    assert said == "it was closed, 2026-11-20 10:05 UTC, and one thing that comes first is still open"
