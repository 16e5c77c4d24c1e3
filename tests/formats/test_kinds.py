"""What a plain span turns out to be, by its name and what it gave back."""

import json

import pytest
from formats.traces import envelope, run_in, span

from incident2eval.model import JSON, StepKind


def kind(name: str, output: JSON, attributes: dict[str, JSON] | None = None) -> StepKind:
    said = {"app.output": json.dumps(output), **(attributes or {})}
    return (
        run_in(
            envelope(
                span("root", id="00000000000000a1"),
                span(name, said, id="00000000000000a2", parent="00000000000000a1", start=1),
            )
        )
        .steps[1]
        .kind
    )


TOOL = {"gen_ai.operation.name": "execute_tool"}


@pytest.mark.parametrize(
    ("name", "output", "attributes", "expected"),
    [
        ("sign_off", {"decision": "approve", "by": "Mo"}, {}, StepKind.REVIEW),
        ("sign_off", {"approved": False, "reviewer": "Mo"}, {}, StepKind.REVIEW),
        ("ask_human", {"approved": True, "approver": "Mo"}, TOOL, StepKind.REVIEW),
        ("sign_off", {"decision": "approve"}, {}, StepKind.OTHER),
        ("sign_off", {"decision": "approve", "by": ""}, {}, StepKind.OTHER),
        ("score", {"decision": "approve", "by": "m-1"}, {"gen_ai.operation.name": "chat"}, StepKind.MODEL),
        (
            "gate",
            {"approved": True, "by": "rules"},
            {"openinference.span.kind": "GUARDRAIL"},
            StepKind.GUARDRAIL,
        ),
        ("scheduler", {"decision": "go", "by": "x"}, {"openinference.span.kind": "AGENT"}, StepKind.AGENT),
        ("queue_reply", {"queued": True}, {}, StepKind.OUTPUT),
        ("postCoding", {"posted": 16, "batch": "2026-W44"}, {}, StepKind.OUTPUT),
        ("post_process", {"text": "Dear Ms Roe, all is well."}, {}, StepKind.OTHER),
        ("send", {"sent": True}, {}, StepKind.OTHER),
        ("format_docs", {"ok": True}, {}, StepKind.OTHER),
        ("handoff_to_writer", {"facts": []}, {}, StepKind.HANDOFF),
        ("hand off to writer", {"facts": []}, {}, StepKind.HANDOFF),
        ("anything", {}, {"app.step.kind": "review"}, StepKind.REVIEW),
        ("anything", {}, {"app.step.kind": "output"}, StepKind.OUTPUT),
        ("anything", {}, {"openinference.span.kind": "RERANKER"}, StepKind.RETRIEVAL),
        ("anything", {}, {"span.kind": "client"}, StepKind.OTHER),
    ],
)
def test_kind(name: str, output: JSON, attributes: dict[str, JSON], expected: StepKind) -> None:
    assert kind(name, output, attributes) is expected


def test_a_root_or_a_step_with_children_delivers_nothing_itself() -> None:
    receipt = {"app.output": '{"sent": true}'}
    run = run_in(
        envelope(span("send_report", receipt), span("GET", id="00000000000000a2", parent="b7ad6b7169203331"))
    )

    assert run.steps[0].kind is StepKind.OTHER
