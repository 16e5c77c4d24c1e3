"""Business impact decides, unknown is never no, and silence lowers nothing: over any incident."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage.examples import FINDINGS, INCIDENTS, SEVEN, as_answered, slip

from incident2eval.model import KNOWN_VALUES, Answer, Finding, Incident, IncidentType, Policy, Severity
from incident2eval.model.incident import Questions
from incident2eval.triage import escalations, involved, triage

ODD = slip(
    title="Two agents in a loop pass an error on, for 4,000 calls",
    failure_modes=("retry_loop", "cascading_error", "goal_drift"),
    type=(IncidentType.WORKFLOW_DRIFT,),
)
"""A complex failure inside the firm that nobody acted on."""

SENTENCE = slip(
    title="One made-up sentence in a notice to a customer",
    failure_modes=("hallucination",),
    type=(IncidentType.INCORRECT_EXTERNAL_OUTPUT,),
    questions=Questions(**{**dict.fromkeys(SEVEN, Answer.NO), "left_company": Answer.YES}),
)
"""A plain slip that a customer read."""


@pytest.mark.requirement("R58")
def test_a_sentence_that_a_customer_read_outranks_a_complex_failure_nobody_acted_on() -> None:
    assert triage(SENTENCE, ()).suggested is Severity.IMPACT
    assert triage(ODD, ()).suggested is Severity.LOW


@pytest.mark.requirement("R57")
def test_the_same_impact_with_other_technical_detail_is_the_same_level() -> None:
    plain = replace(ODD, title="A typo", failure_modes=("template_error",))

    assert triage(ODD, ()).suggested is triage(plain, ()).suggested


@pytest.mark.requirement("R57")
@given(
    incident=INCIDENTS,
    title=st.text(max_size=20),
    modes=st.lists(st.sampled_from(sorted(KNOWN_VALUES["failure_modes"])), max_size=3),
)
def test_no_technical_detail_moves_the_level(incident: Incident, title: str, modes: list[str]) -> None:
    other = replace(incident, title=title, failure_modes=tuple(modes))

    assert triage(other, ()).suggested is triage(incident, ()).suggested


@pytest.mark.requirement("R65")
@given(incident=INCIDENTS, findings=FINDINGS, said=st.text(max_size=20))
def test_that_nobody_complained_lowers_nothing(
    incident: Incident, findings: tuple[Finding, ...], said: str
) -> None:
    unheard = replace(incident, noticed_by=None)
    quiet = replace(
        incident,
        noticed_by="monitoring",
        what_happened=f"No customer complained. {said}",
        impact=replace(incident.impact, text="Nobody complained."),
    )

    assert triage(quiet, findings).suggested is triage(unheard, findings).suggested


@pytest.mark.requirement("R56")
@given(incident=INCIDENTS, findings=FINDINGS, name=st.sampled_from((*SEVEN, "acted_on")))
def test_unknown_is_never_no_for_the_level(
    incident: Incident, findings: tuple[Finding, ...], name: str
) -> None:
    no, unknown, yes = (
        triage(as_answered(incident, name, answer), findings).suggested
        for answer in (Answer.NO, Answer.UNKNOWN, Answer.YES)
    )

    assert no <= unknown <= yes
    assert unknown > Severity.LOW


@pytest.mark.requirement("R56", "R68")
@given(incident=INCIDENTS, name=st.sampled_from((*SEVEN, "acted_on")), severity=st.sampled_from(Severity))
def test_unknown_is_never_no_for_who_has_to_be_there(
    incident: Incident, name: str, severity: Severity
) -> None:
    no, unknown = (
        {one.function for one in involved(as_answered(incident, name, answer), (), severity, ())}
        for answer in (Answer.NO, Answer.UNKNOWN)
    )

    assert no <= unknown


@pytest.mark.requirement("R5")
@given(incident=INCIDENTS)
def test_what_passes_as_a_note_is_suggested_as_level_1(incident: Incident) -> None:
    if not escalations(incident, like_it=0, policy=Policy()):
        assert triage(incident, ()).suggested is Severity.LOW
