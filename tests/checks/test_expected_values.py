"""What `expected_values` proposes, and the shapes in which it finds the right values again."""

from datetime import date
from typing import Any

import pytest

from incident2eval.checks import Known, expected_values
from incident2eval.checks._expected_values import CHECK
from incident2eval.formats import load_run
from incident2eval.model import CannotJudge, Customer, Customers, Incident, Origin, Run
from incident2eval.model.incident import When, WorkflowVersion

ROSTER = Customers(
    rows=(
        Customer(id="C1", name="Harrow & Vale"),
        Customer(id="C2", name="Northgate Ltd", aliases=("Northgate",)),
    )
)


SHIFTS = (("Mo", "early"), ("Mo", "late"), ("Tu", "late"))


def run(output: Any, **more: Any) -> Run:
    return load_run({"output": output, **more}, what="a run")


def incident(
    recorded: Run,
    corrected: Run,
    *,
    right: tuple[str, ...] = (),
    good: tuple[Run, ...] = (),
    origin: Origin = Origin.CORRECTED_TRACE,
) -> Known:
    said = Incident(
        id="INC-2026-0001",
        title="Something went wrong",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        right=right,
    )
    return Known(
        incident=said, recorded=recorded, corrected=corrected, origin=origin, good=good, customers=ROSTER
    )


def proposed(recorded: Any, corrected: Any, **more: Any) -> list[Any]:
    old = run(recorded, started="2026-11-05T14:05:02Z")
    new = run(corrected, started="2026-11-12T09:31:47Z")
    facts = CHECK.propose(incident(old, new, **more))
    return list(facts["expected"]) if facts else []  # type: ignore[call-overload]


def fields(expected: list[Any]) -> list[str]:
    return [one.get("field") or one["about"] for one in expected]


def test_a_fact_says_what_should_stand_where_and_what_stood_there() -> None:
    expected = proposed(
        {"claims": [{"claim": "CL-7", "decision": "refuse"}, {"claim": "CL-9", "decision": "pay"}]},
        {"claims": [{"claim": "CL-9", "decision": "pay"}, {"claim": "CL-7", "decision": "pay"}]},
    )

    assert expected == [
        {"item": {"claim": "CL-7"}, "field": "decision", "value": "pay", "instead_of": "refuse"}
    ]


@pytest.mark.parametrize(
    "corrected",
    [
        {"result": {"rows": [{"ref": "A-1", "limit": 40}, {"ref": "A-2", "limit": 10}]}},
        '{"rows": [{"ref": "A-2", "limit": 10}, {"ref": "A-1", "limit": 40}]}',
        "| ref | limit |\n| --- | --- |\n| A-1 | 40 |\n| A-2 | 10 |",
    ],
)
def test_the_corrected_run_may_have_another_shape(corrected: Any) -> None:
    expected = proposed({"rows": [{"ref": "A-1", "limit": 4}, {"ref": "A-2", "limit": 10}]}, corrected)

    assert [(one["item"], one["field"], str(one["value"])) for one in expected] == [
        ({"ref": "A-1"}, "limit", "40")
    ]


def test_a_figure_of_a_text_goes_by_the_words_around_it() -> None:
    expected = proposed(
        "Energy used: 41,300 kWh. Contract ends on 1 May 2027.",
        "You used 31,400 kWh of energy. The contract ends on 1 June 2027.",
    )

    assert expected == [
        {"about": "used energy", "value": "31,400 kWh", "instead_of": "41,300 kWh"},
        {"about": "contract ends", "value": "1 June 2027", "instead_of": "1 May 2027"},
    ]


def test_rows_without_an_id_are_told_apart_by_two_of_their_fields() -> None:
    early, late, next_day = ({"day": day, "shift": shift} for day, shift in SHIFTS)
    rows = [{**early, "nurses": 3}, {**late, "nurses": 3}, {**next_day, "nurses": 3}]

    expected = proposed(rows, [{**late, "nurses": 2}, rows[0], rows[2]])

    assert expected == [{"item": late, "field": "nurses", "value": 2, "instead_of": 3}]


def test_of_two_moments_of_one_day_the_time_is_expected() -> None:
    expected = proposed({"visit": "2026-11-20T10:30:00"}, {"visit": "2026-11-20T14:30:00"})

    assert expected == [{"field": "visit", "value": "14:30", "instead_of": "10:30"}]


