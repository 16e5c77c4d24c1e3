"""Billing agent: posts refunds and books meter visits for a customer."""
import json
from pathlib import Path

ACCOUNTS = {a["account"]: a for a in json.loads((Path(__file__).resolve().parent / "data" / "accounts.json").read_text(encoding="utf-8"))}
TIMEOUT = "504 Gateway Timeout after 30 s"


class Agent:
    """A run. `faults` holds, for each tool, the errors of its next calls; a 5xx answer is lost on the way back, the write is done."""

    def __init__(self, input, faults):
        self.input, self.faults, self.steps, self.ledger, self.visits = input, {k: list(v) for k, v in faults.items()}, [], [], []

    def call(self, name, **args):
        error = self.faults.get(name, []).pop(0) if self.faults.get(name) else None
        refused = bool(error) and error.startswith("4")
        output = None if refused else getattr(self, "_" + name)(**args)
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": "tool", "name": name, "input": args, "output": None if error else output, "status": "error" if error else "ok", "error": error, "records": []})
        return None if error else output

    def _get_account(self, account):
        return dict(ACCOUNTS[account])

    def _post_refund(self, account, amount, reason="", code=""):
        self.ledger.append({"refund": f"RF-{3301 + len(self.ledger)}", "amount": f"{float(str(amount)):.2f}"})
        return {"posted": True, **self.ledger[-1]}

    def _get_refunds(self, account):
        return list(self.ledger)

    def _book_visit(self, account, date, slot="any"):
        self.visits.append({"visit": f"MV-{880 + len(self.visits)}", "date": date})
        return {"booked": True, **self.visits[-1]}

    def end(self, text):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": "model", "name": "answer", "input": {"system": "You are the billing agent. Do what the task asks, once.", "prompt": self.input["task"]}, "output": text, "status": "ok", "error": None, "records": []})
        return {"output": text, "subject": {"customer": None, "customer_id": self.input["account"]}, "steps": self.steps}


def buggy(input):
    a = Agent(input, {"post_refund": [TIMEOUT]})
    acc = a.call("get_account", account=input["account"])["account"]
    while not a.call("post_refund", account=acc, amount=85.4, reason="October overpayment"):
        pass
    a.call("book_visit", account=acc, date="2026-12-02")
    return a.end("The refund of £85.40 is posted and the meter visit is booked for 2 December.")


def corrected(input):
    a = Agent(input, {"post_refund": [TIMEOUT]})
    acc = a.call("get_account", account=input["account"])["account"]
    if not a.call("post_refund", account=acc, amount=85.4, reason="October overpayment"):
        a.call("get_refunds", account=acc)
    a.call("book_visit", account=acc, date="2026-12-02")
    return a.end("The refund of £85.40 is posted (the first answer was lost, the ledger shows it once) and the meter visit is booked for 2 December.")


def fixed(input):
    a = Agent(input, {"post_refund": ["503 Service Unavailable"]})
    acc = a.call("get_account", account=input["account"])["account"]
    a.call("book_visit", account=acc, date="2026-12-02", slot="morning")
    if not a.call("post_refund", account=acc, amount=85.4, reason="overpaid in October"):
        refunds = a.call("get_refunds", account=acc)
    return a.end(f"Your meter is read on 2 December, in the morning. £{refunds[0]['amount']} is on its way back to you ({refunds[0]['refund']}).")


def variant(input):
    a = Agent(input, {"book_visit": ["502 Bad Gateway"]})
    acc = a.call("get_account", account=input["account"])["account"]
    a.call("post_refund", account=acc, amount=85.4, reason="October overpayment")
    while not a.call("book_visit", account=acc, date="2026-12-02"):
        pass
    return a.end("Refund of £85.40 posted, meter visit on 2 December booked.")


def lookalike(input):
    a = Agent(input, {"post_refund": ["422 reason code missing"]})
    acc = a.call("get_account", account=input["account"])["account"]
    if not a.call("post_refund", account=acc, amount=85.4, reason="October overpayment"):
        a.call("post_refund", account=acc, amount=85.4, reason="October overpayment", code="R-02")
    a.call("get_refunds", account=acc)
    a.call("get_refunds", account=acc)
    a.call("book_visit", account=acc, date="2026-12-02")
    return a.end("The refund of £85.40 was refused at first for want of a reason code and is posted now. The meter visit is on 2 December.")


def superficial(input):
    a = Agent(input, {"post_refund": [TIMEOUT]})
    acc = a.call("get_account", account=input["account"])["account"]
    if not a.call("post_refund", account=acc, amount=85.4, reason="October overpayment"):
        a.call("get_account", account=acc)
        a.call("post_refund", account=acc, amount="85.40", reason="Money back to the customer for October, second attempt", code="R-02")
    a.call("book_visit", account=acc, date="2026-12-02")
    return a.end("£85.40 has been refunded. A meter visit is booked for 2 December.")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("max iterations reached")
