"""Who has to be there, and what a surface means before anybody has looked."""

import pytest
from triage.examples import SEVEN, slip

from incident2eval.model import Answer, Approver, Circumstances, Incident, IncidentType, Severity
from incident2eval.model.incident import Affected, Communication, Impact, Questions, Surface
from incident2eval.triage import PRINCIPLES, SURFACES, Function, involved, principles

APPROVERS = (
    Approver(name="Lea Legal", roles=("legal",)),
    Approver(name="Sia Security", roles=("security",)),
    Approver(name="Sol Security", roles=("security",)),
)


def functions(incident: Incident, *types: IncidentType, level: int = 1) -> set[str]:
    return {one.function for one in involved(incident, types, Severity(level), APPROVERS)}


@pytest.mark.requirement("R85")
def test_a_slip_needs_nobody_else() -> None:
    assert functions(slip()) == set()


@pytest.mark.requirement("R68")
@pytest.mark.parametrize(
    ("incident", "function"),
    [
        (
            slip(questions=Questions(**{**dict.fromkeys(SEVEN, Answer.NO), "took_action": Answer.YES})),
            "security",
        ),
        (slip(circumstances=Circumstances(personal_data=Answer.YES)), "legal"),
        (slip(affected=(Affected(kind="applicant", ref="AP-1"),)), "HR"),
        (slip(affected=(Affected(kind="Applicant ", ref="AP-1"),)), "HR"),
        (slip(impact=Impact(domains=("employee",), acted_on=Answer.NO)), "HR"),
        (slip(impact=Impact(domains=("Employee ",), acted_on=Answer.NO)), "HR"),
        (slip(impact=Impact(domains=("financial",), acted_on=Answer.NO)), "finance"),
        (slip(impact=Impact(domains=("operational",), acted_on=Answer.NO)), "operations"),
    ],
)
def test_functions_follow_the_facts(incident: Incident, function: str) -> None:
    assert function in functions(incident)


@pytest.mark.requirement("R69", "R84")
def test_insurer_and_solicitor_where_a_client_was_harmed_or_it_may_cost() -> None:
    harmed = slip(circumstances=Circumstances(client_harmed=Answer.YES))
    open_question = slip(
        questions=Questions(**{**dict.fromkeys(SEVEN, Answer.NO), "obligation_possible": Answer.UNKNOWN})
    )

    assert {"insurer", "solicitor"} <= functions(harmed)
    assert {"insurer", "solicitor"} <= functions(open_question, level=3)
    assert not {"insurer", "solicitor"} & functions(open_question, level=2)


def test_each_says_why_and_who() -> None:
    found = involved(slip(), (IncidentType.DATA_EXPOSURE,), Severity.MATERIAL_CAUGHT, APPROVERS)

    assert [(one.function, one.who) for one in found] == [
        (Function.SECURITY, "Sia Security, Sol Security"),
        (Function.LEGAL, "Lea Legal"),
        (Function.OPERATIONS, None),
    ]
    assert found[0].because == "it is a data exposure"


@pytest.mark.requirement("R14", "R157")
@pytest.mark.parametrize("surface", Surface)
def test_each_surface_says_how_urgent_what_first_and_whom(surface: Surface) -> None:
    defaults = SURFACES[surface]

    assert defaults.urgency
    assert defaults.first
    assert set(defaults.functions) <= functions(slip(surface=surface), level=2)


@pytest.mark.requirement("R156")
def test_only_an_outbound_message_is_taken_as_sent() -> None:
    assert {surface: dict(one.presumed) for surface, one in SURFACES.items() if one.presumed} == {
        Surface.OUTBOUND_COMMUNICATION: {"left_company": Answer.YES}
    }


@pytest.mark.requirement("R81")
class TestPrinciples:
    def test_unknown_until_a_fact_speaks(self) -> None:
        untold = principles(slip(questions=Questions()), ())

        assert tuple(one.name for one in untold) == PRINCIPLES
        assert {one.touched for one in untold} == {Answer.UNKNOWN}

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            (IncidentType.BIASED_OR_INCONSISTENT_DECISION, "fairness"),
            (IncidentType.DATA_EXPOSURE, "data minimisation"),
            (IncidentType.INCORRECT_EXTERNAL_OUTPUT, "accuracy"),
        ],
    )
    def test_the_type_speaks(self, kind: IncidentType, name: str) -> None:
        touched = {one.name for one in principles(slip(), (kind,)) if one.touched is Answer.YES}

        assert touched == {name}

    def test_what_went_out_and_nobody_was_told_touches_transparency(self) -> None:
        out = Questions(**{**dict.fromkeys(SEVEN, Answer.NO), "left_company": Answer.YES})
        planned = slip(questions=out, communications=(Communication(to="CL-7"),))

        assert (
            next(one for one in principles(planned, ()) if one.name == "transparency").touched is Answer.YES
        )
