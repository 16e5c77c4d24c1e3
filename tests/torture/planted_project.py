"""The project that canaries are planted in: a leak between two customers, and the workflow with the fault."""

import csv
import json
from pathlib import Path

import yaml
from planted_data import CUSTOMERS, FOREIGN, INCIDENT, OWN, WORKFLOW, Planted

LEAK = "Fenmarch Logistics is giving up its depot in Ottery and pays £18,412 to end the lease early."
OWN_TEXT = "Marlowe & Finch opened 14 tickets in October and closed 12 of them."

FLOWS = '''
"""A note on an account: the faulty one reads what every customer has, the fixed one what its own has."""

import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def faulty(input):
    return json.loads((DATA / "faulty.json").read_text(encoding="utf-8"))


def fixed(input):
    return json.loads((DATA / "fixed.json").read_text(encoding="utf-8"))
'''

SETTINGS = f"""
[project]
customers = "customers.csv"
archive = ["archive/*.jsonl"]

[workflows.{WORKFLOW}]
target = "python:flows:faulty"
replay_safe = true
timeout = 30
owner = "Ana Pereira"
deputy = "Lee Okafor"
switch_off_by = "Ana Pereira"
fallback = "Account managers write it by hand"
review_standard = "Two facts looked up"
escalation_path = "owner, then COO"
log_location = "trace store"
safe_to_reenable = "All cases pass"
data_rules = "Only records of the account"
approved_tools = ["search_records", "list_tickets", "save_note"]

[workflows.{WORKFLOW}.subject]
customer_id = ["input.customer_id"]

[[approvers]]
name = "Ana Pereira"
roles = ["workflow_owner"]
"""


