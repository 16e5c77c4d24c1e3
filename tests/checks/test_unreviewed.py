"""When the check proposes: only where a review was asked for, and the incident is about what was sent."""

from datetime import date
from typing import Any

from incident2eval.checks import SHELF, Known
from incident2eval.formats import load_run
from incident2eval.model import Incident, IncidentType, Origin, Run, WorkflowSettings
from incident2eval.model.incident import When, WorkflowVersion

CHECK = next(check for check in SHELF if check.name == "unreviewed")
SEND = {"kind": "output", "name": "post_reply", "input": {"text": "Your lease ends in May."}}
YES = {"kind": "review", "name": "agent_desk", "output": {"approved": True, "by": "Mo Teal"}}


def run(*steps: Any) -> Run:
    return load_run({"output": "Replied.", "steps": list(steps)}, what="a run")


def known(
    recorded: Run,
    corrected: Run,
    *,
    wrong: tuple[str, ...] = (),
    types: tuple[IncidentType, ...] = (),
    standard: str | None = "The lettings desk reads every reply",
    origin: Origin = Origin.CORRECTED_TRACE,
) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="A reply went out",
        workflow=WorkflowVersion(name="replies"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        wrong=wrong,
        type=types,
    )
    return Known(
        incident=incident,
        recorded=recorded,
        corrected=corrected,
        origin=origin,
        workflow=WorkflowSettings(review_standard=standard),
    )


def test_where_the_wrong_words_were_sent_and_the_settings_demand_a_review() -> None:
    case = known(run(SEND), run(YES, SEND), wrong=("lease ends in May",))

    assert CHECK.propose(case) == {"sends": ["post_reply"]}


def test_where_people_call_it_a_failure_of_the_review() -> None:
    case = known(run(SEND), run(YES, SEND), types=(IncidentType.HUMAN_REVIEW_FAILURE,), standard=None)

    assert CHECK.propose(case) == {"sends": ["post_reply"]}


def test_not_where_nobody_demands_one() -> None:
    assert CHECK.propose(known(run(SEND), run(YES, SEND), wrong=("lease ends",), standard=None)) is None


def test_not_where_the_incident_is_about_something_else() -> None:
    assert CHECK.propose(known(run(SEND), run(YES, SEND), wrong=("the rent is due",))) is None


def test_not_where_honest_runs_show_no_review_either() -> None:
    assert CHECK.propose(known(run(SEND), run(SEND), wrong=("lease ends in May",))) is None


def test_not_from_a_run_that_we_repaired() -> None:
    case = known(run(SEND), run(YES, SEND), wrong=("lease ends in May",), origin=Origin.REPAIRED)

    assert CHECK.propose(case) is None


def test_without_a_step_that_sends_the_output_counts_as_sent() -> None:
    write = {"kind": "model", "name": "write", "output": "Your lease ends in May."}
    case = known(run(write), run(write, YES), types=(IncidentType.HUMAN_REVIEW_FAILURE,))

    assert CHECK.propose(case) == {"sends": []}
