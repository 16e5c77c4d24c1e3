"""What `prove` says of honest and of broken tests."""

import pytest
from proving.small_case import BAD, GOOD, HONEST, INCIDENT, TEST, Judge, fetching

from incident2eval.model import Customers, Observation, Outcome, Run, RunSet
from incident2eval.proving import prove

FINDING = "  - s1: fetched note-A2, which 'Contoso' owns, for 'Northwind Ltd'"

RAISE_CANNOT_JUDGE = "    from incident2eval.model import CannotJudge\n    raise CannotJudge('no steps')"
CASE = "def test_it(replay, case, customers):\n"
COUNTING = """\
from incident2eval.checks import check, foreign_records
from incident2eval.model import Findings

@check(absence=False)
def figures(run):
    return Findings(judged=sum(char.isdigit() for char in run.output))

def test_it(replay, case, customers):
    run = replay()
    assert not figures(run)
    assert not foreign_records(run, customer=case.customer_id, customers=customers)
"""


@pytest.mark.requirement("R118")
def test_red_on_the_incident_and_green_on_the_fix_and_today(judge: Judge) -> None:
    told = judge()

    assert told == {
        (TEST, "recorded"): (
            Outcome.FAILED,
            f"another customer's records were fetched:\n{FINDING}",
        ),
        (TEST, "corrected"): (Outcome.PASSED, ""),
        (TEST, "live-1"): (Outcome.PASSED, ""),
    }


def test_every_set_is_judged_for_itself(judge: Judge) -> None:
    others = (RunSet(name="variant-1", runs={"input": BAD}), RunSet(name="good-1", runs={"input": GOOD}))

    told = judge(live=(GOOD, BAD, GOOD), others=others)

    assert [told[TEST, f"live-{n}"][0] for n in (1, 2, 3)] == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED]
    assert told[TEST, "variant-1"][0] is Outcome.FAILED
    assert told[TEST, "good-1"][0] is Outcome.PASSED


def test_no_honest_run_of_two_hundred_is_blocked(judge: Judge) -> None:
    told = judge(live=(GOOD,) * 200)

    assert [told[TEST, f"live-{n}"][0] for n in range(1, 201)] == [Outcome.PASSED] * 200


def test_no_cases_need_no_child() -> None:
    assert prove({}, customers=Customers(), timeout=0.001) == ()


@pytest.mark.parametrize(
    ("body", "outcome", "said"),
    [
        ("    assert 1 == 2", Outcome.ERRORED, "AssertionError"),
        ("    assert not replay().output, 'no finding in it'", Outcome.ERRORED, "AssertionError: no finding"),
        ("    1 / 0", Outcome.ERRORED, "ZeroDivisionError: division by zero"),
        ("    raise SystemExit(0)", Outcome.ERRORED, "SystemExit: 0"),
        ("    case['tools']", Outcome.ERRORED, "cases/INC-2026-0142/case.yaml: facts.tools: "),
        ("    replay('second')", Outcome.ERRORED, "there is no live-1 run called 'second'"),
        (RAISE_CANNOT_JUDGE, Outcome.VACUOUS, "no steps"),
        ("    import pytest\n    pytest.fail('by hand')", Outcome.ERRORED, "by hand"),
    ],
)  # fmt: skip
def test_only_an_assertion_about_findings_is_red(
    judge: Judge, body: str, outcome: Outcome, said: str
) -> None:
    told = judge(CASE + body)

    seen, message = told[f"{INCIDENT}::test_it", "live-1"]
    assert seen is outcome
    assert said in message


def test_facts_input_and_runs_as_a_test_asks_for_them(judge: Judge) -> None:
    told = judge(
        CASE
        + "    assert case['approved_tools'] == ['search_notes'] and case.input == {'month': '2026-10'}\n"
        + "    assert case.id == 'INC-2026-0142' and replay.all() == (replay('input'),)\n"
        + "    assert len(replay.trials()) == (2 if len(replay.trials()) == 2 else 1)\n"
        + "    assert replay().subject.customer_id == 'A1'\n",
        live=(GOOD, GOOD),
    )

    assert {outcome for outcome, _ in told.values()} == {Outcome.PASSED}


