"""What users write, held by mypy: their own checks, and calls of ours in a test."""

from typing import assert_type

from incident2eval import __version__
from incident2eval.checks import check, foreign_records
from incident2eval.cli import main
from incident2eval.model import CannotJudge, Customer, Customers, Finding, Findings, Run, Step

assert_type(__version__, str)


@check(absence=False)
def short_answers(run: Run, *, words: int) -> Findings:
    """A check of the user's own."""
    if not isinstance(run.output, str):
        raise CannotJudge("the output is no text")
    count = len(run.output.split())
    found = Finding(
        check="short_answers", step=None, message=f"{count} words, at most {words} were asked for"
    )
    return Findings((found,) if count > words else (), judged=1)


def test_answers_are_short_and_ones_own(replay: Run, customers: Customers) -> None:
    """A test as people write it."""
    long = short_answers(replay, words=20)
    strays = foreign_records(replay, customer="C1", customers=customers)

    assert_type(long, Findings)
    assert_type(strays, Findings)
    assert_type(strays[0], Finding)
    assert_type(strays[0].step, str | None)
    assert not strays, f"another customer's records were fetched:\n{strays}"


def a_roster() -> Customers:
    """Nouns are made with keywords, and their sequences are tuples."""
    return Customers(rows=(Customer(id="C1", name="Ashdown Bakery"),))


def a_step(run: Run) -> Step | None:
    """A step by its id."""
    return run.step("s1")


def the_exit_code() -> int:
    """The command line can be called from Python."""
    return assert_type(main(["--version"]), int)
