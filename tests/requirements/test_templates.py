"""Each kind of check that the rows ask for: red on the fault, green on the run as it should have been."""

from collections.abc import Callable
from functools import partial

import pytest

from incident2eval import checks
from incident2eval.formats import load_run
from incident2eval.model import JSON, Customer, Customers, Findings, Run

ROSTER = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale", contacts=("ana@harrowvale.example",)),
        Customer(id="A2", name="Northgate Logistics", contacts=("jo@northgate.example",)),
    )
)
NOTE = {"id": "n-2", "owner": "A2", "text": "Depot rent agreed at £41,250, lease NL-2231 runs on."}
OWN_NOTE = {"id": "n-1", "owner": "A1", "text": "Five tickets were closed."}
REFUND = {"id": "s1", "name": "refund", "input": {"order_id": "O-1180", "amount": 40}}
OVERVIEW = {"rows": [{"policy": "PX-3301", "premium": 431.2}, {"policy": "PX-3302", "premium": 388.75}]}


def run(output: JSON, *steps: JSON, given: JSON = None) -> Run:
    """A run of Run JSON; a step is a call of a tool unless it says otherwise."""
    kinds = [{"kind": "tool", **step} for step in steps if isinstance(step, dict)]
    return load_run({"output": output, "input": given, "steps": kinds}, what="the run")


def called(name: str, **arguments: JSON) -> Run:
    return run("Done.", {"name": name, "input": arguments})


def read_and_said(output: str, *records: JSON) -> Run:
    return run(output, {"kind": "retrieval", "name": "search", "records": [*records]})


def scoped(scope: str) -> Run:
    return run("ok", {"kind": "retrieval", "name": "search", "input": {"scope": scope}})


def approved(by: str | None) -> Run:
    asked = [{"kind": "review", "name": "desk", "output": {"approved": True, "by": by}}] if by else []
    return run("ok", *asked, {"name": "set_price", "input": {"sku": "P-1", "price": 9}})


def reviewed(approves: bool) -> Run:
    return run(
        "ok",
        {"kind": "model", "name": "draft", "output": "You start on [START DATE]."},
        {"kind": "guardrail", "name": "check", "output": {"passed": False, "findings": ["empty field"]}},
        {"kind": "review", "name": "lead", "output": {"approved": approves, "by": "Jo Marsh"}},
    )


def premiums(first: str, second: str) -> Run:
    letters = [f"PX-3301: the premium is £{first}.", f"PX-3302: the premium is £{second}."]
    return run(letters, given=OVERVIEW)


def decided(first: str, second: str) -> Run:
    rows: list[JSON] = [{"ref": "T-1", "status": first}, {"ref": "T-2", "status": second}]
    return run(rows, given=[{"ref": "T-1"}, {"ref": "T-2"}])


def looked_up(output: str) -> Run:
    failed = {"name": "fetch_eta", "status": "error", "error": "503 Service Unavailable"}
    return run(output, failed)


OF_ITS_OWN = {"customer": "A1", "customers": ROSTER}
ALIKE = [{"items": ["T-1", "T-2"], "fields": ["status"]}]
TO_PAY = [{"item": {"claim": "CL-7"}, "field": "amount", "value": 1250, "instead_of": 0}]

