"""Pharmacy desk agent: patients ask to hold or move a repeat order, the agent does it in the order book."""
import csv
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
ORDERS = {o["patient_id"]: o for o in json.loads((HERE / "data" / "orders.json").read_text(encoding="utf-8"))}
with open(HERE / "customers.csv", encoding="utf-8", newline="") as f:
    PATIENTS = {r["id"]: r for r in csv.DictReader(f)}


class Desk:
    def __init__(self):
        self.steps = []

    def add(self, kind, name, input, output):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": kind, "name": name, "agent": "desk", "input": input, "output": output, "status": "ok", "error": None, "records": []})
        return output

    def find_patient(self, name):
        return self.add("tool", "find_patient", {"name": name}, [{"patient_id": p["id"], "name": p["name"], "born": p["born"]} for p in PATIENTS.values() if p["name"] == name])

    def get_order(self, patient):
        return self.add("tool", "get_order", {"patient_id": patient}, dict(ORDERS[patient]))

    def hold_order(self, patient, until):
        return self.add("tool", "hold_order", {"patient_id": patient, "order": ORDERS[patient]["order"], "until": until}, {"ok": True, "order": ORDERS[patient]["order"], "held_until": until})

    def move_delivery(self, patient, to):
        return self.add("tool", "move_delivery", {"patient_id": patient, "order": ORDERS[patient]["order"], "to": to}, {"ok": True, "order": ORDERS[patient]["order"], "delivery": to})

    def add_note(self, patient, text):
        return self.add("tool", "add_note", {"patient_id": patient, "text": text}, {"ok": True})


def done(desk, text, input):
    desk.add("model", "answer", {"system": "You are the desk agent of the pharmacy. Confirm what was done.", "prompt": input["request"]}, text)
    return {"output": text, "subject": {"customer": PATIENTS[input["patient_id"]]["name"], "customer_id": input["patient_id"]}, "steps": desk.steps}


def run(input, choose, name_record=False):
    desk = Desk()
    found = desk.find_patient(input["name"])
    patient = choose(found, input)
    order = desk.get_order(patient)
    desk.hold_order(patient, input["until"])
    desk.add_note(patient, f"hold until {input['until']} at the patient's request")
    if name_record:
        text = f"Done: the repeat order of {input['name']} ({input['patient_id']}) is held until {input['until']}."
    else:
        text = f"Repeat order {order['order']} of {input['name']} is held until {input['until']}."
    return done(desk, text, input)


def first_hit(found, input):
    return found[0]["patient_id"]


def the_patient(found, input):
    return input["patient_id"]


def buggy(input):
    return run(input, first_hit)


def corrected(input):
    return run(input, the_patient)


def fixed(input):
    desk = Desk()
    order = desk.get_order(input["patient_id"])
    desk.hold_order(input["patient_id"], input["until"])
    return done(desk, f"We will not send {order['order']} before {input['until']}. It was due on {order['next']}.", input)


def variant(input):
    desk = Desk()
    patient = "RXP-2288"  # read off the phone display
    desk.get_order(patient)
    desk.move_delivery(patient, input["until"])
    return done(desk, f"The next delivery comes on {input['until']}.", input)


def lookalike(input):
    desk = Desk()
    found = desk.find_patient(input["name"])
    mine = next(p for p in found if p["patient_id"] == input["patient_id"])
    desk.get_order(mine["patient_id"])
    desk.add_note(mine["patient_id"], "has a namesake in the book, told apart by date of birth")
    desk.hold_order(mine["patient_id"], input["until"])
    order = desk.get_order(mine["patient_id"])
    return done(desk, f"There are two people of the name {input['name']} with us; the order held until {input['until']} is the one of the patient born {mine['born']} ({order['order']}).", input)


def superficial(input):
    return run(input, first_hit, name_record=True)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise ConnectionError("order book: connection lost")