def test_text_is_wording_and_no_value() -> None:
    expected = proposed(
        [
            {"ref": 1, "class": "standard", "reason": "all in order"},
            {"ref": 2, "class": "standard", "reason": ""},
        ],
        [
            {"ref": 1, "class": "exception", "reason": "limit"},
            {"ref": 2, "class": "standard", "reason": "fine"},
        ],
    )

    assert expected == [
        {"item": {"ref": "1"}, "field": "class", "value": "exception", "instead_of": "standard"}
    ]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("request_id", "6f9f1d8e-3b1f-4c88-9d6c-2f50b3a1c111", "0b7c1d8e-3b1f-4c88-9d6c-2f50b3a1c999"),
        ("generated_at", "2026-11-05", "2026-11-12"),
        ("date", "2026-11-05", "2026-11-12"),
        ("at", "2026-01-05T14:05:02.120Z", "2026-01-12T09:31:47.004Z"),
        ("latency_ms", 812, 455),
        ("duration_ms", 812, 455),
        ("total_tokens", 1200, 1190),
        ("model_version", "8.0", "8.1"),
        ("confidence", 0.91, 0.87),
        ("contact", "a@north.example", "b@north.example"),
        ("carrier", "Ridgeway", "Northgate"),
    ],
)
def test_what_is_a_runs_own_or_names_a_customer_is_not_expected(field: str, old: Any, new: Any) -> None:
    expected = proposed({"price": 480, field: old}, {"price": 408, field: new})

    assert fields(expected) == ["price"]


def test_what_is_a_runs_own_in_a_text_is_not_expected() -> None:
    expected = proposed(
        "Run 8841 at 14:05. You will receive £890. Letter created 5 November 2026, processed in 3.2 s.",
        "Run 9932 at 09:31. You will receive £570. Letter created 12 November 2026, processed in 1.9 s.",
    )

    assert fields(expected) == ["receive"]


def test_a_length_of_time_that_is_no_runs_own_is_expected() -> None:
    expected = proposed({"duration_nights": 2, "duration": 45}, {"duration_nights": 3, "duration": 60})

    assert fields(expected) == ["duration_nights", "duration"]


def test_what_differs_between_right_runs_of_the_same_input_is_not_expected() -> None:
    good = (run({"price": 408, "agent": "zoe", "lead_days": 12}),)

    expected = proposed(
        {"price": 480, "agent": "mia", "lead_days": 9},
        {"price": 408, "agent": "tom", "lead_days": 11},
        good=good,
    )

    assert fields(expected) == ["price"]


def test_what_only_the_corrected_run_says_counts_if_the_right_words_say_it() -> None:
    recorded, corrected = "We pay the postage.", "You pay the postage of £4.95; parcels weigh up to 10 kg."

    assert proposed(recorded, corrected) == []
    assert proposed(recorded, corrected, right=("postage of £4.95",)) == [
        {"about": "pay postage", "value": "£4.95"}
    ]


def test_a_field_that_was_empty_counts_if_the_right_words_say_it() -> None:
    recorded, corrected = {"deposit": None, "fee": 3}, {"deposit": 250, "fee": 4}

    assert fields(proposed(recorded, corrected)) == ["fee"]
    assert fields(proposed(recorded, corrected, right=("a deposit of £250",))) == ["deposit", "fee"]


def test_facts_name_customers_by_id() -> None:
    expected = proposed(
        [
            {"customer": "Harrow & Vale", "tier": "silver"},
            {"customer": "Northgate Ltd", "tier": "gold"},
        ],
        [
            {"customer": "Harrow & Vale", "tier": "gold"},
            {"customer": "Northgate Ltd", "tier": "gold"},
        ],
    )

    assert expected == [
        {"item": {"customer": "C1"}, "field": "tier", "value": "gold", "instead_of": "silver"}
    ]


def test_facts_hold_no_names_from_the_text() -> None:
    expected = proposed(
        "Northgate owes Mrs Okonkwo £1,200 of rent.", "Northgate owes Mrs Okonkwo £1,020 of rent."
    )

    assert expected == [{"about": "owes rent", "value": "£1,020", "instead_of": "£1,200"}]


def test_a_run_that_was_repaired_is_no_witness() -> None:
    assert proposed({"price": 480}, {"price": 408}, origin=Origin.REPAIRED) == []


def test_a_corrected_run_of_another_input_is_no_witness() -> None:
    recorded, corrected = run({"price": 480}, input={"order": "A"}), run({"price": 408}, input={"order": "B"})

    assert CHECK.propose(incident(recorded, corrected)) is None


CLAIM = {"item": {"ref": "A-1"}, "field": "limit", "value": 3600, "instead_of": 0}


