"""Wrong statements in other words, and what only looks like them, over many trades; hostile text."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident2eval.checks import Known, said_again
from incident2eval.checks._said_again import CHECK
from incident2eval.model import Customer, Customers, Incident, Origin, Run, Status, Step, StepKind
from incident2eval.model.incident import When, WorkflowVersion

TRADES = yaml.safe_load(Path(__file__).with_name("said_again_pairs.yaml").read_text(encoding="utf-8"))


def known(reply: object, *wrong: str, **more: Any) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="t",
        workflow=WorkflowVersion(name="replies"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="w",
        wrong=wrong,
    )
    return Known(incident=incident, recorded=Run(output=reply), **more)


def statements(reply: object, *wrong: str, **more: Any) -> Any:
    facts = CHECK.propose(known(reply, *wrong, **more))
    return facts and facts["statements"]


def sentences(kind: str) -> Iterator[tuple[str, str, Any]]:
    for trade in TRADES:
        facts = statements(trade["reply"], trade["wrong"])
        assert facts, f"nothing proposed for the {trade['trade']}"
        yield from ((trade["trade"], words, facts) for words in trade[kind])


def test_most_rewordings_are_recognised() -> None:
    tried = [
        (trade, words, said_again(Run(output=words), statements=facts))
        for trade, words, facts in sentences("again")
    ]
    missed = [f"  {trade}: {words}" for trade, words, found in tried if not found]
    print(f"\nrewordings recognised: {len(tried) - len(missed)} of {len(tried)}; missed:", *missed, sep="\n")

    assert len(tried) >= 60
    assert len(missed) <= 0.2 * len(tried)


def test_no_lookalike_is_taken_for_one() -> None:
    tried = list(sentences("free"))
    flagged = [
        f"  {trade}: {words}"
        for trade, words, facts in tried
        if said_again(Run(output=words), statements=facts)
    ]
    print(f"\nlookalikes flagged: {len(flagged)} of {len(tried)}", *flagged, sep="\n")

    assert len(tried) >= 60
    assert not flagged


def test_a_fact_is_for_people_to_read() -> None:
    reply = (
        "Yes, Oakhurst Academy, you can return an opened tent for a full refund within 60 days of delivery."
    )
    customers = Customers(
        rows=(Customer(id="C-1", name="Oakhurst Academy"), Customer(id="C-2", name="Penhale Boats"))
    )

    (fact,) = statements(
        reply,
        "Oakhurst Academy, you can return an opened tent for a full refund within 60 days",
        customers=customers,
        customer_id="C-1",
    )

    assert fact == {
        "says": "\u2026, you can return an opened tent for a full refund within 60 days",
        "figures": ["60 days"],
        "words": ["full", "refund", "return", "opened", "tent"],
        "beside": ["delivery"],
    }


def test_words_that_tell_too_little_take_in_their_sentence() -> None:
    (fact,) = statements("An opened tent gets a full refund within 60 days.", "60 days")

    assert fact["words"] == ["full", "refund", "opened", "tent"]


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ("We start work from [START DATE].", "from [START DATE]"),
        ("Penhale Boats has two invoices overdue.", "Penhale Boats has two invoices overdue"),
        ("All is well.", "well"),
        ("All is quiet.", "a full refund within 60 days"),
    ],
    ids=["a placeholder", "another customer", "too few words", "not in the run"],
)
def test_what_is_no_statement_of_this_check(reply: str, wrong: str) -> None:
    customers = Customers(
        rows=(Customer(id="C-1", name="Elm & Co"), Customer(id="C-2", name="Penhale Boats"))
    )

    assert statements(reply, wrong, customers=customers, customer_id="C-1") is None


def test_what_the_corrected_run_says_too_is_not_wrong() -> None:
    reply = "Your parcel left on 4 May. It is insured up to 500 euros."
    corrected = Run(output="Your parcel left on 4 May. It is not insured.")

    facts = statements(
        reply, "Your parcel left on 4 May. It is insured up to 500 euros.", corrected=corrected
    )

    assert [fact["says"] for fact in facts] == ["It is insured up to 500 euros."]


def test_what_was_said_for_want_of_an_answer_may_be_true_once_there_is_one() -> None:
    said, asked = "No allergies were found on file.", {"kind": StepKind.TOOL, "name": "get_allergies"}
    failed = Step(id="1", status=Status.ERROR, error="504 timed out", **asked)
    answered = Step(id="2", output={"allergies": []}, **asked)
    recorded = Run(output=said, steps=(failed,))
    incident = known(said, said).incident
    corrected = Run(output="The allergies could not be looked up.", steps=(failed,))

    facts = CHECK.propose(
        Known(incident=incident, recorded=recorded, corrected=corrected, origin=Origin.CORRECTED_TRACE)
    )

    assert facts is not None
    assert said_again(recorded, **facts)
    assert not said_again(Run(output=said, steps=(failed, answered)), **facts)


def test_words_in_the_arguments_of_a_call_are_looked_for_there() -> None:
    mail = Step(
        id="7", kind=StepKind.TOOL, name="send_mail", input={"body": "You get a full refund within 60 days."}
    )
    recorded = Run(output="Done.", steps=(mail,))
    facts = CHECK.propose(Known(incident=known("", "full refund within 60 days").incident, recorded=recorded))

    assert facts is not None
    (finding,) = said_again(recorded, **facts)
    assert (finding.step, finding.excerpt) == ("7", "You get a full refund within 60 days.")


def test_several_sentences_and_structured_outputs() -> None:
    facts = statements(
        "You can return an opened tent for a full refund within 60 days of delivery.",
        "full refund within 60 days of delivery",
    )

    for output in (
        "Can I get a full refund on an opened tent? Yes, within 60 days of delivery.",
        "You get a full refund. You have sixty days from delivery.",
        {"answer": {"text": "A full refund is possible\nwithin 60 days of delivery."}},
        {"full_refund_after_delivery": "60 days"},
        "FULL REFUND: 60 DAYS FROM DELIVERY",
    ):
        assert said_again(Run(output=output), statements=facts), output
    for output in (
        "Can I get a full refund within 60 days of delivery? No.",
        "You get a full refund if it is unopened. You have 60 days from delivery to exchange it.",
        {"full_refund_after_delivery": "30 days", "exchange_after_delivery": "60 days"},
    ):
        assert not said_again(Run(output=output), statements=facts), output


FACTS = [
    {
        "says": "full refund within 60 days of delivery",
        "figures": ["60 days"],
        "words": ["full", "refund", "delivery"],
    },
    {"says": "No sanctions matches were found.", "words": ["sanctions", "matches"]},
]
HOSTILE = {
    "the same": "You get a full refund within 30 days of delivery. " * 20_000,
    "ever another": " ".join(f"Refund {at} of tent {at * 7} days." for at in range(32_000)),
    "commas": "refund, " * 125_000,
    "one sentence": "refund sanctions " * 60_000,
    "short": "ab. " * 250_000,
    "lines": "a\n" * 500_000,
    "denials": "not no refund if but " * 50_000,
    "costs": "we pay the no a b " * 55_000,
    "blanks": "x" + " " * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_hostile_text_is_read(text: str) -> None:
    assert said_again(
        Run(output="A full refund is given within 60 days of delivery. " + text), statements=FACTS
    )