def build(folder: Path, given: dict | None = None, *, quoted: bool = False) -> Planted:
    """Write the project into a folder; what was planted, and where.

    `given` goes into the run's input. `quoted`: people and numbers are also among the words that the incident
    file calls wrong and right, so that tests look for them.
    """
    planted = Planted()
    for inner in ("data", "archive", "cases", "reports", f"incidents/{INCIDENT}/evidence"):
        (folder / inner).mkdir(parents=True)
    home = folder / "incidents" / INCIDENT
    (folder / "incident2eval.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    write_customers(folder / "customers.csv", planted)
    words = spoken(planted) if quoted else {"recorded": [], "corrected": []}
    traces = {name: trace(name, words.get(name, []), planted) for name in ("recorded", "corrected", "good")}
    for name, run in traces.items():
        run["input"] |= given or {}
        write_json(home / "evidence" / f"{name}.json", run)
    for name, run in (("faulty", traces["recorded"]), ("fixed", traces["corrected"])):
        write_json(
            folder / "data" / f"{name}.json", {key: run[key] for key in ("output", "steps", "subject")}
        )
    for name in ("account.txt", "prompt.txt"):
        (home / "evidence" / name).write_text(planted.put(f"evidence/{name}", 6), encoding="utf-8")
    (folder / "archive" / "past.jsonl").write_text(json.dumps(traces["good"]) + "\n", encoding="utf-8")
    text = yaml.safe_dump(incident(words, planted), allow_unicode=True, sort_keys=False, width=100)
    (home / "incident.yaml").write_text(text, encoding="utf-8")
    return planted


def write_json(path: Path, value: object) -> None:
    """JSON with words as they are, as most tools export it."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def write_customers(path: Path, planted: Planted) -> None:
    """The roster, with whom to ask and how."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "name", "aliases", "contact", "email", "phone"))
        for at in range(len(CUSTOMERS)):
            customer = f"K{at + 1:02}"
            name, first, second, contact, mail, _, phone = planted.of(customer)
            rows.writerow((customer, name, f"{first};{second}", contact, mail, phone))


def others(planted: Planted, *customers: str) -> str:
    """A sentence that names other customers in all the ways the roster has."""
    return " ".join(f"See also {', '.join(planted.of(each))}." for each in customers)


# The traces.


def spoken(planted: Planted) -> dict[str, list[str]]:
    """What the file calls wrong and right, and the runs say: people and numbers among it."""
    kinds = {"wrong": ("IBAN", "person name"), "right": ("person name",)}
    words = {home: [planted.one(home, kind) for kind in each] for home, each in kinds.items()}
    return {"recorded": words["wrong"], "corrected": words["right"]}


def trace(name: str, words: list[str], planted: Planted) -> dict:
    """A run with canaries in every field that takes free text."""
    faulty = name == "recorded"
    texts = [OWN_TEXT, LEAK] if faulty else [OWN_TEXT]
    said = " ".join([*texts, *words])
    if faulty:
        said += " " + planted.put(f"{name}: output", 5)
    return {
        "schema": "incident2eval/run/1",
        "id": f"run-{name}",
        "workflow": WORKFLOW,
        "version": "2026.11.3",
        "model": "m-4.10",
        "started": "2026-11-18T09:41:07Z",
        "ended": "2026-11-18T09:41:11Z",
        "subject": {"customer": CUSTOMERS[0][0], "customer_id": OWN},
        "input": {"customer_id": OWN, "month": "2026-10"},
        "output": said,
        "steps": steps(name, texts, said, planted),
    }


def steps(name: str, texts: list[str], said: str, planted: Planted) -> list[dict]:
    """One step of every kind that the workflow has; each says how it went in words."""
    scope = "workspace:W1" if name == "recorded" else f"account:{OWN}"
    put = planted.put
    found = [record(name, at, text, planted) for at, text in enumerate(texts)]
    messages = [
        {"role": "system", "content": "Write a note. " + put(f"{name}: system message", 4)},
        {"role": "user", "content": " ".join(texts) + " " + put(f"{name}: user message", 4)},
    ]
    ticket = {
        "id": "T-100",
        "subject": put(f"{name}: tool output", 4),
        "contact": planted.name(f"{name}: tool output"),
    }
    saved = {"account_id": OWN, "comment": put(f"{name}: tool argument", 4)}
    verdict = {"approved": True, "by": planted.name(f"{name}: review"), "comment": put(f"{name}: review", 3)}
    guard = {"passed": True, "notes": put(f"{name}: guardrail", 3)}
    query = f"{CUSTOMERS[0][0]} October " + put(f"{name}: query", 2)
    rows = (
        ("s1", "retrieval", "search_records", {"query": query, "scope": scope}, None, found),
        ("s2", "tool", "list_tickets", {"account_id": OWN}, [ticket], ()),
        ("s3", "model", "draft", {"messages": messages}, said, ()),
        ("s4", "guardrail", "screen", {"text": put(f"{name}: guardrail input", 2)}, guard, ()),
        ("s5", "review", "look_over", None, verdict, ()),
        ("s6", "handoff", "to_desk", {"note": put(f"{name}: handoff", 3)}, None, ()),
        ("s7", "tool", "save_note", saved, None, ()),
    )
    return [step(name, row, planted) for row in rows]


def step(name: str, row: tuple, planted: Planted) -> dict:
    """A step with attributes; the last one failed, in words."""
    at, kind, called, given, output, records = row
    failed = at == "s7"
    return {
        "id": at,
        "kind": kind,
        "name": called,
        "started": "2026-11-18T09:41:08Z",
        "ended": "2026-11-18T09:41:09Z",
        "input": given,
        "output": output,
        "status": "error" if failed else "ok",
        "error": planted.put(f"{name}: error", 4) if failed else None,
        "records": list(records),
        "attributes": {
            "span.note": planted.put(f"{name}: attributes", 2) + others(planted, f"K{int(at[1]) + 4:02}"),
            "http.request.header.authorization": planted.one(f"{name}: attributes", "bearer token"),
            "client.address": planted.one(f"{name}: attributes", "IP address"),
            "enduser": {
                "name": planted.name(f"{name}: attributes"),
                "groups": [planted.put(f"{name}: attributes", 1)],
            },
        },
    }


def record(name: str, at: int, text: str, planted: Planted) -> dict:
    """A record of the run's own customer first, then one of another."""
    home = f"{name}: record"
    return {
        "id": f"note-{870 + at}",
        "owner": (OWN, FOREIGN)[at],
        "text": f"{text} {planted.put(f'{home} text', 5)}",
        "metadata": {
            "author": planted.name(f"{home} metadata"),
            "reply_to": planted.one(f"{home} metadata", "e-mail"),
            "comment": planted.put(f"{home} metadata", 3),
            "score": 7.25,
        },
    }


# The incident file.


def incident(words: dict[str, list[str]], planted: Planted) -> dict:
    """Every field of the file that takes words, each with canaries of its own."""
    put, name = planted.put, planted.name
    told = f"The note for {CUSTOMERS[0][0]} spoke of Fenmarch Logistics. "
    return {
        "schema": "incident2eval/incident/1",
        "id": INCIDENT,
        "title": "A note spoke of Fenmarch Logistics. " + put("title", 1),
        "what_happened": told + put("what_happened", 8) + others(planted, "K03", "K04", "K12"),
        "type": "data_exposure",
        "surface": "client_facing_document",
        "outcome": "near_miss",
        "workflow": {"name": WORKFLOW, "version": "2026.11.3", "model": "m-4.10"},
        "reporter": {"name": name("reporter.name"), "role": "account manager, " + put("reporter.role", 1)},
        "noticed_by": "reviewer",
        "when": {
            "happened": "2026-11-18T09:41:07Z",
            "noticed": "2026-11-18T10:05:00Z",
            "aware": "2026-11-18T10:12:00Z",
        },
        "subject": {"customer": CUSTOMERS[0][0], "customer_id": OWN},
        "affected": [{"kind": "customer", "ref": put("affected.ref", 1), "count": 1}],
        "wrong": [LEAK, *words["recorded"]],
        "right": [OWN_TEXT, *words["corrected"]],
        "impact": {"domains": ["customer"], "text": put("impact.text", 4), "acted_on": "no"},
        "questions": {"left_company": "no", "exposed_information": "yes", "recent_change": "yes"},
        "evidence": evidence(),
        "containment": [
            {"at": "2026-11-18T10:20:00Z", "by": name("containment.by"), "did": put("containment.did")}
        ],
        "changes": [{"at": "2026-10-30T22:14:06Z", "kind": "permission", "what": put("changes.what")}],
        "recipients": [{"ref": put("recipients.ref", 2), "assessed": "no", "retrieved": "no"}],
        "communications": [
            {
                "to": name("communications.to"),
                "at": "2026-11-18T11:00:00Z",
                "text": put("communications.text", 4),
            }
        ],
        "actions": actions(planted),
        "root_cause": root_cause(planted),
        "updates": [{"kind": "runbook", "ref": put("updates.ref", 2)}],
        "retention": {"until": "2029-11-30", "basis": put("retention.basis", 2)},
        "notes": put("a field of their own", 3),
    }


def evidence() -> list[dict]:
    """What lies beside the file."""
    kinds = {"recorded": "trace", "corrected": "corrected_trace", "good": "good_trace"}
    rows = [{"file": f"evidence/{name}.json", "kind": kind} for name, kind in kinds.items()]
    return [
        *rows,
        {"file": "evidence/account.txt", "kind": "account"},
        {"file": "evidence/prompt.txt", "kind": "prompt"},
    ]


def actions(planted: Planted) -> list[dict]:
    """Things to do, by people."""
    return [
        {
            "kind": kind,
            "text": planted.put("actions.text"),
            "owner": planted.name("actions.owner"),
            "due": "2026-12-01",
        }
        for kind in ("immediate", "corrective", "preventive")
    ]


def root_cause(planted: Planted) -> dict:
    """Why it could happen, with a word on all four places."""
    control = {part: planted.put(f"root_cause.failed_control.{part}", 2) for part in ("name", "where", "why")}
    examined = {
        part: planted.put(f"root_cause.examined.{part}", 2)
        for part in ("permission", "data", "integration", "review")
    }
    return {
        "category": "workflow_design",
        "step": "search_records",
        "failed_control": control,
        "examined": examined,
    }
