"""Weekly matter digest for a client of the firm: the week's file notes in, a short letter for the partner out."""
import csv
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
DOCS = [json.loads(x) for x in (DATA / "dms.jsonl").read_text(encoding="utf-8").splitlines()]
ACCESS = json.loads((DATA / "access.json").read_text(encoding="utf-8"))
with open(DATA.parent / "customers.csv", encoding="utf-8", newline="") as f:
    CLIENTS = {r["id"]: r for r in csv.DictReader(f)}


def allowed(doc, scope):
    kind, _, value = scope.partition(":")
    if doc["client_ref"] is None:  # court notices belong to nobody
        return True
    return doc["practice" if kind == "practice" else "client_ref"] == value


def search_dms(query, scope, week, limit):
    wanted = set(re.findall(r"\w+", query.lower()))
    hits = []
    for d in DOCS:
        if d["week"] == week and allowed(d, scope):
            score = len(wanted & set(re.findall(r"\w+", (d["title"] + " " + d["text"]).lower())))
            if score:
                hits.append((score, d))
    hits.sort(key=lambda h: (-h[0], h[1]["doc"]))
    return [d for _, d in hits[:limit]]


def first(text):
    return re.split(r"(?<=[.]) (?=[A-Z])", text)[0]


def write(client, week, docs, style):
    if style == "letter":
        return f"Weekly digest for {client['name']}, week {week[-2:]}.\n\n" + " ".join(first(d["text"]) for d in docs) + "\n\nThis digest is privileged."
    if style == "points":
        return f"Week {week[-2:]} at a glance ({client['name']})\n" + "\n".join("* " + first(d["text"]) for d in reversed(docs)) + "\nPrivileged and confidential."
    return "\n\n".join([f"{client['name']}: what happened in week {week[-2:]}", *(d["text"] for d in docs), "Privileged."])


def run(input, grant, style="letter", query=None, limit=6, edit=None):
    client, week = CLIENTS[input["client"]], input["week"]
    scope = ACCESS[grant]["read"].format(client=client["id"])
    query = query or f"{client['name']} hearing disclosure experts claim settle"
    docs = search_dms(query, scope, week, limit)
    text = write(client, week, docs, style)
    if edit:
        text = edit(text, client)
    notes = "\n".join(f"[{d['doc']}] {d['text']}" for d in docs)
    steps = [
        {"id": "a", "parent": None, "kind": "retrieval", "name": "search_dms", "input": {"query": query, "scope": scope, "week": week}, "output": None, "status": "ok", "error": None,
         "records": [{"id": d["doc"], "owner": d["client_ref"], "text": d["text"], "metadata": {"title": d["title"], "practice": d["practice"]}} for d in docs]},
        {"id": "b", "parent": None, "kind": "model", "name": "write_digest", "input": {"system": "Write the weekly digest from the file notes. Say nothing that is not in them.", "prompt": f"Client: {client['name']}\nWeek: {week}\nNotes:\n{notes}"}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "c", "parent": None, "kind": "output", "name": "save_draft", "input": {"client": client["id"], "week": week}, "output": {"saved": True}, "status": "ok", "error": None, "records": []},
    ]
    return {"output": text, "subject": {"customer": client["name"], "customer_id": client["id"]}, "steps": steps}


def strike(text, client):
    """Takes out sentences that name another client."""
    others = [n for c in CLIENTS.values() if c["id"] != client["id"] for n in [c["name"], *c["aliases"].split(";")]]
    paras = []
    for p in text.split("\n\n"):
        paras.append(" ".join(s for s in re.split(r"(?<=[.]) (?=[A-Z])", p) if not any(re.search(rf"\b{re.escape(n)}\b", s) for n in others)))
    return "\n\n".join(paras)


def buggy(input):
    return run(input, "digest-svc", query="Wexcombe Foods hearing disclosure experts settle claim kitchen", limit=5)


def corrected(input):
    return run(input, "digest-svc.client")


def fixed(input):
    return run(input, "digest-svc.client", style="points")


def variant(input):
    return run(input, "digest-svc", style="points", query="Wexcombe hearing hangar out of time counsel", limit=4)


def lookalike(input):
    return run(input, "digest-svc.client", style="long", query="Wexcombe Foods hearing hearings court disclosure experts")


def superficial(input):
    return run(input, "digest-svc", query="Wexcombe Foods hearing disclosure experts settle claim kitchen", limit=5, edit=strike)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise ConnectionError("dms: 10.8.0.12:8443 refused the connection")
