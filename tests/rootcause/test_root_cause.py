"""The step where it went wrong first, the control that failed there, the category, and how we know."""

from dataclasses import replace

import pytest

from incident2eval.model import (
    Area,
    Category,
    ChangeKind,
    Finding,
    Incident,
    Proof,
    Record,
    Run,
    SeenChange,
    State,
    Status,
    Step,
    StepKind,
    Subject,
)
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.rootcause import Evidence, root_cause
from incident2eval.store._moments import moment

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
RUN = Run(id="r", subject=Subject(customer_id="A1"), output=f"Calls are up. {SECRET}", steps=(READ, WRITE))

LEAK = Finding(check="foreign_names", step=None, message="names 'Northgate'", excerpt=SECRET)
STRAY = Finding(check="foreign_records", step="read", message="fetched note-9", excerpt="note-9")


def incident(**fields: object) -> Incident:
    """An incident file that says no more than it must, and what a test adds."""
    known = Incident(
        id="INC-2026-001",
        title="a letter",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=moment("2026-11-02", bare_date=True)),
        what_happened="The letter was wrong.",
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def step(step_id: str, kind: StepKind, output: object = None, **fields: object) -> Step:
    return Step(id=step_id, kind=kind, name=step_id, output=output, **fields)  # type: ignore[arg-type]


def run(*steps: Step, output: object) -> Run:
    return Run(id="r", output=output, steps=steps)


@pytest.mark.requirement("R95", "R100")
def test_the_read_is_the_cause_and_the_draft_only_passed_it_on() -> None:
    cause = root_cause(Evidence(run=RUN, findings=[STRAY, LEAK], incident=incident()))

    assert (cause.step, cause.name, cause.category) == ("read", "search_notes", Category.WORKFLOW_DESIGN)
    assert cause.control is not None
    assert cause.control.name == "retrieval scope"
    assert cause.rules == ("retrieval returned what belongs to another customer",)
    assert [ranked.step for ranked in cause.ranked] == ["read", "write"]
    assert [passage.name for passage in cause.path] == ["search_notes", "draft", "output"]


def test_the_quote_alone_leads_back_to_the_step_that_brought_it_in() -> None:
    assert root_cause(Evidence(run=RUN, findings=[LEAK], incident=incident())).step == "read"


def test_words_that_no_source_holds_are_the_models() -> None:
    invented = replace(RUN, steps=(replace(READ, records=()), WRITE))
    cause = root_cause(Evidence(run=invented, findings=[LEAK], incident=incident()))

    assert (cause.step, cause.category) == ("write", Category.MODEL)
    assert cause.rules == ("the model wrote what no source holds",)


@pytest.mark.requirement("R93")
def test_blaming_the_model_alone_is_a_warning_until_the_rest_was_looked_at() -> None:
    invented = run(step("write", StepKind.MODEL, "You get 60 days."), output="You get 60 days.")
    told = incident(wrong=("You get 60 days.",))

    cause = root_cause(Evidence(run=invented, incident=told))

    assert cause.category is Category.MODEL
    assert "permission, data, integration and review" in cause.warnings[0]
    assert [one.state for one in cause.examined] == [State.NOT_SEEN] * 4


def test_the_source_was_wrong_and_everything_after_it_faithful() -> None:
    price = step("price_list", StepKind.RETRIEVAL, records=(Record(id="LW-34", text="per litre £1.49"),))
    written = step("quote", StepKind.MODEL, "140 litres at £1.49 = £208.60")
    told = incident(wrong=("140 litres at £1.49 = £208.60",), right=("140 litres at £14.90 = £2,086.00",))

    cause = root_cause(Evidence(run=run(price, written, output=written.output), incident=told))

    assert (cause.step, cause.category) == ("price_list", Category.DATA)


def test_the_right_row_was_there_and_the_model_took_another() -> None:
    table = "Keld 11.8 mites a day; Keld End 1.9 mites a day"
    read = step("records", StepKind.RETRIEVAL, records=(Record(id="insp-1", text=table),))
    written = step("digest", StepKind.MODEL, "Keld: 1.9 mites a day", input=table)
    told = incident(wrong=("Keld: 1.9 mites a day",), right=("Keld: 11.8 mites a day",))

    cause = root_cause(Evidence(run=run(read, written, output=written.output), incident=told))

    assert (cause.step, cause.category) == ("digest", Category.MODEL)


def test_the_prompt_held_what_no_step_had_read() -> None:
    read = step("get_record", StepKind.TOOL, {"customer": "OP-233", "tint": ""})
    filled = step("form", StepKind.MODEL, "tint grey 2047", input={"record": "OP-233", "tint": "grey 2047"})
    told = incident(wrong=("tint grey 2047",))

    cause = root_cause(Evidence(run=run(read, filled, output=filled.output), incident=told))

    assert (cause.step, cause.category) == ("form", Category.WORKFLOW_DESIGN)
    assert cause.rules[0] == "the prompt held what no step had read"


