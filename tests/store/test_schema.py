"""The model as JSON and as JSON Schema."""

import json
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from incident2eval.model import BadInput, CaseFile, Decision, Outcome, Report, Ruling, Run, Step, StepKind
from incident2eval.model import CaseOutcome as Of
from incident2eval.store import SCHEMAS, dump, schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_file_has_a_schema(name: str) -> None:
    drawn = schema(name)
    assert drawn["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert drawn["type"] == "object"
    assert json.loads(json.dumps(drawn)) == drawn


def test_the_schemas_say_what_the_files_say() -> None:
    assert set(schema("incident")["required"]) == {"id", "title", "workflow", "when", "what_happened"}
    assert {"type": "string"} in schema("incident")["properties"]["workflow"]["anyOf"]
    assert {"type": "string"} in schema("incident")["properties"]["wrong"]["anyOf"]
    assert "from" in schema("case")["properties"]
    assert "sources" not in schema("case")["properties"]
    assert set(schema("run").get("required", ())) == set()


def test_an_unknown_schema_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"no schema 'incidents' \(did you mean incident\?\)"):
        schema("incidents")


def test_what_is_dumped_is_json_with_nothing_left_out() -> None:
    at = datetime(2026, 11, 18, 9, 41, 7, tzinfo=UTC)
    decision = Decision(workflow="w", decision=Ruling.PASS, cases=(Of(id="a", outcome=Outcome.PASSED),))
    dumped = dump(Report(decision=decision, started=at, finished=at, nonce="n", tool="1", python="3"))
    assert dumped["started"] == "2026-11-18T09:41:07Z"
    assert dumped["commit"] is None
    (case,) = dumped["decision"]["cases"]
    assert (case["id"], case["outcome"], case["message"]) == ("a", "passed", "")
    assert case.keys() == set(Of.__dataclass_fields__), "fields without a value are there too"
    assert json.loads(json.dumps(dumped)) == dumped


def test_read_only_views_and_tuples_are_dumped_as_what_they_show() -> None:
    facts = MappingProxyType({"a": (1, MappingProxyType({"b": None}))})
    assert dump(CaseFile(incident="i", workflow="w", facts=facts))["facts"] == {"a": [1, {"b": None}]}
    run = Run(input=("x",), steps=(Step(kind=StepKind.TOOL, name="t", attributes={"k": 1.5}),))
    assert (dump(run)["input"], dump(run)["steps"][0]["attributes"]) == (["x"], {"k": 1.5})
