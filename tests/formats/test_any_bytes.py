"""Whatever a file holds, it is read or refused in words."""

import gzip
import json

from formats.traces import ROSTER
from hypothesis import example, given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.formats import FORMATS, dump_run, load_run, read, with_owners
from incident2eval.model import JSON, BadInput

WORDS = """
resourceSpans resource scopeSpans scope spans traceId spanId parentSpanId name startTimeUnixNano
attributes key value stringValue arrayValue kvlistValue values intValue status code events
gen_ai.operation.name chat retrieval gen_ai.input.messages gen_ai.retrieval.documents
openinference.span.kind LLM llm.input_messages.0.message.role llm.input_messages.0.message
retrieval.documents.0.document.id input.value output.value app.output trace observations id type SPAN
GENERATION input output metadata startTime run_type trace_id dotted_order inputs outputs extra
child_runs post patch generations choices message messages role user assistant tool content parts text
tool_calls function arguments context span_id data step_id run_id event run.start run.end kind model
records documents page_content lc kwargs schema incident2eval/run/1 incident2eval/runs/1 runs steps
subject customer_id account_id C1 by decision args prompt
"""
"""Keys and values that readers look for."""

TEXTS = st.sampled_from(WORDS.split()) | st.text(max_size=6)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS, inner, max_size=6)
        | st.dictionaries(TEXTS, inner, max_size=3).map(json.dumps)
    ),
    max_leaves=40,
)


def spans(attributes: JSON) -> JSON:
    return {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [{"spanId": "a1", "attributes": attributes}, attributes]}]}
        ]
    }


def attribute(key: str, value: JSON) -> JSON:
    return {"key": key, "value": {"stringValue": value if isinstance(value, str) else json.dumps(value)}}


ATTRIBUTES = st.lists(st.builds(attribute, TEXTS, VALUES), max_size=6)
OBSERVATIONS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=6), max_size=3)
DOCUMENTS = (
    VALUES
    | (ATTRIBUTES | VALUES).map(spans)
    | OBSERVATIONS.map(lambda each: {"trace": {"id": "t"}, "observations": each})
    | st.dictionaries(TEXTS, VALUES).map(lambda each: {"run_type": "llm", "id": "r", **each})
    | st.dictionaries(TEXTS, VALUES).map(lambda each: {"context": {"span_id": "s"}, "attributes": each})
    | st.dictionaries(TEXTS, VALUES).map(lambda each: {"schema": "incident2eval/run/1", **each})
    | st.lists(st.dictionaries(TEXTS, VALUES).map(lambda each: {"role": "assistant", "kind": "tool", **each}))
)


def holds(data: bytes, chosen: str | None = None) -> None:
    try:
        reading = read(data, name="x", format=chosen)
    except BadInput:
        return
    for run in reading.runs:
        whole = with_owners(
            run, customers=ROSTER, paths={"customer_id": ("metadata.account_id",)}, stated=None
        ).run
        assert load_run(json.loads(json.dumps(dump_run(whole))), what="x") == whole
        assert [step.id for step in run.steps].count("") == 0 or reading.format == "run"


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\x1f\x8b")
@example(gzip.compress(b"{}", mtime=0) + b"rest")
@example(b'{"a": "\\ud800"}\n{"\\udfff": 1}\n')
def test_any_bytes(data: bytes) -> None:
    holds(data)
    holds(gzip.compress(data, mtime=0))


@settings(max_examples=tries(200), deadline=None)
@given(DOCUMENTS, st.sampled_from([None, *(each.name for each in FORMATS)]))
def test_any_json(value: JSON, chosen: str | None) -> None:
    holds(json.dumps(value).encode(), chosen)


@settings(max_examples=tries(60), deadline=None)
@given(st.lists(DOCUMENTS, min_size=1, max_size=3), st.integers(0, 40))
def test_any_lines(values: list[JSON], torn: int) -> None:
    data = "\n".join(map(json.dumps, values)).encode()
    holds(data[: len(data) - torn])
