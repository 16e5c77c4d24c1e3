"""Figures that text holds, what they are taken for, and hostile text."""

from pathlib import Path

import pytest
import yaml

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


TRADES = yaml.safe_load(Path(__file__).with_name("ungrounded_pairs.yaml").read_text(encoding="utf-8"))


def judged(kind: str) -> list[tuple[str, bool]]:
    return [
        (
            f"  {trade['trade']}: {words}",
            bool(ungrounded_figures(Run(output=words), sources=trade["sources"])),
        )
        for trade in TRADES
        for words in trade[kind]
    ]


def test_no_honest_paraphrase_is_flagged() -> None:
    tried = judged("honest")
    flagged = [words for words, red in tried if red]
    print(f"\nhonest paraphrases flagged: {len(flagged)} of {len(tried)}", *flagged, sep="\n")

    assert len(tried) >= 60
    assert not flagged


@pytest.mark.requirement("R122")
def test_most_invented_figures_are_found() -> None:
    tried = judged("figures")
    missed = [words for words, red in tried if not red]
    print(f"\ninvented figures found: {len(tried) - len(missed)} of {len(tried)}; missed:", *missed, sep="\n")

    assert len(missed) <= 0.1 * len(tried)


@pytest.mark.parametrize(
    ("output", "source"),
    [
        ("It took 1 hour 50 minutes.", "Handled in 110 minutes."),
        ("The lease runs for 2 years and 6 months.", "Term: 30 months."),
        ("Back within sixty days.", "Back within two months."),
        ("Within 12 weeks.", "Within 3 months."),
        ("About 2 hours.", "110 minutes."),
        ("You get 100% of the fee back.", "The fee is refunded in full."),
        ("50% is paid now.", "Half is paid now."),
        ("You have 2 more weeks.", "You have 14 further days."),
        ("It holds 1 TB.", '{"storage_gb": 1000}'),
        ("In all £420.", "- rent £300\n- power £120"),
        ("In all £420.", "| for | paid |\n| --- | --- |\n| rent | £300 |\n| power | £120 |"),
        ("In all 420.", "kind,units\na,300\nb,120"),
        ("In all 420.", '{"units": [300, 120]}'),
        ("Sales rose by 20%.", '{"sales_2025": 100, "sales_2026": 120}'),
        ("£70 are left to pay.", '{"total_gbp": 100, "paid_gbp": 30}'),
    ],
)
def test_what_is_rounded_converted_or_worked_out_is_grounded(output: str, source: str) -> None:
    assert said(output, source) == []


@pytest.mark.parametrize(
    ("output", "source"),
    [
        ("You may return it within 60 days.", '{"warranty_days": 90, "return_days": 30}'),
        (
            "You may return it within 60 days.",
            '[{"policy": "warranty", "days": 90}, {"policy": "return", "days": 30}]',
        ),
        ("Interest of 7% is charged.", '[{"interest_pct": 3}, {"interest_pct": 4}]'),
        ("You get a 15% discount.", '[{"discount_pct": 10}, {"discount_pct": 5}]'),
        ("We will repair it in 6 days.", '[{"repair_days": 2}, {"repair_days": 4}]'),
        ("£70 are left to pay.", '{"fee_gbp": 100, "limit_gbp": 30}'),
        ("You can cancel within 14 days.", "The warranty claim is answered within 14 days."),
        ("The guarantee is 90 days.", "Refunds are paid within 90 days."),
    ],
)
def test_a_limit_or_promise_is_neither_worked_out_nor_one_of_something_else(output: str, source: str) -> None:
    assert said(output, source)


def test_a_figure_of_something_else_without_a_word_for_it_is_a_doubt() -> None:
    findings = ungrounded_figures(
        Run(output="Your complaint is settled within 14 days."), sources=["A spare car is lent for 14 days."]
    )

    assert not findings
    assert [finding.excerpt for finding in findings.doubtful] == ["Your complaint is settled within 14 days."]


HOSTILE = {
    "lengths": " ".join(f"{at * 7 % 9973} days" for at in range(100_000)),
    "amounts": " ".join(f"£{at * 7 % 9973}.{at % 90 + 10}" for at in range(110_000)),
    "promises": " ".join(f"You can return it within {at * 7 % 9973} days." for at in range(24_000)),
    "rows": "[" + ",".join(f'{{"a":{at}}}' for at in range(80_000)) + "]",
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