@pytest.mark.parametrize(
    "output",
    [
        [{"ref": "A-1", "limit": "3.600,00 EUR"}, {"ref": "A-2", "limit": "1.250,50 EUR"}],
        [{"ref": "A-1", "credit_limit": "£3.6k"}],
        {"A-1": {"limit": 3600}, "A-2": {"limit": 0}},
        {"limits": {"A-1": 3600, "A-2": 0}},
        '{"items": [{"ref": "A-2", "limit": 0}, {"ref": "A-1", "limit": 3600}]}',
        '{"ref": "A-2", "limit": 0}\n{"ref": "A-1", "limit": 3600}\n',
        "ref\tlimit\nA-1\t3,600\nA-2\t0",
        "Limits:\n1. A-2: none\n2. A-1: £3,600",
        "For A-2 there is no limit. The limit of A-1 is three thousand six hundred pounds.",
    ],
)
def test_the_value_is_found_in_any_shape(output: Any) -> None:
    assert not expected_values(Run(output=output), expected=[CLAIM], customers=Customers())


@pytest.mark.parametrize(
    "output",
    [
        [{"ref": "A-1", "limit": "3,600 EUR"}, {"ref": "A-2", "limit": "1.250,50 EUR"}],
        [{"ref": "A-1", "limit": 360}],
        {"A-1": {"limit": 0}, "A-2": {"limit": 3600}},
        "ref\tlimit\nA-1\t0\nA-2\t3,600",
        "The limit of A-1 is £0, that of A-2 £3,600.",
        "A-2 has a limit of £3,600.",
        [{"ref": "A-1", "limit": None}],
    ],
)
def test_another_value_is_found_in_any_shape(output: Any) -> None:
    assert expected_values(Run(output=output), expected=[CLAIM], customers=Customers())


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "Your application is approved. We declined the other one that you sent in spring of last year.",
            True,
        ),
        (
            "We have to decline your application. Usually we approve within five days of getting all papers.",
            False,
        ),
        (
            "Decision: decline (we approve few applications of this kind in winter, as you may know).",
            False,
        ),
        ("We cannot approve it.", False),
        ("Approved (was declined).", True),
    ],
)
def test_of_two_decisions_in_a_text_the_one_about_it_counts(text: str, right: bool) -> None:
    fact = {"field": "decision", "value": "approve", "instead_of": "decline"}

    assert bool(expected_values(Run(output=text), expected=[fact], customers=Customers())) is not right


MEGABYTES = {
    "prose": "Savings to date were 40 days and £5,000.50 on 3 May 2026. " * 18_000,
    "figures": "1 " * 500_000,
    "ids": "A-1 " * 250_000,
    "brackets": "a [\n" * 250_000,
    "bars": "|a|b|\n" * 160_000,
    "lines": "ref,limit\n" + "A-1,standard\n" * 77_000,
    "words in a row": "a hundred and " * 70_000,
    "rows": [{"ref": f"A-{at}", "limit": at, "note": "some words"} for at in range(18_000)],
}


@pytest.mark.parametrize("output", MEGABYTES.values(), ids=MEGABYTES)
def test_a_megabyte_is_judged_to_its_end(output: Any) -> None:
    figure = {"about": "savings to date", "value": "30 days", "instead_of": "60 days"}

    assert expected_values(Run(output=output), expected=[CLAIM, figure], customers=ROSTER)


def test_a_finding_quotes_what_stands_there() -> None:
    findings = expected_values(
        Run(output="Die Kaution beträgt 5.000 €."),
        expected=[{"about": "Kaution", "value": "500 €", "instead_of": "5,000 €"}],
        customers=Customers(),
    )

    assert findings[0].excerpt == "Die Kaution beträgt 5.000 €."
    assert findings[0].message == "says '5.000 €' (Kaution), should be '500 €'"


@pytest.mark.parametrize("expected", [[], None, [{"value": 3}], [{"field": "limit"}], ["limit"], 3])
def test_facts_that_expect_nothing_are_refused(expected: Any) -> None:
    with pytest.raises(CannotJudge):
        expected_values(Run(output={"limit": 3}), expected=expected, customers=Customers())


def test_a_customers_row_is_found_by_any_of_its_names() -> None:
    customers = Customers(rows=(Customer(id="C1", name="Harrow & Vale Ltd", aliases=("HVL",)),))
    fact = {"item": {"customer": "C1"}, "field": "tier", "value": "gold"}

    for name in ("Harrow & Vale Ltd", "Harrow and Vale", "HVL", "C1"):
        run = Run(output=[{"name": name, "tier": "Gold"}, {"name": "Others", "tier": "silver"}])
        assert not expected_values(run, expected=[fact], customers=customers)
