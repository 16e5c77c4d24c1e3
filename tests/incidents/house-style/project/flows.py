"""Translation bureau: translates a notice and delivers it."""
import json


def run(input, text):
    return {"output": text, "steps": [
        {"id": "1", "parent": None, "kind": "model", "name": "translate", "input": {"system": f"Translate into {input['into']}.", "prompt": input["text"]}, "output": text, "status": "ok", "error": None, "records": []},
        {"id": "2", "parent": None, "kind": "output", "name": "deliver", "input": {"job": input["job"]}, "output": {"delivered": True}, "status": "ok", "error": None, "records": []},
    ]}


def buggy(input):
    return run(input, "Hallo zusammen! Schickt uns einfach eure Unterlagen, dann schauen wir sie durch und sagen euch Bescheid.")


def corrected(input):
    return run(input, "Sehr geehrte Damen und Herren, bitte senden Sie uns Ihre Unterlagen. Wir prüfen sie und melden uns bei Ihnen.")


def fixed(input):
    return run(input, "Sehr geehrte Damen und Herren, wir bitten Sie um Ihre Unterlagen. Nach der Prüfung erhalten Sie Nachricht von uns.")


def variant(input):
    return run(input, "Hi Leute, her mit euren Unterlagen! Wir werfen einen Blick drauf und melden uns bei euch.")


def lookalike(input):
    return run(input, "Guten Tag, bitte schicken Sie uns einfach Ihre Unterlagen. Wir sehen sie durch und geben Ihnen Bescheid.")


def superficial(input):
    return run(input, "Sehr geehrte Damen und Herren, schickt uns einfach eure Unterlagen, dann schauen wir sie durch und sagen euch Bescheid.")


def empty(input):
    return {"output": "", "steps": []}


def crash(input):
    raise RuntimeError("translation engine: quota")
