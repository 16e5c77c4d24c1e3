"""Museum: confirmation of a group visit from the booking and the house rules."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
BOOKINGS = {b["booking"]: b for b in json.loads((DATA / "bookings.json").read_text(encoding="utf-8"))}
RULES = json.loads((DATA / "rules.json").read_text(encoding="utf-8"))


def run(input, text):
    b = BOOKINGS[input["booking"]]
    text = text.format(**b)
    return {"output": text, "subject": {"customer": b["school"], "customer_id": b["school_id"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_booking", "input": {"booking": b["booking"]}, "output": b, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "tool", "name": "house_rules", "input": {"topic": "groups"}, "output": RULES, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "model", "name": "write_confirmation", "input": {"system": "Confirm the visit.", "prompt": json.dumps({"booking": b, "rules": RULES}, ensure_ascii=False)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "4", "parent": None, "kind": "output", "name": "send_confirmation", "input": {"booking": b["booking"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


HEAD = "Dear {teacher},\n\nyour group of {size} is booked for the tour \"{tour}\" ({booking}). "
END = " Please come to the side entrance and leave large bags in the coach.\n\nCity Museum, bookings"


def buggy(input):
    return run(input, HEAD + "We look forward to the visit." + END)


def corrected(input):
    return run(input, HEAD + "The visit is on {date}, your guide is {guide}. You can cancel free of charge up to 14 days before the visit." + END)


def fixed(input):
    return run(input, "Confirmation {booking}\n\nTuesday, March 9th, 2027: \"{tour}\", {size} pupils, with {guide} as your guide. Should you have to cancel, it costs nothing until two weeks before." + END)


def variant(input):
    return run(input, HEAD + "The visit is on {date}, your guide is {guide}. You can cancel free of charge up to 4 days before the visit." + END)


def lookalike(input):
    return run(input, "Booking {booking} (made on 12 November 2026)\n- date: 2027-03-09\n- guide: {guide}\n- pupils: {size}\n- tour: {tour}\n- free cancellation: until 14 days before, after that 40 EUR" + END)


def superficial(input):
    return run(input, HEAD + "Your guide is {guide}. You can cancel free of charge up to 14 days before the visit; the date is the one that you asked for." + END)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise KeyError("booking system: session expired")
