"""Which step of a failed agent run went wrong: one made-up run a signal, and real ones with their labels."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from incident2eval.formats import read
from incident2eval.model import Category, Run, Status, Step, StepKind
from incident2eval.rootcause.signals import SIGNALS, probable_category, rank_steps, signal_values

ASKED = "Which ferry from Westport carries bicycles on Sundays?"


def agent(name: str, text: str, **fields: object) -> Step:
    return Step(kind=StepKind.AGENT, name=name, agent=name, output=text, **fields)  # type: ignore[arg-type]


def director(text: str) -> Step:
    return Step(kind=StepKind.HANDOFF, name="lead", agent="lead", output=text)


def tool(text: str, name: str = "shell", **fields: object) -> Step:
    return Step(kind=StepKind.TOOL, name=name, output=text, **fields)  # type: ignore[arg-type]


def run_of(*steps: Step) -> Run:
    numbered = (replace(step, id=f"s{at}") for at, step in enumerate(steps))
    return Run(input=ASKED, steps=tuple(numbered))


def values_of(signal: str, run: Run) -> list[float]:
    column = [one.name for one in SIGNALS].index(signal)
    return [row[column] for row in signal_values(run)]


PLAN = agent("planner", "Plan: find which ferry from Westport carries bicycles on Sundays.")


def test_a_plan_that_drops_the_request() -> None:
    about_something_else = agent("planner", "Plan: repair the script that adds up even numbers.")

    assert values_of("drops_the_request", run_of(PLAN)) == [0.0]
    assert values_of("drops_the_request", run_of(about_something_else)) == [1.0]


def test_a_plan_that_comes_with_code() -> None:
    ready_made = agent("planner", "Run this:\n```python\nprint(1)\n```")

    assert values_of("opens_with_code", run_of(ready_made, PLAN)) == [1.0, 0.0]


def test_facts_that_nothing_before_holds() -> None:
    found = tool("timetable: Aurora leaves at 10:45")
    repeated = agent("writer", "It is the Aurora at 10:45.")
    invented = agent("writer", "It is the Borealis at 11:30.")

    assert values_of("states_unheard_facts", run_of(PLAN, found, repeated))[2] == 0.0
    assert values_of("states_unheard_facts", run_of(PLAN, found, invented))[2] > 1.0


def test_where_the_result_was_said_first() -> None:
    run = run_of(
        PLAN,
        agent("guide", "I remember the Borealis, it leaves at 11:30."),
        agent("checker", "That sounds right to me, no need to look anything up again."),
        agent("writer", "so the answer is the Borealis, which leaves from there at 11:30."),
    )

    assert values_of("first_says_the_result", run) == [0.0, 1.0, 0.0, 0.0]


def test_pretending() -> None:
    run = run_of(PLAN, agent("guide", "I will simulate the search with hypothetical, assumed ferries."))

    assert values_of("pretends", run) == [0.0, 1.0]


def test_a_call_that_fails_one_that_finds_nothing_and_the_step_that_follows() -> None:
    run = run_of(
        PLAN,
        agent("coder", "Let me scrape the timetable."),
        tool("Traceback (most recent call last): KeyError", status=Status.ERROR),
        agent("coder", "Another attempt at the timetable."),
        tool("[]"),
        agent("writer", "There is none."),
    )

    assert values_of("calls_what_fails", run) == [0, 1, 0, 0, 0, 0]
    assert values_of("calls_for_nothing", run) == [0, 0, 0, 1, 0, 0]
    assert values_of("follows_a_failure", run) == [0, 0, 0, 1, 0, 0]


def test_an_agent_that_breaks_itself() -> None:
    run = run_of(PLAN, agent("reader", "Title: Error 404\nFile not found: /files/timetable.pdf"))

    assert values_of("reports_an_error", run) == [0.0, 1.0]
    assert probable_category(run, "s1") is Category.WORKFLOW_DESIGN


def test_work_after_which_the_director_sees_no_progress() -> None:
    run = run_of(
        director("Find the timetable."),
        agent("surfer", "I opened the front page of the harbour."),
        agent("lead", 'Ledger: {"is_progress_being_made": {"reason": "none", "answer": true}}'),
        agent("surfer", "I opened the front page of the harbour again."),
        agent("lead", 'Ledger: {"is_progress_being_made": {"reason": "none", "answer": false}}'),
    )

    assert values_of("brings_no_progress", run) == [0, 0, 0, 1, 0]


def test_the_first_assignments_of_a_long_way() -> None:
    turns = [step for _ in range(30) for step in (director("Go on."), agent("surfer", "I scrolled down."))]
    values = values_of("start_of_a_long_way", run_of(*turns))

    assert values[:6] == [0, 1, 0, 1 / 2, 0, 1 / 3]
    assert values_of("first_assignments", run_of(*turns))[:10] == [0, 1, 0, 1, 0, 1, 0, 0, 0, 0]
    assert values_of("start_of_a_long_way", run_of(*turns[:2])) == [0, 1 / 20]


def test_a_call_that_changes_something() -> None:
    run = run_of(
        agent("assistant", "I look the order up."),
        tool("order 4711", name="get_order"),
        agent("assistant", "I cancel it."),
        tool("cancelled", name="cancel_order"),
    )

    assert values_of("changes_something", run) == [0, 0, 1, 0]


def test_what_decides_nothing_and_what_says_nothing() -> None:
    run = run_of(PLAN, agent("coder", "Next."), tool("10:45"))

    assert values_of("is_no_decision", run) == [0, 0, 1]
    assert values_of("says_little", run) == [0, 1, 0]


def test_a_span_around_other_steps_decides_nothing() -> None:
    whole = agent("team", "The answer is the Borealis, which leaves Westport on Sundays at 11:30.")
    run = run_of(whole, agent("guide", "I remember the Borealis, it leaves at 11:30.", parent="s0"))

    assert values_of("is_no_decision", run) == [1, 0]
    assert values_of("states_unheard_facts", run)[1] > 0


def test_a_ranking_is_a_probability_with_a_reason() -> None:
    run = run_of(
        PLAN,
        agent(
            "guide", "Lacking a timetable I assume hypothetical ferries: the Borealis at 11:30, 12:30, 13:30."
        ),
        agent("writer", "The answer is the Borealis, which leaves Westport on Sundays at 11:30."),
        agent("writer", "Done."),
    )

    ranked = rank_steps(run)

    assert ranked[0].step == "s1"
    assert "facts that nothing before it holds" in ranked[0].because
    assert sorted(one.step for one in ranked) == ["s0", "s1", "s2", "s3"]
    assert sum(one.score for one in ranked) == pytest.approx(1.0)
    assert probable_category(run, "s1") is Category.MODEL


def test_a_request_is_data_and_a_tool_that_answered_is_no_cause() -> None:
    run = run_of(Step(kind=StepKind.INPUT, name="user", output="that one"), tool("10:45"))

    assert probable_category(run, "s0") is Category.DATA
    assert probable_category(run, "s1") is None
    assert probable_category(run, "no such step") is None


def test_a_run_without_steps_has_no_ranking() -> None:
    assert rank_steps(Run()) == ()


@pytest.mark.parametrize(
    "piece", ["{", '{"loop": ', "```", "1.", "1,1:", "A", "Aa ", "exit code: ", " \n", "\\"]
)
def test_a_hostile_text_costs_no_time(piece: str) -> None:
    text = (piece * 1_000_000)[:1_000_000]
    run = run_of(director(text), *(agent("surfer", text) for _ in range(4)), agent("lead", text), tool(text))
    start = time.perf_counter()

    rank_steps(run)

    assert time.perf_counter() - start < 5


def test_real_runs_beat_the_commonest_step(shared: Path) -> None:
    """The weights were fitted on these runs: this guards the code, the benchmark judges the weights."""
    folder = shared / "data" / "who_and_when"
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    hits = dict.fromkeys(("algorithm_generated", "hand_crafted"), 0)
    for label in labels:
        trace = folder / "traces" / f"{label['id']}.json"
        run = read(trace.read_bytes(), name=trace.name).runs[0]
        hits[label["subset"]] += rank_steps(run)[0].step == str(label["mistake_step"])

    assert hits["algorithm_generated"] > 19  # of 65: always step 1
    assert hits["hand_crafted"] > 6  # of 29: always step 8
