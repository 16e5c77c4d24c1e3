"""What has to be done: by level, by type, for those it hit, and what people added."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage.examples import INCIDENTS, NOTICED, by_id, done, opened, slip, ticked

from incident2eval.model import (
    KNOWN_VALUES,
    ClockState,
    Duty,
    Event,
    Incident,
    IncidentFile,
    IncidentType,
    LogEntry,
    RootCause,
    Rule,
    Stage,
    TaskKind,
)
from incident2eval.model.incident import (
    Action,
    Category,
    Communication,
    Containment,
    FailedControl,
    Recipient,
    StatedCause,
    Update,
    When,
)
from incident2eval.triage import tasks


def duties(*states: ClockState) -> tuple[Duty, ...]:
    rule = Rule(
        id="r",
        version="1",
        name="n",
        article="a",
        quote="q",
        source="s",
        seen="primary",
        checked=date(2026, 11, 1),
        review_by=date(2027, 1, 1),
        tell="t",
    )
    return tuple(Duty(rule=rule, state=state, because=()) for state in states)


STOP = Containment(at=NOTICED, by="Sven Switch", action="workflow_disabled")
SCOPE = FailedControl(name="scope")


class TestByLevel:
    @pytest.mark.requirement("R59", "R60", "R61", "R62", "R63", "R150")
    def test_each_level_asks_for_its_own_and_what_is_below(self) -> None:
        one, two, three, four = (list(by_id(opened(level=level))) for level in (1, 2, 3, 4))

        assert one == ["level-1/correct", "level-1/learn"]
        assert two == [*one, "level-2/pause", "level-2/preserve", "level-2/cause", "level-2/runbook"]
        assert three == [*two, "level-3/team", "level-3/duties", "level-3/correct"]
        assert four == [*three, "level-4/related", "level-4/process", "level-4/executives", "level-4/counsel"]

    @pytest.mark.requirement("R63")
    def test_what_is_open_holds_up_a_stage(self) -> None:
        stages = {one.id: one.stage for one in tasks(opened(level=4))}

        assert stages["level-2/pause"] is Stage.CONTAINED
        assert stages["level-2/preserve"] is Stage.PRESERVED
        assert stages["level-2/cause"] is Stage.CAUSED
        assert stages["level-2/runbook"] is Stage.CLOSED

    @pytest.mark.parametrize(
        ("file", "task"),
        [
            (opened(cases=("EC-1",)), "level-1/learn"),
            (opened(slip(updates=(Update(kind="runbook", ref="v4"),))), "level-1/learn"),
            (opened(slip(containment=(STOP,))), "level-2/pause"),
            (opened(sealed=3), "level-2/preserve"),
            (opened(cause_confirmed=True, cause=RootCause(control=SCOPE)), "level-2/cause"),
            (
                opened(
                    slip(
                        root_cause=StatedCause(category=Category.DATA, failed_control=SCOPE),
                    )
                ),
                "level-2/cause",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "file",
    )
    def test_what_the_file_shows_nobody_has_to_tick(self, file: IncidentFile, task: str) -> None:
        assert not by_id(opened(level=4))[task].done
        assert by_id(file)[task].done
        assert by_id(file)[task].how

    def test_evidence_that_is_missing_is_not_preserved(self) -> None:
        assert "level-2/preserve" not in done(opened(sealed=3, missing_evidence=("prompts",)))

    def test_a_cause_without_a_failed_control_is_none(self) -> None:
        stated = slip(root_cause=StatedCause(category=Category.MODEL))

        assert "level-2/cause" not in done(opened(stated))
        assert "level-2/cause" not in done(opened(cause_confirmed=True, cause=RootCause()))

    @pytest.mark.parametrize(
        ("action", "stops"),
        [
            ("stopped", True),
            ("Human_only ", True),
            ("api_keys_revoked", True),
            ("throttled", False),
            ("related_workflows_stopped", False),
            (None, False),
        ],
    )
    def test_what_is_only_slowed_down_is_not_stopped(self, action: str | None, *, stops: bool) -> None:
        slowed = opened(slip(containment=(replace(STOP, action=action),)))

        assert ("level-2/pause" in done(slowed)) is stops

    def test_all_else_is_done_only_when_a_person_says_so(self) -> None:
        everything = slip(
            containment=tuple(replace(STOP, action=one) for one in KNOWN_VALUES["containment.action"]),
            corrected_output="The right text.",
            updates=tuple(Update(kind=one, ref="v4") for one in KNOWN_VALUES["updates.kind"]),
            recipients=(Recipient(ref="CL-7", assessed="Opened, deleted."),),
            communications=(Communication(to="CL-7", at=NOTICED, text="Sorry."),),
            actions=(Action(id="a1", kind="corrective", text="Refund", reversed="yes"),),
        )
        looked_back = LogEntry(at=NOTICED, event=Event.LOOKED_BACK, checked=120, hits=0)
        file = opened(
            everything,
            level=4,
            types=tuple(IncidentType),
            entries=(looked_back,),
            sealed=3,
            cases=("EC-1",),
            cause_confirmed=True,
            cause=RootCause(control=SCOPE),
            duties=duties(ClockState.FILED),
        )

        assert done(file) == {
            "level-1/learn",
            "level-2/pause",
            "level-2/preserve",
            "level-2/cause",
            "level-3/duties",
            "recipient/1",
            "correction/1",
            "a1",
        }
        assert all(one in done(ticked(file, one)) for one in by_id(file))

    def test_nobody_ticks_the_duties_while_one_is_open(self) -> None:
        open_duty, no_duty = (opened(level=3, duties=duties(*one)) for one in ((ClockState.DUE,), ()))

        assert "level-3/duties" not in done(ticked(open_duty, "level-3/duties"))
        assert "level-3/duties" in done(ticked(no_duty, "level-3/duties"))

    @pytest.mark.parametrize(
        ("states", "decided"),
        [
            ((), False),
            ((ClockState.DUE,), False),
            ((ClockState.FILED, ClockState.SCOPE_NOT_DECLARED), False),
            ((ClockState.FILED, ClockState.ANCHOR_MISSING), False),
            ((ClockState.FILED, ClockState.NOT_APPLICABLE, ClockState.DECIDED_NOT_REQUIRED), True),
        ],
    )
    def test_duties_are_decided_when_none_waits(
        self, states: tuple[ClockState, ...], *, decided: bool
    ) -> None:
        assert ("level-3/duties" in done(opened(level=3, duties=duties(*states)))) is decided


class TestByType:
    @pytest.mark.requirement("R101", "R102", "R103", "R104", "R105", "R106", "R107")
    @pytest.mark.parametrize(
        ("kind", "at_once", "later"),
        [
            (
                "data_exposure",
                "stop-use preserve-logs assess-recipients",
                "tool-rules permissions classification",
            ),
            (
                "incorrect_external_output",
                "pause-outbound correct-communication",
                "require-approval add-cases grounding",
            ),
            ("unauthorised_action", "revoke-access reverse-action", "reduce-permissions approval-gates"),
            (
                "biased_or_inconsistent_decision",
                "suspend-decisions review-cases",
                "remove-authority test-consistency",
            ),
            (
                "workflow_drift",
                "use-fallback compare-outputs",
                "change-control recurring-evaluation owner-review",
            ),
            (
                "human_review_failure",
                "correct-impact clarify-accountability",
                "checklist training escalation-rules",
            ),
        ],
    )
    def test_its_immediate_control_and_its_longer_term_fix(self, kind: str, at_once: str, later: str) -> None:
        asked = [one for one in tasks(opened(types=(IncidentType(kind),))) if one.id.startswith(kind)]

        assert [one.id for one in asked if one.kind is TaskKind.IMMEDIATE] == [
            f"{kind}/{name}" for name in at_once.split()
        ]
        assert [one.id for one in asked if one.kind is TaskKind.FIX] == [
            f"{kind}/{name}" for name in later.split()
        ]
        assert all(one.owner and one.due for one in asked)

    @pytest.mark.requirement("R85")
    def test_level_1_is_the_light_path(self) -> None:
        light = opened(level=1, types=tuple(IncidentType))

        assert {one.id.split("/")[0] for one in tasks(light)} == {"level-1"}

    @pytest.mark.parametrize("kind", IncidentType)
    def test_a_stop_is_enough_to_be_contained(self, kind: IncidentType) -> None:
        asked = tasks(opened(slip(containment=(STOP,)), types=(kind,)))

        assert not [one.id for one in asked if one.stage <= Stage.CONTAINED and not one.done]


class TestActions:
    def test_what_people_wrote_down_is_asked_for_too(self) -> None:
        own = (
            Action(kind="immediate", text="Ring the client"),
            Action(kind="training", text="Show the team", owner="Ann", due=date(2026, 12, 1)),
        )

        asked = by_id(opened(slip(actions=own)))

        assert (asked["action/1"].stage, asked["action/1"].owner) == (Stage.CONTAINED, None)
        assert (asked["action/2"].stage, asked["action/2"].owner) == (Stage.CLOSED, "Ann")
        assert asked["action/2"].due == date(2026, 12, 1)

    def test_a_log_gives_a_step_to_somebody_and_says_when_it_is_done(self) -> None:
        step = "data_exposure/permissions"
        taken = LogEntry(at=NOTICED, event=Event.ACTION, action=step, owner="Ann", due=date(2026, 12, 1))
        finished = LogEntry(
            at=NOTICED + timedelta(days=12), event=Event.ACTION, action=step, done_at=date(2026, 11, 30)
        )
        kinds = (IncidentType.DATA_EXPOSURE,)

        given, ended = (
            by_id(opened(types=kinds, entries=entries))[step] for entries in ((taken,), (taken, finished))
        )

        assert (given.owner, given.due, given.done) == ("Ann", date(2026, 12, 1), False)
        assert (ended.done, ended.how, ended.text) == (True, "done on 2026-11-30", given.text)

    def test_a_log_ticks_a_recipient_by_number(self) -> None:
        assert "recipient/1" in done(ticked(opened(slip(recipients=(Recipient(ref="CL-9"),))), "recipient/1"))

    @pytest.mark.parametrize("done_at", [NOTICED + timedelta(minutes=1), date(2026, 11, 20)])
    @pytest.mark.parametrize("answer", [None, "yes"])
    def test_what_is_done_at_a_time_to_come_is_not_done(self, done_at: date, answer: str | None) -> None:
        planned = Action(id="a1", kind="corrective", text="Refund", done_at=done_at, reversed=answer)
        file = opened(slip(actions=(planned,)))

        assert "a1" not in done(replace(file, as_of=NOTICED))
        assert "a1" in done(replace(file, as_of=NOTICED + timedelta(days=3)))

    def test_the_day_that_is_on_somewhere_is_not_to_come(self) -> None:
        today = Action(id="a1", kind="corrective", text="Refund", done_at=date(2026, 11, 19))

        assert "a1" in done(replace(opened(slip(actions=(today,))), as_of=NOTICED))

    def test_a_step_that_is_no_longer_asked_for_is_not_left_over(self) -> None:
        entry = LogEntry(at=NOTICED, event=Event.ACTION, action="data_exposure/permissions", owner="Ann")

        assert "data_exposure/permissions" not in by_id(opened(entries=(entry,)))

    def test_control_characters_never_reach_a_line(self) -> None:
        hostile = slip(
            recipients=(Recipient(ref="a\x1b[2J", assessed="b\x1b[2J"),),
            communications=(Communication(to="c\x1b[2J"),),
            containment=(replace(STOP, by="d\x1b[2J"),),
            actions=(Action(id="e\x1b[2J", kind="immediate", text="f\x1b[2J", owner="g\x1b[2J"),),
        )

        assert "\x1b" not in "".join(
            f"{one.id}{one.text}{one.owner}{one.how}" for one in tasks(opened(hostile))
        )


class TestOwnersAndDates:
    def test_who_the_settings_name_else_the_owner(self) -> None:
        owners = {one.id: one.owner for one in tasks(opened(level=4))}

        assert owners["level-2/pause"] == "Sven Switch"
        assert owners["level-3/duties"] == "Lea Legal"
        assert owners["level-3/team"] == "Olu Owner"
        assert owners["level-4/executives"] == "Eve Executive"

    def test_nobody_where_the_settings_name_nobody(self) -> None:
        unknown = replace(opened(), workflow=None, approvers=())

        assert {one.owner for one in tasks(unknown)} == {None}

    @pytest.mark.parametrize(("level", "hours"), [(2, 4), (3, 1), (4, 1)])
    def test_counted_from_when_it_was_noticed_in_utc(self, level: int, hours: int) -> None:
        assert by_id(opened(level=level))["level-2/pause"].due == NOTICED + timedelta(hours=hours)

    def test_a_bare_date_is_never_midnight(self) -> None:
        bare = slip(when=When(noticed=date(2026, 11, 18)))

        assert by_id(opened(bare))["level-2/pause"].due == date(2026, 11, 19)

    def test_past_the_end_of_the_calendar_there_is_no_date(self) -> None:
        late = slip(when=When(noticed=date(9999, 12, 31)))

        assert {one.due for one in tasks(opened(late))} == {None}


@given(
    incident=INCIDENTS,
    types=st.lists(st.sampled_from(IncidentType), max_size=3).map(tuple),
    level=st.sampled_from([1, 2, 3, 4]),
    refs=st.lists(st.sampled_from(["a", "b", "level-2/pause", ""]), max_size=4),
)
def test_no_id_twice_and_a_higher_level_asks_for_no_less(
    incident: Incident, types: tuple[IncidentType, ...], level: int, refs: list[str]
) -> None:
    named = replace(
        incident,
        recipients=tuple(Recipient(ref=ref) for ref in refs),
        actions=tuple(Action(id=ref or None, kind="immediate", text="x") for ref in refs),
    )

    here, above = (
        [one.id for one in tasks(opened(named, level=each, types=types))]
        for each in (level, min(level + 1, 4))
    )

    assert len(set(here)) == len(here)
    assert set(here) <= set(above)
