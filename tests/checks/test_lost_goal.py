"""What counts as the same value in other dress, and what of a request is proposed."""

from dataclasses import replace
from datetime import date

import pytest

from incident2eval.checks import Known, lost_context, lost_goal
from incident2eval.checks._lost_context import CHECK as CONTEXT
from incident2eval.checks._lost_goal import CHECK as GOAL
from incident2eval.model import Customer, Customers, Incident, Origin, Run, Step, StepKind
from incident2eval.model.incident import When, WorkflowVersion

INCIDENT = Incident(
    id="INC-2026-0001",
    title="Another month",
    workflow=WorkflowVersion(name="minutes"),
    when=When(noticed=date(2026, 11, 2)),
    what_happened="It was the wrong month.",
    wrong=("In June there were four.",),
)
ASK = {"message": "How many meetings in July 2026, for Moss & Dale?"}
KNOWN = Known(
    incident=INCIDENT,
    recorded=Run(input=ASK, output="In June there were four."),
    corrected=Run(input=ASK, output="Moss & Dale: in July there were six."),
    origin=Origin.CORRECTED_TRACE,
    customers=Customers(rows=(Customer(id="A", name="Moss & Dale"),)),
)


@pytest.mark.parametrize(
    ("wanted", "output"),
    [
        ("July 2026", "2026-07"),
        ("3 July 2026", "on Jul 3rd, 2026"),
        ("3 July 2026", "03.07.2026"),
        ("2026-07-03", "Friday, 3 July"),
        ("14:30", "half of it at 2.30, the rest at 2:30 p.m."),
        ("£1,250", "GBP 1250.00"),
        ("2 weeks", "14 days"),
        ("SUP-2209", "sup 2209"),
        ("ada@moss.example", "sent to Ada@Moss.example"),
        ("Porto", "the beds of PORTO"),
    ],
)
def test_a_value_in_other_dress_is_the_same(wanted: str, output: str) -> None:
    assert not lost_goal(Run(output=output), asked_for=[wanted])


@pytest.mark.parametrize(
    ("wanted", "output"),
    [
        ("July 2026", "July 2025"),
        ("3 July 2026", "4 July 2026"),
        ("14:30", "14:45"),
        ("£1,250", "€1,250"),
        ("SUP-2209", "SUP-22091"),
        ("Porto", "Lisbon"),
        ("May 2026", "It may be so."),
    ],
)
def test_another_value_is_not(wanted: str, output: str) -> None:
    assert lost_goal(Run(output=output), asked_for=[wanted])


def test_what_the_wrong_words_replace_is_proposed_and_no_customers_name() -> None:
    assert GOAL.propose(KNOWN) == {"asked_for": ["July 2026"]}


def test_nothing_is_proposed_where_the_wrong_words_are_about_something_else() -> None:
    incident = replace(INCIDENT, wrong=("there were four",))

    assert GOAL.propose(replace(KNOWN, incident=incident)) is None
    assert GOAL.propose(replace(KNOWN, incident=replace(INCIDENT, wrong=()))) is None


def test_nothing_is_learnt_from_a_run_of_our_own_making() -> None:
    assert GOAL.propose(replace(KNOWN, origin=Origin.REPAIRED)) is None


def test_what_the_model_was_given_and_did_not_heed_is_no_lost_context() -> None:
    read = Step(id="r", kind=StepKind.TOOL, name="policy", output="Returns within 30 days.")
    write = Step(id="w", kind=StepKind.MODEL, name="write", input="Returns within 30 days. Answer.")
    blank = replace(write, input="Answer the customer.")
    incident = replace(INCIDENT, wrong=("within 60 days",))
    known = replace(
        KNOWN,
        incident=incident,
        recorded=Run(output="You may return it within 60 days.", steps=(read, write)),
        corrected=Run(output="You may return it within 30 days.", steps=(read, write)),
    )
    dropped = replace(known, recorded=replace(known.recorded, steps=(read, blank)))

    assert CONTEXT.propose(known) is None
    assert CONTEXT.propose(dropped) is None  # a limit: an answer may keep to it and name another figure


def test_the_finding_names_the_step_that_worked_on_without_it() -> None:
    run = Run(
        input={"message": "Book it for 3 July 2026"},
        output="Booked.",
        steps=(
            Step(id="a", kind=StepKind.AGENT, name="intake", input="Book it for 3 July 2026"),
            Step(id="b", kind=StepKind.HANDOFF, name="to_desk", output={"what": "booking"}),
        ),
    )

    found = lost_context(run, told=["3 July 2026"])

    assert [finding.step for finding in found] == ["b", None]
