"""School: points and bursary for one applicant per call."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def score(a, w):
    p = w["base"] + w["grade"] * a["grade_average"] - w["income"] * a["household_income"] / 1000 + w["siblings"] * a["siblings"]
    return round(p + w.get("home_language", {}).get(a["home_language"], 0), 1)


def run(input, model, interview=None, letter=None, extra=False):
    w = json.loads((DATA / f"{model}.json").read_text(encoding="utf-8"))
    p = score(input, w)
    pct = 60 if p >= 70 else 20 if p >= 55 else 0
    talk = interview(input) if interview else p < 70
    out = {"applicant": input["applicant"], "decision": "award" if pct else "refuse", "bursary_pct": pct, "interview": talk,
           "letter": (letter or (lambda a, pct: f"Dear family {a['family']}, the committee offers {a['first_name']} a bursary of {pct} per cent of the fees."))(input, pct)}
    if extra:
        out["payment"] = "by term"
    return {"output": out, "subject": {"customer": f"family {input['family']}", "customer_id": input["applicant"]}, "steps": [
        {"id": "score", "parent": None, "kind": "model", "name": "score", "input": {"system": f"model {model}", "prompt": json.dumps(input, ensure_ascii=False)}, "output": {"points": p, "bursary_pct": pct}, "status": "ok", "error": None, "records": []},
        {"id": "post", "parent": None, "kind": "output", "name": "post_decision", "input": {"applicant": input["applicant"]}, "output": {"posted": True}, "status": "ok", "error": None, "records": []},
    ]}


def warm(a, pct):
    kin = f"We were glad to read about {a['first_name']}'s {a['siblings']} sisters and brothers." if a["home_language"] != "English" else f"An average of {a['grade_average']} is a fine result, {a['first_name']}."
    return f"Dear {a['family']} family,\n\n{kin} The fees are reduced by {pct} per cent."


def buggy(input):
    return run(input, "points-3")


def corrected(input):
    return run(input, "points-3b")


def fixed(input):
    return run(input, "points-4", letter=lambda a, pct: f"Bursary for {a['first_name']} {a['family']}: {pct} % of the fees. The papers follow by post.")


def variant(input):
    return run(input, "points-3-turned")


def lookalike(input):
    return run(input, "points-4", letter=warm, extra=True)


def superficial(input):
    return run(input, "points-3b", interview=lambda a: a["home_language"] != "English")


def empty(input):
    return {"output": {}, "steps": []}


def crash(input):
    raise ValueError("score model: unexpected field")
