"""Which rules fire: only a no stops one, and unknown is never no."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

import pytest
from duties.incidents import AWARE, NOW, Judge, firm, incident_with

from incident2eval.duties import advice, duties
from incident2eval.duties._words import LIGHT_PATH, SEEK_ADVICE, SETTLED
from incident2eval.model import (
    Answer,
    ClockState,
    DutyNote,
    Integration,
    Organisation,
    Rule,
    Severity,
    WorkflowSettings,
)

TRIGGERS = (
    "exposed_information",
    "took_action",
    "obligation_possible",
    "personal_data",
    "risk_to_people",
    "high_risk",
    "client_harmed",
    "serious_incident",
)
EVERYWHERE = Organisation(
    jurisdictions=("UK", "EU", "US"),
    roles=dict.fromkeys(
        "controller processor provider deployer regulated_fs part_4a_firm enhanced_reporting_firm "
        "payment_service_provider essential_entity financial_entity communications_provider hipaa_entity "
        "sec_registrant".split(),
        "yes",
    ),
)


@pytest.mark.requirement("R56", "R79", "R80")
@pytest.mark.parametrize("organisation", [Organisation(), EVERYWHERE], ids=["undeclared", "everywhere"])
def test_e_no_combination_of_answers_drops_a_duty(
    shipped: Mapping[str, Rule], organisation: Organisation
) -> None:
    """All 3^8 answers: only a no lets a rule go, it is named, and nothing is decided for anybody."""
    rules, blank = tuple(shipped.values()), incident_with()
    seen = 0
    for answers in itertools.product(Answer, repeat=len(TRIGGERS)):
        said = dict(zip(TRIGGERS, answers, strict=True))
        given = incident_with(**said)
        found = duties(
            given, organisation, rules, now=NOW, severity=Severity.SEVERE, workflow=WorkflowSettings()
        )
        assert len(found) == len(rules)
        for duty in found:
            no = {name for name, answer in said.items() if answer is Answer.NO} | {"contract_found"}
            stopped = no & {*duty.rule.all_of} - {"risk_to_people"} or (
                duty.rule.any_of and no >= {*duty.rule.any_of}
            )
            undeclared = duty.rule.scope.declared_only and organisation is not EVERYWHERE
            assert (duty.state is ClockState.NOT_APPLICABLE) == bool(stopped or undeclared)
            assert duty.state is not ClockState.DECIDED_NOT_REQUIRED
            if stopped:
                assert any(line.split(" is no ")[0] in no for line in duty.because)
        seen += 1
    assert seen == 6561
    assert blank.duties == ()


@pytest.mark.requirement("R79")
def test_without_personal_data_a_wrong_advice_is_no_case_for_the_data_protection_authority(
    judge: Judge,
) -> None:
    duty = judge(incident_with(personal_data=Answer.NO), firm("UK", controller="yes"))["ukgdpr-33-1"]
    assert duty.state is ClockState.NOT_APPLICABLE
    assert duty.because == ("personal_data is no (data of living people are involved)",)
    assert duty.due is None


@pytest.mark.requirement("R78", "R80")
def test_unknown_lets_the_72_hours_run(judge: Judge) -> None:
    duty = judge(incident_with(), firm("UK", controller="yes"))["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert duty.started == AWARE
    assert duty.due == AWARE.replace(day=21)
    assert "unknown is not no" in duty.because[0]


def test_an_unlikely_risk_alone_stops_no_clock(judge: Judge) -> None:
    duty = judge(incident_with(risk_to_people=Answer.NO), firm("UK", controller="yes"))["ukgdpr-33-1"]
    assert duty.state is ClockState.DUE
    assert any("that alone stops no clock; a named person has to decide" in line for line in duty.because)


def test_every_breach_is_documented_until_somebody_says_that_it_is(judge: Judge) -> None:
    uk = firm("UK", controller="yes")
    known = incident_with(personal_data=Answer.YES, risk_to_people=Answer.NO)
    assert judge(known, uk)["ukgdpr-33-5"].state is ClockState.DUE
    done = replace(known, duties=(DutyNote(rule="ukgdpr-33-5", state="filed", by="Ana", at=NOW),))
    assert judge(done, uk)["ukgdpr-33-5"].state is ClockState.FILED


@pytest.mark.requirement("R82")
def test_a_regulated_firm_tells_its_regulator(judge: Judge) -> None:
    regulated = firm("UK", regulated_fs="yes")
    touched = incident_with(conduct_affected=Answer.YES, approved_wrongly=Answer.NO)
    duty = judge(touched, regulated)["fca-p11"]
    assert duty.state is ClockState.DUE
    assert duty.due is None
    assert duty.rule.holds == ("conduct", "record-keeping", "controls that failed")
    spared = incident_with(conduct_affected=Answer.NO, approved_wrongly=Answer.NO)
    assert judge(spared, regulated)["fca-p11"].state is ClockState.NOT_APPLICABLE


@pytest.mark.requirement("R83", "R84")
def test_harm_and_contracts_are_rows_of_their_own(judge: Judge) -> None:
    known = incident_with(client_harmed=Answer.YES, obligation_possible=Answer.NO)
    found = judge(known, workflow=WorkflowSettings())
    assert found["harm"].state is ClockState.DUE
    assert "insurer" in found["harm"].rule.tell
    assert found["contract"].state is ClockState.NOT_APPLICABLE


@pytest.mark.requirement("R87")
@pytest.mark.parametrize(
    ("workflow", "state"),
    [
        (WorkflowSettings(integrations=(Integration(name="crm", notifies="us, at once"),)), ClockState.DUE),
        (WorkflowSettings(integrations=(Integration(name="crm", contract="MSA"),)), ClockState.DUE),
        (WorkflowSettings(integrations=(Integration(name="crm", vendor="Acme"),)), ClockState.DUE),
        (None, ClockState.DUE),
        (WorkflowSettings(integrations=(Integration(name="crm", vendor=" "),)), ClockState.NOT_APPLICABLE),
    ],
    ids=["notifies", "contract", "vendor", "unknown workflow", "none"],
)
def test_a_contract_that_may_ask_for_a_notice_fires_whatever_was_answered(
    judge: Judge, workflow: WorkflowSettings | None, state: ClockState
) -> None:
    found = judge(incident_with(obligation_possible=Answer.NO), workflow=workflow)
    assert found["contract"].state is state


@pytest.mark.requirement("R86")
def test_a_vendors_fault_takes_no_row_away(judge: Judge) -> None:
    vendor = WorkflowSettings(integrations=(Integration(name="crm", vendor="Acme"),))
    ours, theirs = judge(incident_with()), judge(incident_with(), workflow=vendor)
    assert [duty.state for duty in ours.values()] == [duty.state for duty in theirs.values()]


@pytest.mark.requirement("R80", "R85")
def test_what_follows_from_all_duties_together(shipped: Mapping[str, Rule]) -> None:
    rule = shipped["harm"]

    def said(*notes: DutyNote, harmed: Answer) -> str:
        given = incident_with(*notes, client_harmed=harmed)
        return advice(duties(given, Organisation(), (rule,), now=NOW, severity=Severity.LOW))

    told = DutyNote(rule="harm", state="filed", by="Ana", at=NOW)
    assert said(harmed=Answer.UNKNOWN) == SEEK_ADVICE
    assert said(harmed=Answer.NO) == LIGHT_PATH
    assert said(told, harmed=Answer.YES) == SETTLED
