"""Brewery: monthly keg statement for a pub, from the delivery book and the terms."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
BOOK = json.loads((DATA / "deliveries.json").read_text(encoding="utf-8"))
DEPOSITS = {(d["pub"], d["month"]): d for d in json.loads((DATA / "deposits.json").read_text(encoding="utf-8"))}
TERMS = json.loads((DATA / "terms.json").read_text(encoding="utf-8"))
LONG = {"2026-10": "October 2026", "2026-09": "September 2026"}


def run(input, write):
    lines = [d for d in BOOK if d["pub"] == input["pub"] and d["month"] == input["month"]]
    deposits = [DEPOSITS[input["pub"], m] for m in ("2026-09", "2026-10")]
    text = write(lines, deposits)
    return {"output": text, "subject": {"customer": None, "customer_id": input["pub"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "delivery_book", "input": {"pub": input["pub"], "month": input["month"]}, "output": lines, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "tool", "name": "deposit_ledger", "input": {"pub": input["pub"]}, "output": deposits, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "retrieval", "name": "terms", "input": {"query": "kegs, payment"}, "output": None, "status": "ok", "error": None, "records": [{"id": t["id"], "owner": None, "text": t["text"], "metadata": {}} for t in TERMS]},
        {"id": "4", "parent": None, "kind": "model", "name": "write_statement", "input": {"system": "Write the keg statement. Use the book, the ledger and the terms.", "prompt": json.dumps({"lines": lines, "deposits": deposits, "terms": [t["text"] for t in TERMS]}, ensure_ascii=False)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "5", "parent": None, "kind": "output", "name": "send_statement", "input": {"pub": input["pub"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


def listed(lines):
    return "\n".join(f"- {d['beer']}, {d['kegs']} kegs: {d['amount']:,.2f} EUR" for d in lines)


def plain(promise):
    return lambda lines, deposits: f"Keg statement October 2026\n\n{listed(lines)}\n\nThe invoice is due 30 days after its date. {promise} The deposit stands at {deposits[-1]['deposit']:,.2f} EUR."


def with_total(lines, deposits):
    rows = "\n".join(f"{d['beer']} | {d['kegs']} | EUR {d['amount']:,.2f}" for d in lines)
    return f"Statement, {LONG['2026-10']}\n\n{rows}\nTotal | {sum(d['kegs'] for d in lines)} | EUR {sum(d['amount'] for d in lines):,.2f}\n\nPayment within 30 days of the invoice. Kegs come back within 90 days of delivery. Deposit held: EUR {deposits[-1]['deposit']:,.0f}."


def two_months(lines, deposits):
    up = deposits[-1]["deposit"] - deposits[-2]["deposit"]
    return f"Your kegs in October\n\n{listed(lines)}\nAll beers: {sum(d['amount'] for d in lines):,.2f} EUR\n\nThe deposit is {up:.0f} EUR higher than in September ({deposits[-1]['deposit']:.0f} EUR after {deposits[-2]['deposit']:.0f} EUR). Empty kegs are to be back 90 days after delivery, the invoice is payable in 30 days."


def buggy(input):
    return run(input, plain("You have 60 days from the invoice to bring the kegs back."))


def corrected(input):
    return run(input, plain("You have 90 days from delivery to bring the kegs back."))


def fixed(input):
    return run(input, with_total)


def variant(input):
    return run(input, plain("You have 120 days from delivery to bring the kegs back."))


def lookalike(input):
    return run(input, two_months)


def superficial(input):
    return run(input, plain("You have two months from the invoice to bring the kegs back."))


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise OSError("delivery book is locked")
