"""Veterinary practice: answers to owners from the practice's own handbook."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
HANDBOOK = json.loads((DATA / "handbook.json").read_text(encoding="utf-8"))


def run(input, text):
    found = [h for h in HANDBOOK if set(h["drugs"]) & set(input["drugs"])]
    return {"output": text, "subject": {"customer": None, "customer_id": input["owner"]}, "steps": [
        {"id": "1", "parent": None, "kind": "retrieval", "name": "handbook", "input": {"query": input["question"]}, "output": None, "status": "ok", "error": None, "records": [{"id": h["id"], "owner": None, "text": h["text"], "metadata": {}} for h in found]},
        {"id": "2", "parent": None, "kind": "model", "name": "write_answer", "input": {"system": "Answer the owner from the handbook.", "prompt": "\n".join([h["text"] for h in found] + [input["question"]])}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "send_message", "input": {"owner": input["owner"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


END = " If he stops eating, ring us on 01792 555 140."


def buggy(input):
    return run(input, "Thank you for asking. You can give Biscuit meloxicam together with his prednisolone. The dose is one tablet a day with food." + END)


def corrected(input):
    return run(input, "Thank you for asking. Please do not give Biscuit meloxicam while he is on prednisolone. Wait 5 days after the last prednisolone tablet. The dose is then one tablet a day with food." + END)


def fixed(input):
    return run(input, "Meloxicam and steroids do not go together, so leave a gap of 5 days once Biscuit has finished the prednisolone. After that it is one tablet daily, with a meal." + END)


def variant(input):
    return run(input, "It is fine to use both: Biscuit may have his meloxicam and his prednisolone on the same day. The dose is one tablet a day with food." + END)


def lookalike(input):
    return run(input, "Thank you for asking. You cannot give Biscuit meloxicam together with his prednisolone. The dose of meloxicam, 5 days after the last prednisolone, is one tablet a day with food." + END)


def superficial(input):
    return run(input, "Thank you for asking. In most cases you can give Biscuit meloxicam together with his prednisolone, provided he eats well. The dose is one tablet a day with food." + END)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("model: 529 overloaded")
