"""What may not pass as a level-1 note."""

from dataclasses import replace

import pytest
from triage.examples import SEVEN, as_answered, slip

from incident2eval.model import Answer, Circumstances, Happened, IncidentType, Policy
from incident2eval.model.incident import FailedControl, Impact, StatedCause
from incident2eval.triage import MARKERS, escalations

POLICY = Policy()


def markers(incident: object, *, like_it: int = 0) -> set[str]:
    return {line.split(":")[0] for line in escalations(incident, like_it=like_it, policy=POLICY)}  # type: ignore[arg-type]


@pytest.mark.requirement("R4", "R5")
def test_a_slip_passes() -> None:
    assert escalations(slip(), like_it=0, policy=POLICY) == ()


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("facts", "marker"),
    [
        ({"outcome": Happened.REALISED}, "material"),
        ({"outcome": Happened.NEAR_MISS}, "material"),
        ({"impact": Impact(domains=("operational", "financial"), acted_on=Answer.NO)}, "material"),
        ({"impact": Impact(acted_on=Answer.YES)}, "material"),
        ({"impact": Impact()}, "material"),
        ({"noticed_by": "client"}, "visible"),
        ({"type": (IncidentType.UNAUTHORISED_ACTION,)}, "unauthorised"),
        ({"type": (IncidentType.DATA_EXPOSURE,)}, "sensitive"),
        ({"noticed_by": "Customer "}, "visible"),
        ({"circumstances": Circumstances(personal_data=Answer.YES)}, "sensitive"),
        ({"circumstances": Circumstances(health_data=Answer.YES)}, "sensitive"),
        ({"circumstances": Circumstances(threshold_met=Answer.YES)}, "material"),
        ({"type": (IncidentType.HUMAN_REVIEW_FAILURE,)}, "control_failed"),
        ({"root_cause": StatedCause(failed_control=FailedControl(name="four eyes"))}, "control_failed"),
    ],
)
def test_each_marker_is_told_by_its_fact(facts: dict[str, object], marker: str) -> None:
    assert markers(slip(**facts)) == {marker}


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNKNOWN])
@pytest.mark.parametrize("name", SEVEN)
def test_no_question_may_be_open(name: str, answer: Answer) -> None:
    (line,) = escalations(as_answered(slip(), name, answer), like_it=0, policy=POLICY)

    assert line.endswith(f"({name}: {answer})")


@pytest.mark.requirement("R6")
@pytest.mark.parametrize(("like_it", "told"), [(0, set()), (2, set()), (3, {"repeated"}), (9, {"repeated"})])
def test_repeats_are_counted_not_asked(like_it: int, told: set[str]) -> None:
    assert markers(slip(), like_it=like_it) == told


def test_a_team_sets_its_own_count() -> None:
    assert escalations(slip(), like_it=1, policy=replace(POLICY, repeated=1)) == (
        "repeated: 1 of its type before; 1 make the next one repeated (policy)",
    )


def test_lines_come_in_the_order_of_the_markers() -> None:
    everything = slip(outcome=Happened.REALISED, noticed_by="client", type=tuple(IncidentType))

    lines = escalations(everything, like_it=3, policy=POLICY)

    assert list(dict.fromkeys(line.split(":")[0] for line in lines)) == list(MARKERS)
