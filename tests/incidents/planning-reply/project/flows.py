"""Answers to residents who ask until when they can comment on a planning application."""
import json
from datetime import date, timedelta
from pathlib import Path

APPS = {a["ref"]: a for a in json.loads((Path(__file__).resolve().parent / "data" / "applications.json").read_text(encoding="utf-8"))}


def long_date(d):
    return f"{d.day} {d:%B %Y}"


def run(input, base, days=None, style="plain", write=long_date):
    app = APPS[input["application"]]
    last = date.fromisoformat(app[base]) + timedelta(days=days or app["days"])
    if style == "plain":
        text = f"Dear {input['name']},\n\nthank you for your question about application {app['ref']} ({app['site']}). You can comment until {write(last)}. {app['neighbours']} neighbours were written to. The case officer is {app['officer']}.\n\nPlanning Office"
    elif style == "turned":
        text = f"Application {app['ref']}: the case officer, {app['officer']}, takes comments up to and including {last:%A}, {write(last)}. It concerns {app['site']}; {app['neighbours']} neighbours had a letter. Yours, the Planning Office"
    else:
        text = f"Dear {input['name']}, the application ({app['ref']}) was published on {long_date(date.fromisoformat(app['published']))}. Comments close on {write(last)}. The committee meets on {long_date(date.fromisoformat(app['committee']))}. Case officer: {app['officer']}."
    return {"output": text, "subject": {"customer": input["name"], "customer_id": input["resident"]}, "steps": [
        {"id": "app", "parent": None, "kind": "tool", "name": "get_application", "input": {"ref": app["ref"]}, "output": app, "status": "ok", "error": None, "records": []},
        {"id": "date", "parent": None, "kind": "tool", "name": "last_day", "input": {"from": base, "days": days or app["days"]}, "output": {"last_day": last.isoformat()}, "status": "ok", "error": None, "records": []},
        {"id": "reply", "parent": None, "kind": "model", "name": "write_reply", "input": {"system": "Answer the resident in plain words.", "prompt": f"{input['question']}\n{json.dumps(app)}\nlast day: {last.isoformat()}"}, "output": text, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input, "validated")


def corrected(input):
    return run(input, "published")


def fixed(input):
    return run(input, "published", style="turned")


def variant(input):
    return run(input, "published", days=28, style="turned")


def lookalike(input):
    return run(input, "published", style="committee")


def superficial(input):
    return run(input, "validated", write=lambda d: f"{d:%d/%m/%Y}")


def empty(input):
    return {"output": ""}


def crash(input):
    raise LookupError("planning register: 404")
