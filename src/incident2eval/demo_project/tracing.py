"""What a draft's steps look like once traced: OTLP/JSON with the GenAI conventions of OpenTelemetry."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

WORKFLOW = "monthly-summary"
MODEL = "summary-template-2"
ROOT = "root"
MILLISECONDS = {"retrieval": 190, "tool": 70, "model": 1450, "review": 8 * 60_000}

Row = Mapping[str, Any]
Named = tuple[str, Row]
"""A span's name and attributes."""


def export(run: Row) -> dict[str, Any]:
    """One run as a collector would have written it: a span a step, and one for the workflow around them.

    Args:
        run: Its `id` (32 hex digits), `version`, `started`, `subject`, `input`, `output` and `steps`.
    """
    at, spans = run["started"], []
    for step in run["steps"]:
        done = ended(at, step)
        spans.append(_span(run, step["id"], _SPAN[step["kind"]](step), between=(at, done), parent=ROOT))
        at = done
    around = {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": WORKFLOW,
        "gen_ai.input.messages": _messages("user", json.dumps(run["input"])),
        "gen_ai.output.messages": _messages("assistant", run["output"]),
        "app.account_id": run["subject"]["customer_id"],
    }
    spans.append(_span(run, ROOT, (f"invoke_workflow {WORKFLOW}", around), between=(run["started"], at)))
    resource = {
        "service.name": "summary-drafter",
        "service.version": run["version"],
        "deployment.environment.name": "production",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
    }
    scope = {"name": "summaries", "version": run["version"]}
    return {
        "resourceSpans": [
            {"resource": {"attributes": _pairs(resource)}, "scopeSpans": [{"scope": scope, "spans": spans}]}
        ]
    }


def ended(at: datetime, step: Row) -> datetime:
    """When a step that begins at that time is done."""
    return at + timedelta(milliseconds=MILLISECONDS[step["kind"]])


def _retrieval(step: Row) -> Named:
    documents = [
        {
            "id": record["id"],
            "score": record["metadata"]["score"],
            "content": record["text"],
            "metadata": {key: value for key, value in record["metadata"].items() if key != "score"},
        }
        for record in step["records"]
    ]
    return "retrieval crm-notes", {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": "crm-notes",
        "gen_ai.retrieval.query.text": step["input"]["query"],
        "gen_ai.request.top_k": step["input"]["limit"],
        "gen_ai.retrieval.documents": json.dumps(documents, ensure_ascii=False),
        "app.step": step["name"],
        "app.scope": step["input"]["scope"],
    }


def _tool(step: Row) -> Named:
    return f"execute_tool {step['name']}", {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": step["name"],
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": f"call_{step['id']}",
        "gen_ai.tool.call.arguments": json.dumps(step["input"], ensure_ascii=False),
        "gen_ai.tool.call.result": json.dumps(step["output"], ensure_ascii=False),
    }


def _model(step: Row) -> Named:
    return f"chat {MODEL}", {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "tern-lane",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": step["input"]["system"]}]),
        "gen_ai.input.messages": _messages("user", step["input"]["prompt"]),
        "gen_ai.output.messages": _messages("assistant", step["output"]),
        "app.step": step["name"],
    }


_SPAN = {"retrieval": _retrieval, "tool": _tool, "review": _tool, "model": _model}


def _messages(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}], ensure_ascii=False)


def _span(
    run: Row, step_id: str, named: Named, *, between: tuple[datetime, datetime], parent: str | None = None
) -> dict[str, Any]:
    name, attributes = named
    started, done = between
    return {
        "traceId": run["id"],
        "spanId": _span_id(run, step_id),
        **({"parentSpanId": _span_id(run, parent)} if parent else {}),
        "name": name,
        "kind": 1,
        "startTimeUnixNano": _nanoseconds(started),
        "endTimeUnixNano": _nanoseconds(done),
        "attributes": _pairs(attributes),
        "status": {},
    }


def _span_id(run: Row, step_id: str) -> str:
    return hashlib.sha256(f"{run['id']}/{step_id}".encode()).hexdigest()[:16]


def _nanoseconds(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000) * 1_000_000)


def _pairs(attributes: Row) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: str | int | list[str]) -> dict[str, Any]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
