"""Which run it was, what it was given, and how it should have gone."""

from datetime import UTC, date, datetime

import pytest

from incident2eval.collect import Gathered, TraceRun, gather, with_output
from incident2eval.model import BadInput, Incident, NotProvable, Origin, Run, Step, StepKind, Subject
from incident2eval.model.incident import When, WorkflowVersion


def incident(**more: object) -> Incident:
    values = {
        "id": "INC-2026-0142",
        "title": "Another customer's figure",
        "workflow": WorkflowVersion(name="monthly-summary"),
        "when": When(noticed=datetime(2026, 11, 18, 10, tzinfo=UTC), happened=date(2026, 11, 18)),
        "what_happened": "It quoted another customer.",
    }
    return Incident(**(values | more))  # type: ignore[arg-type]


def run(name: str, **more: object) -> Run:
    values = {"id": name, "input": {"month": "2026-10"}, "output": f"Draft {name}."}
    return Run(**(values | more))  # type: ignore[arg-type]


def trace(of: Run, kind: str = "trace", named: str | None = None) -> TraceRun:
    return TraceRun(file="evidence/trace.json", kind=kind, run=of, named=named)


def chosen(gathered: Gathered) -> str:
    return gathered.recorded.id


def test_the_only_run_is_the_one() -> None:
    assert chosen(gather(incident(), [trace(run("a"))])) == "a"


def test_of_several_runs_the_named_one_counts() -> None:
    runs = [trace(run("a"), named="b"), trace(run("b"), named="b")]

    assert chosen(gather(incident(wrong=("Draft a",)), runs)) == "b"


def test_a_name_that_no_run_has_is_refused() -> None:
    with pytest.raises(BadInput, match="no run is called 'c'"):
        gather(incident(), [trace(run("a"), named="c")])


def test_else_the_one_that_holds_the_wrong_words_whatever_the_line_breaks() -> None:
    runs = [trace(run("a")), trace(run("b", output="It paid a fee\n  of 18,400."))]

    assert chosen(gather(incident(wrong=("paid a FEE of 18,400",)), runs)) == "b"


def test_else_the_one_of_the_subject_and_then_of_the_time() -> None:
    mine = Subject(customer_id="A1")
    runs = [
        trace(run("a", subject=Subject(customer_id="A2"))),
        trace(run("b", subject=mine, started=datetime(2026, 11, 17, tzinfo=UTC))),
        trace(run("c", subject=mine, started=datetime(2026, 11, 18, 9, tzinfo=UTC))),
    ]

    assert chosen(gather(incident(subject=mine), runs)) == "c"


def test_several_that_fit_are_named_and_refused() -> None:
    with pytest.raises(BadInput, match=r"several runs .* a \(evidence/trace.json\), b \(") as error:
        gather(incident(), [trace(run("a")), trace(run("b"))])

    assert error.value.exit_code == 2


def test_no_run_is_refused() -> None:
    with pytest.raises(BadInput, match="no run was read"):
        gather(incident(), [])


def test_the_input_comes_from_the_evidence_else_from_the_run_else_from_the_first_message() -> None:
    message = Step(kind=StepKind.MODEL, name="draft", input=[{"role": "user", "content": "October, please"}])

    assert gather(incident(), [trace(run("a"))], given_input={"x": 1}).input == {"x": 1}
    assert gather(incident(), [trace(run("a"))], given_input="October").input == {"message": "October"}
    assert gather(incident(), [trace(run("a"))]).input == {"month": "2026-10"}
    assert gather(incident(), [trace(run("a", input='{"n": 1}'))]).input == {"n": 1}
    assert gather(incident(), [trace(run("a", input=None, steps=(message,)))]).input == {
        "message": "October, please"
    }


def test_without_any_input_nothing_can_be_replayed() -> None:
    with pytest.raises(NotProvable, match="does not say what the workflow was given") as error:
        gather(incident(), [trace(run("a", input=None))])

    assert error.value.exit_code == 1
    assert "kind: input" in (error.value.hint or "")


def test_a_corrected_trace_comes_before_a_corrected_text() -> None:
    runs = [trace(run("a")), trace(run("b"), kind="corrected_trace")]
    gathered = gather(incident(corrected_output="Right."), runs)

    assert (gathered.corrected and gathered.corrected.id, gathered.origin) == ("b", Origin.CORRECTED_TRACE)


def test_a_corrected_text_stands_wherever_the_old_one_stood() -> None:
    wrong = "A long enough draft with a wrong figure in it."
    step = Step(kind=StepKind.MODEL, name="draft", output=wrong)
    mail = Step(kind=StepKind.OUTPUT, name="send", input={"body": f"Dear all,\n{wrong}"})
    gathered = gather(
        incident(), [trace(run("a", output=wrong, steps=(step, mail)))], corrected_output="A right draft."
    )

    assert gathered.origin is Origin.CORRECTED_OUTPUT
    assert gathered.corrected is not None
    assert gathered.corrected.output == "A right draft."
    assert gathered.corrected.steps[0].output == "A right draft."
    assert gathered.corrected.steps[1].input == {"body": "Dear all,\nA right draft."}


def test_a_structured_output_is_replaced_whole() -> None:
    wrong, right = {"class": "standard"}, {"class": "exception"}
    step = Step(kind=StepKind.OUTPUT, name="post", input={"rows": [wrong]})

    assert with_output(run("a", output=wrong, steps=(step,)), right).steps[0].input == {"rows": [right]}


def test_wrong_words_that_the_run_does_not_hold_are_a_warning() -> None:
    gathered = gather(incident(wrong=("never said",)), [trace(run("a"))])

    assert len(gathered.warnings) == 1
    assert "never said" in gathered.warnings[0]