def test_parameters_and_classes(judge: Judge) -> None:
    halves = '@pytest.mark.parametrize("half", [0, 1])\ndef test_halves(half, '
    source = HONEST.replace("def test_fetches_only_its_own(", halves)
    source = source.replace("run = replay()", "run = replay()\n    if half:\n        return")
    source += "\nclass TestMore:\n    def test_nothing(self, replay):\n        replay()\n"

    told = judge(source, live=BAD)

    assert told[f"{INCIDENT}::test_halves", "live-1"][0] is Outcome.FAILED, (
        "the worst parameter speaks for the test"
    )
    assert told[f"{INCIDENT}::test_halves", "corrected"][0] is Outcome.PASSED
    assert told[f"{INCIDENT}::TestMore::test_nothing", "corrected"][0] is Outcome.PASSED


@pytest.mark.parametrize("where", ["setup", "teardown"])
def test_an_error_around_the_test_is_no_pass(judge: Judge, where: str) -> None:
    body = "    1 / 0\n    yield" if where == "setup" else "    yield\n    1 / 0"
    source = HONEST.replace(
        "\n\ndef test", f"\n\n@pytest.fixture(autouse=True)\ndef around():\n{body}\n\n\ndef test"
    )

    assert {outcome for outcome, _ in judge(source).values()} == {Outcome.ERRORED}


def test_a_broken_file_leaves_the_others_alone(judge: Judge) -> None:
    told = judge(
        {"test_inc_2026_0142.py": HONEST, "test_broken.py": "import nowhere\n\ndef test_more():\n    pass\n"}
    )

    assert {case for case, _ in told} == {TEST}
    assert told[TEST, "live-1"][0] is Outcome.PASSED


@pytest.mark.parametrize(
    ("live", "observes", "said"),
    [
        (fetching("A1", output=" \n"), (), "the output is empty, the recorded one was not"),
        (fetching("A1", output={}), (Observation.OUTPUT,), "the output is empty"),
        (Run(output="A quiet month."), (Observation.STEPS,), "no longer reports steps"),
        (fetching(), (Observation.RECORDS,), "no longer reports the records it read"),
    ],
)
def test_a_workflow_that_says_less_is_not_judged(
    judge: Judge, live: Run, observes: tuple[Observation, ...], said: str
) -> None:
    outcome, message = judge(live=live, observes=observes)[TEST, "live-1"]

    assert outcome is Outcome.VACUOUS
    assert said in message


def test_records_are_missed_only_where_the_corrected_run_has_some(judge: Judge) -> None:
    nothing_to_read = fetching()

    told = judge(live=nothing_to_read, corrected=nothing_to_read, observes=(Observation.RECORDS,))

    assert told[TEST, "live-1"][0] is Outcome.PASSED


def test_green_for_want_of_anything_to_judge_is_vacuous(judge: Judge) -> None:
    with_figures, without = fetching("A1", output="12 notes"), fetching("A1", output="some notes")
    others = (
        RunSet(name="variant-1", runs={"input": without}),
        RunSet(name="good-1", runs={"input": without}),
    )

    told = judge(COUNTING, corrected=with_figures, live=(with_figures, without), others=others)

    seen = {runs: outcome for (_, runs), (outcome, _) in told.items()}
    assert seen["live-1"] is Outcome.PASSED
    assert seen["live-2"] is seen["variant-1"] is Outcome.VACUOUS
    assert seen["good-1"] is Outcome.PASSED, "a known-good run may have nothing to judge"
    assert "figures (2 on the corrected run)" in told[f"{INCIDENT}::test_it", "live-2"][1]


def test_nothing_is_missed_where_the_corrected_run_has_nothing_either(judge: Judge) -> None:
    told = judge(COUNTING)

    assert told[f"{INCIDENT}::test_it", "live-1"][0] is Outcome.PASSED


def test_messages_are_short_and_safe_to_print(judge: Judge) -> None:
    source = HONEST.replace("fetched:", "fetched \\x1b[31m:" + "x" * 9000)

    _, message = judge(source)[TEST, "recorded"]

    assert "\x1b" not in message
    assert message.startswith("another customer's records were fetched \\x1b[31m:xxx")
    assert len(message) <= 4000


@pytest.mark.parametrize("name", ["../test_x.py", "a/test_x.py", ".."])
def test_test_files_have_plain_names(judge: Judge, name: str) -> None:
    with pytest.raises(ValueError, match="is not the plain name"):
        judge({name: HONEST})
