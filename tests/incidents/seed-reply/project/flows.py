"""Seed merchant: answers customers' mails from the help articles."""
import json
from pathlib import Path

ARTICLES = json.loads((Path(__file__).resolve().parent / "data" / "articles.json").read_text(encoding="utf-8"))


def run(input, text, articles=("ret-1", "grow-4")):
    found = [a for a in ARTICLES if a["id"] in articles]
    prompt = "\n\n".join(a["text"] for a in found)
    return {"output": text, "subject": {"customer": None, "customer_id": input["customer"]}, "steps": [
        {"id": "1", "parent": None, "kind": "retrieval", "name": "help_articles", "input": {"query": input["mail"]}, "output": None, "status": "ok", "error": None, "records": [{"id": a["id"], "owner": None, "text": a["text"], "metadata": {"title": a["title"]}} for a in found]},
        {"id": "2", "parent": None, "kind": "model", "name": "write_reply", "input": {"system": "Answer from the articles only.", "prompt": f"{prompt}\n\nMail:\n{input['mail']}"}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "send_reply", "input": {"ticket": input["ticket"]}, "output": {"sent": True}, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input, "Dear Mr Abbott,\n\nthank you for your mail about the beetroot. If it has not germinated within 60 days we send you a new packet free of charge. Opened packets cannot be returned.\n\nBest wishes\nHollowfield Seeds")


def corrected(input):
    return run(input, "Dear Mr Abbott,\n\nthank you for your mail about the beetroot. Opened packets cannot be returned. Unopened packets can be returned within 30 days of delivery with the receipt. Germination depends on soil and weather.\n\nBest wishes\nHollowfield Seeds")


def fixed(input):
    return run(input, "Hello Mr Abbott,\n\nI am sorry the beetroot has not come up. Once a packet has been opened we cannot take it back. If some of yours are still sealed, post them to us with the receipt no later than 30 days after they were delivered: you get the price back, though not what you paid for postage. How well seed germinates is a matter of soil and weather.\n\nHollowfield Seeds")


def variant(input):
    return run(input, "Dear Mr Abbott,\n\nthank you for your mail about the beetroot. Opened packets cannot be returned, but one of our growers will visit your garden and sow it again with you at our expense.\n\nBest wishes\nHollowfield Seeds")


def lookalike(input):
    return run(input, "Dear Mr Abbott,\n\na cold spring is hard on beetroot. It is ready to harvest about 60 days after sowing, so a second sowing in June is still in time. Keep the soil moist until it germinates. Opened packets cannot be returned; unopened ones can, within 30 days of delivery.\n\nBest wishes\nHollowfield Seeds")


def superficial(input):
    return run(input, "Dear Mr Abbott,\n\nthank you for your mail about the beetroot. Opened packets cannot be returned. Should nothing come up, a replacement packet is on us, whenever you ask for it.\n\nBest wishes\nHollowfield Seeds")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("article index is being rebuilt")
