"""Run by the interpreter that has the servers' own clients: writes traces, prints their ids and exports.

python write_traces.py phoenix|mlflow URL COUNT SPANS
"""

import json
import sys
from typing import Any

DOCUMENT = {"page_content": "A quiet month.", "metadata": {"account_id": "A1"}, "id": "note-877"}


def phoenix(url: str, count: int, spans: int) -> list[dict[str, Any]]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"openinference.project.name": "monthly summaries"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
    tracer = provider.get_tracer("test")
    written = []
    for number in range(count):
        said = {
            "openinference.span.kind": "CHAIN",
            "input.value": "October",
            "output.value": f"draft {number}",
        }
        found = {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "October",
            "retrieval.documents.0.document.id": DOCUMENT["id"],
            "retrieval.documents.0.document.content": DOCUMENT["page_content"],
            "retrieval.documents.0.document.metadata": json.dumps(DOCUMENT["metadata"]),
        }
        with tracer.start_as_current_span("draft", attributes=said) as root:
            for _ in range(spans - 1):
                tracer.start_span("search_notes", attributes=found).end()
        written.append({"id": format(root.get_span_context().trace_id, "032x")})
    provider.shutdown()
    return written


def mlflow(url: str, count: int, spans: int) -> list[dict[str, Any]]:
    import mlflow as client

    client.set_tracking_uri(url)
    client.set_experiment("monthly summaries")
    ids = []
    for number in range(count):
        with client.start_span("draft", span_type="CHAIN") as root:
            root.set_inputs({"customer": "A1", "figures": [1, 2.5, None, True]})
            for _ in range(spans - 1):
                with client.start_span("search_notes", span_type="RETRIEVER") as search:
                    search.set_inputs({"query": "October"})
                    search.set_outputs([DOCUMENT])
            root.set_outputs(f"draft {number}")
        ids.append(root.trace_id)
    client.flush_trace_async_logging()
    return [{"id": each, "export": client.get_trace(each).to_json()} for each in ids]


if __name__ == "__main__":
    tool, address, *figures = sys.argv[1:]
    write = {"phoenix": phoenix, "mlflow": mlflow}[tool]
    print(json.dumps(write(address, *map(int, figures))))
