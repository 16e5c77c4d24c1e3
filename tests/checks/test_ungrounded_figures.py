"""Figures that text holds, what they are taken for, and hostile text."""

import pytest

from incident2eval.checks import Known, ungrounded_figures
from incident2eval.checks._ungrounded_figures import CHECK
from incident2eval.model import Record, Run, Step, StepKind


def said(output: object, *sources: str) -> list[str]:
    findings = ungrounded_figures(Run(output=output), sources=sources)
    return [finding.message.split("'")[1] for finding in findings]


@pytest.mark.parametrize(
    ("output", "figures"),
    [
        ("£18,400 and 5.2% within 60 days", ["£18,400", "5.2%", "60 days"]),
        ("Refunds take 5 to 7 working days.", ["5", "7 working days"]),
        ("a 90-day warranty", ["90-day"]),
        ("GBP 4.95, 4.95 euros, $7.50", ["GBP 4.95", "4.95 euros", "$7.50"]),
        ("sixty days, two years, two hundred pounds", ["sixty days", "two years", "two hundred pounds"]),
        ("up 85 per cent on 6 October 2026", ["85 per cent", "6 October 2026"]),
        ("5kg in 12 boxes", ["5kg", "12"]),
        ("£1.2m, then £3bn", ["£1.2m", "£3bn"]),
        ("one day, 2 boxes, in 2026", []),
        ("T-88213, HC-101, v2.1, 2.1.3, K2, 3rd, Q3, W44-09", []),
        ("Unit 5,704, section 21, ISO 9001, invoice 7,854, #12, [12]", []),
        ("14 Market Street, 020 7946 0958, GB 418 2207 61, 09811442", []),
        ("24/7, 24 hours a day, 14:00, 1/2, https://a.example/77", []),
        ("1. one\n12) twelve", []),
    ],
)
def test_what_counts_as_a_figure(output: str, figures: list[str]) -> None:
    assert said(output, "nothing to go by") == figures


def test_the_finding_quotes_the_sentence() -> None:
    output = "Thank you. You may return it within 60 days of delivery. Kind regards"

    (finding,) = ungrounded_figures(Run(output=output), sources=["Returns within 30 days."])

    assert finding.excerpt == "You may return it within 60 days of delivery."


def test_a_runs_own_steps_come_before_the_sources_of_the_case() -> None:
    step = Step(kind=StepKind.RETRIEVAL, name="search", records=(Record(id="a", text="Within 30 days."),))

    assert ungrounded_figures(Run(output="Within 60 days.", steps=(step,)), sources=["Within 60 days."])


def test_an_output_without_figures_was_not_judged(known: Known) -> None:
    assert ungrounded_figures(Run(output="All quiet."), sources=["30 days"]).judged == 0
    assert ungrounded_figures(known.recorded, sources=[]).judged == 1


def test_the_case_keeps_the_sources_but_not_those_with_the_wrong_words(known: Known) -> None:
    assert CHECK.propose(known) == {"sources": ["Returns within 30 days."]}


@pytest.fixture
def known() -> Known:
    from dataclasses import replace
    from datetime import date

    from incident2eval.model import Incident
    from incident2eval.model.incident import When, WorkflowVersion

    incident = Incident(
        id="INC-2026-0001",
        title="t",
        workflow=WorkflowVersion(name="replies"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="w",
    )
    records = (Record(id="a", text="Returns within 30 days."), Record(id="b", text="We Pay Nothing back."))
    step = Step(kind=StepKind.RETRIEVAL, name="search", records=records)
    run = Run(output="Within 60 days, we pay nothing.", steps=(step,))
    return Known(incident=replace(incident, wrong=("we pay nothing",)), recorded=run)


HOSTILE = {
    "figures": "60 days " * 120_000,
    "digits": "1" * 1_000_000,
    "thousands": "111," * 250_000,
    "dates": "2026-10-06 " * 90_000,
    "words": "twenty " * 140_000,
    "addresses": "12 Aa Aa Aa Aa " * 60_000,
    "blanks": " " * 1_000_000 + "1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_hostile_text_is_read_to_its_end(text: str) -> None:
    assert ungrounded_figures(Run(output="60 days " + text), sources=["30 days"])
    assert ungrounded_figures(Run(output="1,234,567"), sources=[text])
