"""Car repair: three agents. The estimator lists the parts, the parts agent orders them, the front desk tells the customer."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
JOBS = {j["job"]: j for j in json.loads((DATA / "jobs.json").read_text(encoding="utf-8"))}


class Shop:
    """`lost`: for each part the errors of its next orders; an answer of 5xx is lost on the way back, the order is in."""

    def __init__(self, input, lost=None):
        self.job, self.lost, self.steps, self.orders = JOBS[input["job"]], {k: list(v) for k, v in (lost or {}).items()}, [], []

    def add(self, kind, name, agent, args, output, error=None):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": kind, "name": name, "agent": agent, "input": args, "output": None if error else output, "status": "error" if error else "ok", "error": error, "records": []})
        return None if error else output

    def parts(self, agent="estimator"):
        return self.add("tool", "get_job", agent, {"job": self.job["job"]}, self.job)["parts"]

    def order(self, agent, part, qty, **more):
        key = "".join(c for c in str(part).upper() if c.isalnum())
        error = self.lost.get(key, []).pop(0) if self.lost.get(key) else None
        self.orders.append({"order": f"PO-{301 + len(self.orders)}", "part": key, "qty": qty})
        return self.add("tool", "order_part", agent, {"job": self.job["job"], "part_no": part, "qty": qty, **more}, self.orders[-1], error)

    def open_orders(self, agent):
        return self.add("tool", "list_orders", agent, {"job": self.job["job"]}, list(self.orders))

    def hand(self, a, b, text):
        self.add("handoff", f"handoff_to_{b}", a, {"from": a, "to": b}, {"note": text})

    def end(self, text):
        self.add("model", "tell_customer", "front_desk", {"system": "Tell the customer.", "prompt": json.dumps(self.job)}, text)
        return {"output": text, "subject": {"customer": None, "customer_id": self.job["customer"]}, "steps": self.steps}


def start(input, lost):
    s = Shop(input, lost)
    s.parts()
    s.hand("estimator", "parts", "two lines to order")
    return s


def buggy(input):
    s = start(input, {"BD4410": ["504 Gateway Timeout"]})
    s.order("parts", "BD-4410", 2)
    s.order("parts", "BP-4412", 1)
    s.hand("parts", "front_desk", "discs failed, pads ordered")
    s.order("front_desk", "bd 4410", "2 pcs", note="front brake discs for the Octavia, please send with the pads")
    return s.end("Hello, discs and pads for your car are ordered. We expect them on Thursday.")


def corrected(input):
    s = start(input, {"BD4410": ["504 Gateway Timeout"]})
    s.order("parts", "BD-4410", 2)
    s.order("parts", "BP-4412", 1)
    s.open_orders("parts")
    s.hand("parts", "front_desk", "discs and pads ordered, seen in the list")
    return s.end("Hello, discs and pads for your car are ordered (PO-301, PO-302). We expect them on Thursday.")


def fixed(input):
    s = start(input, {"BP4412": ["503 Service Unavailable"]})
    s.order("parts", "BP-4412", 1)
    s.open_orders("parts")
    s.order("parts", "BD-4410", 2)
    s.hand("parts", "front_desk", "both lines are in")
    return s.end("Good morning, the parts for your brakes are on their way and should be here on Thursday.")


def variant(input):
    s = start(input, {"BP4412": ["502 Bad Gateway"]})
    s.order("parts", "BD-4410", 2)
    s.order("parts", "BP-4412", 1)
    s.hand("parts", "front_desk", "pads did not go through")
    s.order("front_desk", "BP 4412", 1, note="set of front pads")
    return s.end("Hello, discs and pads for your car are ordered. We expect them on Thursday.")


def lookalike(input):
    s = start(input, {"BD4410": ["504 Gateway Timeout"]})
    s.order("parts", "BD-4410", 2, note="front axle, Octavia")
    for agent in ("parts", "parts", "front_desk"):
        s.open_orders(agent)
    s.order("parts", "BP-4412", 1, note="front axle, Octavia")
    s.hand("parts", "front_desk", "discs PO-301, pads PO-302")
    return s.end("Hello, two lines are ordered for the front axle: discs (PO-301) and pads (PO-302). Thursday, if all goes well.")


def superficial(input):
    s = start(input, {"BD4410": ["504 Gateway Timeout"]})
    s.order("parts", "BD-4410", 2)
    s.open_orders("parts")
    s.order("parts", "BP-4412", 1)
    s.hand("parts", "front_desk", "discs unclear")
    s.order("front_desk", "BD4410", 2, urgent=True, note="second try")
    return s.end("Hello, your parts are ordered once and for all. We expect them on Thursday.")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("front_desk: tool loop limit")
