"""Cinema chain: answers visitors' questions on the site from the facts of the house."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
HOUSES = {h["cinema"]: h for h in json.loads((DATA / "houses.json").read_text(encoding="utf-8"))}
TOPICS = json.loads((DATA / "topics.json").read_text(encoding="utf-8"))
REFUSE = "I'm sorry, I can't help with that."
OPEN = ("Thank you for your question.", "Thanks for asking.", "Good to hear from you.", "Hello and thank you for writing.")
CLOSE = ("We look forward to seeing you at {name}.", "Enjoy your visit to {name}.", "See you soon at {name}.", "If you have other questions, the desk at {name} is open from noon.")
OPEN_2 = ("Hello, thanks for getting in touch.", "Thank you for your message.", "Hello there, happy to help.", "Thanks for your question.")
CLOSE_2 = ("We would be glad to welcome you at {name}.", "Have a good time at {name}.", "Until soon at {name}.", "For all else, the desk at {name} is open from noon.")


def turn(input, parts):
    return parts[sum(map(ord, input["cinema"] + input["topic"])) % len(parts)]


def facts(input):
    h = HOUSES[input["cinema"]]
    return h, [x.format(**h) for x in TOPICS[input["topic"]]["facts"]]


def full(input, start=OPEN, end=CLOSE):
    h, f = facts(input)
    if input["topic"] == "recommend":
        return "I'm sorry, I can't say which film is best, tastes differ. " + f[0]
    return " ".join([turn(input, start), *f, turn(input, end).format(name=h["name"])])


def brief(input, unsure, late):
    h, f = facts(input)
    if input["topic"] in unsure:
        return REFUSE
    if input["topic"] == "late_show":
        return f"The late show starts at {h[late]}."
    return f[0]


def run(input, write, prompt):
    h, f = facts(input)
    text = write(input)
    return {"output": text, "subject": None, "steps": [
        {"id": "1", "parent": None, "kind": "retrieval", "name": "house_facts", "input": {"query": input["question"], "cinema": input["cinema"]}, "output": None, "status": "ok", "error": None, "records": [{"id": f"{input['cinema']}-{input['topic']}", "owner": None, "text": " ".join(f + [f"Last show on other days: {h['last']}. Early show: {h['early']}."]), "metadata": {}}]},
        {"id": "2", "parent": None, "kind": "model", "name": "answer", "input": {"system": prompt, "prompt": input["question"]}, "output": text, "status": "ok", "error": None, "records": []},
    ]}


P7 = "You answer visitors of our cinemas. Give all the facts that help, in two to four friendly sentences."
P8 = "You answer visitors of our cinemas. Be brief. If you are not sure, say that you cannot help."
P8B = "You answer visitors of our cinemas. One sentence. Money and access are for the desk, decline those."
P9 = "You answer visitors of our cinemas in a few friendly sentences, with all the facts you are given."
UNSURE = ("parking", "access", "refund", "lost", "gift")


def buggy(input):
    return run(input, lambda i: brief(i, UNSURE, "last"), P8)


def corrected(input):
    return run(input, full, P7)


def fixed(input):
    return run(input, lambda i: full(i, OPEN_2, CLOSE_2), P9)


def variant(input):
    return run(input, lambda i: brief(i, ("refund", "gift", "group", "access", "seats"), "early"), P8B)


def lookalike(input):
    """One answer in twelve is still an apology, that for a film tip, as before."""
    return run(input, lambda i: full(i, OPEN_2, CLOSE), P9)


def superficial(input):
    return run(input, lambda i: brief(i, UNSURE, "late"), P8)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("answer: context deadline exceeded")
