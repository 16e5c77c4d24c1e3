"""After-visit letter: the visit's record plus what was noted on the tablet in earlier conversations."""
import csv
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def _rows(name):
    return [json.loads(x) for x in (DATA / name).read_text(encoding="utf-8").splitlines()]


VISITS = {v["visit"]: v for v in _rows("visits.jsonl")}
MEMORY = _rows("memory.jsonl")
with open(DATA.parent / "customers.csv", encoding="utf-8", newline="") as f:
    PATIENTS = {r["id"]: r for r in csv.DictReader(f)}
SLOTS = {"allergies": "Allergies", "medicine": "Medicine", "follow_up": "Next visit"}


def recall(keys, at, since):
    return [m for m in MEMORY if all(m[k] == v for k, v in keys.items()) and since <= m["at"] <= at]


def run(input, keys, since="2026-11-18", style="letter", use=None, quiet=False):
    visit, at = VISITS[input["visit"]], input["at"]
    patient = PATIENTS[visit["patient"]]
    memory = recall(keys, at, since)
    facts = {"allergies": visit["allergies"], "follow_up": visit["follow_up"]}
    for m in memory:
        if not quiet:
            facts[m["slot"]] = m["value"]
    surname = patient["aliases"]
    if style == "letter":
        text = f"Dear {surname},\n\nyou were here on {visit['date']} because of a {visit['reason']}. {visit['finding'].split('. ')[0].rstrip('.')}.\n\n" + "\n".join(f"{SLOTS[k]}: {v}." for k, v in facts.items()) + "\n\nYour clinic team"
    elif style == "short":
        text = f"{surname}, your next visit is on {facts['follow_up']}. Allergies: {facts['allergies']}." + (f" Please go on taking {facts['medicine']}." if "medicine" in facts else "") + f" Reason for the visit of {visit['date']}: {visit['reason']}."
    else:
        text = f"Visit of {visit['date']}, {patient['name']}\n\n{visit['finding']}\n" + "\n".join(f"- {SLOTS[k].lower()}: {v}" for k, v in reversed(facts.items()))
    steps = [
        {"id": "visit", "parent": None, "kind": "tool", "name": "get_visit", "input": {"visit": visit["visit"]}, "output": visit, "status": "ok", "error": None, "records": []},
        {"id": "recall", "parent": None, "kind": "retrieval", "name": "recall_memory", "input": {"query": ", ".join(f"{k}={v}" for k, v in keys.items())}, "output": None, "status": "ok", "error": None,
         "records": [{"id": m["id"], "owner": m["patient"], "text": f"{SLOTS[m['slot']]}: {m['value']}", "metadata": {"device": m["device"], "saved": m["at"]}} for m in memory]},
        {"id": "write", "parent": None, "kind": "model", "name": "write_letter", "input": {"system": "Write the after-visit letter. What was noted in conversation is newer than the record.", "prompt": json.dumps({"visit": visit, "noted": [f"{m['slot']}: {m['value']}" for m in memory]}, ensure_ascii=False)}, "output": text, "status": "ok", "error": None, "records": []},
    ]
    return {"output": text, "subject": {"customer": patient["name"], "customer_id": patient["id"]}, "steps": steps}


def buggy(input):
    return run(input, {"device": input["device"]})


def corrected(input):
    return run(input, {"patient": input["patient"]})


def fixed(input):
    return run(input, {"patient": input["patient"]}, style="short")


def variant(input):
    return run(input, {"doctor": input["doctor"]}, since="2026-11-16", style="short")


def lookalike(input):
    return run(input, {"patient": input["patient"]}, since="2026-11-01", style="list")


def superficial(input):
    return run(input, {"device": input["device"]}, quiet=True)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("memory store: key expired")
