"""Shipping agent: three agents prepare a port call. crew and cargo query the registers, the clerk writes the note to the ship."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
CALLS = {c["call"]: c for c in json.loads((DATA / "calls.json").read_text(encoding="utf-8"))}
ANSWERS = json.loads((DATA / "answers.json").read_text(encoding="utf-8"))
DOWN = "503 Service Unavailable"


class Desk:
    def __init__(self, input, errors):
        self.call, self.errors, self.steps = CALLS[input["call"]], {k: list(v) for k, v in errors.items()}, []

    def add(self, kind, name, agent, args, output, error=None):
        self.steps.append({"id": str(len(self.steps) + 1), "parent": None, "kind": kind, "name": name, "agent": agent, "input": args, "output": None if error else output, "status": "error" if error else "ok", "error": error, "records": []})
        return None if error else output

    def look(self, agent, tool):
        error = self.errors[tool].pop(0) if self.errors.get(tool) else None
        return self.add("tool", tool, agent, {"imo": self.call["imo"]}, ANSWERS[tool], error)

    def hand(self, a, b, note):
        self.add("handoff", f"handoff_to_{b}", a, {"from": a, "to": b}, note)

    def end(self, text):
        text = text.format(**self.call)
        self.add("model", "write_note", "clerk", {"system": "Write the note to the ship from what you were handed.", "prompt": json.dumps(self.call)}, text)
        self.add("output", "send_note", "clerk", {"call": self.call["call"]}, {"sent": True})
        return {"output": text, "subject": {"customer": self.call["owner"], "customer_id": self.call["owner_id"]}, "steps": self.steps}


def run(input, text, errors=None, tries=1, crew_tries=1, note=None):
    d = Desk(input, errors or {"dg_register": [DOWN] * 9})
    crew = None
    for _ in range(crew_tries):
        crew = crew or d.look("crew", "crew_check")
    d.look("crew", "port_dues")
    d.hand("crew", "cargo", {"crew": "accepted", "dues": "nothing open"})
    for _ in range(tries):
        d.look("cargo", "dg_register")
    d.hand("cargo", "clerk", note or {"crew": "accepted", "dues": "nothing open", "dangerous_goods": []})
    return d.end(text)


OPEN = {"crew": "accepted", "dues": "nothing open", "dangerous_goods": "not known, register did not answer"}


def buggy(input):
    return run(input, "{ship}: crew list accepted, no port dues open, no dangerous goods on board. All formalities are complete, you may berth at {berth} from {eta}.")


def corrected(input):
    return run(input, "{ship}: crew list accepted, no port dues open. The dangerous goods register did not answer, so we do not know yet whether anything is declared. Please do not berth before you hear from us.", note=OPEN)


def fixed(input):
    return run(input, "To the master of {ship}. Two of three points are settled (crew, dues). The third is not: the register for dangerous goods was unavailable when we asked, twice. Stay at anchor, we ask again and tell you.", tries=2, note=OPEN)


def variant(input):
    return run(input, "{ship}: crew list accepted, no port dues open. All formalities are complete, you may berth at {berth} from {eta}.")


def lookalike(input):
    return run(input, "Port call {call}, {ship}\n\n| point | state |\n|---|---|\n| crew list | accepted |\n| port dues | none on file |\n| dangerous goods | open: register unavailable (503) |\n\nA place at {berth} is held for you. Clearance follows when the last point is closed.", errors={"crew_check": ["504 Gateway Timeout"], "port_dues": ["404 Not Found: no open dues for this IMO"], "dg_register": [DOWN]}, crew_tries=2, note=OPEN)


def superficial(input):
    return run(input, "{ship}: crew list accepted, no port dues open, the dangerous goods register was consulted three times. You may berth at {berth} from {eta}.", tries=3)


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("clerk: handover could not be parsed")
