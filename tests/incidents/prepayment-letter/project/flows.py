"""Tax adviser: letter about the quarter's prepayment, from the newest notice of the tax office."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
NOTICES = json.loads((DATA / "notices.json").read_text(encoding="utf-8"))
CLIENTS = {c["id"]: c for c in json.loads((DATA / "clients.json").read_text(encoding="utf-8"))}
LETTER = "Dear {name},\n\nyour income tax prepayment for the {quarter} quarter is {prepayment} EUR. The balance for 2025 comes to {balance} EUR. Both are due on {due}. Please use your tax number as the reference.\n\nIlse Marten, tax adviser"


def run(input, notice, write=None):
    c = CLIENTS[input["client"]]
    mine = sorted((n for n in NOTICES if n["client"] == c["id"]), key=lambda n: n["issued"])
    n = mine[notice]
    text = (write or (lambda c, n, mine: LETTER.format(name=c["name"], **{k: v for k, v in n.items() if k != "client"})))(c, n, mine)
    return {"output": text, "subject": {"customer": c["name"], "customer_id": c["id"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_notices", "input": {"client": c["id"]}, "output": mine, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "model", "name": "write_letter", "input": {"system": "Write the prepayment letter from the newest notice.", "prompt": json.dumps({"name": c["name"], **n}, ensure_ascii=False)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "output", "name": "to_post_room", "input": {"client": c["id"]}, "output": {"queued": True}, "status": "ok", "error": None, "records": []},
    ]}


def short(c, n, mine):
    return f"Dear {c['name']},\n\nthe tax office wants two payments from you by 10 Dec 2026: EUR 5,000 as the balance for 2025 and, rounded, EUR 1,250 as the prepayment for the {n['quarter']} quarter.\n\nKind regards\nIlse Marten"


def compare(c, n, mine):
    old = mine[-2]
    return f"Dear {c['name']},\n\ngood news: the prepayment is down to €1.25k for the {n['quarter']} quarter of 2026; for the {old['quarter']} quarter it was {old['prepayment']} EUR. The balance for 2025 is €5k, after {old['balance']} EUR for {old['balance_year']}. Pay both by {n['due']}; what was due on {old['due']} is paid.\n\nIlse Marten"


def thousands(c, n, mine):
    return LETTER.format(name=c["name"], quarter=n["quarter"], prepayment=n["prepayment"], balance=n["balance"].split(",")[0], due=n["due"])


def half(c, n, mine):
    old = mine[-2]
    return f"Dear {c['name']},\n\nyour income tax prepayment for the {n['quarter']} quarter is {n['prepayment']} EUR. The balance for 2025 comes to {old['balance']} EUR. Both are due on {n['due']}. We have put {n['balance']} EUR aside in your client account.\n\nIlse Marten, tax adviser"


def buggy(input):
    return run(input, -2)


def corrected(input):
    return run(input, -1)


def fixed(input):
    return run(input, -1, short)


def variant(input):
    return run(input, -1, thousands)


def lookalike(input):
    return run(input, -1, compare)


def superficial(input):
    return run(input, -1, half)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise TimeoutError("notice archive")
