"""Every check on the shelf, by its examples: runs that it catches, runs that it leaves alone."""

import inspect
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from incident2eval.checks import SHELF, Check, Known
from incident2eval.formats import load_run
from incident2eval.model import CannotJudge, Customer, Customers, Incident, Run, WorkflowSettings
from incident2eval.model.incident import When, WorkflowVersion

HERE = Path(__file__).parent
SECTIONS = ("What went wrong:", "What is right:", "What this cannot see:")
Example = dict[str, Any]


def examples(check: Check) -> dict[str, list[Example]]:
    """The examples of a check; those that name no customers share the file's."""
    sheet = yaml.safe_load((HERE / f"{check.name}.yaml").read_text(encoding="utf-8"))
    shared = {"customers": sheet.get("customers", ()), "facts": {}}
    return {kind: [{**shared, **one} for one in sheet[kind]] for kind in ("caught", "clean")}


def roster(example: Example) -> Customers:
    rows = ({**row, "aliases": tuple(row.get("aliases", ()))} for row in example["customers"])
    return Customers(rows=tuple(Customer(**row) for row in rows))


def judged(check: Check, run: Run, example: Example) -> Any:
    facts = {"sources": [], **example["facts"]}
    return check(run, facts=facts, customer_id=example.get("customer"), customers=roster(example))


def known(example: Example) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="Something went wrong",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
    )
    lists = example["facts"]
    workflow = WorkflowSettings(
        approved_tools=tuple(lists["approved_tools"]) if "approved_tools" in lists else None,
        needs_approval=tuple(lists.get("needs_approval", ())),
    )
    return Known(
        incident=incident,
        recorded=load_run(example["run"], what="the example"),
        workflow=workflow,
        customers=roster(example),
        customer_id=example.get("customer"),
    )


def every(kind: str) -> list[Any]:
    return [
        pytest.param(check, example, id=f"{check.name}: {example['name']}")
        for check in SHELF
        for example in examples(check)[kind]
    ]


@pytest.mark.parametrize(("check", "example"), every("caught"))
def test_a_check_catches_the_failure(check: Check, example: Example) -> None:
    findings = judged(check, load_run(example["run"], what="the example"), example)

    assert findings
    assert all(finding.check == check.name and finding.message for finding in findings)


@pytest.mark.parametrize(("check", "example"), every("clean"))
def test_a_check_leaves_honest_runs_alone(check: Check, example: Example) -> None:
    findings = judged(check, load_run(example["run"], what="the example"), example)

    assert not findings, f"\n{findings}"


@pytest.mark.parametrize(("check", "example"), every("caught"))
def test_every_variant_of_a_caught_failure_is_caught(check: Check, example: Example) -> None:
    case = known(example)
    facts = check.propose(case)
    if facts is None or not judged(check, case.recorded, {**example, "facts": facts}):
        return
    variants = tuple(check.variants(case))

    assert 3 <= len(variants) <= 60
    missed = [one for one in variants if not judged(check, one, {**example, "facts": facts})]
    assert not missed, f"{len(missed)} of {len(variants)} missed, such as {missed[0].output!r}"
    assert variants == tuple(check.variants(case))


@pytest.mark.parametrize("check", SHELF, ids=lambda check: check.name)
def test_every_check_has_examples_and_a_page(check: Check) -> None:
    sheet = examples(check)
    page = inspect.getdoc(check.judge) or ""

    assert len(sheet["caught"]) >= 2
    assert len(sheet["clean"]) >= 2
    places = [page.find(section) for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)
    assert check.words.test.isidentifier()
    assert check.words.found.isidentifier()
    assert check.words.message.isascii()


@pytest.mark.parametrize("check", SHELF, ids=lambda check: check.name)
def test_a_check_that_lacks_a_fact_says_so(check: Check) -> None:
    run = Run(output="Nothing to say.")

    with pytest.raises(CannotJudge):
        check(run, facts={}, customer_id=None, customers=Customers())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    ["scope", "account_id", "tool", "approved", "by", "decision", "arguments", "text", "price", "qty"]
)
kinds = st.sampled_from(["tool", "retrieval", "review", "output", "handoff", "input", "model", "agent"])
steps = st.fixed_dictionaries(
    {"kind": kinds, "name": st.text(max_size=8)},
    optional={
        "input": st.dictionaries(keys, anything, max_size=3) | anything,
        "output": st.dictionaries(keys, anything, max_size=3) | anything,
        "attributes": st.dictionaries(st.text(max_size=8), anything, max_size=2),
        "records": st.lists(
            st.fixed_dictionaries(
                {"id": st.text(max_size=4)}, optional={"owner": st.sampled_from(["A", "B"])}
            ),
            max_size=2,
        ),
    },
)
runs = st.fixed_dictionaries({"output": anything, "input": anything, "steps": st.lists(steps, max_size=4)})


@pytest.mark.parametrize("check", SHELF, ids=lambda check: check.name)
@settings(max_examples=150, deadline=None)
@given(value=runs)
def test_no_run_breaks_a_check(check: Check, value: dict[str, Any]) -> None:
    run = load_run(value, what="a run")
    customers = Customers(
        rows=(Customer(id="A", name="Sky"), Customer(id="B", name="Elm & Co", aliases=("EC",)))
    )
    facts = {"approved_tools": ["a"], "needs_approval": ["b"], "sources": ["30 days"]}
    try:
        findings = check(run, facts=facts, customer_id="A", customers=customers)
    except CannotJudge:
        return

    assert findings.judged >= 0
    assert len(str(findings).splitlines()) == len(findings)
