"""The search for tests: red on the incident for the right reason, green on how it should have been."""

from dataclasses import replace
from datetime import UTC, datetime

from incident2eval.checks import SHELF, Known
from incident2eval.evalcase import Search, repair, search, suspicions, telling
from incident2eval.model import (
    Customer,
    Customers,
    Incident,
    Observation,
    Origin,
    Record,
    RootCause,
    Run,
    Step,
    StepKind,
    Subject,
    WorkflowSettings,
)
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.rootcause import Evidence, root_cause

ROSTER = Customers(
    rows=(
        Customer(id="A1", name="Pellworth & Wren"),
        Customer(id="A2", name="Eastfield Freight", aliases=("Eastfield",)),
        Customer(id="A3", name="Apex"),
    )
)
LEAK = "Eastfield Freight left its depot and paid a fee of 31,650."
OWN = Record(id="n-1", owner="A1", text="Calls are up.")
FOREIGN = Record(id="n-9", owner="A2", text=LEAK)


def run(*records: Record, output: str) -> Run:
    read = Step(id="read", kind=StepKind.RETRIEVAL, name="search_notes", records=records)
    write = Step(id="write", kind=StepKind.MODEL, name="draft", output=output)
    return Run(id="r", subject=Subject(customer_id="A1"), input={"m": 1}, output=output, steps=(read, write))


RECORDED = run(OWN, FOREIGN, output=f"Calls are up. {LEAK}")
CORRECTED = run(OWN, output="Calls are up.")
INCIDENT = Incident(
    id="INC-2026-0142",
    title="Another customer in the draft",
    workflow=WorkflowVersion(name="summary"),
    when=When(noticed=datetime(2026, 11, 12, tzinfo=UTC)),
    what_happened="It named another customer.",
    wrong=(LEAK,),
)
KNOWN = Known(
    incident=INCIDENT,
    recorded=RECORDED,
    corrected=CORRECTED,
    customers=ROSTER,
    customer_id="A1",
    workflow=WorkflowSettings(approved_tools=("search_notes",)),
)


def searched(known: Known, **more: object) -> Search:
    findings = [finding for findings in suspicions(known) for finding in findings]
    cause = root_cause(Evidence(run=known.recorded, findings=findings, incident=known.incident))
    return search(known, cause, **more)  # type: ignore[arg-type]


def kept(found: Search) -> list[str]:
    return [candidate.check.name for candidate in found.kept]


def why(found: Search, check: str) -> str:
    return next(dropped.because for dropped in found.dropped if dropped.check == check)


def test_the_control_that_failed_comes_first_and_then_the_harm() -> None:
    found = searched(KNOWN)

    assert kept(found) == ["foreign_records", "foreign_names"]
    assert all(candidate.confirmed and candidate.made for candidate in found.kept)


def test_a_check_that_does_not_see_the_failure_is_no_candidate() -> None:
    found = searched(KNOWN)

    assert "does not see" in why(found, "unauthorised_tools")
    assert not any("unauthorised_tools" in line for line in found.left_out)


def test_a_check_that_is_red_on_the_corrected_run_too_goes() -> None:
    found = searched(
        replace(KNOWN, corrected=replace(CORRECTED, output="Calls are up, as at Eastfield Freight."))
    )

    assert kept(found) == ["foreign_records", "foreign_facts"]
    assert "red on the corrected run too" in why(found, "foreign_names")


def test_a_check_that_flags_a_known_good_run_goes() -> None:
    good = replace(run(OWN, FOREIGN, output="Calls are up."), id="good-1")
    found = searched(replace(KNOWN, good=(good,)))

    assert kept(found) == ["foreign_names", "foreign_facts"]
    assert "flags the known-good run good-1" in why(found, "foreign_records")


