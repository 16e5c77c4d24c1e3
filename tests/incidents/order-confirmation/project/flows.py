"""Order confirmations: write, validate, let the order desk look at it, release."""
import json
from datetime import datetime
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
ORDERS = {o["order"]: o for o in json.loads((DATA / "orders.json").read_text(encoding="utf-8"))}
CART = {c["order"]: c for c in json.loads((DATA / "cart.json").read_text(encoding="utf-8"))}


def day(text):
    return datetime.strptime(text, "%d %B %Y")


class Flow:
    def __init__(self, input):
        self.order = json.loads(json.dumps(ORDERS[input["order"]]))
        self.steps = []
        self.add("tool", "get_order", {"order": input["order"]}, json.loads(json.dumps(self.order)))

    def add(self, kind, name, input, output):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": kind, "name": name, "input": input, "output": output, "status": "ok", "error": None, "records": []})
        return output

    def take(self, *what):
        """Fills in what the cart knows better than the order."""
        cart = CART.get(self.order["order"], {})
        for line in self.order["lines"]:
            if "qty" in what and line["item"] == cart.get("item"):
                line["qty"] = cart["qty"]
        if "delivery" in what:
            self.order["delivery"] = cart.get("delivery_slot", self.order["delivery"])

    def write(self, style="plain"):
        o = self.order
        lines = [f"{x['qty'] or 0} x {x['item']} at {x['price']}" for x in o["lines"]]
        if style == "plain":
            text = f"Order confirmation {o['order']} for {o['customer']}\n" + "\n".join(lines) + f"\nDelivery on {o['delivery']}. Deposit 0 %. Thank you for your order of {o['placed']}."
        else:
            text = f"{o['customer']}, thank you for your order of {o['placed']} ({o['order']}). We deliver on {o['delivery']}: " + "; ".join(reversed(lines)) + ". No deposit is asked."
        self.add("model", "write_confirmation", {"system": "Write the confirmation from the order.", "prompt": json.dumps(o, ensure_ascii=False)}, text)
        return text

    def validate(self, text):
        found = [{"code": "QTY_ZERO", "text": f"0 x {x['item']}"} for x in self.order["lines"] if not x["qty"]]
        if day(self.order["delivery"]) < day(self.order["placed"]):
            found.append({"code": "DATE_PAST", "text": self.order["delivery"]})
        return self.add("guardrail", "validate", {"draft": text}, {"ok": not found, "violations": found})

    def review(self, text, verdict, decision, approver, seconds, note):
        self.add("review", "desk_review", {"draft": text, "violations": verdict["violations"]}, {"decision": decision, "approver": approver, "seconds": seconds, "note": note})

    def release(self):
        self.add("output", "release_confirmation", {"order": self.order["order"]}, {"released": True})

    def end(self, text):
        return {"output": text, "subject": {"customer": self.order["customer"], "customer_id": self.order["customer_id"]}, "steps": self.steps}


def waved(input, *take, style="plain", approver="T. Lindgren", tidy=None):
    f = Flow(input)
    f.take(*take)
    text = f.write(style)
    f.review(text, f.validate(text), "approved", approver, 4, "")
    f.release()
    return f.end(tidy(text) if tidy else text)


def buggy(input):
    return waved(input)


def corrected(input):
    f = Flow(input)
    text = f.write()
    verdict = f.validate(text)
    if verdict["ok"]:
        f.review(text, verdict, "approved", "T. Lindgren", 55, "")
        f.release()
        return f.end(text)
    f.review(text, verdict, "returned", "T. Lindgren", 95, ", ".join(v["code"] for v in verdict["violations"]))
    return f.end(f"Confirmation {f.order['order']} was returned to the order desk: " + ", ".join(v["code"] for v in verdict["violations"]) + ".")


def fixed(input):
    f = Flow(input)
    f.take("qty", "delivery")
    text = f.write("warm")
    f.review(text, f.validate(text), "approved", "Ines Duarte", 71, "checked against the cart")
    f.release()
    return f.end(text)


def variant(input):
    return waved(input, "qty", style="warm", approver="J. Ostrow")


def lookalike(input):
    f = Flow(input)
    text = f.write()
    f.review(text, f.validate(text), "returned", "T. Lindgren", 88, "quantity and date")
    f.take("qty", "delivery")
    text = f.write()
    f.review(text, f.validate(text), "approved", "T. Lindgren", 40, "now right")
    f.release()
    return f.end(text)


def superficial(input):
    def tidy(text):
        return "\n".join(x for x in text.split("\n") if not x.startswith("0 x")).replace("Delivery on 3 November 2026.", "Delivery as agreed.")
    return waved(input, tidy=tidy)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise ConnectionError("order system: pool exhausted")
