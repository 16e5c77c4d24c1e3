"""Offer letters for a batch of applicants."""
import json
from pathlib import Path

APPLICANTS = {a["applicant"]: a for a in json.loads((Path(__file__).resolve().parent / "data" / "applicants.json").read_text(encoding="utf-8"))}
OFFER = ("course", "grades", "scholarship", "hall")


def own(people):
    return [{k: p[k] for k in OFFER} for p in people]


def by_interview(people):
    """Offers as the interview system lists them (letters 3.2 pairs them with the people by position)."""
    return [{k: p[k] for k in OFFER} for p in sorted(people, key=lambda p: p["interview"])]


def shifted_scholarship(people):
    money = [p["scholarship"] for p in people]
    return [{**o, "scholarship": m} for o, m in zip(own(people), money[1:] + money[:1])]


def letter(person, offer, style):
    if style == "plain":
        return f"Dear {person['name']}, we are pleased to offer you a place on {offer['course']}, if you achieve {offer['grades']}. Your scholarship is {offer['scholarship']} a year and your room is in {offer['hall']}."
    if style == "vague":
        return f"Dear {person['name']}, we are pleased to offer you a place on the course you applied for, if you achieve {offer['grades']}. Your scholarship is {offer['scholarship']} a year."
    if style == "money first":
        return f"{person['name']}: scholarship {offer['scholarship']} a year, room in {offer['hall']}. Offer: {offer['course']}. Condition: {offer['grades']}."
    return f"Dear {person['name']},\nCourse: {offer['course']}\nGrades needed: {offer['grades']}\nHall: {offer['hall']}\nScholarship: {offer['scholarship']} a year"


def run(input, pair, style="plain", order=None):
    people = [APPLICANTS[a] for a in input["applicants"]]
    offers = pair(people)
    letters = [{"applicant": p["applicant"], "text": letter(p, o, style)} for p, o in zip(people, offers)]
    if order:
        letters.sort(key=order)
    out = {"batch": input["batch"], "letters": letters}
    rows = [{k: v for k, v in p.items() if k != "interview"} for p in people]
    return {"output": out, "subject": {"customer": None, "customer_id": None}, "steps": [
        {"id": "get", "parent": None, "kind": "tool", "name": "get_applicants", "input": {"ids": input["applicants"]}, "output": rows, "status": "ok", "error": None, "records": []},
        {"id": "pair", "parent": None, "kind": "tool", "name": "pair_offers", "input": {"count": len(people)}, "output": [{"applicant": p["applicant"], **o} for p, o in zip(people, offers)], "status": "ok", "error": None, "records": []},
        {"id": "write", "parent": None, "kind": "model", "name": "write_letters", "input": {"system": "Write one offer letter for each applicant.", "prompt": json.dumps([{"name": p["name"], **o} for p, o in zip(people, offers)], ensure_ascii=False)}, "output": json.dumps(letters, ensure_ascii=False), "status": "ok", "error": None, "records": []},
        {"id": "mail", "parent": None, "kind": "output", "name": "mail_letters", "input": {"batch": input["batch"]}, "output": {"mailed": len(letters)}, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input, by_interview)


def corrected(input):
    return run(input, own)


def fixed(input):
    return run(input, own, style="money first", order=lambda x: (len(x["text"]), x["applicant"]))


def variant(input):
    return run(input, shifted_scholarship, style="list")


def lookalike(input):
    return run(input, own, style="list", order=lambda x: -int(x["applicant"][2:]))


def superficial(input):
    return run(input, by_interview, style="vague")


def empty(input):
    return {"output": {}, "steps": []}


def crash(input):
    raise MemoryError("letters worker killed")
