"""When a failed call is proposed as what an incident is about, and when it merely failed in the same run."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident2eval.checks import Known, error_passed_on
from incident2eval.checks._error_passed_on import CHECK
from incident2eval.formats import load_run
from incident2eval.model import (
    Customers,
    Incident,
    IncidentType,
    Origin,
    RootCause,
    Run,
    Status,
    Step,
    StepKind,
)
from incident2eval.model.incident import When, WorkflowVersion

DOWN = Step(
    id="s1",
    kind=StepKind.TOOL,
    name="port_schedule",
    input={"ship": "IMO-93"},
    status=Status.ERROR,
    error="connection refused",
)
ORDER = Step(
    id="s2",
    kind=StepKind.TOOL,
    name="get_booking",
    input={"no": "B-5"},
    output={"box": "40 ft", "to": "Rotterdam"},
)
SAID = "Your box reaches Rotterdam on schedule."
OPEN = "Your box goes to Rotterdam; the schedule could not be checked."
INCIDENT = Incident(
    id="INC-2026-0001",
    title="Late box",
    workflow=WorkflowVersion(name="notices"),
    when=When(noticed=date(2026, 11, 2)),
    what_happened="The box was eight days late.",
    wrong=(SAID,),
)
KNOWN = Known(
    incident=INCIDENT,
    recorded=Run(output=SAID, steps=(DOWN, ORDER)),
    corrected=Run(output=OPEN, steps=(DOWN, ORDER)),
    origin=Origin.CORRECTED_TRACE,
    customers=Customers(),
)


def test_the_facts_are_the_tools_and_those_that_may_fail() -> None:
    assert CHECK.propose(KNOWN) == {"tools": ["port_schedule", "get_booking"], "may_fail": []}


def test_what_failed_silently_in_a_good_run_too_may_fail() -> None:
    good = Run(output="Your box goes to Rotterdam.", steps=(DOWN, ORDER))

    assert CHECK.propose(replace(KNOWN, good=(good,))) is None


def test_an_incident_about_something_else_is_not_about_the_call_that_failed() -> None:
    banner = replace(DOWN, name="banner_image", error="timed out")
    incident = replace(INCIDENT, type=(IncidentType.DATA_EXPOSURE,), wrong=("Rotterdam",))
    known = replace(
        KNOWN,
        incident=incident,
        recorded=Run(output=SAID, steps=(banner, ORDER)),
        corrected=Run(output="Your box is on its way.", steps=(ORDER,)),
    )

    assert CHECK.propose(known) is None
    assert CHECK.propose(replace(known, cause=RootCause(step="s1"))) is not None


def test_a_repaired_run_without_any_call_can_be_judged() -> None:
    repaired = Run(
        output="Your box goes to Rotterdam.", steps=(replace(DOWN, kind=StepKind.MODEL, name="write"),)
    )
    known = replace(
        KNOWN, recorded=Run(output=SAID, steps=(DOWN,)), corrected=repaired, origin=Origin.REPAIRED
    )

    assert CHECK.propose(known) == {"tools": [], "may_fail": []}


@pytest.mark.parametrize(
    "output",
    [
        "The schedule is not available at the moment.",
        "I was unable to look up when it arrives.",
        "Arrival: unknown.",
        "Arrival: TBC",
        "The port's system is down; we'll get back to you.",
        "We're still waiting for the port.",
        "Sorry, something failed: connection error. Please try again later.",
        "No arrival time could be obtained.",
        "We don\u2019t know yet when it arrives.",
        "Nothing can be said of the day of arrival before the port answers.",
        "Its schedule has to be confirmed by hand.",
        {"to": "Rotterdam", "schedule": None},
        {"to": "Rotterdam", "schedule": {"confirmed": False}},
        {"to": "Rotterdam", "unavailable": ["port_schedule"]},
        '{"to": "Rotterdam", "arrival": "pending"}',
    ],
)
def test_an_admission_in_any_words_is_one(output: object) -> None:
    assert not error_passed_on(Run(output=output, steps=(DOWN, ORDER)), tools=["port_schedule"], may_fail=[])


@pytest.mark.parametrize(
    "output",
    [
        "Your box reaches Rotterdam on schedule. Let us know if you need anything else.",
        "No delays were found.",
        "We could not find any delay.",
        "You don't need to confirm anything. It arrives on Monday.",
        "It arrives on Monday. Do not hesitate to call us.",
        "Not only is it on time, it is early.",
        "Freight rates are down 3%. It arrives on Monday.",
        {"to": "Rotterdam", "arrival": "2026-11-09", "error": None, "pending": 0},
    ],
)
def test_a_conclusion_in_any_words_is_none(output: object) -> None:
    assert error_passed_on(
        Run(output=output, steps=(DOWN, ORDER)), tools=["port_schedule", "get_booking"], may_fail=[]
    )


TRADES = yaml.safe_load(Path(__file__).with_name("admissions.yaml").read_text(encoding="utf-8"))
"""Some three hundred outputs after a call that failed: those that admit it, those that say nothing."""


@pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade["name"])
@pytest.mark.parametrize(("kind", "red"), [("admits", False), ("is_silent", True)])
def test_admissions_in_the_words_of_a_trade(trade: dict[str, Any], kind: str, *, red: bool) -> None:
    steps = [trade["failed"], trade["answered"]]
    names = [step["name"] for step in steps]
    runs = [load_run({"output": output, "steps": steps}, what="the example") for output in trade[kind]]

    wrongly = [run.output for run in runs if bool(error_passed_on(run, tools=names, may_fail=[])) is not red]

    assert not wrongly
