"""Records for others: every field marked, nothing guessed, empty where an incident does not say."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from exchange.conftest import BARE, FULL

from incident2eval.exchange import TARGETS, Fit, Target, exported, record
from incident2eval.model import JSON, Answer, Category, FailedControl, Happened, Incident, IncidentFile
from incident2eval.model.incident import Questions, StatedCause


@pytest.fixture(params=sorted(TARGETS))
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


def value(file: IncidentFile, name: str, field: str) -> JSON:
    return next(row.value for row in exported(file, TARGETS[name]) if row.field.name == field)


def test_there_are_the_four(target: Target) -> None:
    assert set(TARGETS) == {"aiid", "oecd", "avid", "veris"}
    assert target.title
    assert target.version
    assert target.source


def test_every_field_has_one_mark_and_says_where_it_comes_from(target: Target) -> None:
    names = [field.name for field in target.fields]
    assert len(set(names)) == len(names)
    for field in target.fields:
        assert (field.take is None) == (field.fit is Fit.UNMAPPED), field.name
        assert not field.sources or field.take, field.name
        assert field.sources or field.note or field.fit is Fit.UNMAPPED, field.name


def test_sources_are_fields_of_an_incident_file(target: Target) -> None:
    known = {one.name for one in fields(Incident)} | {"cases"}
    for field in target.fields:
        assert {source.partition(".")[0] for source in field.sources} <= known, field.name


def test_what_is_unmapped_stays_empty(target: Target) -> None:
    for row in exported(FULL, target):
        if row.field.fit is Fit.UNMAPPED:
            assert row.value is None


def test_every_field_stands_in_the_record(target: Target) -> None:
    made = record(exported(FULL, target))
    for field in target.fields:
        inner: JSON = made
        for name in field.path:
            assert isinstance(inner, dict)
            inner = inner[name]


def test_a_bare_file_gives_little_and_nothing_made_up(target: Target) -> None:
    said = str(record(exported(BARE, target)))
    assert "A wrong sum" in said or "The sum was wrong." in said
    for guessed in ("Yes", "Confirmed", "Misdelivery", "Information Leak", "2026-11-12"):
        assert guessed not in said


def test_no_reference_to_anybody_leaves(target: Target) -> None:
    assert "K-102" not in str(record(exported(FULL, target)))


def test_open_work_is_no_action_taken() -> None:
    assert value(FULL, "oecd", "27 Action(s) taken") == ["workflow disabled", "scope narrowed"]


def test_oecd_has_29_criteria_seven_of_them_mandatory() -> None:
    criteria = TARGETS["oecd"].fields
    asked = [number for number, field in enumerate(criteria, start=1) if field.required]
    assert len(criteria) == 29
    assert asked == [1, 2, 3, 4, 7, 10, 11]


def test_our_level_is_never_converted() -> None:
    assert value(FULL, "oecd", "10 Severity") is None
    assert value(FULL, "veris", "impact.overall_rating") is None


def test_when_it_was_noticed_does_not_stand_in_for_when_it_happened() -> None:
    assert value(FULL, "aiid", "date") == "2026-11-12"
    assert value(BARE, "aiid", "date") is None


def test_a_bare_date_gives_a_day_and_no_hours() -> None:
    when = replace(FULL.incident.when, happened=date(2026, 11, 11))
    file = replace(FULL, incident=replace(FULL.incident, when=when))
    assert value(file, "veris", "timeline.incident.day") == 11
    assert value(file, "veris", "timeline.incident.time") is None
    assert value(file, "veris", "timeline.discovery") is None


def test_the_day_is_the_one_in_utc() -> None:
    late = datetime.fromisoformat("2026-11-12T00:30:00+02:00")
    file = replace(FULL, incident=replace(FULL.incident, when=replace(FULL.incident.when, happened=late)))
    assert value(file, "aiid", "date") == "2026-11-11"


def test_spans_of_time_are_in_the_largest_unit_that_fits() -> None:
    assert value(FULL, "veris", "timeline.discovery") == {"unit": "Minutes", "value": 8.0}
    assert value(FULL, "veris", "timeline.containment") == {"unit": "Hours", "value": 2.5}


def test_contained_before_it_was_noticed_gives_no_span() -> None:
    early = replace(FULL.incident.containment[0], at=datetime.fromisoformat("2026-11-12T08:00:00+00:00"))
    file = replace(FULL, incident=replace(FULL.incident, containment=(early,)))
    assert value(file, "veris", "timeline.containment") is None


@pytest.mark.parametrize(
    ("exposed", "left", "told"),
    [
        (Answer.YES, Answer.YES, "Yes"),
        (Answer.NO, Answer.UNKNOWN, "No"),
        (Answer.UNKNOWN, Answer.NO, "Unknown"),
        (Answer.YES, Answer.UNKNOWN, "Unknown"),
        (Answer.YES, Answer.NO, None),
    ],
)
def test_unknown_is_never_no(exposed: Answer, left: Answer, told: str | None) -> None:
    asked = Questions(exposed_information=exposed, left_company=left)
    file = replace(FULL, incident=replace(FULL.incident, questions=asked))
    assert value(file, "veris", "attribute.confidentiality.data_disclosure") == told


def test_an_incident_is_not_called_a_security_incident() -> None:
    realised = replace(FULL, incident=replace(FULL.incident, outcome=Happened.REALISED))
    assert value(FULL, "veris", "security_incident") == "Near miss"
    assert value(realised, "veris", "security_incident") is None


def test_what_went_to_the_wrong_recipient_needs_to_have_gone() -> None:
    gone = replace(FULL, incident=replace(FULL.incident, questions=Questions(left_company=Answer.YES)))
    assert value(FULL, "veris", "action.error.variety") is None
    assert value(gone, "veris", "action.error.variety") == ["Misdelivery"]


def test_a_number_that_is_not_known_in_full_is_not_added_up() -> None:
    assert value(FULL, "veris", "attribute.confidentiality.data_total") is None
    kinds = value(FULL, "aiid", "AllegedHarmedOrNearlyHarmedParties")
    assert kinds == [{"kind": "customer", "count": 1}, {"kind": "record", "count": None}]


def test_a_proposed_cause_is_no_cause_yet() -> None:
    proposed = replace(FULL, cause_confirmed=False)
    said = StatedCause(category=Category.MODEL, failed_control=FailedControl(name="review"))
    stated = replace(proposed, incident=replace(FULL.incident, root_cause=said))
    assert value(FULL, "veris", "control_failure") == "retrieval scope; search_notes; whole workspace"
    assert value(proposed, "veris", "control_failure") is None
    assert value(stated, "veris", "control_failure") == "review"
    assert value(stated, "oecd", "22 Incident linked to the AI model") is True
    assert value(FULL, "oecd", "22 Incident linked to the AI model") is None


def test_avid_gets_only_what_its_own_lists_hold() -> None:
    assert value(FULL, "avid", "impact.avid.sep_view") == ["S0301: Information Leak"]
    assert value(FULL, "avid", "impact.avid.risk_domain") == ["Security"]
    assert value(BARE, "avid", "impact.avid.sep_view") is None
    assert value(FULL, "avid", "affects.artifacts") == [
        {"type": "System", "name": "monthly-summary"},
        {"type": "Model", "name": "m-4.10"},
    ]
