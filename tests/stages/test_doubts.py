"""Doubts: times that contradict each other, and one person where two are asked for."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
from stages.files import COMPLETE, INCIDENT, NOTICED, entry, hours

from incident2eval.model import Circumstances, Event, Severity, merged
from incident2eval.model.incident import Action, Change, Containment, When
from incident2eval.stages import doubts

NOW = hours(100)


def test_a_plain_incident_raises_none() -> None:
    assert doubts(INCIDENT, COMPLETE.entries, NOW) == ()


class TestTimes:
    def test_stopped_before_it_was_noticed(self) -> None:
        early = Containment(at=hours(-0.5), by="Ana")

        assert doubts(replace(INCIDENT, containment=(early,)), (), NOW) == (
            "it was stopped by Ana, 2026-11-18 09:35 UTC, before it was noticed, 2026-11-18 10:05 UTC",
        )

    def test_aware_before_it_happened(self) -> None:
        when = When(happened=hours(-1), noticed=NOTICED, aware=hours(-2))

        said = doubts(replace(INCIDENT, when=when), (), NOW)

        assert said[0] == (
            "the firm was aware (when.aware), 2026-11-18 08:05 UTC, before it happened, 2026-11-18 09:05 UTC"
        )

    def test_other_offsets_contradict_nothing(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        when = When(
            happened=hours(-1).astimezone(tokyo), noticed=NOTICED, aware=hours(0).astimezone(timezone.min)
        )

        assert doubts(replace(INCIDENT, when=when), (), NOW) == ()

    @pytest.mark.parametrize(("day", "odd"), [(16, True), (17, False), (18, False)])
    def test_a_bare_date_contradicts_only_for_certain(self, day: int, *, odd: bool) -> None:
        action = Action(kind="runbook", text="Say how to stop it", due=date(2026, 11, day))

        assert bool(doubts(replace(INCIDENT, actions=(action,)), (), NOW)) is odd

    def test_the_ends_of_the_calendar(self) -> None:
        when = When(happened=date.min, noticed=NOTICED)

        assert doubts(replace(INCIDENT, when=when), (), NOW) == ()
        assert len(doubts(replace(INCIDENT, when=replace(when, happened=date.max)), (), NOW)) == 3

    def test_everything_that_is_told_as_past_and_is_to_come(self) -> None:
        to_come = NOW + timedelta(minutes=1)
        incident = replace(
            INCIDENT,
            changes=(Change(at=date(2027, 1, 1), kind="prompt"),),
            circumstances=Circumstances(threshold_at=to_come),
        )

        assert doubts(incident, (), NOW) == (
            "circumstances.threshold_at is 2026-11-22 14:06 UTC, and that is in the future",
            "a row of changes is of 2027-01-01, and that is in the future",
        )

    def test_a_stop_in_the_log_is_said_once(self) -> None:
        stop = entry(Event.CONTAINED, NOW + timedelta(days=1), by="Ana Pereira")

        (said,) = doubts(merged(INCIDENT, (stop,)), (stop,), NOW)

        assert said == "the log says contained 2026-11-23 14:05 UTC, and that is in the future"


class TestPeople:
    def test_the_fixer_is_the_only_approver(self) -> None:
        alone = entry(Event.SIGNED_OFF, hours(30), by="femke  vos", role="workflow_owner")
        other = entry(Event.SIGNED_OFF, hours(31), by="Lee Okafor", role="functional_leader")

        assert doubts(INCIDENT, (alone,), NOW) == (
            "femke vos mended it and is the only one who approved the restart: somebody else has to as well",
        )
        assert doubts(INCIDENT, (alone, other), NOW) == ()
        assert doubts(replace(INCIDENT, severity=Severity.LOW), (alone,), NOW) == ()

    def test_without_signatures_whoever_started_it_again_approved_it(self) -> None:
        assert doubts(INCIDENT, (entry(Event.RESTARTED, hours(30), by="Femke Vos"),), NOW)

    def test_one_person_in_two_roles(self) -> None:
        owner = entry(Event.SIGNED_OFF, hours(30), by="Lee Okafor", role="workflow_owner", ref="r1")
        leader = replace(owner, role="functional_leader")

        assert doubts(INCIDENT, (owner, leader), NOW) == (
            "Lee Okafor signed as workflow_owner and functional_leader: that takes different people",
        )
        assert doubts(INCIDENT, (owner, replace(leader, ref="r2")), NOW) == ()
        assert doubts(INCIDENT, (owner, owner), NOW) == ()
