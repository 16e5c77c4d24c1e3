"""Where a clock stands: scope, date of force, the moment it counts from, what it waits for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from duties.incidents import AWARE, NOW, Judge, firm, incident_with

from incident2eval.duties import in_words
from incident2eval.model import ROLES, Answer, ClockState, DutyNote, Organisation, Rule

BANK = firm("EU", financial_entity="yes")
PROVIDER = firm("EU", provider="yes")
ENTITY = firm("EU", essential_entity="yes")
AUTHORITY_RULES = ("aia-73-2", "aia-73-3", "aia-73-4")


def filed(rule: str, at: datetime | date | None = NOW) -> DutyNote:
    return DutyNote(rule=rule, state="filed", by="Ana Pereira", at=at)


def test_a_scope_that_nobody_declared_stops_no_clock(judge: Judge) -> None:
    duty = judge(incident_with())["ukgdpr-33-1"]
    assert duty.state is ClockState.SCOPE_NOT_DECLARED
    assert duty.due == AWARE + timedelta(hours=72)
    assert "the settings do not declare whether the firm is a controller" in duty.because


@pytest.mark.parametrize(
    ("organisation", "state"),
    [
        (firm("EU", controller="yes"), ClockState.NOT_APPLICABLE),
        (firm("UK", controller="no"), ClockState.NOT_APPLICABLE),
        (firm("UK", controller="unknown"), ClockState.SCOPE_NOT_DECLARED),
        (firm(controller="yes"), ClockState.SCOPE_NOT_DECLARED),
        (Organisation(jurisdictions=(), roles={"controller": "yes"}), ClockState.SCOPE_NOT_DECLARED),
        (firm("UK", "EU", controller="yes"), ClockState.DUE),
    ],
)
def test_what_is_declared_and_does_not_match_leaves_a_rule_out(
    judge: Judge, organisation: Organisation, state: ClockState
) -> None:
    assert judge(incident_with(), organisation)["ukgdpr-33-1"].state is state


def test_the_rules_of_the_united_states_are_off_until_declared(judge: Judge) -> None:
    for duty in (judge(incident_with())["hipaa"], judge(incident_with(), firm("UK"))["sec-1.05"]):
        assert duty.state is ClockState.NOT_APPLICABLE
    assert judge(incident_with())["hipaa"].because[0] == "off until declared"
    declared = judge(incident_with(health_data=Answer.YES), firm("US", hipaa_entity="yes"))["hipaa"]
    assert declared.due == AWARE + timedelta(days=60)


@pytest.mark.parametrize("roles", [{}, {"hipaa_entity": "unknown"}])
def test_in_the_united_states_a_role_that_is_unknown_stops_no_clock(
    judge: Judge, roles: dict[str, str]
) -> None:
    duty = judge(incident_with(), firm("US", **roles))["hipaa"]
    assert (duty.state, duty.due) == (ClockState.SCOPE_NOT_DECLARED, AWARE + timedelta(days=60))


def test_four_business_days_from_the_determination(judge: Judge) -> None:
    thursday = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    known = incident_with(material_to_investors=Answer.YES, material_at=thursday)
    duty = judge(known, firm("US", sec_registrant="yes"))["sec-1.05"]
    assert duty.due == datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_a_rule_that_is_not_in_force_yet_says_so(judge: Judge) -> None:
    bank = firm("UK", part_4a_firm="yes", regulated_fs="yes")
    met = incident_with(threshold_met=Answer.YES, threshold_at=AWARE)
    early = judge(met, bank)["fca-ps26-2"]
    assert early.state is ClockState.NOT_STARTED
    assert "not in force before 2027-03-18" in early.because
    assert early.due is None
    day = datetime(2027, 3, 18, 8, 0, tzinfo=UTC)
    since = judge(replace(met, circumstances=replace(met.circumstances, threshold_at=day)), bank, now=day)
    assert since["fca-ps26-2"].state is ClockState.DUE
    assert since["fca-ps26-2"].due == day + timedelta(hours=24)


def test_without_the_moment_it_says_what_it_would_be(judge: Judge) -> None:
    uk = firm("UK", controller="yes")
    duty = judge(incident_with(aware=None), uk)["ukgdpr-33-1"]
    assert duty.state is ClockState.ANCHOR_MISSING
    assert duty.due is None
    assert "counted from when.noticed it would be due 2026-11-21 10:05 UTC at the earliest" in duty.because


def test_a_bare_date_is_never_midnight(judge: Judge) -> None:
    given = incident_with(aware=None, noticed=date(2026, 11, 18), serious_incident=Answer.YES)
    assert judge(given, firm("UK", controller="yes"))["ukgdpr-33-1"].because[-1] == (
        "when.noticed is only a date, which tells no hour: say the time, with its offset"
    )
    assert judge(given, PROVIDER)["aia-73-2"].because[-1] == (
        "counted from when.noticed it would be due on 2026-12-03; the hour is not known"
    )


@pytest.mark.requirement("R88")
@pytest.mark.parametrize(
    ("fact", "rule", "days"),
    [("serious_incident", "aia-73-2", 15), ("widespread", "aia-73-3", 2), ("death", "aia-73-4", 10)],
)
def test_the_ai_act_counts_calendar_days(judge: Judge, fact: str, rule: str, days: int) -> None:
    duty = judge(incident_with(**{fact: Answer.YES}), PROVIDER)[rule]
    assert duty.due == AWARE + timedelta(days=days)


@pytest.mark.parametrize("reported", AUTHORITY_RULES)
def test_the_hold_on_evidence_ends_with_any_report(judge: Judge, reported: str) -> None:
    held = judge(incident_with(), PROVIDER)["aia-73-6"]
    assert held.state is ClockState.DUE
    assert held.due is None
    ended = judge(incident_with(filed(reported)), PROVIDER)["aia-73-6"]
    assert ended.state is ClockState.FILED
    assert ended.because[-1] == f"the hold has ended: {reported} was filed"


def test_a_hold_cannot_be_filed_and_a_person_may_end_it(judge: Judge) -> None:
    duty = judge(incident_with(filed("aia-73-6")), PROVIDER)["aia-73-6"]
    assert (duty.state, duty.filed_at) == (ClockState.DUE, None)
    assert duty.because[0] == (
        "a hold cannot be filed: it ends with the filing of aia-73-2 or aia-73-3 or aia-73-4, or with a "
        "person's decision, with a reason, that it is not required"
    )
    decided = DutyNote(rule="aia-73-6", state="not_required", by="Ana", reason="only a copy was altered")
    assert judge(incident_with(decided), PROVIDER)["aia-73-6"].state is ClockState.DECIDED_NOT_REQUIRED


def test_the_hold_falls_with_the_duties_it_waits_for(judge: Judge) -> None:
    decided = [
        DutyNote(rule=rule, state="not_required", by="Ana", reason="no causal link")
        for rule in AUTHORITY_RULES
    ]
    assert judge(incident_with(*decided), PROVIDER)["aia-73-6"].state is ClockState.NOT_APPLICABLE
    assert judge(incident_with(*decided[:2]), PROVIDER)["aia-73-6"].state is ClockState.DUE


def test_a_final_report_counts_from_the_filing_before_it(judge: Judge) -> None:
    before = judge(incident_with(significant=Answer.YES), ENTITY)["nis2-23-4d"]
    assert before.state is ClockState.NOT_STARTED
    assert before.because[-1] == "1 month from the filing of nis2-23-4b"
    at = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)
    after = judge(incident_with(filed("nis2-23-4b", at), significant=Answer.YES), ENTITY, now=at)
    assert after["nis2-23-4d"].due == datetime(2027, 2, 28, 12, 0, tzinfo=UTC)
    assert after["nis2-23-4b"].late is True


def test_a_filing_with_only_a_date_starts_no_clock_of_hours(judge: Judge) -> None:
    given = incident_with(filed("dora-19-initial", date(2026, 11, 18)), major=Answer.YES)
    assert judge(given, BANK)["dora-19-intermediate"].state is ClockState.ANCHOR_MISSING


@pytest.mark.parametrize(
    ("classified", "due"),
    [
        (timedelta(hours=2), timedelta(hours=6)),
        (timedelta(hours=22), timedelta(hours=24)),
        (timedelta(hours=30), timedelta(hours=34)),
    ],
)
def test_d_a_late_classification_is_not_overdue(judge: Judge, classified: timedelta, due: timedelta) -> None:
    given = incident_with(major=Answer.YES, classified_at=AWARE + classified)
    duty = judge(given, BANK, now=AWARE + classified + timedelta(minutes=1))["dora-19-initial"]
    assert duty.state is ClockState.DUE
    assert duty.due == AWARE + due


def test_d_not_classified_yet_is_not_overdue_either(judge: Judge) -> None:
    given = incident_with(major=Answer.UNKNOWN)
    soon, later = (
        judge(given, BANK, now=AWARE + timedelta(hours=hours))["dora-19-initial"] for hours in (3, 30)
    )
    assert (soon.state, later.state) == (ClockState.ANCHOR_MISSING, ClockState.ANCHOR_MISSING)
    assert (soon.due, later.due) == (AWARE + timedelta(hours=24), None)


def test_the_latest_update_counts_for_the_report_after_it_and_the_first_for_being_in_time(
    judge: Judge,
) -> None:
    start = AWARE + timedelta(hours=3)
    notes = [
        filed("dora-19-initial", start),
        filed("dora-19-intermediate", start + timedelta(hours=70)),
        filed("dora-19-intermediate", start + timedelta(hours=200)),
    ]
    given = incident_with(*notes, major=Answer.YES, classified_at=AWARE)
    found = judge(given, BANK, now=start + timedelta(hours=201))
    assert found["dora-19-intermediate"].late is False
    assert found["dora-19-final"].started == start + timedelta(hours=200)


@pytest.mark.requirement("R78")
def test_a_clock_in_the_readers_zone_with_what_is_left(judge: Judge) -> None:
    duty = judge(incident_with(), firm("UK", controller="yes"))["ukgdpr-33-1"]
    paris = timezone(timedelta(hours=1))
    assert in_words(duty, now=NOW, zone=paris) == "due 2026-11-21 11:05 +0100, 2 days left"
    assert (
        in_words(duty, now=NOW + timedelta(hours=40), zone=paris)
        == "due 2026-11-21 11:05 +0100, 9 hours left"
    )
    over = judge(incident_with(), firm("UK", controller="yes"), now=AWARE + timedelta(hours=72, minutes=5))
    assert over["ukgdpr-33-1"].state is ClockState.OVERDUE
    late = in_words(over["ukgdpr-33-1"], now=AWARE + timedelta(hours=72, minutes=5), zone=UTC)
    assert late == "was due 2026-11-21 10:05 +0000, 5 minutes ago"
    assert in_words(judge(incident_with())["contract"], now=NOW, zone=UTC) == (
        "due as the contract says: look there for the number"
    )


WILD = (
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=12))),
    date.min,
    date.max,
)
MOMENTS = ("threshold_at", "classified_at", "material_at")


@pytest.mark.parametrize("wild", WILD, ids=str)
def test_no_date_is_so_absurd_that_it_raises(judge: Judge, shipped: Mapping[str, Rule], wild: date) -> None:
    notes = [filed(rule, wild) for rule in shipped]
    everybody = firm("UK", "EU", "US", **dict.fromkeys(ROLES, "yes"))
    told = incident_with(*notes, noticed=wild, **dict.fromkeys(MOMENTS, wild))
    found = judge(replace(told, when=replace(told.when, aware=wild, happened=wild)), everybody)
    for rule in ("ukgdpr-33-1", "dora-19-initial", "sec-1.05", "fca-psp"):
        assert (found[rule].state, found[rule].due) == (ClockState.ANCHOR_MISSING, None)
        assert any(f"cannot be right: {wild.isoformat()}" in line for line in found[rule].because)
    assert not any(duty.filed_at for duty in found.values())
