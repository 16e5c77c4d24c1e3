"""What people did about a duty: filed, or decided by name and with a reason that none is required."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from duties.incidents import AWARE, NOW, Judge, firm, incident_with

from incident2eval.duties import unread
from incident2eval.model import Approver, ClockState, DutyNote, Moment, Severity
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


@pytest.mark.parametrize(
    ("by", "reason", "lacks"),
    [
        (None, "no risk", "the name of a person"),
        ("Ana", " ", "a reason"),
        ("Ana", "\u200b\u200b\u200b\u200b", "a reason"),
        ("Ana", "\u3164\u3164\u3164", "a reason"),
        ("Ana", "-- ok", "a reason"),
        ("\u200b", "no risk", "the name of a person"),
        ("Le\u200be", "no risk", "the name of a person"),
        ("4711", "no risk", "the name of a person"),
    ],
)
def test_without_a_name_or_a_reason_it_does_not(
    judge: Judge, by: str | None, reason: str, lacks: str
) -> None:
    duty = judge(incident_with(not_required(by, reason)), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert duty.because[0] == f"the decision that it is not required has no effect without {lacks}"


@pytest.mark.requirement("R89")
def test_counsel_decides_about_customers_from_level_three_on(judge: Judge) -> None:
    for rule in ("contract", "harm", "ukgdpr-34"):
        ana, lee = (incident_with(not_required(by, rule=rule)) for by in ("Ana Pereira", "lee  okafor"))
        low = judge(ana, UK, severity=Severity.MATERIAL_CAUGHT, approvers=(LEE,))[rule]
        high = judge(ana, UK, severity=Severity.IMPACT, approvers=(LEE,))[rule]
        counsel = judge(lee, UK, severity=Severity.IMPACT, approvers=(LEE,))[rule]
        assert low.state is ClockState.DECIDED_NOT_REQUIRED
        assert high.state is ClockState.DUE
        assert high.because[0] == (
            "the decision of Ana Pereira does not count: from level 3 on this takes somebody with the role "
            "legal: Lee Okafor"
        )
        assert counsel.state is ClockState.DECIDED_NOT_REQUIRED


def test_filed_in_time_late_or_on_a_day_that_may_be_either(judge: Judge) -> None:
    def late(at: Moment) -> bool | None:
        note = DutyNote(rule="ukgdpr-33-1", state="filed", by="Ana", at=at, ref="ICO-1")
        duty = judge(incident_with(note), UK, now=NOW + timedelta(days=9))["ukgdpr-33-1"]
        assert duty.state is ClockState.FILED
        assert duty.ref == "ICO-1"
        return duty.late

    assert late(AWARE + timedelta(hours=72)) is False
    assert late(AWARE + timedelta(hours=73)) is True
    assert late(date(2026, 11, 21)) is None


def test_of_two_words_the_later_one_counts(judge: Judge) -> None:
    filed = DutyNote(rule="ukgdpr-33-1", state="filed", by="Lee", at=NOW)
    assert judge(incident_with(not_required(), filed), UK)["ukgdpr-33-1"].state is ClockState.FILED


def test_a_word_that_means_nothing_and_a_rule_that_is_none_are_said(judge: Judge) -> None:
    odd = DutyNote(rule="ukgdpr-33-1", state="done\x1b[2J", by="Ana")
    duty = judge(incident_with(odd), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert r"'done\\x1b[2J' is no word on a duty: filed, not_required or open" in duty.because[0]
    stray = incident_with(DutyNote(rule="ukgdpr-33", state="filed", by="Ana", at=datetime.now(tz=UTC)))
    assert unread(stray, shipped_rules()) == (
        "no rule is called 'ukgdpr-33': what was noted about it has no effect",
    )


def filed(by: str | None = "Lee Okafor", at: Moment | None = NOW) -> DutyNote:
    return DutyNote(rule="ukgdpr-33-1", state="filed", by=by, at=at)


def reopened(by: str = "Mia Stone", reason: str = "it went to the wrong address") -> DutyNote:
    return DutyNote(rule="ukgdpr-33-1", state="open", by=by, reason=reason, at=NOW)


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (filed(by=None), "the filing has no effect without the name of a person"),
        (filed(at=None), "the filing has no effect without the time of it"),
        (filed(by=" ", at=None), "the filing has no effect without the name of a person and the time of it"),
        (filed(at=NOW + timedelta(minutes=1)), "still to come, 2026-11-19T09:01:00+00:00"),
        (filed(at=date(2026, 11, 20)), "still to come, 2026-11-20"),
        (filed(at=AWARE - timedelta(minutes=1)), "before all times of the incident, 2026-11-18T10:04:00"),
        (filed(at=date(2026, 11, 16)), "before all times of the incident, 2026-11-16"),
        (filed(at=date(9999, 12, 31)), "its time cannot be right, 9999-12-31"),
    ],
)
def test_a_filing_counts_with_a_name_and_a_time_that_can_be(judge: Judge, note: DutyNote, why: str) -> None:
    duty = judge(incident_with(note), UK)["ukgdpr-33-1"]
    assert (duty.state, duty.filed_at) == (ClockState.DUE, None)
    assert why in duty.because[0]


@pytest.mark.parametrize("day", [date(2026, 11, 18), date(2026, 11, 19)])
def test_a_bare_date_counts_where_it_may_have_been_in_some_zone(judge: Judge, day: date) -> None:
    duty = judge(incident_with(filed(at=day)), UK)["ukgdpr-33-1"]
    assert (duty.state, duty.filed_at) == (ClockState.FILED, day)


def test_what_happened_before_it_was_noticed_may_have_been_filed_before_too(judge: Judge) -> None:
    earlier = AWARE - timedelta(days=2)
    told = incident_with(filed(at=AWARE - timedelta(days=1)))
    told = replace(told, when=replace(told.when, happened=earlier))
    assert judge(told, UK)["ukgdpr-33-1"].state is ClockState.FILED


def test_a_decision_takes_no_filing_back(judge: Judge) -> None:
    duty = judge(incident_with(filed(), not_required()), UK)["ukgdpr-33-1"]
    assert duty.state is ClockState.FILED
    assert duty.because[0] == "filed by Lee Okafor on 2026-11-19 09:00 UTC"
    assert duty.because[1] == (
        "the decision of Ana Pereira that it is not required does not count: the filing by Lee Okafor "
        "stands, until a note `open` takes it back"
    )


@pytest.mark.parametrize("note", [filed(), not_required()])
def test_opened_again_the_clock_runs_again(judge: Judge, note: DutyNote) -> None:
    duty = judge(incident_with(note, reopened()), UK)["ukgdpr-33-1"]
    assert (duty.state, duty.due) == (ClockState.DUE, AWARE + timedelta(hours=72))
    assert (duty.filed_at, duty.decided_by, duty.late) == (None, None, None)
    assert duty.because[0].startswith("open again: Mia Stone took back the ")
    assert judge(incident_with(note, reopened(), note), UK)["ukgdpr-33-1"].decided_by == note.by


@pytest.mark.parametrize("note", [reopened(by=" "), reopened(reason="...")])
def test_without_a_name_or_a_reason_nothing_is_taken_back(judge: Judge, note: DutyNote) -> None:
    assert judge(incident_with(filed(), note), UK)["ukgdpr-33-1"].state is ClockState.FILED


def test_without_counsel_it_says_how_to_name_one(judge: Judge) -> None:
    duty = judge(incident_with(not_required(rule="contract")), UK)["contract"]
    assert duty.state is ClockState.DUE
    assert duty.because[0] == (
        "the decision of Ana Pereira does not count: from level 3 on this takes somebody with the role "
        "legal: name one under [[approvers]] in incident2eval.toml; a firm without a lawyer names its "
        "outside counsel there"
    )