def test_a_wrapper_is_not_blamed_for_what_its_model_wrote() -> None:
    agent = step("writer", StepKind.AGENT, "Free for 60 days.")
    model = step("chat", StepKind.MODEL, "Free for 60 days.", parent="writer")
    sent = step("send", StepKind.OUTPUT, {"sent": True})
    told = incident(wrong=("Free for 60 days.",))

    cause = root_cause(Evidence(run=run(agent, model, sent, output="Free for 60 days."), incident=told))

    assert cause.step == "chat"


def test_where_the_right_run_parts_from_the_wrong_one() -> None:
    people = step(
        "get_people", StepKind.TOOL, [{"name": "Aisha", "course": "Biology"}, {"name": "Bo", "course": "Art"}]
    )
    pairs = step(
        "pair_offers",
        StepKind.TOOL,
        [{"name": "Aisha", "course": "Art"}, {"name": "Bo", "course": "Biology"}],
    )
    letter = step("letters", StepKind.MODEL, "Aisha, your place is on Art")
    right = replace(pairs, output=people.output)
    told = incident(wrong=("Aisha, your place is on Art",))

    cause = root_cause(
        Evidence(
            run=run(people, pairs, letter, output=letter.output),
            incident=told,
            corrected=run(
                people, right, replace(letter, output="Aisha, Biology it is"), output="Aisha, Biology it is"
            ),
        )
    )

    assert (cause.step, cause.category) == ("pair_offers", Category.WORKFLOW_DESIGN)


def test_a_call_that_failed_comes_before_the_sentence_that_hid_it() -> None:
    failed = step("sanctions", StepKind.TOOL, status=Status.ERROR, error="504 timed out")
    written = step("note", StepKind.MODEL, "No matches were found.")
    passed_on = Finding(check="error_passed_on", step="sanctions", message="failed", excerpt="504")
    told = incident(wrong=("No matches were found.",))

    cause = root_cause(
        Evidence(run=run(failed, written, output=written.output), findings=[passed_on], incident=told)
    )

    assert (cause.step, cause.category) == ("sanctions", Category.WORKFLOW_DESIGN)
    assert cause.rules[0] == "tool error not handled"
    assert next(one.state for one in cause.examined if one.area is Area.INTEGRATION) is State.FAILED


def test_a_change_of_the_prompt_is_the_workflows_and_not_the_models() -> None:
    written = step("answer", StepKind.MODEL, "The late show starts at 21:15.")
    changed = SeenChange(kind=ChangeKind.PROMPT, what="p7 to p8", source="the incident file")
    evidence = Evidence(
        run=run(written, output=written.output),
        incident=incident(wrong=("The late show starts at 21:15.",)),
    )

    assert root_cause(evidence).category is Category.MODEL
    cause = root_cause(replace(evidence, changes=(changed,)))
    assert cause.category is Category.WORKFLOW_DESIGN
    assert "the prompt alone" in cause.warnings[0]


GUARD = step("guard", StepKind.GUARDRAIL, {"passed": False, "findings": ["empty"]})


def review(**said: object) -> Step:
    return step("sign", StepKind.REVIEW, {"by": "Lee", **said})


@pytest.mark.requirement("R99")
def test_a_review_that_approves_an_open_finding_is_the_cause() -> None:
    held = replace(RUN, steps=(WRITE, GUARD, review(decision="approve")))
    cause = root_cause(Evidence(run=held, findings=[LEAK], incident=incident()))

    assert (cause.step, cause.category) == ("sign", Category.HUMAN_REVIEW)


def test_a_review_that_rejects_is_not() -> None:
    held = replace(RUN, steps=(WRITE, GUARD, review(decision="reject")))

    assert root_cause(Evidence(run=held, findings=[LEAK], incident=incident())).step == "write"


def test_a_review_that_overrode_a_refusal_is() -> None:
    refused = step("decide", StepKind.MODEL, {"decision": "refuse", "rule": "hr-2"})
    desk = replace(review(decision="overridden", new_decision="hire"), input={"proposal": "refuse"})
    written = step("reply", StepKind.MODEL, "Your kit is booked for Sunday.")
    told = incident(wrong=("Your kit is booked for Sunday.",))

    cause = root_cause(Evidence(run=run(refused, desk, written, output=written.output), incident=told))

    assert (cause.step, cause.category) == ("sign", Category.HUMAN_REVIEW)


def test_a_reviewers_own_words_are_the_reviewers() -> None:
    draft = step("note", StepKind.MODEL, "The movement is a later replacement.")
    edit = review(decision="approved", text="The clock is of 1790, all original.")
    told = incident(wrong=("The clock is of 1790, all original.",))

    cause = root_cause(
        Evidence(run=run(draft, edit, output="The clock is of 1790, all original."), incident=told)
    )

    assert (cause.step, cause.category) == ("sign", Category.HUMAN_REVIEW)


