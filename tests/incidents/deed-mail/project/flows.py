"""Notary: sends the draft of a deed to the client of the file."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
FILES = {f["file"]: f for f in json.loads((DATA / "files.json").read_text(encoding="utf-8"))}
CONTACTS = json.loads((DATA / "contacts.json").read_text(encoding="utf-8"))
BODY = "Dear {name},\n\nplease find enclosed the draft of deed {deed} on {matter}. The signing is on {signing}. Let us have your remarks three days before.\n\nLindgren, notaries"


def run(input, contact, address=None, body=BODY, **more):
    f = FILES[input["file"]]
    text = body.format(**f)
    mail = {"to": address or contact["email"], **more, "subject": f"Draft of deed {f['deed']}", "attachments": [f"deed-{f['deed'].replace('/', '-')}-draft.pdf"], "body": text}
    return {"output": text, "subject": {"customer": f["client"], "customer_id": f["client_id"]}, "steps": [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_file", "input": {"file": f["file"]}, "output": f, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "tool", "name": "find_contact", "input": {"query": f["client"]}, "output": {"email": contact["email"]}, "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "tool", "name": "send_mail", "input": mail, "output": {"queued": True}, "status": "ok", "error": None, "records": []},
    ]}


def last_used(client):
    """What the mail client suggests: the address written to last."""
    return max(CONTACTS, key=lambda c: c["used"])


def of_file(client_id):
    return next(c for c in CONTACTS if c["id"] == client_id)


def buggy(input):
    return run(input, last_used(FILES[input["file"]]["client"]))


def corrected(input):
    return run(input, of_file(FILES[input["file"]]["client_id"]))


def fixed(input):
    f = FILES[input["file"]]
    c = of_file(f["client_id"])
    return run(input, c, f"{f['client']} <{c['email'].upper()}>", BODY.replace("please find enclosed", "enclosed is"), cc=["registry@lindgren-notaries.example"])


def variant(input):
    f = FILES[input["file"]]
    c = last_used(f["client"])
    return run(input, c, f"\"{f['client']}\" <{c['email'].replace('@', '+deed@')}>")


def lookalike(input):
    c = of_file(FILES[input["file"]]["client_id"])
    return run(input, c, c["email"].replace("@", "+deeds@"), BODY.replace("Let us have", "Write to office@lindgren-notaries.example and let us have"), cc="Lindgren notaries, file copy <office@lindgren-notaries.example>")


def superficial(input):
    f = FILES[input["file"]]
    return run(input, of_file(f["client_id"]), bcc=[last_used(f["client"])["email"]])


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise ConnectionError("smtp: 421 try again later")
