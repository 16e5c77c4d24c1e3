"""What has to be done about people: whoever got it, whoever was told something wrong, what is taken back."""

from dataclasses import replace
from datetime import date

import pytest
from triage.examples import NOTICED, by_id, done, opened, slip

from incident2eval.model import Answer, Event, Happened, IncidentType, LogEntry, TaskKind
from incident2eval.model.incident import Action, Affected, Communication, Questions, Recipient


class TestPeople:
    @pytest.mark.requirement("R109")
    def test_whoever_received_it_has_to_be_assessed(self) -> None:
        hit = slip(recipients=(Recipient(ref="CL-7", assessed="Opened, deleted."), Recipient(ref="CL-9")))

        asked = by_id(opened(hit, types=(IncidentType.DATA_EXPOSURE,)))

        assert (asked["recipient/1"].done, asked["recipient/1"].how) == (True, "Opened, deleted.")
        assert not asked["recipient/2"].done
        assert "CL-9" in asked["recipient/2"].text
        assert asked["recipient/2"].owner == "Sia Security"

    def test_dots_are_no_assessment(self) -> None:
        hit = slip(recipients=(Recipient(ref="CL-7", assessed="..."),))

        assert "recipient/1" not in done(opened(hit))

    @pytest.mark.requirement("R109")
    def test_nobody_named_is_not_nobody(self) -> None:
        assert "data_exposure/assess-recipients" not in done(opened(types=(IncidentType.DATA_EXPOSURE,)))

    @pytest.mark.requirement("R108")
    @pytest.mark.parametrize(
        ("answer", "how"), [("yes", "taken back"), ("impossible", "cannot be taken back"), ("no", None)]
    )
    def test_an_action_is_taken_back_or_cannot_be(self, answer: str, how: str | None) -> None:
        action = Action(id="a1", kind="corrective", text="Refund 500 to CL-7", reversed=answer)

        asked = by_id(opened(slip(actions=(action,)), types=(IncidentType.UNAUTHORISED_ACTION,)))

        assert (asked["a1"].kind, asked["a1"].how) == (TaskKind.REVERSAL, how)

    @pytest.mark.requirement("R108")
    def test_done_and_not_taken_back_is_not_done(self) -> None:
        action = Action(id="a1", kind="corrective", text="Refund", reversed="no", done_at=date(2026, 11, 19))

        assert "a1" not in done(opened(slip(actions=(action,))))

    @pytest.mark.requirement("R110")
    def test_whoever_was_told_something_wrong_has_to_be_told_better(self) -> None:
        sent = slip(
            questions=Questions(left_company=Answer.YES),
            affected=(Affected(kind="customer", ref="CL-7"), Affected(kind="record", ref="R-1")),
            recipients=(Recipient(ref="CL-9", assessed="Read it."),),
            communications=(Communication(to="CL-9", at=NOTICED, text="Sorry."),),
        )

        asked = by_id(opened(sent, types=(IncidentType.INCORRECT_EXTERNAL_OUTPUT,)))

        assert {name: one.done for name, one in asked.items() if name.startswith("correction/")} == {
            "correction/1": True,
            "correction/2": False,
        }

    @pytest.mark.requirement("R110")
    def test_what_never_left_misled_nobody(self) -> None:
        named = slip(affected=(Affected(kind="Customer", ref="CL-7"),))
        kinds = (IncidentType.INCORRECT_EXTERNAL_OUTPUT,)

        assert "correction/1" not in by_id(opened(named, types=kinds))
        assert "correction/1" in by_id(opened(replace(named, outcome=Happened.REALISED), types=kinds))

    def test_telling_somebody_moves_no_number(self) -> None:
        named = slip(
            outcome=Happened.REALISED,
            affected=(Affected(kind="customer", ref="CL-7"), Affected(kind="customer", ref="CL-9")),
        )
        told = LogEntry(at=NOTICED, event=Event.COMMUNICATED, ref="CL-9", text="Sorry.")
        kinds = (IncidentType.INCORRECT_EXTERNAL_OUTPUT,)

        assert done(opened(named, types=kinds, entries=(told,))) == {"correction/2"}

    def test_a_tick_is_never_taken_for_somebody_else(self) -> None:
        """A look-back finds somebody, and whoever was told without being affected moves on by one."""
        told = slip(outcome=Happened.REALISED, communications=(Communication(to="CL-7"),))
        kinds = (IncidentType.INCORRECT_EXTERNAL_OUTPUT,)
        words = by_id(opened(told, types=kinds))["correction/1"].text
        tick = LogEntry(at=NOTICED, event=Event.ACTION, action="correction/1", done_at=NOTICED, text=words)
        found = LogEntry(
            at=NOTICED, event=Event.LOOKED_BACK, affected=(Affected(kind="customer", ref="CL-9"),)
        )

        assert done(opened(told, types=kinds, entries=(tick,))) == {"correction/1"}
        assert done(opened(told, types=kinds, entries=(tick, found))) == set()
