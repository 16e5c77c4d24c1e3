"""Payroll: timesheet codes are mapped to pay elements, the payslips go to the client's portal."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
ELEMENTS = ["night_pay", "weekend_pay", "standby_pay"]


def amount(factor, rate, hours):
    return hours * float(factor.split()[1]) if isinstance(factor, str) else hours * rate * factor


def run(input, mapping, order=None, edit=None, extra=False):
    table = json.loads((DATA / mapping).read_text(encoding="utf-8"))
    mapped, slips = [], []
    for sheet in input["timesheets"]:
        slip = {"employee": sheet["employee"], "basic": sheet["basic"], **{e: 0.0 for e in ELEMENTS}}
        for line in sheet["lines"]:
            element, factor = table["codes"][line["code"]]
            slip[element] = round(slip[element] + amount(factor, sheet["rate"], line["hours"]), 2)
            mapped.append({"employee": sheet["employee"], "code": line["code"], "element": element})
        slip["gross"] = round(slip["basic"] + sum(slip[e] for e in ELEMENTS), 2)
        slips.append(slip)
    if edit:
        slips = [edit(s, sheet) for s, sheet in zip(slips, input["timesheets"])]
    if order:
        slips.sort(key=order)
    if extra:
        slips = [{"employee": s["employee"], "gross": s["gross"], **{k: v for k, v in s.items() if k not in ("employee", "gross")}, "currency": "GBP"} for s in slips]
    out = {"period": input["period"], "payslips": slips}
    steps = [
        {"id": "t", "parent": None, "kind": "tool", "name": "read_timesheets", "input": {"client": input["client_id"], "period": input["period"]}, "output": input["timesheets"], "status": "ok", "error": None, "records": []},
        {"id": "m", "parent": None, "kind": "tool", "name": "map_codes", "input": {"mapping": table["version"]}, "output": mapped, "status": "ok", "error": None, "records": []},
        {"id": "p", "parent": None, "kind": "output", "name": "post_payslips", "input": {"client": input["client_id"], "count": len(slips)}, "output": {"posted": len(slips)}, "status": "ok", "error": None, "records": []},
    ]
    return {"output": out, "subject": {"customer": "Hollin Care Homes", "customer_id": input["client_id"]}, "steps": steps}


def agreed_gross(slip, sheet):
    """The gross of people on a night contract is held at what the contract guarantees."""
    return {**slip, "gross": sheet["guaranteed"]} if sheet.get("guaranteed") else slip


def explain(slip, sheet):
    nights = sum(x["hours"] for x in sheet["lines"] if x["code"] == "N2")
    if not nights:
        return {**slip, "note": ""}
    return {**slip, "note": f"{nights} night hours at time and a third; the draft of 28 October had them as weekend hours ({nights * sheet['rate'] * 1.5:.2f})"}


def buggy(input):
    return run(input, "map_v7.json")


def corrected(input):
    return run(input, "map_v6.json")


def fixed(input):
    return run(input, "map_v8.json", order=lambda s: -s["gross"], extra=True)


def variant(input):
    return run(input, "map_v7_hotfix.json")


def lookalike(input):
    return run(input, "map_v8.json", edit=explain)


def superficial(input):
    return run(input, "map_v7.json", edit=agreed_gross)


def empty(input):
    return {"output": {}, "steps": []}


def crash(input):
    raise KeyError("N2")
