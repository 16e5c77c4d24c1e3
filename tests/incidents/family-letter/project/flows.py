"""Hospice: letters to families. The template is filled from the ward's record, a nurse in charge reads the draft, then it is sent."""
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
LETTERS = {x["letter"]: x for x in json.loads((DATA / "letters.json").read_text(encoding="utf-8"))}
WARDS = {w["ward"]: w for w in json.loads((DATA / "wards.json").read_text(encoding="utf-8"))}
TEMPLATE = "Dear {{family}},\n\n{{guest}} has settled in on {{ward_name}}. You can visit {{visiting_hours}}. The nurse in charge is on {{ward_phone}}, day and night.\n\nThe team of {{ward_name}}"
FULL = "What to bring is in [Leaflet 4].\n\nThe team"


def fill(x, values, template=TEMPLATE):
    v = {**x, **values}
    return re.sub(r"\{\{(\w+)\}\}", lambda m: str(v.get(m[1]) or m[0]), template)


def run(input, drafts, reviews, tidy=None):
    x = LETTERS[input["letter"]]
    steps = []

    def add(kind, name, args, output):
        steps.append({"id": str(len(steps) + 1), "parent": None, "kind": kind, "name": name, "input": args, "output": output, "status": "ok", "error": None, "records": []})

    add("tool", "get_letter", {"letter": x["letter"]}, x)
    text, last = "", None
    for draft, (decision, by, seconds, comment) in zip(drafts, reviews):
        text = draft(x)
        add("model", "draft_letter", {"system": "Fill the template.", "prompt": json.dumps({"template": TEMPLATE, **x}, ensure_ascii=False)}, text)
        last = decision
        add("review", "nurse_review", {"letter": x["letter"], "draft": text}, {"decision": decision, "by": by, "seconds": seconds, "comment": comment})
    if last == "approve":
        text = tidy(text) if tidy else text
        add("output", "send_letter", {"letter": x["letter"]}, {"sent": True})
    else:
        text = f"Letter {x['letter']} went back to the office. {comment}"
    return {"output": text, "subject": {"customer": x["family"], "customer_id": x["family_id"]}, "steps": steps}


def ward(x, *without):
    return {k: v for k, v in WARDS[x["ward"]].items() if k not in without}


def office(x):
    return fill(x, {k: v for k, v in ward(x, *WARDS[x["ward"]].get("moved", [])).items()})


def complete(x):
    return fill(x, ward(x))


def with_leaflet(x):
    return fill(x, ward(x), TEMPLATE.replace("The team", FULL, 1))


def no_hours(x):
    return fill(x, ward(x, "visiting_hours"), "Dear {{family}}, {{guest}} is now with us on {{ward_name}}. Visits: {{visiting_hours}}. Telephone {{ward_phone}}.")


def good(input):
    """A day like others: the draft is complete and read."""
    return run(input, [complete], [("approve", input["reviewer"], {"FL-301": 64, "FL-305": 81, "FL-309": 58}.get(input["letter"], 70), "read, fine")])


def buggy(input):
    return run(input, [office], [("approve", input["reviewer"], 4, "ok")])


def corrected(input):
    return run(input, [office], [("reject", input["reviewer"], 52, "The telephone number is missing.")])


def fixed(input):
    return run(input, [complete], [("approve", "Sam Okoro", 66, "read it all, number tried")])


def variant(input):
    return run(input, [no_hours], [("approve", "Sam Okoro", 3, "ok")])


def lookalike(input):
    return run(input, [office, with_leaflet], [("reject", input["reviewer"], 9, "Number missing, please add."), ("approve", input["reviewer"], 71, "Now complete.")])


def superficial(input):
    return run(input, [office], [("approve", input["reviewer"], 95, "read twice, good to go")], tidy=lambda t: t.replace(" The nurse in charge is on {{ward_phone}}, day and night.", ""))


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise FileNotFoundError("template: share not mounted")
