"""Renewal letters: policy data into a template."""
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
POLICIES = {p["policy"]: p for p in json.loads((DATA / "policies.json").read_text(encoding="utf-8"))}
RENAMED = {"premium": "premium_gross"}  # policy system 9 calls it premium_gross


def fill(template, values, unknown):
    return re.sub(r"\{\{ (\w+) \}\}", lambda m: values[m[1]] if m[1] in values else unknown(m), template)


def run(input, template="letter.txt", names=None, unknown=lambda m: m[0], without=()):
    policy = POLICIES[input["policy"]]
    values = {k: v for k, v in policy.items() if k not in without}
    for new, old in (names or {}).items():
        values[new] = policy[old]
    source = (DATA / template).read_text(encoding="utf-8")
    text = fill(source, values, unknown).strip()
    return {"output": text, "subject": {"customer": policy["holder"], "customer_id": policy["holder_id"]}, "steps": [
        {"id": "p", "parent": None, "kind": "tool", "name": "get_policy", "input": {"policy": policy["policy"]}, "output": policy, "status": "ok", "error": None, "records": []},
        {"id": "f", "parent": None, "kind": "tool", "name": "merge_letter", "input": {"template": template, "source": source, "fields": sorted(values)}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "s", "parent": None, "kind": "output", "name": "print_queue", "input": {"policy": policy["policy"]}, "output": {"queued": True}, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input)


def corrected(input):
    return run(input, names=RENAMED)


def fixed(input):
    return run(input, "letter_v2.txt", names=RENAMED)


def variant(input):
    return run(input, "letter_v2.txt", names=RENAMED, without=("renewal_date", "excess"))


def lookalike(input):
    return run(input, "letter_v3.txt", names=RENAMED)


def superficial(input):
    return run(input, unknown=lambda m: "")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise FileNotFoundError("template store not mounted")
