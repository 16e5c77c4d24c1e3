"""Every check on the shelf, by its examples: runs that it catches, runs that it leaves alone."""

import inspect
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.checks import SHELF, Check, Judged, Known
from incident2eval.formats import load_run
from incident2eval.model import CannotJudge, Customer, Customers, Incident, Origin, Run, WorkflowSettings
from incident2eval.model.incident import When, WorkflowVersion

HERE = Path(__file__).parent
SECTIONS = ("What went wrong:", "What is right:", "What this cannot see:")
Example = dict[str, Any]
"""One example: `run` (or `runs`, for a check of several), `facts`, `customer`, `customers`.

What is known beside it, for `propose`: `corrected`, `all_corrected`, `good`, `before`, `since` (runs);
`wrong`, `right` (words); `workflow` (settings).
"""


def examples(check: Check) -> dict[str, list[Example]]:
    """The examples of a check; those that name no customers share the file's."""
    sheet = yaml.safe_load((HERE / f"{check.name}.yaml").read_text(encoding="utf-8"))
    shared = {"customers": sheet.get("customers", ()), "facts": {}}
    return {kind: [{**shared, **one} for one in sheet[kind]] for kind in ("caught", "clean")}


def roster(example: Example) -> Customers:
    lists = ("aliases", "contacts", "canaries")
    rows = (
        {key: tuple(value) if key in lists else value for key, value in row.items()}
        for row in example["customers"]
    )
    return Customers(rows=tuple(Customer(**row) for row in rows))


def runs_at(example: Example, key: str) -> tuple[Run, ...]:
    """The runs under a key of an example, however many there are."""
    value = example.get(key, ())
    listed = value if isinstance(value, list) else [value] if value else []
    return tuple(load_run(one, what="the example") for one in listed)


def recorded(check: Check, example: Example) -> Judged:
    """What the check judges of an example."""
    several = runs_at(example, "runs") or runs_at(example, "run")
    return check.of(several[0], several)


def judged(check: Check, run: Judged, example: Example) -> Any:
    facts = {"sources": [], **example["facts"]}
    return check(run, facts=facts, customer_id=example.get("customer"), customers=roster(example))


def known(example: Example) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="Something went wrong",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        wrong=tuple(example.get("wrong", ())),
        right=tuple(example.get("right", ())),
    )
    lists = {**example["facts"], **example.get("workflow", {})}
    workflow = WorkflowSettings(
        approved_tools=tuple(lists["approved_tools"]) if "approved_tools" in lists else None,
        needs_approval=tuple(lists.get("needs_approval", ())),
    )
    several = runs_at(example, "runs") or runs_at(example, "run")
    corrected = runs_at(example, "all_corrected") or runs_at(example, "corrected")
    return Known(
        incident=incident,
        recorded=several[0],
        all_recorded=several,
        corrected=corrected[0] if corrected else None,
        all_corrected=corrected,
        origin=Origin.CORRECTED_TRACE if corrected else None,
        good=runs_at(example, "good"),
        before=runs_at(example, "before"),
        since=runs_at(example, "since"),
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
    findings = judged(check, recorded(check, example), example)

    assert findings
    assert all(finding.check == check.name and finding.message for finding in findings)


@pytest.mark.parametrize(("check", "example"), every("clean"))
def test_a_check_leaves_honest_runs_alone(check: Check, example: Example) -> None:
    findings = judged(check, recorded(check, example), example)

    assert not findings, f"\n{findings}"


@pytest.mark.parametrize(("check", "example"), every("caught"))
def test_variants_of_a_caught_failure_are_caught(check: Check, example: Example) -> None:
    case = known(example)
    facts = check.propose(case)
    if facts is None or not judged(check, recorded(check, example), {**example, "facts": facts}):
        return
    variants = tuple(check.variants(case))

    assert 3 <= len(variants) <= 60
    missed = [one for one in variants if not judged(check, one, {**example, "facts": facts})]
    # Variants are made by rules that do not look at how the check works: a check may honestly miss a few.
    assert len(missed) <= 0.2 * len(variants), (
        f"{len(missed)} of {len(variants)} missed, such as {missed[0]!r:.600}"
    )
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
        check(check.of(run, (run,)), facts={}, customer_id=None, customers=Customers())


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
@settings(max_examples=tries(60), deadline=None)
@given(value=runs)
def test_no_run_breaks_a_check(check: Check, value: dict[str, Any]) -> None:
    run = load_run(value, what="a run")
    customers = Customers(
        rows=(Customer(id="A", name="Sky"), Customer(id="B", name="Elm & Co", aliases=("EC",)))
    )
    facts = {"approved_tools": ["a"], "needs_approval": ["b"], "sources": ["30 days"]}
    facts |= examples(check)["caught"][0]["facts"]
    try:
        findings = check(check.of(run, (run, run)), facts=facts, customer_id="A", customers=customers)
    except CannotJudge:
        return

    assert findings.judged >= 0
    assert len(str(findings).splitlines()) == len(findings)
