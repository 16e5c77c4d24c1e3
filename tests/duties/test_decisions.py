"""What people did about a duty: filed, or decided by name and with a reason that none is required."""

from datetime import UTC, datetime, timedelta

import pytest
from duties.incidents import AWARE, NOW, Judge, firm, incident_with

from incident2eval.duties import unread
from incident2eval.model import Approver, ClockState, DutyNote, Severity
from incident2eval.store import shipped_rules

UK = firm("UK", controller="yes")
LEE = Approver(name="Lee Okafor", roles=("legal",))


def not_required(
    by: str | None = "Ana Pereira", reason: str | None = "nobody could read it", rule: str = "ukgdpr-33-1"
) -> DutyNote:
    return DutyNote(rule=rule, state="not_required", by=by, reason=reason, at=NOW)


def test_a_named_person_with_a_reason_ends_a_duty(judge: Judge) -> None:
    duty = judge(incident_with(not_required()), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.DECIDED_NOT_REQUIRED
    assert (duty.decided_by, duty.reason) == ("Ana Pereira", "nobody could read it")
    assert duty.because == ("Ana Pereira decided that it is not required: nobody could read it",)


@pytest.mark.parametrize(("by", "reason", "lacks"), [(None, "no risk", "the name"), ("Ana", " ", "a reason")])
def test_without_a_name_or_a_reason_it_does_not(
    judge: Judge, by: str | None, reason: str, lacks: str
) -> None:
    duty = judge(incident_with(not_required(by, reason)), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert any("has no effect without" in line and lacks in line for line in duty.because)


@pytest.mark.requirement("R89")
def test_counsel_decides_about_customers_from_level_three_on(judge: Judge) -> None:
    for rule in ("contract", "harm", "ukgdpr-34"):
        ana, lee = (incident_with(not_required(by, rule=rule)) for by in ("Ana Pereira", "lee  okafor"))
        low = judge(ana, UK, severity=Severity.MATERIAL_CAUGHT, approvers=(LEE,))[rule]
        high = judge(ana, UK, severity=Severity.IMPACT, approvers=(LEE,))[rule]
        counsel = judge(lee, UK, severity=Severity.IMPACT, approvers=(LEE,))[rule]
        assert low.state is ClockState.DECIDED_NOT_REQUIRED
        assert high.state is ClockState.DUE
        assert any("the role legal decides" in line for line in high.because)
        assert counsel.state is ClockState.DECIDED_NOT_REQUIRED


def test_filed_in_time_late_or_without_a_moment(judge: Judge) -> None:
    def late(at: datetime | None) -> bool | None:
        note = DutyNote(rule="ukgdpr-33-1", state="filed", by="Ana", at=at, ref="ICO-1")
        duty = judge(incident_with(note), UK, now=NOW + timedelta(days=9))["ukgdpr-33-1"]
        assert duty.state is ClockState.FILED
        assert duty.ref == "ICO-1"
        return duty.late

    assert late(AWARE + timedelta(hours=72)) is False
    assert late(AWARE + timedelta(hours=73)) is True
    assert late(None) is None


def test_of_two_words_the_later_one_counts(judge: Judge) -> None:
    filed = DutyNote(rule="ukgdpr-33-1", state="filed", by="Lee", at=NOW)
    assert judge(incident_with(not_required(), filed), UK)["ukgdpr-33-1"].state is ClockState.FILED


def test_a_word_that_means_nothing_and_a_rule_that_is_none_are_said(judge: Judge) -> None:
    odd = DutyNote(rule="ukgdpr-33-1", state="done\x1b[2J", by="Ana")
    duty = judge(incident_with(odd), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert r"'done\\x1b[2J' is no word on a duty: filed or not_required" in duty.because
    stray = incident_with(DutyNote(rule="ukgdpr-33", state="filed", by="Ana", at=datetime.now(tz=UTC)))
    assert unread(stray, shipped_rules()) == (
        "no rule is called 'ukgdpr-33': what was noted about it has no effect",
    )
