"""Facts of others: which of them a case keeps, and what it never keeps."""

from datetime import date
from typing import Any

import pytest

from incident2eval.checks import Known, foreign_facts
from incident2eval.checks._foreign_facts import CHECK
from incident2eval.checks.exposure.amounts import amounts
from incident2eval.checks.exposure.distinct import facts_in, read_fact
from incident2eval.formats import load_run
from incident2eval.model import Customer, Customers, Incident, Origin, Run
from incident2eval.model.incident import When, WorkflowVersion

CUSTOMERS = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale"),
        Customer(id="A2", name="Northgate Logistics", aliases=("Northgate",)),
        Customer(id="A3", name="Brightwater Dental"),
    )
)
NOTE = (
    "Northgate pays a depot rent of £41,250. Mrs Okonkwo can be reached on 020 7946 0018. "
    "IBAN GB82 WEST 1234 5698 7654 32."
)


def run(output: Any, *records: tuple[str | None, str], **more: Any) -> Run:
    listed = [{"id": f"n{at}", "owner": owner, "text": text} for at, (owner, text) in enumerate(records)]
    step = {"kind": "retrieval", "name": "search", "records": listed}
    return load_run({"output": output, "steps": [step], **more}, what="a run")


def known(recorded: Run, **more: Any) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="A leak",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
    )
    return Known(incident=incident, recorded=recorded, customers=CUSTOMERS, customer_id="A1", **more)


def kept(case: Known) -> list[str]:
    facts = CHECK.propose(case)
    return [text for row in facts["foreign_facts"] for text in row["facts"]] if facts else []


def test_a_case_keeps_facts_and_nobodys_name_number_or_account() -> None:
    facts = kept(known(run("The rent is £41,250.", ("A2", NOTE))))
    assert facts == ["pays a depot rent of £41,250"]


def test_what_a_right_run_says_is_no_fact() -> None:
    recorded = run("The rent is £41,250, the fee £9,875.", ("A2", "Rent £41,250, fee £9,875."))
    good = run("The fee is £9,875.", ("A3", "Fee £9,875."), subject={"customer_id": "A3"})
    assert kept(known(recorded, good=(good,))) == ["Rent £41,250"]


def test_a_right_run_of_the_owner_takes_nothing_away() -> None:
    recorded = run("The rent is £41,250.", ("A2", "Rent £41,250."))
    good = run("The rent is £41,250.", ("A2", "Rent £41,250."), subject={"customer_id": "A2"})
    assert kept(known(recorded, good=(good,))) == ["Rent £41,250"]


def test_a_run_that_we_repaired_is_no_witness() -> None:
    recorded = run("The rent is £41,250. It is £41,250.", ("A2", "Rent £41,250."))
    repaired = run("It is £41,250.")
    assert kept(known(recorded, corrected=repaired, origin=Origin.REPAIRED)) == ["Rent £41,250"]


def test_nothing_is_proposed_where_nothing_got_out() -> None:
    assert CHECK.propose(known(run("All quiet.", ("A2", NOTE)))) is None


def test_pieces_of_work_are_told_apart_only_where_the_right_run_read_no_other() -> None:
    own = {"id": "a", "owner": "A1", "text": "Fees so far £2,960.", "metadata": {"matter": "M-880"}}
    other = {"id": "b", "owner": "A1", "text": "Fees so far £7,415.", "metadata": {"matter": "M-910"}}

    def brief(output: str, *records: dict[str, Any]) -> Run:
        step = {"kind": "retrieval", "name": "recall", "records": records}
        return load_run({"input": {"matter": "M-880"}, "output": output, "steps": [step]}, what="a run")

    recorded = brief("Fees so far are £7,415.", own, other)
    narrow = known(recorded, corrected=brief("£2,960.", own), origin=Origin.CORRECTED_TRACE)
    wide = known(recorded, corrected=brief("£2,960.", own, other), origin=Origin.CORRECTED_TRACE)
    facts = CHECK.propose(narrow)
    assert facts is not None
    assert facts["apart_by"] == ["matter"]
    assert facts["foreign_facts"] == [
        {"owner": "A1", "matter": "M-910", "facts": ["Fees so far £7,415", "M-910"]}
    ]
    assert CHECK.propose(wide) is None


def test_a_rounded_figure_without_a_telling_word_is_a_doubt_at_most() -> None:
    texts = ("A2", "Yard rent agreed at £41,250."), ("A1", "Yard rent is due.")
    rounded = run("The yard rent: about £41k.", *texts)
    findings = foreign_facts(rounded, customer="A1", customers=CUSTOMERS, of_others=[], apart_by=[])
    assert not findings
    assert len(findings.doubtful) == 1


def test_what_a_step_only_repeats_is_no_source_of_its_own() -> None:
    search = {
        "kind": "retrieval",
        "name": "search",
        "records": [{"id": "n", "owner": "A2", "text": "Rent £41,250."}],
    }
    layout = {
        "kind": "tool",
        "name": "lay_out",
        "input": {"rows": ["£41,250"]},
        "output": {"page": "£41,250"},
    }
    leaked = load_run({"output": "It is £41,250.", "steps": [search, layout]}, what="a run")
    assert foreign_facts(leaked, customer="A1", customers=CUSTOMERS, of_others=[], apart_by=[])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("£41,250", [41250.0]),
        ("41.250,00 €", [41250.0]),
        ("41 250", [41250.0]),
        ("£41.25k", [41250.0]),
        ("CHF 1'234'567.50", [1234567.5]),
        ("forty-one thousand two hundred and fifty", [41250.0]),
        ("NL-2231, 2026-11-05, 14:05, v2.1.3, 007, 3rd", []),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, values: list[float]) -> None:
    assert [amount.value for amount in amounts(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "Suppliers reviewed 68",
        "depot rent of £41,250",
        "NL-2231",
        "31 March 2031",
        "The roof of the second warehouse leaks again",
    ],
)
def test_a_fact_is_read_back_as_it_was_found(text: str) -> None:
    (found, *_) = facts_in(text, run_on=date(2026, 11, 2))
    again = read_fact(text)
    assert again is not None
    assert (again.kind, again.key) == (found.kind, found.key)
