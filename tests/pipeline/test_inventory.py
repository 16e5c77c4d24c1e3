"""The eight kinds of evidence: each is there, or absent for a reason, or missing."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from incident2eval.inventory import Item, Needed, inventory
from incident2eval.model import Evidence, Incident, Run, Step, StepKind
from incident2eval.model.incident import When, WorkflowVersion

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
WHOLE = Run(
    id="r1",
    model="m-1",
    started=NOW,
    input={"question": "When?"},
    output="Today.",
    steps=(
        Step(kind=StepKind.INPUT, name="asked", output="When?"),
        Step(kind=StepKind.MODEL, name="chat", input=[{"role": "system", "content": "Be brief."}]),
        Step(kind=StepKind.TOOL, name="look_up"),
        Step(kind=StepKind.REVIEW, name="release"),
    ),
)


def incident(*rows: Evidence, model: str | None = None) -> Incident:
    workflow = WorkflowVersion(name="answers", model=model)
    return Incident(
        id="INC-2026-0001",
        title="T",
        workflow=workflow,
        when=When(noticed=NOW),
        what_happened="It did.",
        evidence=rows,
    )


def taken(files: Mapping[str, str], *runs: Run, of: Incident | None = None) -> dict[str, Item]:
    return {item.kind.value: item for item in inventory(of or incident(), files, runs)}


@pytest.mark.requirement("R32")
def test_a_whole_run_shows_all_eight() -> None:
    items = taken({"evidence/trace.json": "trace"}, WHOLE)

    assert list(items) == [needed.value for needed in Needed]
    assert {item.where for item in items.values()} == {("run r1",)}


def test_an_empty_run_shows_none() -> None:
    model_step = Step(kind=StepKind.MODEL, name="chat", input=[])

    items = taken({}, Run(id="r1", output=" ", steps=(model_step,)))

    assert all(item.is_missing for item in items.values())


FILES = {
    "prompt": "prompts",
    "input": "inputs",
    "output": "outputs",
    "tool_log": "tool_calls",
    "retrieval_log": "tool_calls",
    "approval": "approvals",
    "user_action": "user_actions",
    "account": None,
    "corrected_output": None,
    "corrected_trace": None,
    "something else": None,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_counts_by_its_kind(kind: str) -> None:
    there = [name for name, item in taken({"evidence/x": kind}).items() if item.where == ("evidence/x",)]

    assert there == ([FILES[kind]] if FILES[kind] else [])


PICTURES = {
    "evidence/screen1.png": "outputs",
    "evidence/approval-queue.png": "approvals",
    "evidence/System_Prompt_v3.pdf": "prompts",
    "evidence/approval/mail.eml": "outputs",
    "evidence/clicks.xlsx": "user_actions",
    "evidence/model-settings.png": "model_version",
}


@pytest.mark.requirement("R34")
@pytest.mark.parametrize("kind", ["screenshot", "export"])
@pytest.mark.parametrize("file", PICTURES)
def test_a_picture_or_an_export_shows_what_its_name_says(file: str, kind: str) -> None:
    assert [name for name, item in taken({file: kind}).items() if item.where] == [PICTURES[file]]


def test_a_reason_counts_where_nothing_is_there() -> None:
    reasons = {"approval": "nobody approves drafts here", "timestamp": "the printer has no clock"}
    rows = [Evidence(kind=kind, absent_reason=reason) for kind, reason in reasons.items()]
    rows.append(Evidence(kind="output", absent_reason="nobody kept it"))

    items = taken({"evidence/draft.txt": "output"}, of=incident(*rows, model="m-1"))

    assert str(items["approvals"]) == "approvals: absent, because nobody approves drafts here"
    assert items["timestamps"].absent_reason == "the printer has no clock"
    assert (items["outputs"].where, items["outputs"].absent_reason) == (("evidence/draft.txt",), None)
    assert items["model_version"].where == ("incident.yaml (workflow.model)",)


def test_what_is_missing_says_what_to_write() -> None:
    item = taken({})["tool_calls"]

    assert item.is_missing
    assert "tool calls: MISSING" in str(item)
    assert "{kind: tool_log, absent_reason: ...}" in str(item)


def test_many_places_are_counted() -> None:
    files = {f"evidence/{number}.txt": "output" for number in range(5)}

    assert str(taken(files)["outputs"]).endswith("evidence/2.txt and 2 more")
