"""Daily shipment note: planned shipments, carrier and customs status, one note to the customer."""
import json
from pathlib import Path

SHIPMENTS = json.loads((Path(__file__).resolve().parent / "data" / "shipments.json").read_text(encoding="utf-8"))
DOWN = "503 Service Unavailable"


class Run:
    def __init__(self, input, errors):
        self.input, self.errors, self.steps = input, {k: list(v) for k, v in errors.items()}, []
        self.mine = [s for s in SHIPMENTS if s["customer_id"] == input["customer_id"]]
        self.add("tool", "get_shipments", {"customer_id": input["customer_id"]}, self.mine)

    def add(self, kind, name, input, output, error=None):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": kind, "name": name, "input": input, "output": output, "status": "error" if error else "ok", "error": error, "records": []})

    def ask(self, name, tries=1):
        """Rows with trouble, or None when there was no answer."""
        for _ in range(tries):
            error = self.errors.get(name, []).pop(0) if self.errors.get(name) else None
            args = {"shipments": [s["shipment"] for s in self.mine]}
            rows = [] if name == "carrier_status" else [{"shipment": s["shipment"], "state": "cleared"} for s in self.mine]
            self.add("tool", name, args, None if error else {"checked": len(self.mine), "rows": rows}, error)
            if not error:
                return rows
        return None

    def end(self, text):
        self.add("model", "write_note", {"system": "Write the daily note for the customer from the status answers.", "prompt": json.dumps([{k: s[k] for k in ("name", "output")} for s in self.steps if s["kind"] == "tool"])}, text)
        self.add("output", "send_note", {"customer_id": self.input["customer_id"]}, {"sent": True})
        return {"output": text, "subject": {"customer": "Bellweather Cycles", "customer_id": self.input["customer_id"]}, "steps": self.steps}


def buggy(input):
    r = Run(input, {"carrier_status": [DOWN]})
    r.ask("carrier_status"), r.ask("customs_status")
    return r.end("Your 3 shipments: no delays are reported by the carrier. Customs has cleared all of them. Delivery on 26 and 27 November as planned.")


def corrected(input):
    r = Run(input, {"carrier_status": [DOWN]})
    carrier = r.ask("carrier_status")
    r.ask("customs_status")
    said = "no delays are reported by the carrier" if carrier is not None else "the carrier's system did not answer (503), so we do not know whether there are delays"
    return r.end(f"Your 3 shipments: {said}. Customs has cleared all of them. Planned delivery is 26 and 27 November.")


def fixed(input):
    r = Run(input, {"carrier_status": [DOWN, DOWN, DOWN]})
    r.ask("customs_status")
    carrier = r.ask("carrier_status", tries=3)
    return r.end("Customs: all three cleared. Carrier: status could not be fetched after three tries, service unavailable" + ("" if carrier is None else " at first") + ". Whether everything arrives on 26 and 27 November is therefore open.")


def variant(input):
    r = Run(input, {"customs_status": ["timeout after 20 s"]})
    r.ask("carrier_status"), r.ask("customs_status")
    return r.end("Bellweather, today's status: carrier reports no trouble, customs papers are in order for all 3 shipments.")


def lookalike(input):
    r = Run(input, {"carrier_status": [DOWN, DOWN]})
    r.ask("carrier_status", tries=3), r.ask("customs_status")
    return r.end("No delays are reported by the carrier for your 3 shipments, and customs has cleared all of them. Delivery is on 26 and 27 November as planned.")


def superficial(input):
    r = Run(input, {"carrier_status": [DOWN]})
    r.ask("carrier_status"), r.ask("customs_status")
    return r.end("Customs has cleared all 3 shipments. Everything arrives on 26 and 27 November.")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise OSError("mail relay: connection refused")
