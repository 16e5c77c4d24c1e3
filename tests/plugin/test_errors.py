"""What a person reads when a case cannot be judged."""

import json

import pytest
from plugin.conftest import CASE, TESTS, Toy


def test_a_crash_is_an_error_not_a_red_test(toy: Toy) -> None:
    toy.settings("crash")

    result = toy.pytest("cases")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "python:flows:crash gave no answer in trial 1: *RuntimeError*no index*",
            "nothing is judged until it answers the input in cases/INC-2026-0142/case.yaml",
        ]
    )
    assert "\x1b" not in result.stdout.str()


def test_a_timeout_says_where_to_give_more_time(toy: Toy) -> None:
    toy.settings("slow", timeout=0.5)

    result = toy.pytest("cases")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["python:flows:slow gave no answer*", "*more than 0.5 s: timeout under ?workflows.monthly-summary?"]
    )


def test_an_unknown_target_is_an_error(toy: Toy) -> None:
    toy.settings("nowhere")

    result = toy.pytest("cases")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*nowhere*"])


def test_a_trial_without_an_answer_speaks_for_itself_and_for_all_trials(toy: Toy) -> None:
    toy.settings("tired")
    toy.tests("def test_one(replay):\n    replay()\n\ndef test_all(replay):\n    replay.trials()\n")

    result = toy.pytest("cases", "--trials", "2")

    result.assert_outcomes(passed=1, failed=1, errors=2)
    result.stdout.fnmatch_lines(["python:flows:tired gave no answer in trial 2: *"])


@pytest.mark.parametrize("replay_safe", [True, False])
def test_a_paused_workflow_is_called_only_where_that_is_safe(toy: Toy, replay_safe: bool) -> None:
    toy.settings("fixed", replay_safe=replay_safe)
    folder = toy.root / "incidents" / "INC-2026-0142"
    folder.mkdir(parents=True)
    entry = {"at": "2026-11-18T10:00:00Z", "event": "contained", "by": "Ana", "workflow": "monthly-summary"}
    (folder / "incident.yaml").write_text("id: INC-2026-0142\nworkflow: monthly-summary\n")
    (folder / "log.jsonl").write_text(json.dumps(entry) + "\n")

    result = toy.pytest("cases")

    if replay_safe:
        result.assert_outcomes(passed=2)
    else:
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines(
            ["monthly-summary is paused (*) and was not called", "*replay_safe = true*"]
        )
        assert toy.calls == []


def test_stored_evidence_of_a_paused_workflow_is_judged(toy: Toy) -> None:
    toy.settings("fixed", replay_safe=False)

    toy.pytest("cases", "--recorded").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("asked", "field"),
    [("case['needs_approval']", "facts.needs_approval"), ("case.customer_id", "customer_id")],
)
def test_a_missing_fact_is_named(toy: Toy, asked: str, field: str) -> None:
    toy.case(CASE.replace("customer_id: A1\n", ""))
    toy.tests(f"def test_it(case):\n    {asked}\n")

    result = toy.pytest("cases")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"cases/INC-2026-0142/case.yaml: {field}: the test asks for this *"])


def test_a_broken_case_file_is_one_clear_line(toy: Toy) -> None:
    toy.case("incident: INC-2026-0142\nworkflow: monthly-summary\ntrials: many\n")

    result = toy.pytest("cases")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["cases/INC-2026-0142/case.yaml*: trials: *"])


@pytest.mark.parametrize("fixture", ["replay", "case"])
def test_fixtures_are_for_cases_only(toy: Toy, fixture: str) -> None:
    toy.pytester.makepyfile(test_elsewhere=f"def test_it({fixture}): pass")

    result = toy.pytest("test_elsewhere.py")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"{fixture} is for tests of a case: move this one to cases/<ID>/, *"])


def test_hostile_text_does_not_reach_the_terminal(toy: Toy) -> None:
    toy.settings("loud")
    toy.tests(TESTS.replace("fetched:", "fetched \\x1b]0;owned\\x07:"))

    result = toy.pytest("cases", "-rA")

    result.assert_outcomes(failed=2)
    assert "\x1b" not in result.stdout.str() + result.stderr.str()
    assert "\x07" not in result.stdout.str() + result.stderr.str()
    result.stdout.fnmatch_lines(["*fetched ?x1b]0;owned?x07:*"])
