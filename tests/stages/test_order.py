"""Out of order: mended before it was stopped or before the evidence was kept."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
from stages.files import CLOSED, COMPLETE, NOTICED, at_level, entry, hours, task, without

from incident2eval.model import Event, IncidentFile, Moment, Stage, TaskKind
from incident2eval.model.incident import Action
from incident2eval.stages import blockers, open_before, out_of_order


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


class TestWhatComesFirst:
    def test_nothing_is_open_where_all_was_done(self) -> None:
        assert open_before(COMPLETE, Stage.RESTART) == {}

    def test_each_step_names_what_is_open_before_it(self) -> None:
        bare = replace(without(containment=(), severity=None), sealed=0, cause=None, cause_confirmed=False)

        assert open_before(bare, Stage.REMEDIATED) == {
            Stage.CONTAINED: "nothing shows that it was stopped",
            Stage.CLASSIFIED: "no person has confirmed the level",
            Stage.PRESERVED: "no evidence is sealed",
            Stage.CAUSED: "no person has stated or confirmed the root cause",
        }
        assert list(open_before(bare, Stage.CLASSIFIED)) == [Stage.CONTAINED]
        assert open_before(at_level(1, bare), Stage.REMEDIATED) == {}

    def test_a_stop_that_failed_is_none(self) -> None:
        failed = replace(COMPLETE, entries=(entry(Event.ON_PAUSE_FAILED, hours(1)),))
        assert list(open_before(failed, Stage.CAUSED)) == [Stage.CONTAINED]


def test_a_step_taken_with_a_reason_is_told_with_it() -> None:
    said = entry(Event.OUT_OF_ORDER, hours(2), kind="root cause", by="Ana\u202e", reason="the\nlaw waits")
    (told,) = out_of_order(replace(COMPLETE, entries=(said,)))
    assert told == "root cause, out of order, by Ana\\u202e, 2026-11-18 12:05 UTC: the law waits"


class TestOverride:
    """An emergency override counts until it ends, and nothing is closed on one."""

    OVER = entry(Event.RESTARTED, hours(5), until=hours(9), by="Kit Lowe")

    def held(self, as_of: float) -> IncidentFile:
        stop = entry(Event.CONTAINED, hours(0.25), by="Ana Pereira")
        return replace(COMPLETE, entries=(stop, self.OVER), as_of=hours(as_of))

    @pytest.mark.parametrize(("as_of", "runs"), [(6, True), (9, False), (20, False)])
    def test_until_it_ends(self, as_of: float, runs: bool) -> None:
        stopped = [why for why in blockers(self.held(as_of), Stage.RESTART) if "was not started again" in why]
        assert (stopped == []) is runs

    def test_nothing_is_closed_on_one(self) -> None:
        (why,) = blockers(self.held(6), Stage.CLOSED)
        assert why == (
            "the workflow was started again on an emergency override only, until 2026-11-18 19:05 UTC "
            "(restart)"
        )
