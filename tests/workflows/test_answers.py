"""What a workflow may answer, and what becomes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incident2eval.model import Observation, Outcome, Record, Result, Run, Step, StepKind
from incident2eval.workflows import Target, call, observations

Workflow = Callable[..., Target]


def answer(target: Target, given: object = None) -> Result:
    ((result,),) = call(target, [[given or {"month": "2026-10"}]])
    return result


def test_text_is_the_output(workflow: Workflow) -> None:
    result = answer(workflow("def run(input): return 'A quiet ' + input['month']"))

    assert result.outcome is Outcome.PASSED
    assert result.run is not None
    assert result.run.output == "A quiet 2026-10"
    assert result.run.input == {"month": "2026-10"}


def test_an_object_without_output_is_the_output(workflow: Workflow) -> None:
    run = answer(workflow("def run(input): return {'class': 'B', 'steps': 3}")).run

    assert run is not None
    assert run.output == {"class": "B", "steps": 3}
    assert run.steps == ()


def test_an_object_with_output_may_tell_its_steps_and_its_subject(workflow: Workflow) -> None:
    run = answer(
        workflow("""
        def run(input):
            note = {"id": "note-1", "owner": "A1", "text": "All well."}
            step = {"kind": "retrieval", "name": "search_notes", "records": [note]}
            return {"output": "Quiet.", "steps": [step], "subject": {"customer_id": "A1"}}
        """)
    ).run

    assert run is not None
    assert (run.output, run.customer_id) == ("Quiet.", "A1")
    assert run.steps[0].kind is StepKind.RETRIEVAL
    assert run.steps[0].records[0].owner == "A1"
    assert observations(run) == (Observation.OUTPUT, Observation.STEPS, Observation.RECORDS)


def test_the_input_is_what_was_given_whatever_the_workflow_makes_of_it(workflow: Workflow) -> None:
    run = answer(
        workflow("""
        def run(input):
            input["month"] = "never"
            return {"output": "x", "input": {"month": "1999-01"}}
        """)
    ).run

    assert run is not None
    assert run.input == {"month": "2026-10"}


def test_times_are_measured_unless_the_answer_tells_them(workflow: Workflow) -> None:
    before = datetime.now(UTC)
    measured = answer(workflow("def run(input): return 'x'")).run
    told = answer(
        workflow("def run(input): return {'output': 'x', 'started': '2026-11-18T10:41:07+01:00'}")
    ).run

    assert measured is not None
    assert measured.started is not None
    assert measured.ended is not None
    assert before <= measured.started <= measured.ended <= before + timedelta(seconds=10)
    assert told is not None
    assert told.started == datetime(2026, 11, 18, 9, 41, 7, tzinfo=UTC)


def test_an_asynchronous_workflow_is_awaited(workflow: Workflow) -> None:
    result = answer(
        workflow("""
        import asyncio

        async def run(input):
            await asyncio.sleep(0)
            return "awaited"
        """)
    )

    assert result.run is not None
    assert result.run.output == "awaited"


def test_text_of_every_kind_arrives_as_it_was(workflow: Workflow) -> None:
    result = answer(
        workflow("def run(input): return input['text']"), {"text": "Größe 💶 \u2028 \x1b[31m\x00\n"}
    )

    assert result.run is not None
    assert result.run.output == "Größe 💶 \u2028 \x1b[31m\x00\n"


def test_half_a_character_becomes_a_question_mark(workflow: Workflow) -> None:
    result = answer(workflow(r"def run(input): return 'cut \ud83d off'"))

    assert result.run is not None
    assert result.run.output == "cut ? off"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("{'output': {'rows': [1, {2}]}}", "answer.output.rows.1 is of type set"),
        ("b'bytes'", "answer is of type bytes"),
        ("{'output': {'score': float('nan')}}", "answer.output.score is nan"),
        ("[float('-inf')]", "answer.0 is -inf"),
        ("{'output': {7: 'x'}}", "answer.output has a key of type int"),
        ("__import__('decimal').Decimal('1.5')", "answer is of type decimal.Decimal"),
        ("run", "answer is of type function"),
        ("nested(101)", "deeper than 100 levels"),
        ("nested(100_000)", "deeper than 100 levels"),
        ("circle()", "deeper than 100 levels"),
        ("[0] * 1_000_001", "more than 1,000,000 values"),
        ("'x' * 50_000_001", "larger than 50 MB"),
    ],
)
def test_what_json_cannot_say_is_refused_with_its_place(code: str, said: str, workflow: Workflow) -> None:
    result = answer(
        workflow(f"""
        def nested(levels):
            value = "x"
            for _ in range(levels):
                value = [value]
            return value

        def circle():
            value = []
            value.append(value)
            return value

        def run(input):
            return {code}
        """)
    )

    assert result.outcome is Outcome.ERRORED
    assert result.run is None
    assert result.message.startswith("the answer cannot be used: ")
    assert said in result.message


def test_a_deep_and_a_large_answer_within_bounds_arrive(workflow: Workflow) -> None:
    target = workflow("""
        def run(input):
            value = "x" * input["size"]
            for _ in range(input["levels"]):
                value = [value]
            return value
        """)

    ((deep, large),) = call(target, [[{"size": 1, "levels": 90}, {"size": 20_000_000, "levels": 1}]])

    assert deep.outcome is Outcome.PASSED
    assert large.run is not None
    assert large.run.output == ["x" * 20_000_000]


def test_a_bad_step_is_named(workflow: Workflow) -> None:
    result = answer(workflow("def run(input): return {'output': 'x', 'steps': [{'kind': 'tool'}]}"))

    assert result.outcome is Outcome.ERRORED
    assert result.message.startswith("the answer: steps.0.name: ")
    assert "\n" not in result.message


def test_a_number_too_long_to_read_is_told(workflow: Workflow) -> None:
    target = workflow("""
        import sys

        def run(input):
            sys.set_int_max_str_digits(0)
            return 10 ** input["digits"]
        """)

    ((long, short),) = call(target, [[{"digits": 5000}, {"digits": 3}]])

    assert (long.outcome, short.outcome) == (Outcome.ERRORED, Outcome.PASSED)
    assert long.message.startswith("the answer cannot be read: Exceeds the limit (4300 digits)")


def test_an_empty_answer_is_a_run_that_tells_nothing(workflow: Workflow) -> None:
    run = answer(workflow("def run(input): pass")).run

    assert run is not None
    assert observations(run) == ()


def test_observations_of_a_run() -> None:
    step = Step(kind=StepKind.TOOL, name="list_tickets")
    reading = Step(kind=StepKind.RETRIEVAL, name="search_notes", records=(Record(id="note-1"),))

    assert observations(Run(output=" ", steps=(step,))) == (Observation.STEPS,)
    assert observations(Run(output="x")) == (Observation.OUTPUT,)
    assert observations(Run(steps=(step, reading))) == (Observation.STEPS, Observation.RECORDS)
