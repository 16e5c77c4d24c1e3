"""The step where it went wrong first, and the control that failed there."""

from dataclasses import replace

from incident2eval.model import Category, Finding, Record, RootCause, Run, Step, StepKind
from incident2eval.rootcause import root_cause

SECRET = "Northgate left the Vale Road depot and paid a fee of 18,400."

READ = Step(
    id="read",
    kind=StepKind.RETRIEVAL,
    name="search_notes",
    records=(
        Record(id="note-1", owner="A1", text="Calls are up."),
        Record(id="note-9", owner="A2", text=SECRET),
    ),
)
WRITE = Step(id="write", kind=StepKind.MODEL, name="draft", output=f"Calls are up. {SECRET}")
RUN = Run(id="r", output=f"Calls are up. {SECRET}", steps=(READ, WRITE))

LEAK = Finding(check="foreign_names", step=None, message="names 'Northgate'", excerpt=SECRET)
STRAY = Finding(check="foreign_records", step="read", message="fetched note-9", excerpt="note-9")


def test_the_read_is_the_cause_and_the_draft_only_passed_it_on() -> None:
    cause = root_cause(RUN, [STRAY, LEAK])

    assert (cause.step, cause.name, cause.category) == ("read", "search_notes", Category.WORKFLOW_DESIGN)
    assert cause.control is not None
    assert cause.control.name == "retrieval scope"
    assert [ranked.step for ranked in cause.ranked] == ["read", "write"]


def test_the_quote_alone_leads_back_to_the_step_that_brought_it_in() -> None:
    assert root_cause(RUN, [LEAK]).step == "read"


def test_words_that_no_source_holds_are_the_models() -> None:
    invented = replace(RUN, steps=(replace(READ, records=()), WRITE))
    cause = root_cause(invented, [replace(LEAK, check="ungrounded_figures")])

    assert (cause.step, cause.category) == ("write", Category.MODEL)


def test_a_review_that_approves_an_open_finding_is_the_cause() -> None:
    guard = Step(
        id="guard", kind=StepKind.GUARDRAIL, name="check", output={"passed": False, "findings": ["empty"]}
    )
    review = Step(id="review", kind=StepKind.REVIEW, name="sign", output={"decision": "approve", "by": "Lee"})
    cause = root_cause(replace(RUN, steps=(WRITE, guard, review)), [LEAK])

    assert (cause.step, cause.category) == ("review", Category.HUMAN_REVIEW)


def test_a_review_that_rejects_is_not() -> None:
    guard = Step(id="guard", kind=StepKind.GUARDRAIL, name="check", output={"passed": False})
    review = Step(id="review", kind=StepKind.REVIEW, name="sign", output={"decision": "reject", "by": "Lee"})

    assert root_cause(replace(RUN, steps=(WRITE, guard, review)), [LEAK]).step == "write"


def test_nothing_found_is_said() -> None:
    cause = root_cause(RUN, [])

    assert cause == RootCause(because=("no check found anything that points at a step of this run",))
