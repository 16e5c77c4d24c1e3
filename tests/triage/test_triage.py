"""Triage: severity follows business impact, and unknown is never no."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from incident2eval.checks import TYPE_OF_CHECK
from incident2eval.model import (
    JSON,
    Answer,
    Circumstances,
    Finding,
    Happened,
    Incident,
    IncidentType,
    Severity,
)
from incident2eval.model.incident import Affected, Impact, Questions, Surface, When, WorkflowVersion
from incident2eval.triage import triage

SEVEN = tuple(Questions.__dataclass_fields__)

ALL_NO = Incident(
    id="INC-2026-0001",
    title="A typo in an internal draft",
    what_happened="Caught in normal review.",
    workflow=WorkflowVersion(name="weekly-note"),
    when=When(noticed=datetime(2026, 11, 18, 10, 5, tzinfo=UTC)),
    questions=Questions(**dict.fromkeys(SEVEN, Answer.NO)),
    impact=Impact(acted_on=Answer.NO),
)


def answered(incident: Incident = ALL_NO, **answers: str) -> Incident:
    given = {name: Answer(answer) for name, answer in answers.items()}
    return replace(incident, questions=replace(incident.questions, **given))


def found(*checks: str) -> tuple[Finding, ...]:
    return tuple(Finding(check=check, step="s2", message="it did") for check in checks)


class TestSeverity:
    def test_low_impact_and_seven_noes_are_level_1(self) -> None:
        assert triage(ALL_NO, ()).suggested is Severity.LOW

    @pytest.mark.parametrize(
        "name",
        [
            "exposed_information",
            "approved_wrongly",
            "could_affect_more",
            "recent_change",
            "obligation_possible",
        ],
    )
    def test_one_yes_is_more_than_a_slip(self, name: str) -> None:
        judged = triage(answered(**{name: "yes"}), ())

        assert judged.suggested is Severity.MATERIAL_CAUGHT
        assert any(f"({name}: yes)" in why for why in judged.because)

    @pytest.mark.parametrize("name", SEVEN)
    def test_unknown_is_never_no(self, name: str) -> None:
        judged = triage(answered(**{name: "unknown"}), ())

        assert judged.suggested is Severity.MATERIAL_CAUGHT
        assert any(name in line for line in judged.unknown)

    @pytest.mark.parametrize("start", ["yes", "unknown"])
    @pytest.mark.parametrize("name", SEVEN)
    def test_no_answer_lowers_the_level_by_becoming_unknown(self, name: str, start: str) -> None:
        others = {other: start for other in SEVEN if other != name}

        told, untold = (triage(answered(**others, **{name: answer}), ()) for answer in ("no", "unknown"))

        assert untold.suggested >= told.suggested

    @pytest.mark.parametrize(
        "incident",
        [
            answered(left_company="yes"),
            answered(took_action="yes"),
            replace(ALL_NO, outcome=Happened.REALISED),
            replace(ALL_NO, impact=Impact(acted_on=Answer.YES)),
            replace(ALL_NO, noticed_by="client"),
        ],
        ids=["left", "acted", "realised", "acted_on", "client_noticed"],
    )
    def test_impact_is_level_3(self, incident: Incident) -> None:
        assert triage(incident, ()).suggested is Severity.IMPACT

    def test_what_was_caught_in_time_is_level_2(self) -> None:
        caught = replace(answered(took_action="yes", exposed_information="yes"), outcome=Happened.NEAR_MISS)

        assert triage(caught, ()).suggested is Severity.MATERIAL_CAUGHT

    def test_near_miss_that_left_the_company_is_level_3_and_the_contradiction_is_named(self) -> None:
        judged = triage(replace(answered(left_company="yes"), outcome=Happened.NEAR_MISS), ())

        assert judged.suggested is Severity.IMPACT
        assert any("calls it a near miss" in line and "left_company: yes" in line for line in judged.unknown)

    def test_near_miss_that_a_client_noticed_names_both_facts(self) -> None:
        judged = triage(replace(ALL_NO, outcome=Happened.NEAR_MISS, noticed_by="client"), ())

        assert judged.suggested is Severity.IMPACT
        assert judged.unknown[0] == (
            "The file calls it a near miss (outcome: near_miss), and says otherwise: a client noticed it, so "
            "it had reached one (noticed_by: client). Correct one of them; "
            "until then the higher level stands."
        )

    def test_a_near_miss_that_acted_contradicts_nothing(self) -> None:
        judged = triage(replace(answered(took_action="yes"), outcome=Happened.NEAR_MISS), ())

        assert judged.unknown == ()

    @pytest.mark.parametrize(
        ("answer", "level"),
        [("no", Severity.MATERIAL_CAUGHT), ("unknown", Severity.IMPACT), ("yes", Severity.IMPACT)],
    )
    def test_a_check_that_shows_an_act_is_an_act_unless_somebody_says_no(
        self, answer: str, level: Severity
    ) -> None:
        assert triage(answered(took_action=answer), found("unapproved_actions")).suggested is level

    def test_an_act_that_was_caught_stays_level_2(self) -> None:
        caught = replace(answered(took_action="unknown"), outcome=Happened.NEAR_MISS)

        assert triage(caught, found("unapproved_actions")).suggested is Severity.MATERIAL_CAUGHT

    @pytest.mark.requirement("R14", "R156")
    def test_an_outbound_message_is_taken_as_sent_and_that_sets_no_level(self) -> None:
        open_question = answered(left_company="unknown")
        outbound = replace(open_question, surface=Surface.OUTBOUND_COMMUNICATION)

        judged = triage(outbound, ())

        assert judged.suggested is triage(open_question, ()).suggested
        assert judged.because[-1] == (
            "Likely yes until shown otherwise: left_company (surface: outbound_communication). Please answer."
        )

    @pytest.mark.requirement("R156")
    def test_once_shown_unsent_nothing_is_taken_for_granted(self) -> None:
        outbound = replace(ALL_NO, surface=Surface.OUTBOUND_COMMUNICATION)

        assert not any("Likely" in why for why in triage(outbound, ()).because)

    def test_that_nobody_complained_lowers_nothing(self) -> None:
        incident = answered(left_company="yes")
        quiet = replace(
            incident,
            what_happened="No customer complained.",
            noticed_by="monitoring",
            failure_modes=("other",),
        )

        assert triage(quiet, ()).suggested == triage(incident, ()).suggested

    def test_technical_detail_changes_nothing(self) -> None:
        odd = replace(ALL_NO, failure_modes=("goal_drift", "cascading_error", "retry_loop"))

        assert triage(odd, ()).suggested is Severity.LOW

    def test_a_sentence_a_customer_saw_outranks_a_failure_nobody_acted_on(self) -> None:
        sentence = answered(left_company="yes")
        failure = replace(ALL_NO, failure_modes=("cascading_error",))

        assert triage(sentence, ()).suggested > triage(failure, ()).suggested

    def test_level_4_needs_a_stated_fact(self) -> None:
        realised = replace(answered(left_company="yes", exposed_information="yes"), outcome=Happened.REALISED)
        few, many = (replace(realised, affected=(Affected(kind="customer", count=n),)) for n in (3, 4_000))
        unsafe = replace(ALL_NO, impact=Impact(acted_on=Answer.NO, domains=("safety",)))

        assert triage(few, ()).suggested is Severity.IMPACT
        assert triage(many, ()).suggested is Severity.SEVERE
        assert triage(unsafe, ()).suggested is Severity.SEVERE
        assert (
            "Level 4: it is an exposure on a large scale, 4,000 affected (affected)."
            in triage(many, ()).because
        )

    def test_many_records_that_were_nearly_exposed_are_no_level_4(self) -> None:
        near = replace(
            answered(exposed_information="yes"),
            outcome=Happened.NEAR_MISS,
            affected=(Affected(kind="record", count=9_999),),
        )

        assert triage(near, ()).suggested is Severity.MATERIAL_CAUGHT

    @pytest.mark.parametrize(
        ("rows", "batch", "level"),
        [
            ((600, 600), {}, 4),
            ((600, 399), {}, 3),
            ((None,) * 1_000, {}, 4),
            ((1,), {"id": "B-7", "count": 4_000}, 4),
            ((1,), {"count": "many"}, 3),
        ],
    )
    def test_scale_is_the_sum_of_a_kind_or_the_batch(
        self, rows: tuple[int | None, ...], batch: dict[str, JSON], level: int
    ) -> None:
        exposed = replace(
            answered(left_company="yes", exposed_information="yes"),
            affected=(
                *(Affected(kind="customer", count=count) for count in rows),
                Affected(kind="document", count=999),
            ),
            batch=batch,
        )

        assert triage(exposed, ()).suggested == level

    @pytest.mark.parametrize(
        ("name", "level"),
        [
            ("death", 4),
            ("client_harmed", 3),
            ("serious_incident", 3),
            ("widespread", 3),
            ("major", 3),
            ("significant", 3),
            ("threshold_met", 3),
            ("high_risk", 3),
            ("material_to_investors", 3),
            ("health_data", 3),
            ("personal_data", 2),
        ],
    )
    def test_of_the_circumstances_a_yes_weighs(self, name: str, level: int) -> None:
        told, untold = (
            triage(replace(ALL_NO, circumstances=Circumstances(**{name: answer})), ())
            for answer in (Answer.YES, Answer.UNKNOWN)
        )

        assert told.suggested == level
        assert any(f"({name}: yes)" in why for why in told.because)
        assert (untold.suggested, untold.unknown) == (Severity.LOW, ())

    def test_a_near_miss_that_harmed_a_client_contradicts_itself(self) -> None:
        harmed = replace(
            ALL_NO, outcome=Happened.NEAR_MISS, circumstances=Circumstances(client_harmed=Answer.YES)
        )

        assert "a client was harmed (client_harmed: yes)" in triage(harmed, ()).unknown[0]

    @pytest.mark.parametrize("word", ["client", "Client ", "CUSTOMER"])
    def test_a_client_is_one_in_any_spelling(self, word: str) -> None:
        assert triage(replace(ALL_NO, noticed_by=word), ()).suggested is Severity.IMPACT

    @pytest.mark.parametrize("word", ["Safety", " SAFETY", "health and safety"])
    def test_safety_is_safety_in_any_spelling(self, word: str) -> None:
        unsafe = replace(ALL_NO, impact=Impact(acted_on=Answer.NO, domains=(word,)))

        assert triage(unsafe, ()).suggested is Severity.SEVERE

    def test_daily_operations_are_those_in_any_spelling(self) -> None:
        daily = replace(ALL_NO, impact=Impact(acted_on=Answer.NO, domains=("Operational ",)))

        assert triage(daily, ()).suggested is Severity.LOW

    def test_a_leak_in_the_trace_is_no_slip_whatever_was_answered(self) -> None:
        assert triage(ALL_NO, found("foreign_records")).suggested is Severity.MATERIAL_CAUGHT


class TestType:
    def test_the_file_decides(self) -> None:
        stated = replace(ALL_NO, type=(IncidentType.WORKFLOW_DRIFT, IncidentType.HUMAN_REVIEW_FAILURE))

        judged = triage(stated, found("foreign_names"))

        assert judged.type is IncidentType.WORKFLOW_DRIFT
        assert judged.types == stated.type

    @pytest.mark.parametrize(("check", "kind"), TYPE_OF_CHECK.items())
    def test_else_the_red_checks_tell(self, check: str, kind: str) -> None:
        judged = triage(ALL_NO, found(check))

        assert judged.type is kind
        assert any(f"the check {check} is red" in why for why in judged.because)

    def test_what_cannot_be_taken_back_comes_first(self) -> None:
        judged = triage(ALL_NO, found("ungrounded_figures", "unapproved_actions", "foreign_names"))

        assert judged.types == (
            IncidentType.DATA_EXPOSURE,
            IncidentType.UNAUTHORISED_ACTION,
            IncidentType.INCORRECT_EXTERNAL_OUTPUT,
        )

    @pytest.mark.parametrize(
        ("incident", "kind"),
        [
            (answered(exposed_information="yes", left_company="yes"), IncidentType.DATA_EXPOSURE),
            (
                replace(ALL_NO, surface=Surface.AUTOMATED_DECISION_STEP),
                IncidentType.BIASED_OR_INCONSISTENT_DECISION,
            ),
            (replace(ALL_NO, failure_modes=("silent_degradation",)), IncidentType.WORKFLOW_DRIFT),
            (replace(ALL_NO, failure_modes=("Silent_Degradation ",)), IncidentType.WORKFLOW_DRIFT),
            (answered(approved_wrongly="yes"), IncidentType.HUMAN_REVIEW_FAILURE),
            (answered(took_action="yes", left_company="yes"), IncidentType.UNAUTHORISED_ACTION),
            (answered(left_company="yes"), IncidentType.INCORRECT_EXTERNAL_OUTPUT),
            (replace(ALL_NO, noticed_by="client"), IncidentType.INCORRECT_EXTERNAL_OUTPUT),
        ],
    )
    def test_else_the_answers_tell(self, incident: Incident, kind: str) -> None:
        assert triage(incident, ()).type is kind

    def test_else_there_is_none_and_it_says_so(self) -> None:
        judged = triage(ALL_NO, ())

        assert judged.type is None
        assert judged.types == ()
        assert judged.because[0].startswith("No type is suggested")
