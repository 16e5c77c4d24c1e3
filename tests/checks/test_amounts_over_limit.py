"""Where limits on amounts come from, and how amounts are read."""

from datetime import date
from typing import Any

import pytest

from incident2eval.checks import SHELF, Known, amounts_over_limit
from incident2eval.checks.acts.amounts import amount_of
from incident2eval.formats import load_run
from incident2eval.model import Customers, Incident, Origin, Run, WorkflowSettings
from incident2eval.model.incident import When, WorkflowVersion

CHECK = next(check for check in SHELF if check.name == "amounts_over_limit")


def paid(*amounts: Any, said: str = "Paid.", policy: str = "") -> Run:
    steps = [
        {"kind": "tool", "name": "pay_claim", "input": {"claim": "C1", "amount": one}} for one in amounts
    ]
    read = {"kind": "retrieval", "name": "rules", "records": [{"id": "p1", "text": policy}]}
    return load_run({"output": said, "steps": [read, *steps] if policy else steps}, what="a run")


def known(
    recorded: Run, corrected: Run | None = None, *, said: str = "It paid.", limits: Any = None
) -> Known:
    return Known(
        incident=Incident(
            id="INC-2026-0001",
            title="Too much",
            workflow=WorkflowVersion(name="claims"),
            when=When(noticed=date(2026, 11, 2)),
            what_happened=said,
        ),
        recorded=recorded,
        corrected=corrected,
        origin=Origin.CORRECTED_TRACE if corrected else None,
        workflow=WorkflowSettings(limits=limits or {}),
    )


def test_the_settings_hold_the_limits() -> None:
    limits = {"pay_claim": {"amount": 500, "currency": "GBP"}}

    assert CHECK.propose(known(paid(900), limits=limits)) == {"limits": limits}
    assert CHECK.propose(known(paid(400), limits=limits)) is None


def test_every_variant_goes_over_the_limit_of_the_settings() -> None:
    case = known(paid("£900.00"), limits={"pay_claim": 500})
    variants = list(CHECK.variants(case))

    assert len(variants) >= 8
    facts = CHECK.propose(case) or {}
    missed = [run for run in variants if not CHECK(run, facts=facts, customer_id=None, customers=Customers())]
    assert len(missed) <= 1


def test_the_incident_states_the_limit() -> None:
    said = "The agent paid £900 although it may only pay up to £500 without a manager."

    assert CHECK.propose(known(paid(900), paid(480), said=said)) == {
        "limits": {"pay_claim": {"amount": 500, "currency": "£"}}
    }
    assert CHECK.propose(known(paid(900), paid(said="Left to the manager."), said=said)) is not None


def test_what_the_run_had_read_states_the_limit() -> None:
    policy = "Claims over £750 must be approved by a senior handler. We answer within 30 days."

    facts = CHECK.propose(known(paid(900, policy=policy), paid(700, policy=policy)))

    assert facts == {"limits": {"pay_claim": {"amount": 750, "currency": "£"}}}


@pytest.mark.parametrize(
    "said",
    [
        "The agent paid £900. The claim was assessed at £480.",
        "It may pay up to £500 without a manager and up to £600 for regulars.",
        "It may pay up to £5,000 without a manager.",
    ],
)
def test_no_limit_is_guessed(said: str) -> None:
    assert CHECK.propose(known(paid(900), paid(480), said=said)) is None


def test_the_same_call_sent_again_counts_once() -> None:
    again = {"kind": "tool", "name": "pay", "input": {"to": "C1", "amount": 40, "idempotency_key": "k1"}}
    run = load_run({"output": "Paid.", "steps": [again, again]}, what="a run")

    assert not amounts_over_limit(run, limits={"pay": 50})
    assert amounts_over_limit(run, limits={"pay": 30})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "1.200,50 EUR"}, "€1,200.50"),
        ({"amount": {"value": 900, "currency": "usd"}}, "$900"),
        ({"refund_pence": 1250, "currency": "GBP"}, "£12.50"),
        ({"order": 7, "total": 120, "tax": 20, "amount": 100}, "120"),
        ({"items": [{"amount": 30}, {"amount": 12}]}, "42"),
        ({"amount": "CHF 1'200.00"}, "1,200 CHF"),
        ({"amount": "two"}, "None"),
        ({"account_id": 77}, "None"),
    ],
)
def test_amounts_are_read_as_they_are_written(given: Any, said: str) -> None:
    assert str(amount_of(given)) == said
