"""Shortlisting: rank the candidates of a job, invite or reject, and say what the first interview is."""
import json
from pathlib import Path

MODELS = json.loads((Path(__file__).resolve().parent / "data" / "models.json").read_text(encoding="utf-8"))


def score(model, c):
    w = MODELS[model]
    s = w["years"] * min(c["years"], 8) + w["skills"] * c["skills_matched"] + w["licence"] * (c["licence"] == "yes")
    if c["birth_year"] < 1975:
        s += w.get("born_before_1975", 0)
    if c["birth_year"] > 1990:
        s += w.get("born_after_1990", 0)
    return s


def decide(model, s):
    w = MODELS[model]
    if s >= w["invite"]:
        return "invite", "panel" if s >= w["panel"] else "phone"
    return "reject", "none"


def run(input, model, edit=None, order=None, style="plain"):
    steps, rows = [], []
    for n, c in enumerate(input["candidates"], 1):
        s = score(model, c)
        decision, interview = decide(model, s)
        if edit:
            decision, interview = edit(decision, interview)
        steps.append({"id": f"rank{n}", "parent": None, "kind": "model", "name": "rank_candidate", "input": {"system": f"Rank the candidate for the job ({model}).", "prompt": json.dumps(c, ensure_ascii=False)}, "output": json.dumps({"ref": c["ref"], "score": s, "decision": decision, "interview": interview}), "status": "ok", "error": None, "records": []})
        row = {"ref": c["ref"], "decision": decision, "interview": interview}
        if style == "letters":
            yes = ["your years on site stand out", "you match what the client listed"][n % 2]
            row["reason"] = yes if decision == "invite" else "the crane licence is missing" if c["licence"] == "no" else "fewer of the listed skills than others"
        rows.append(row)
    if order:
        rows.sort(key=order)
    out = {"job": input["job"], "shortlist": rows}
    steps.append({"id": "publish", "parent": None, "kind": "tool", "name": "publish_shortlist", "input": {"job": input["job"]}, "output": {"invited": sum(r["decision"] == "invite" for r in rows)}, "status": "ok", "error": None, "records": []})
    return {"output": out, "subject": {"customer": None, "customer_id": input["client"]}, "steps": steps}


def buggy(input):
    return run(input, "ranker-7")


def corrected(input):
    return run(input, "ranker-8")


def fixed(input):
    return run(input, "ranker-8", order=lambda r: (r["decision"], r["interview"], r["ref"]))


def variant(input):
    return run(input, "ranker-7-tuned")


def lookalike(input):
    return run(input, "ranker-8", order=lambda r: r["ref"][::-1], style="letters")


def superficial(input):
    return run(input, "ranker-7", edit=lambda d, i: ("reserve", "none") if d == "reject" else (d, i))


def empty(input):
    return {"output": {}, "steps": []}


def crash(input):
    raise RuntimeError("ranker: model not loaded")
