"""`pytest cases`: today's workflow, the recorded evidence, the corrected runs."""

import pytest
from plugin.conftest import CASE, TESTS, Toy

ONE = TESTS[: TESTS.index("\n\ndef test_all_of_them")]


def test_a_mended_workflow_is_green(toy: Toy) -> None:
    result = toy.pytest("cases")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["incident2eval: judging today's workflow"])


def test_a_faulty_workflow_is_red_and_says_why(toy: Toy) -> None:
    toy.settings("buggy")

    result = toy.pytest("cases")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "replay = <live-1 runs of INC-2026-0142>, case = <case INC-2026-0142>",
            "E       AssertionError: another customer's records were fetched:",
            "E           - s1: fetched note-A2, which 'Contoso' owns, for 'Northwind Ltd'",
            "E       assert not <1 finding>",
        ]
    )


def test_on_the_recorded_evidence_red_is_what_passes(toy: Toy) -> None:
    result = toy.pytest("cases", "--recorded")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["incident2eval: judging the recorded evidence: every test must be red"])
    assert toy.calls == [], "stored evidence needs no workflow"


def test_the_corrected_runs_are_green(toy: Toy) -> None:
    result = toy.pytest("cases", "--corrected")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["incident2eval: judging the corrected runs: every test must be green"])
    assert toy.calls == []


def test_a_test_that_does_not_see_its_own_failure_is_blind(toy: Toy) -> None:
    toy.tests(ONE.replace("run = replay()", "run = replay()\n    return"))

    result = toy.pytest("cases", "--recorded")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "blind: green on the recorded run of INC-2026-0142, so it cannot see that failure again",
            "Mend it until it is red, or write it again: incident2eval eval-case INC-2026-0142",
        ]
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("assert False, 'no finding'", "*AssertionError: no finding*"),
        ("raise RuntimeError('broken')", "*RuntimeError: broken*"),
        (
            "from incident2eval.model import CannotJudge; raise CannotJudge('it has no steps')",
            "vacuous: it has no steps",
        ),
    ],
)
def test_only_findings_make_a_test_red_on_the_evidence(toy: Toy, code: str, said: str) -> None:
    toy.tests(ONE.replace("run = replay()", code))

    result = toy.pytest("cases", "--recorded")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([said])


def test_a_case_that_is_red_on_its_correction_fails(toy: Toy) -> None:
    (toy.folder / "corrected.json").write_text((toy.folder / "recorded.json").read_text())

    toy.pytest("cases", "--corrected").assert_outcomes(failed=2)


def test_contradicting_switches_are_a_usage_error(toy: Toy) -> None:
    result = toy.pytest("cases", "--recorded", "--corrected")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --recorded and --corrected ask for opposite things: give one of them"]
    )


def test_each_trial_is_judged_for_itself(toy: Toy) -> None:
    toy.settings("flaky")

    result = toy.pytest("cases", "--trials", "3", "-v", "-k", "retrieval")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "incident2eval: judging today's workflow, 3 trials",
            "*trial 1] PASSED*",
            "*trial 2] FAILED*",
            "*trial 3] FAILED*",
        ]
    )
    assert len(toy.calls) == 3


def test_trials_are_for_the_workflow_not_for_the_evidence(toy: Toy) -> None:
    toy.pytest("cases", "--recorded", "--trials", "3").assert_outcomes(passed=2)


def test_no_trials_are_a_usage_error(toy: Toy) -> None:
    result = toy.pytest("cases", "--trials", "0")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--trials takes a number of 1 or more*"])


def test_an_empty_answer_is_no_pass(toy: Toy) -> None:
    toy.settings("silent")

    result = toy.pytest("cases")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["vacuous: the output is empty, the recorded one was not: nothing can be concluded *"]
    )


def test_having_found_nothing_to_judge_is_no_pass(toy: Toy) -> None:
    toy.settings("wordy")
    toy.tests(
        "from incident2eval.checks import check\nfrom incident2eval.model import Findings\n\n"
        "@check(absence=False)\ndef figures(run):\n"
        "    return Findings(judged=sum(char.isdigit() for char in run.output))\n\n"
        "def test_figures(replay):\n    assert not figures(replay())\n"
    )

    result = toy.pytest("cases")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["vacuous: green only because it found nothing to judge: figures (1 on the corrected run)"]
    )


def test_several_inputs_of_one_trial(toy: Toy) -> None:
    toy.case(
        CASE.replace(
            'input: {"month": "2026-10", "customer_id": "A1"}',
            'inputs: {"first": {"n": "1"}, "second": {"n": "2"}}',
        )
    )
    toy.tests(
        "def test_runs(replay, case):\n"
        "    assert replay() == replay('first') == replay.all()[0]\n"
        "    assert replay('second') == replay.all()[1] and len(replay.all()) == 2\n"
        "    assert len(replay.trials()) == 2 and replay.all() in replay.trials()\n"
        "    assert replay().subject.customer_id == 'A1', 'the case says whose run it is'\n"
        "    assert case.id == 'INC-2026-0142' and case.input == {'n': '1'}\n"
    )

    toy.pytest("cases", "--trials", "2").assert_outcomes(passed=2)

    assert toy.calls == ['{"n": "1"}', '{"n": "2"}'] * 2


def test_a_case_may_call_a_part_of_the_workflow(toy: Toy) -> None:
    toy.case(CASE + "target: silent\n")

    toy.pytest("cases").assert_outcomes(failed=2)