TEMPLATES = [
    pytest.param(
        partial(checks.ungrounded_statements, sources=()),
        read_and_said("Late check-out is on us.", {"id": "a", "text": "Late check-out costs £20."}),
        read_and_said("Late check-out costs £20.", {"id": "a", "text": "Late check-out costs £20."}),
        marks=pytest.mark.requirement("R10", "R122"),
        id="invented-promise",
    ),
    pytest.param(
        partial(checks.expected_values, expected=TO_PAY, customers=ROSTER),
        run({"claims": [{"claim": "CL-7", "amount": 0}]}),
        run({"claims": [{"claim": "CL-7", "amount": 1250}]}),
        marks=pytest.mark.requirement("R10"),
        id="wrong-data",
    ),
    pytest.param(
        partial(checks.wrong_recipient, **OF_ITS_OWN, recipients=(), not_to=()),
        called("send_email", to="jo@northgate.example", body="As agreed"),
        called("send_email", to="ana@harrowvale.example", body="As agreed"),
        marks=pytest.mark.requirement("R10", "R16", "R130"),
        id="wrong-recipient",
    ),
    pytest.param(
        partial(checks.wrong_record, **OF_ITS_OWN, targets=(), needs_approval=()),
        called("update_account", account_id="A2", terms_days=60),
        called("update_account", account_id="A1", terms_days=60),
        marks=pytest.mark.requirement("R11", "R16"),
        id="wrong-record",
    ),
    pytest.param(
        partial(checks.amounts_over_limit, limits={"refund": 50}),
        called("refund", order_id="O-1180", amount=400),
        called("refund", order_id="O-1180", amount=40),
        marks=pytest.mark.requirement("R16"),
        id="amount-over-the-limit",
    ),
    pytest.param(
        partial(checks.repeated_calls, may_repeat={}, needs_approval=()),
        run("Refunded.", REFUND, {**REFUND, "id": "s2"}),
        run("Refunded.", REFUND),
        marks=pytest.mark.requirement("R16", "R129"),
        id="repeated-call",
    ),
    pytest.param(
        partial(checks.foreign_names, **OF_ITS_OWN),
        run("Northgate Logistics had a quiet month."),
        run("Harrow and Vale had a quiet month."),
        marks=pytest.mark.requirement("R120"),
        id="foreign-name",
    ),
    pytest.param(
        partial(checks.out_of_scope_arguments, **OF_ITS_OWN),
        scoped("workspace:W1"),
        scoped("account:A1"),
        marks=pytest.mark.requirement("R121"),
        id="scope",
    ),
    pytest.param(
        partial(checks.foreign_records, **OF_ITS_OWN),
        read_and_said("Five tickets were closed.", OWN_NOTE, NOTE),
        read_and_said("Five tickets were closed.", OWN_NOTE),
        marks=pytest.mark.requirement("R121"),
        id="foreign-record",
    ),
    pytest.param(
        partial(checks.unauthorised_tools, approved=("get_account",), needs_approval=()),
        called("delete_account", account_id="A1"),
        called("get_account", account_id="A1"),
        marks=pytest.mark.requirement("R123"),
        id="tool-on-no-list",
    ),
    pytest.param(
        partial(checks.unapproved_actions, needs_approval=("set_price",)),
        approved(by=None),
        approved(by="Jo Marsh"),
        marks=pytest.mark.requirement("R123"),
        id="nobody-approved",
    ),
    pytest.param(
        partial(checks.inconsistent_decisions, alike=ALIKE),
        decided("accepted", "declined"),
        decided("accepted", "accepted"),
        marks=pytest.mark.requirement("R124"),
        id="unlike-decisions",
    ),
    pytest.param(
        partial(checks.rubber_stamped, by={}),
        reviewed(approves=True),
        reviewed(approves=False),
        marks=pytest.mark.requirement("R126"),
        id="waved-through",
    ),
    pytest.param(
        partial(checks.foreign_facts, **OF_ITS_OWN, of_others=(), apart_by=()),
        read_and_said("The depot rent comes to £41,250 a year.", OWN_NOTE, NOTE),
        read_and_said("Five tickets were closed.", OWN_NOTE, NOTE),
        marks=pytest.mark.requirement("R127"),
        id="facts-of-another-session",
    ),
    pytest.param(
        checks.swapped_facts,
        premiums("388.75", "431.20"),
        premiums("431.20", "388.75"),
        marks=pytest.mark.requirement("R128"),
        id="exchanged-in-a-batch",
    ),
    pytest.param(
        partial(checks.lost_goal, asked_for=("October 2026",)),
        run("September closed with 14 claims.", given={"message": "Summarise October 2026."}),
        run("October 2026 closed with 9 claims.", given={"message": "Summarise October 2026."}),
        marks=pytest.mark.requirement("R131"),
        id="lost-goal",
    ),
    pytest.param(
        partial(checks.error_passed_on, tools=("fetch_eta",), may_fail=()),
        looked_up("Your parcel arrives on Friday."),
        looked_up("We could not get a time of arrival."),
        marks=pytest.mark.requirement("R131"),
        id="error-passed-on",
    ),
]


@pytest.mark.parametrize(("check", "fault", "right"), TEMPLATES)
def test_a_check_is_red_on_the_fault_and_green_on_the_right_run(
    check: Callable[[Run], Findings], fault: Run, right: Run
) -> None:
    assert check(fault)
    assert not check(right)
