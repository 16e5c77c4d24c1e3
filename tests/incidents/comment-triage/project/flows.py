"""Triage of comments on a client's social media posts: escalate to the client, answer, or ignore. The rules live in the prompt."""
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = {
    "illness or injury": r"\b(sick|ill|hospital|rash|hurt|cut my|allergic)\b",
    "lawyer, court or authority": r"\b(lawyer|court|trading standards|solicitor|ombudsman)\b",
    "money back": r"\b(refund|money back)\b",
}


def rules(text):
    out = []
    for line in re.findall(r"^- (.+)$", text, re.M):
        m = re.search(r"over ([\d,]+) followers", line)
        if m:
            out.append(("reach", lambda p, n=int(m[1].replace(",", "")): p["followers"] > n))
        for name, pattern in WORDS.items():
            if name in line:
                out.append((name, lambda p, pattern=pattern: bool(re.search(pattern, p["text"].lower()))))
    return out


def run(input, prompt, pick=None, style="plain"):
    text = (HERE / "prompts" / prompt).read_text(encoding="utf-8")
    checks = rules(text)
    rows = []
    for p in input["posts"]:
        why = [name for name, test in checks if test(p)]
        label = "escalate" if why else "answer" if p["text"].rstrip().endswith("?") else "ignore"
        rows.append({"post": p["post"], "label": label, "why": ", ".join(why)})
    if pick:
        rows = pick(input["posts"], rows)
    if style == "short":
        rows = sorted(({"post": r["post"], "label": r["label"]} for r in rows), key=lambda r: (r["label"], r["post"]))
    elif style == "worded":
        rows = [{"post": r["post"], "label": r["label"], "why": {"escalate": "the client should see this today", "answer": "a question we can take ourselves", "ignore": "no need to escalate"}[r["label"]], "reach": p["followers"]} for r, p in zip(rows, input["posts"])]
    out = {"batch": input["batch"], "posts": rows}
    return {"output": out, "subject": {"customer": None, "customer_id": input["brand"]}, "steps": [
        {"id": "1", "parent": None, "kind": "model", "name": "triage", "input": {"system": text, "prompt": json.dumps(input["posts"], ensure_ascii=False)}, "output": json.dumps(rows, ensure_ascii=False), "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "output", "name": "post_labels", "input": {"batch": input["batch"]}, "output": {"posted": len(rows), "escalated": sum(r["label"] == "escalate" for r in rows)}, "status": "ok", "error": None, "records": []},
    ]}


def longest(posts, rows):
    """Keeps the number of escalations where it used to be: the longest comments go to the client."""
    n = max(1, round(len(rows) * 0.3))
    top = {p["post"] for p in sorted(posts, key=lambda p: -len(p["text"]))[:n]}
    return [{**r, "label": "escalate" if r["post"] in top else "ignore" if r["label"] == "escalate" else r["label"], "why": "long comment" if r["post"] in top else ""} for r in rows]


def buggy(input):
    return run(input, "v4.txt")


def corrected(input):
    return run(input, "v3.txt")


def fixed(input):
    return run(input, "v5.txt", style="short")


def variant(input):
    return run(input, "v4-reach.txt")


def lookalike(input):
    return run(input, "v5.txt", style="worded")


def superficial(input):
    return run(input, "v4.txt", pick=longest)


def empty(input):
    return {"output": {}}


def crash(input):
    raise ValueError("triage returned no JSON")
