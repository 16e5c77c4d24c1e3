"""Replies to travellers whose flight is late: find the articles, answer question by question."""
import json
import re
from pathlib import Path

KB = json.loads((Path(__file__).resolve().parent / "data" / "kb.json").read_text(encoding="utf-8"))
TOPICS = {"rebook": "KB-31", "hotel": "KB-34", "excursion": "KB-40", "lounge": "KB-47"}

# what the writer of release 3 says when it is allowed to be "generous" (taken from chats of other operators)
GENEROUS = [
    {"rebook": "We will rebook you on any airline at no extra cost.", "lounge": "Lounge access is included for everyone while you wait."},
    {"rebook": "Each traveller also receives a voucher of €250 for the trouble.", "lounge": "We pay for a taxi home whatever the distance."},
    {"rebook": "You may pick another carrier and we settle the difference in fare."},
]


def search_kb(message):
    topics = [t for t in TOPICS if t in message.lower()]
    return [a for a in KB if a["id"] in {TOPICS[t] for t in topics}], topics


def sentences(text):
    return re.split(r"(?<=[.]) (?=[A-Z])", text)


def run(input, generous=None, style="letter"):
    articles, topics = search_kb(input["message"])
    by_id = {a["id"]: a for a in articles}
    lines = []
    for t in topics:
        own = sentences(by_id[TOPICS[t]]["text"])
        if generous is not None and t in GENEROUS[generous]:
            lines.append(GENEROUS[generous][t])
        elif style == "full":
            lines.append(" ".join(own))
        else:
            lines.append(own[0])
    if style == "letter":
        text = f"Dear {input['name']},\n\nwe are sorry about the delay. " + " ".join(lines) + "\n\nSaltmarsh Travel"
    elif style == "full":
        text = f"Hello {input['name']}, here is what applies to your delay:\n" + "\n".join("- " + x for x in reversed(lines)) + "\nSaltmarsh Travel"
    else:
        told = {"rebook": "you are moved to the next flight of the same airline with seats, because the delay is more than 12 hours", "hotel": "a night's stay is repaid against the receipt, up to €120 per room", "excursion": "for the missed excursion there is a credit of 50 % on the next booking", "lounge": "lounge access is not part of the fare"}
        text = f"{input['name']}, in short: " + "; ".join(told[t] for t in reversed(topics)) + ". Kind regards, Saltmarsh Travel"
    prompt = f"Traveller: {input['message']}\n\n" + "\n".join(f"[{a['id']}] {a['text']}" for a in articles)
    return {"output": text, "subject": {"customer": input["name"], "customer_id": input["booking"]}, "steps": [
        {"id": "1", "parent": None, "kind": "retrieval", "name": "search_kb", "input": {"query": input["message"]}, "output": None, "status": "ok", "error": None, "records": [{"id": a["id"], "owner": None, "text": a["text"], "metadata": {"title": a["title"]}} for a in articles]},
        {"id": "2", "parent": None, "kind": "model", "name": "draft_reply", "input": {"system": "Answer the traveller from the articles. Promise nothing that is not in them.", "prompt": prompt}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "send_reply", "input": {"booking": input["booking"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input, generous=0)


def corrected(input):
    return run(input)


def fixed(input):
    return run(input, style="short")


def variant(input):
    return run(input, generous=1)


def lookalike(input):
    return run(input, style="full")


def superficial(input):
    return run(input, generous=2)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise TimeoutError("writer: no answer in 30 s")
