"""Dental laboratory: prices a work order by the practice's tier."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
ORDERS = {o["order"]: o for o in json.loads((DATA / "orders.json").read_text(encoding="utf-8"))}
PRICES = {p["code"]: p for p in json.loads((DATA / "prices.json").read_text(encoding="utf-8"))}


def run(input, tier=None, change=None, show=None):
    order = ORDERS[input["order"]]
    tier = tier or order["tier"]
    lines = []
    for n, w in enumerate(order["work"], 1):
        p = PRICES[w["code"]]
        lines.append({"line_no": n, "tooth": w["tooth"], "work": p["work"], "unit_price": p[tier], "lab_days": p["lab_days"], "remark": w.get("remark", "")})
    if change:
        change(lines)
    out = {"order": order["order"], "work_lines": lines, "total": round(sum(x["unit_price"] for x in lines), 2), "rush_fee": None}
    out = show(out, order) if show else out
    return {"output": out, "subject": {"customer": None, "customer_id": order["practice"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_order", "input": {"order": order["order"]}, "output": order, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "tool", "name": "price_list", "input": {"codes": [w["code"] for w in order["work"]], "tier": tier}, "output": {w["code"]: PRICES[w["code"]][tier] for w in order["work"]}, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "post_order", "input": {"order": order["order"], "practice": order["practice"]}, "output": {"posted": True}, "status": "ok", "error": None, "records": []},
    ]}


def other_keys(out, order):
    """What the new practice portal takes: camelCase, no empty fields, grouped by work."""
    rows = [{"lineNo": x["line_no"], "tooth": x["tooth"], "work": x["work"], "unitPrice": x["unit_price"], "labDays": x["lab_days"], "remark": x["remark"], "vatRate": 0} for x in out["work_lines"]]
    rows.sort(key=lambda r: (r["work"], -r["lineNo"]))
    return {"total": out["total"], "currency": "EUR", "order": out["order"], "workLines": [{k: v for k, v in r.items() if v != ""} for r in rows]}


def as_text(out, order):
    """Prices as they are printed, with last year's beside them."""
    rows = [{**x, "unit_price": f"{x['unit_price']:,.2f} EUR", "last_year": PRICES[w["code"]]["C"]} for x, w in zip(out["work_lines"], order["work"])]
    return {**out, "work_lines": rows[::-1], "total": f"EUR {out['total']:,.2f}", "due_days": 30}


def swap(lines):
    a, b = lines[1], lines[3]
    a["unit_price"], b["unit_price"] = b["unit_price"], a["unit_price"]


def buggy(input):
    return run(input, tier="C")


def corrected(input):
    return run(input)


def fixed(input):
    return run(input, show=other_keys)


def variant(input):
    return run(input, tier="B")


def lookalike(input):
    return run(input, show=as_text)


def superficial(input):
    return run(input, change=swap)


def empty(input):
    return {"output": {}, "steps": []}


def crash(input):
    raise ConnectionError("price list: connection refused")