def test_one_person_is_not_two() -> None:
    first = replace(review(decision="approved"), id="first")
    second = replace(review(decision="approved"), id="second", input={"needs": "another person"})
    paid = step("pay", StepKind.TOOL, {"paid": True})
    note = step("note", StepKind.MODEL, "Paid, both approvals on file.")
    told = incident(wrong=("both approvals on file",))

    cause = root_cause(Evidence(run=run(first, second, paid, note, output=note.output), incident=told))

    assert (cause.step, cause.category) == ("second", Category.HUMAN_REVIEW)


def judge(seen: Run) -> tuple[Finding, ...]:
    """Finds the secret wherever it stands: in a record, and in the output."""
    stray = any("Vale Road" in record.text for one in seen.steps for record in one.records)
    return (*([STRAY] if stray else []), *([LEAK] if "Vale Road" in str(seen.output) else []))


def test_a_cause_is_proved_when_nothing_is_found_without_it() -> None:
    proved = root_cause(Evidence(run=RUN, findings=[STRAY, LEAK], incident=incident(), judge=judge))

    assert proved.proof is Proof.REPAIR


@pytest.mark.parametrize("left", [[STRAY], None])
def test_and_is_only_likely_when_something_is_left_or_nobody_can_judge(left: list[Finding] | None) -> None:
    likely = root_cause(Evidence(run=RUN, findings=[STRAY, LEAK], incident=incident(), judge=lambda _: left))

    assert likely.proof is Proof.LIKELY


def test_nothing_found_is_said() -> None:
    cause = root_cause(Evidence(run=RUN, incident=incident()))

    assert (cause.step, cause.category) == (None, None)
    assert cause.because == ("no check found anything that points at a step of this run",)


def test_a_figure_that_was_reckoned_leads_to_what_it_was_reckoned_with() -> None:
    item = step(
        "get_item", StepKind.RETRIEVAL, records=(Record(id="BR-220", text="Net weight 12.5 kg each"),)
    )
    total = step("sum_weights", StepKind.TOOL, {"total": 500}, input={"lines": [[40, 12.5]]})
    written = step("manifest", StepKind.MODEL, "40 pieces, 500 kg", input="40 x 12.5 = 500 kg")
    told = incident(wrong=("500 kg",), right=("5,000 kg",), what_happened="The plate says 125 kg each.")

    cause = root_cause(Evidence(run=run(item, total, written, output=written.output), incident=told))

    assert (cause.step, cause.category) == ("get_item", Category.DATA)


def test_a_handover_that_dropped_the_warning() -> None:
    form = step(
        "summary", StepKind.MODEL, {"pet": "Biscuit", "days": 7, "feeding": "no chicken or other poultry"}
    )
    handed = step("handover", StepKind.HANDOFF, {"pet": "Biscuit", "days": 7})
    written = step("card", StepKind.MODEL, "Friday: chicken and rice")
    told = incident(wrong=("Friday: chicken and rice",))

    cause = root_cause(Evidence(run=run(form, handed, written, output=written.output), incident=told))

    assert (cause.step, cause.category) == ("handover", Category.WORKFLOW_DESIGN)
    assert cause.rules[0] == "what mattered was not handed on"


def test_nobody_approves_their_own_request() -> None:
    asked = replace(review(approved=True), input={"requested_by": "Lee", "amount": 640})
    note = step("note", StepKind.MODEL, "Refund of 640 issued.")
    told = incident(wrong=("Refund of 640 issued.",))

    cause = root_cause(Evidence(run=run(asked, note, output=note.output), incident=told))

    assert (cause.step, cause.category) == ("sign", Category.HUMAN_REVIEW)


def test_a_lookup_that_found_nothing_is_where_it_began() -> None:
    chosen = step("select_template", StepKind.TOOL, {"template": "L-07-lapsed", "matched": False})
    loaded = step(
        "load_template",
        StepKind.RETRIEVAL,
        input={"query": "L-07-lapsed"},
        records=(Record(id="L-07", text="your membership has lapsed"),),
    )
    told = incident(wrong=("your membership has lapsed",))

    cause = root_cause(Evidence(run=run(chosen, loaded, output="your membership has lapsed"), incident=told))

    assert (cause.step, cause.category) == ("select_template", Category.WORKFLOW_DESIGN)


def test_steps_that_all_look_the_same_are_not_guessed_among() -> None:
    turns = [step(f"turn-{number}", StepKind.MODEL, "ok") for number in range(30)]

    cause = root_cause(Evidence(run=run(*turns, output="ok")))

    assert cause.step is None
