"""What `missing_facts` takes from the words that should have been there."""

from datetime import date
from typing import Any

import pytest

from incident2eval.checks import Known, missing_facts
from incident2eval.checks._missing_facts import CHECK
from incident2eval.model import CannotJudge, Customer, Customers, Incident, Origin, Run
from incident2eval.model.incident import When, WorkflowVersion

ROSTER = Customers(
    rows=(
        Customer(id="C1", name="Harrow & Vale"),
        Customer(id="C2", name="Northgate Ltd", aliases=("Northgate",)),
    )
)


def required(
    *right: str,
    recorded: str = "Nothing of it.",
    corrected: str | None = None,
    origin: Origin = Origin.CORRECTED_TRACE,
    customer_id: str | None = None,
) -> Any:
    incident = Incident(
        id="INC-2026-0001",
        title="Something went wrong",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        right=right,
    )
    known = Known(
        incident=incident,
        recorded=Run(output=recorded),
        corrected=Run(output=" ".join(right) if corrected is None else corrected),
        origin=origin,
        customers=ROSTER,
        customer_id=customer_id,
    )
    facts = CHECK.propose(known)
    return facts["required"] if facts else None


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        ("exchanged within the same 30 days", [{"figure": "30 days"}]),
        ("Return postage of £4.95 is yours", [{"figure": "£4.95"}]),
        ("Suppliers reviewed: 40", [{"figure": "40"}]),
        ("on 6 October 2026 at 14:30", [{"date": "6 October 2026"}, {"time": "14:30"}]),
        ("collect it at the Leeds depot, ref. PO-4711", [{"id": "PO-4711"}, {"name": "Leeds"}]),
        ("Dr Amara Okonkwo sees you in two weeks", [{"figure": "two weeks"}, {"name": "Amara Okonkwo"}]),
        ("Northgate owes £5,000", [{"figure": "£5,000"}, {"customer": "C2"}]),
    ],
)
def test_figures_dates_and_names_are_facts(words: str, facts: list[Any]) -> None:
    assert required(words) == facts


@pytest.mark.parametrize(
    "words",
    ["we are sorry for the delay", "Please see section 4.2", "The VAT is included", "On Monday in May"],
)
def test_wording_references_and_abbreviations_are_none(words: str) -> None:
    assert required(words) is None


def test_without_right_words_there_is_nothing_to_require() -> None:
    assert required() is None


def test_the_runs_own_customer_may_be_addressed_in_any_way() -> None:
    assert required("Harrow & Vale pay £12", customer_id="C1") == [{"figure": "£12"}]


def test_a_fact_that_a_right_run_does_without_is_not_needed() -> None:
    assert required("£12 by 3 May 2027", corrected="You pay £12.") == [{"figure": "£12"}]


def test_a_repaired_run_says_nothing_of_what_is_needed() -> None:
    assert required("£12", corrected="Nothing.", origin=Origin.REPAIRED) == [{"figure": "£12"}]


def test_nothing_is_proposed_where_nothing_is_missing() -> None:
    assert required("£12", recorded="That makes twelve pounds.") is None


@pytest.mark.parametrize("facts", [[], None, ["30 days"], [{"colour": "red"}], [{"figure": ""}]])
def test_facts_that_require_nothing_are_refused(facts: Any) -> None:
    with pytest.raises(CannotJudge):
        missing_facts(Run(output="x"), required=facts, customers=Customers())
