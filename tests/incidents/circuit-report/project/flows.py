"""Monthly circuit report for a business customer: availability, faults and credits as a table."""
import csv
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
CIRCUITS = json.loads((HERE / "data" / "circuits.json").read_text(encoding="utf-8"))
with open(HERE / "customers.csv", encoding="utf-8", newline="") as f:
    CUSTOMERS = {r["id"]: r for r in csv.DictReader(f)}


def by_customer(row, ref):
    return row["customerRef"] == ref


def by_exchange(row, ref):
    """Circuits of the exchange with most of the customer's lines (the inventory join of release 4.2)."""
    mine = [c["exchange"] for c in CIRCUITS if c["customerRef"] == ref]
    return row["exchange"] == max(set(mine), key=mine.count) or row["customerRef"] == ref


def by_region(row, ref):
    mine = {(c["region"]) for c in CIRCUITS if c["customerRef"] == ref}
    return row["region"] in mine and (row["exchange"] != "Delph" or row["customerRef"] == ref)


def pounds(rows):
    return f"£{sum(float(r['credit'][1:]) for r in rows):,.2f}"


def table(rows):
    lines = ["| Circuit | Availability | Faults | Ticket | Credit |", "|---|---|---|---|---|"]
    return lines + [f"| {r['circuit']} | {r['availability']} | {r['faults']} | {r['ticket'] or '-'} | {r['credit']} |" for r in rows]


def run(input, join, style="table", show=None):
    ref, month = input["customerRef"], input["month"]
    name = CUSTOMERS[ref]["name"]
    rows = [c for c in CIRCUITS if c["month"] == month and join(c, ref)]
    shown = [r for r in rows if show is None or show(r, ref)]
    if style == "table":
        text = "\n".join([f"Circuit report for {name}, {month}", "", *table(shown), "", f"Credits this month: {pounds(rows)}"])
    elif style == "lines":
        body = sorted(shown, key=lambda r: r["circuit"], reverse=True)
        text = "\n".join([f"{name}, month {month}: {pounds(rows)} in credits.", *(f"{r['circuit']}; {r['faults']} fault(s); up {r['availability'].replace(' %', '%')}; {r['credit']}" for r in body)])
    else:
        worst = sorted(shown, key=lambda r: float(r["availability"].split()[0]))
        text = "\n".join([f"## {month}, {name}", *table(worst), "", f"Total credit {pounds(rows)}.", "Other lines at the Delph exchange belong to other customers and are left out of this report."])
    steps = [
        {"id": "inv", "parent": None, "kind": "retrieval", "name": "list_circuits", "input": {"query": f"{ref} {month}", "join": join.__name__}, "output": None, "status": "ok", "error": None,
         "records": [{"id": r["circuit"], "owner": r["customerRef"], "text": f"{r['circuit']} {r['availability']} {r['faults']} faults {r['ticket']} {r['credit']}", "metadata": {"exchange": r["exchange"], "month": r["month"]}} for r in rows]},
        {"id": "write", "parent": None, "kind": "model", "name": "write_report", "input": {"system": "Lay the circuits out as a table.", "prompt": "\n".join(json.dumps({k: v for k, v in r.items() if k != "customerRef"}, ensure_ascii=False) for r in rows)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "send", "parent": None, "kind": "output", "name": "publish_portal", "input": {"customerRef": ref}, "output": {"published": True}, "status": "ok", "error": None, "records": []},
    ]
    return {"output": text, "subject": {"customer": name, "customer_id": ref}, "steps": steps}


def buggy(input):
    return run(input, by_exchange)


def corrected(input):
    return run(input, by_customer)


def fixed(input):
    return run(input, by_customer, style="lines")


def variant(input):
    return run(input, by_region, style="lines")


def lookalike(input):
    return run(input, by_customer, style="worst first")


def superficial(input):
    return run(input, by_exchange, show=by_customer)


def empty(input):
    return {"output": ""}


def crash(input):
    raise TimeoutError("inventory did not answer within 15 s")