def test_a_good_run_of_another_customer_is_judged_by_its_own_subject() -> None:
    theirs = replace(run(FOREIGN, output=LEAK), subject=Subject(customer_id="A2"))

    assert kept(searched(replace(KNOWN, good=(theirs,)))) == ["foreign_records", "foreign_names"]


def test_red_for_another_reason_is_not_enough() -> None:
    incident = replace(INCIDENT, wrong=("The invoice was sent twice.",))
    found = search(replace(KNOWN, incident=incident), RootCause(step="write", name="draft"))

    assert "foreign_records" not in kept(found)
    assert "points elsewhere" in why(found, "foreign_records")


def test_where_nobody_says_what_was_wrong_the_difference_to_the_corrected_run_decides() -> None:
    found = search(replace(KNOWN, incident=replace(INCIDENT, wrong=())), RootCause())

    assert kept(found) == ["foreign_records", "foreign_names"]


def test_tests_are_written_only_for_what_the_workflow_reports() -> None:
    found = searched(KNOWN, observes=(Observation.OUTPUT,))

    assert kept(found) == ["foreign_names", "foreign_facts"]
    assert "does not report its records" in why(found, "foreign_records")


def test_without_a_customer_no_check_about_customers_proposes() -> None:
    assert kept(searched(replace(KNOWN, customer_id=None))) == []


def test_a_repaired_run_lost_the_record_and_what_quotes_it_and_nothing_else() -> None:
    findings = [finding for findings in suspicions(KNOWN) for finding in findings]
    repaired = repair(RECORDED, findings)

    assert [record.id for step in repaired.steps for record in step.records] == ["n-1"]
    assert repaired.output == "Calls are up."
    assert [step.id for step in repaired.steps] == ["read", "write"]
    assert kept(searched(replace(KNOWN, corrected=repaired))) == ["foreign_records", "foreign_names"]


def test_a_repaired_run_lost_the_call_that_nobody_approved() -> None:
    act = Step(id="act", kind=StepKind.TOOL, name="pay", input={"amount": 5})
    recorded = replace(RECORDED, steps=(act,), output="Paid.")
    known = replace(
        KNOWN, recorded=recorded, workflow=WorkflowSettings(approved_tools=(), needs_approval=("pay",))
    )
    findings = [finding for findings in suspicions(known) for finding in findings]

    assert findings
    assert repair(recorded, findings).steps == ()


def test_every_check_is_on_the_shelf_once() -> None:
    names = [check.name for check in SHELF]

    assert len(names) == len(set(names))


def test_what_the_corrected_run_shows_too_is_no_trace_of_the_cause() -> None:
    noisy = replace(KNOWN, corrected=run(OWN, FOREIGN, output="Calls are up."), origin=Origin.CORRECTED_TRACE)

    found = suspicions(noisy)

    assert {one.check for findings in found for one in findings} >= {"foreign_records", "foreign_names"}
    assert {one.check for findings in telling(noisy, found) for one in findings} == {
        "foreign_names",
        "foreign_facts",
    }


def test_of_a_run_that_we_repaired_nothing_is_learned_about_the_cause() -> None:
    repaired = replace(KNOWN, corrected=run(OWN, FOREIGN, output="Calls are up."), origin=Origin.REPAIRED)

    assert telling(repaired, suspicions(repaired)) == suspicions(repaired)


def test_the_right_words_stand_in_place_of_the_wrong_ones_in_a_repaired_run() -> None:
    incident = replace(INCIDENT, wrong=("within ten days",), right=("within 14 days",))

    repaired = repair(Run(output="Please pay within ten days. Thank you."), (), incident)

    assert repaired.output == "Please pay within 14 days. Thank you."


def test_right_words_that_stand_in_nobodys_place_are_put_behind_the_rest() -> None:
    incident = replace(INCIDENT, wrong=(), right=("The visit is at 10:30.",))

    repaired = repair(Run(output="We look forward to it."), (), incident)

    assert repaired.output == "We look forward to it.\nThe visit is at 10:30."
