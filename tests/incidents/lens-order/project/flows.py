"""Optician: the order to the lens laboratory, from the customer's record. The process serves one order after the other."""
import json
from pathlib import Path

RECORDS = {r["customer"]: r for r in json.loads((Path(__file__).resolve().parent / "data" / "records.json").read_text(encoding="utf-8"))}
FRAMES = {"Arlo 52": 89, "Nym 49": 120}
FORM = {}
HISTORY = []
BY_CUSTOMER = {}
FIELDS = ("right", "left", "pupil_distance", "tint", "remark")


def write(input, form, style):
    price = FRAMES[input["frame"]]
    if style == "list":
        return "\n".join([f"{input['order']} / {input['name']} / {input['frame']} ({price} GBP)"] + [f"* {k.replace('_', ' ')}: {form.get(k) or 'none, please leave as it is'}" for k in FIELDS if k != "pupil_distance"] + [f"* PD: {form['pupil_distance']}" if form.get("pupil_distance") else "* PD: will be measured, wait for our call"])
    pd = f"pupil distance {form['pupil_distance']}" if form.get("pupil_distance") else "pupil distance to be measured"
    notes = " ".join(f"{x[0].upper()}{x[1:]}." for x in (form.get("tint"), form.get("remark")) if x)
    return f"Order {input['order']} for {input['name']}: frame {input['frame']}, {price} GBP. Right {form['right']}, left {form['left']}, {pd}. {notes}".strip()


def run(input, keep, style="plain"):
    rec = RECORDS[input["customer"]]
    form = keep(input, rec)
    text = write(input, form, style)
    return {"output": text, "subject": {"customer": input["name"], "customer_id": input["customer"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_record", "input": {"customer": input["customer"]}, "output": rec, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "model", "name": "fill_form", "input": {"system": "Fill the form of the session from the record.", "prompt": json.dumps(dict(form), ensure_ascii=False)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "send_to_lab", "input": {"order": input["order"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


def same_form(input, rec):
    FORM.update({k: v for k, v in rec.items() if v})
    return FORM


def new_form(input, rec):
    return {k: v for k, v in rec.items() if v}


def cleared(input, rec):
    FORM.clear()
    FORM.update({k: v for k, v in rec.items() if v})
    return FORM


def keyed(input, rec):
    form = BY_CUSTOMER.setdefault(input["customer"], {})
    form.update({k: v for k, v in rec.items() if v})
    return form


def from_history(input, rec):
    """Gaps are filled with what is usual, the value entered most recently."""
    form = dict(rec)
    for old in reversed(HISTORY):
        form = {k: form.get(k) or old.get(k, "") for k in form}
    HISTORY.append(rec)
    return {**form, "remark": rec["remark"]}


def only_remark_kept(input, rec):
    kept = FORM.get("remark")
    FORM.clear()
    FORM.update({k: v for k, v in rec.items() if v})
    if kept and not FORM.get("remark"):
        FORM["remark"] = "frame without nickel" if "nickel" in kept else kept
    return FORM


def buggy(input):
    return run(input, same_form)


def corrected(input):
    return run(input, new_form)


def fixed(input):
    return run(input, cleared, "list")


def variant(input):
    return run(input, from_history, "list")


def lookalike(input):
    r = run(input, keyed)
    r["output"] += f" The frame costs {FRAMES[input['frame']]} GBP like all of this model."
    return r


def superficial(input):
    return run(input, only_remark_kept)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("record store is read-only")
