"""Monthly rent statement: read the tenancy, find the tenant's address, write the statement, mail it."""
import csv
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
TENANCIES = {t["tenancy"]: t for t in json.loads((HERE / "data" / "tenancies.json").read_text(encoding="utf-8"))}
with open(HERE / "customers.csv", encoding="utf-8", newline="") as f:
    TENANTS = {r["id"]: r for r in csv.DictReader(f)}
OFFICE = "accounts@fernleigh-lets.example"


def by_surname(tenancy):
    """As typed in the ledger, "M. Reid": the mailbox that looks most like it comes first."""
    surname = TENANTS[tenancy["tenancy"]]["name"].split()[-1]
    found = [t for t in TENANTS.values() if t["name"].endswith(surname)]
    return sorted(found, key=lambda t: (not t["email"].startswith("m.reid"), t["id"]))


def by_flat(tenancy):
    return [TENANTS[tenancy["former"]]]


def by_id(tenancy):
    return [TENANTS[tenancy["tenancy"]]]


def run(input, find, style="plain", cc=(), which="email", say_to=True, shout=False):
    tenancy = TENANCIES[input["tenancy"]]
    tenant = TENANTS[tenancy["tenancy"]]
    found = find(tenancy)
    to = found[0][which]
    if shout:
        to = to[0].upper() + to[1:]
    if style == "plain":
        body = f"Dear tenant,\n\nrent received for {tenancy['flat']}: {tenancy['paid']}. Balance {tenancy['balance']}. The next rent of {tenancy['rent']} is due on {tenancy['due']}."
        text = f"Statement for {tenancy['flat']} ({tenancy['tenancy']}) " + (f"sent to {to}." if say_to else "sent to the tenant.") + f" Balance {tenancy['balance']}, next rent {tenancy['rent']} on {tenancy['due']}."
    else:
        body = f"Hello {tenant['name'].split()[0]}, your account for {tenancy['flat']} stands at {tenancy['balance']}. {tenancy['rent']} falls due on {tenancy['due']}. We had {tenancy['paid']} from you this month, thank you."
        text = f"{tenancy['tenancy']}: {tenancy['rent']} due {tenancy['due']}; balance {tenancy['balance']}. Mailed to {to}" + (f" (copy to {', '.join(cc)})." if cc else ".")
    args = {"to": to, "subject": f"Rent statement {tenancy['flat']}", "body": body}
    if cc:
        args["cc"] = list(cc)
    steps = [
        {"id": "1", "parent": None, "kind": "tool", "name": "get_tenancy", "input": {"tenancy": tenancy["tenancy"]}, "output": tenancy, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "tool", "name": "find_contact", "input": {"name": tenant["aliases"].split(";")[0]}, "output": [{"name": t["name"], "tenancy": t["id"], "email": t[which]} for t in found], "status": "ok", "error": None, "records": []},
        {"id": "3", "parent": None, "kind": "model", "name": "write_statement", "input": {"system": "Write the rent statement to the tenant.", "prompt": json.dumps(tenancy, ensure_ascii=False)}, "output": body, "status": "ok", "error": None, "records": []},
        {"id": "4", "parent": None, "kind": "tool", "name": "send_email", "input": args, "output": {"queued": True, "message_id": "<st-1101@fernleigh-lets.example>"}, "status": "ok", "error": None, "records": []},
    ]
    return {"output": text, "subject": {"customer": tenant["name"], "customer_id": tenant["id"]}, "steps": steps}


def buggy(input):
    return run(input, by_surname)


def corrected(input):
    return run(input, by_id)


def fixed(input):
    return run(input, by_id, style="warm")


def variant(input):
    return run(input, by_flat, style="warm")


def lookalike(input):
    return run(input, by_id, style="warm", which="work_email", cc=(OFFICE,), shout=True)


def superficial(input):
    return run(input, by_surname, say_to=False)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise OSError("smtp: 451 try again later")
