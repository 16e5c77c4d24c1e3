"""Which calls change something: told by names, methods, statements and settings."""

import pytest

from incident2eval.checks.acts.fates import Fate, fate_of
from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.acts.writes import Effect, effect_of
from incident2eval.model import JSON, Status, Step, StepKind

NOTHING_LISTED = Tools(())

WRITES = """
create_ticket updateAccount DELETE_USER crm.send_email mcp__github__create_issue account.update
payments/create GmailSendEmail book_appointment order_parts mark_paid set_price get_or_create_contact
process_refund check_in_guest appointments.book cancel_booking place_order execute_tool_send_letter
reserve_stock invoice_customer make_payment refund_order release_funds transfer_funds record_payment
post_journal issue_refund search.index.update_entry
""".split()
READS = """
get_account listOrders crm.search lookup_contact order_lookup refund_status booking.get_slot mail.search
get_payment_status calculate_refund preview_refund validate_refund transfer_history order_details
check_stock is_available MessengerSearchContact verify_identity payment_info find_booking users.list
think
""".split()
UNKNOWN = ["crm", "sync_ledger", "do_it", "handle_message", "process_document", "", "\u2026"]


def tool(name: str, given: JSON = None, **more: JSON) -> Step:
    return Step(kind=StepKind.TOOL, name=name, input=given, attributes=more)


@pytest.mark.parametrize("name", WRITES)
def test_a_name_that_writes(name: str) -> None:
    assert effect_of(tool(name), NOTHING_LISTED) is Effect.WRITE


@pytest.mark.parametrize("name", READS)
def test_a_name_that_reads(name: str) -> None:
    assert effect_of(tool(name), NOTHING_LISTED) is Effect.READ


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_says_nothing(name: str) -> None:
    assert effect_of(tool(name), NOTHING_LISTED) is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("step", "effect"),
    [
        (tool("http_request", {"method": "POST"}), Effect.WRITE),
        (tool("http_request", {"method": "get"}), Effect.READ),
        (tool("fetch", {"method": "DELETE"}), Effect.WRITE),
        (tool("POST /v1/refunds"), Effect.WRITE),
        (tool("GET /v1/orders/refund"), Effect.READ),
        (tool("search_invoices", **{"http.request.method": "POST"}), Effect.READ),
        (tool("pay", {"method": "card"}), Effect.WRITE),
        (tool("run_sql", {"sql": "SELECT 1"}), Effect.READ),
        (tool("run_sql", {"query": "with x as (select 1) delete from orders"}), Effect.WRITE),
        (tool("search", {"query": "update my address"}), Effect.READ),
        (tool("graphql", {"query": "mutation { pay(id: 1) { ok } }"}), Effect.WRITE),
        (tool("delete_user", {"options": {"dryRun": True}}), Effect.READ),
        (Step(kind=StepKind.OUTPUT, name="desk"), Effect.WRITE),
        (Step(kind=StepKind.RETRIEVAL, name="order_history"), Effect.READ),
        (Step(kind=StepKind.RETRIEVAL, name="update_account"), Effect.WRITE),
        (Step(kind=StepKind.MODEL, name="send_email"), Effect.READ),
        (Step(kind=StepKind.REVIEW, name="approve_refund"), Effect.READ),
    ],
)
def test_what_else_tells(step: Step, effect: Effect) -> None:
    assert effect_of(step, NOTHING_LISTED) is effect


def test_what_needs_an_approval_writes_whatever_it_is_called() -> None:
    assert effect_of(tool("crm.sync_ledger"), Tools(["sync-ledger"])) is Effect.WRITE


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ({}, Fate.DONE),
        ({"output": {"status": "ok", "code": 200}}, Fate.DONE),
        ({"output": {"status": "pending"}}, Fate.DONE),
        ({"output": {"errors": []}}, Fate.DONE),
        ({"error": "ReadTimeout: timed out"}, Fate.LOST),
        ({"error": "deadline exceeded"}, Fate.LOST),
        ({"error": "UNAVAILABLE: upstream"}, Fate.LOST),
        ({"error": "Connection reset by peer"}, Fate.LOST),
        ({"error": "500 Internal Server Error"}, Fate.LOST),
        ({"output": {"statusCode": 504}}, Fate.LOST),
        ({"output": "Error: gateway time-out"}, Fate.LOST),
        ({"error": "HTTP 408"}, Fate.LOST),
        ({"error": "HTTP 400: timeout must be a number"}, Fate.REFUSED),
        ({"error": "429 Too Many Requests"}, Fate.REFUSED),
        ({"error": "Connection refused"}, Fate.REFUSED),
        ({"error": "amount exceeds the limit of 500 EUR"}, Fate.REFUSED),
        ({"output": {"ok": False, "message": "no such booking"}}, Fate.REFUSED),
        ({"output": {"status": "declined"}}, Fate.REFUSED),
        ({"output": {"isError": True, "content": "slot unavailable"}}, Fate.REFUSED),
        ({"output": {"status": "pending_approval"}}, Fate.REFUSED),
        ({"output": '{"success": false}'}, Fate.REFUSED),
    ],
)
def test_what_became_of_a_call(answer: dict[str, JSON], fate: Fate) -> None:
    error = answer.get("error")
    step = Step(
        kind=StepKind.TOOL,
        name="pay",
        output=answer.get("output"),
        error=str(error) if error else None,
        status=Status.ERROR if error else Status.OK,
    )

    assert fate_of(step) is fate
