"""Failures with nothing but words: what differs from incident to incident does not count."""

import time

import pytest

from incident2eval.cluster import group
from incident2eval.cluster.masking import Mask
from incident2eval.model import Customer, Customers, Failure

ROSTER = Customers(rows=(Customer(id="ACME", name="Harrow & Vale Ltd"), Customer(id="B2", name="Apex")))
FOUNDER = "The weekly report quoted a note that belongs to another account because the filter was missing"


def alike(text: str, founder: str = FOUNDER) -> bool:
    failures = [Failure(id="A", text=founder), Failure(id="B", text=text)]
    return len(group(failures, customers=ROSTER).clusters) == 1


@pytest.mark.parametrize(
    "text",
    [
        FOUNDER.replace("report", "report for Harrow & Vale"),
        "[INC-4711] 2026-03-01 " + FOUNDER,
        "Because the filter was missing the weekly report quoted a note that belongs to another account",
        FOUNDER.upper(),
        "The wekly report quoted a note that belogns to another account because the filtre was missing",
        FOUNDER + ". See /var/log/app/77.log or https://example.org/x?y=1, contact ann@example.org. Regards",
        FOUNDER[:-24],
    ],
    ids=["name", "ids and dates", "other order", "capitals", "slips", "trimmings", "cut off"],
)
def test_noise_makes_no_other_failure(text: str) -> None:
    assert alike(text)


@pytest.mark.parametrize(
    "text",
    [
        "The weekly report quoted a note that belongs to another account because the session had expired",
        "The invoice export dropped the currency of every amount because the filter was missing",
        "Two lines of the batch went out without a second signature",
        "",
    ],
)
def test_another_fault_in_similar_words_is_another_type(text: str) -> None:
    assert not alike(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Harrow & Vale's note reached ACME", "s note reached"),
        ("the report for Apex at its apex", "the report for at its apex"),
        ("a reply to Priya Lindqvist was late", "a reply to was late"),
        ("the Invoice Export stopped", "the invoice export stopped"),
        ("order B-17 of 3 March, £189, at 10:45", "order of march at"),
        (
            'column "amount due" is missing in the sheet that was sent',
            "column is missing in the sheet that was sent",
        ),
        ("deadbeef01 at https://a.example/b and C:\\temp\\x", "at and c"),
    ],
)
def test_what_is_masked(text: str, left: str) -> None:
    assert " ".join(Mask(ROSTER)(text)) == left


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!...,;:--",
        "\ud800 broken \udfff half",
        "\u202eright to left\u202c and \x1b[2J",
        "a" * 1_000_000,
        "ab/" * 300_000,
        '"' * 1_000_000,
        "A b " * 250_000,
        "Ab " * 300_000,
        "\u00e9" * 1_000_000,
        "1" * 1_000_000,
        "客户 的 报告 里 有 别人 的 数据",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_costs_little_and_breaks_nothing(text: str) -> None:
    started = time.process_time()
    failures = [Failure(id="A", text=text), Failure(id="B", text=FOUNDER), Failure(id="C", text=text)]
    clustering = group(failures, customers=ROSTER)

    assert clustering.assignment["A"] == clustering.assignment["C"] != clustering.assignment["B"]
    assert time.process_time() - started < 2
    for cluster in clustering.clusters:
        assert cluster.label.encode().isascii() or cluster.label.isprintable()
