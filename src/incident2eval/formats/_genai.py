"""OpenTelemetry's GenAI attributes, as of semantic conventions 1.37 and later."""

from incident2eval.formats._kinds import kind_of
from incident2eval.formats._meaning import Attributes, Meaning
from incident2eval.formats._messages import Message, messages
from incident2eval.formats._records import records_of
from incident2eval.formats._shape import decoded, items, text
from incident2eval.formats._unwrap import unwrapped_input, unwrapped_output
from incident2eval.model import JSON, StepKind

_NAMED_BY = {
    "execute_tool": "gen_ai.tool.name",
    "invoke_agent": "gen_ai.agent.name",
    "create_agent": "gen_ai.agent.name",
    "invoke_workflow": "gen_ai.workflow.name",
}

_TOLD_BY = {"gen_ai.tool.name": StepKind.TOOL, "gen_ai.request.model": StepKind.MODEL}
"""What a span without an operation is, by the attribute that it has."""


def read(attributes: Attributes) -> Meaning:
    """What the `gen_ai.*` attributes of a span say."""
    if not any(key.startswith("gen_ai.") for key in attributes):
        return Meaning()
    operation = text(attributes.get("gen_ai.operation.name"))
    kind = kind_of(operation) or next((kind for key, kind in _TOLD_BY.items() if key in attributes), None)
    plain = Meaning(
        kind=kind,
        name=text(attributes.get(_NAMED_BY.get(operation or "", "gen_ai.tool.name"))),
        agent=text(attributes.get("gen_ai.agent.name")),
    )
    return plain.or_else(_call(attributes)).or_else(_retrieval(attributes)).or_else(_talk(attributes, kind))


def _call(attributes: Attributes) -> Meaning:
    asked, got = "gen_ai.tool.call.arguments", "gen_ai.tool.call.result"
    return Meaning(
        input=unwrapped_input(attributes.get(asked)),
        output=unwrapped_output(attributes.get(got)),
        sources={"input": frozenset({asked}), "output": frozenset({got})},
    )


def _retrieval(attributes: Attributes) -> Meaning:
    query, documents = "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents"
    records = records_of(attributes.get(documents))
    return Meaning(
        input={"query": attributes[query]} if attributes.get(query) else None,
        records=records,
        sources={"input": frozenset({query}), "records": frozenset({documents} if records else ())},
    )


def _talk(attributes: Attributes, kind: StepKind | None) -> Meaning:
    told, asked, said = "gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages"
    talk = messages(attributes.get(asked)) if kind in {StepKind.MODEL, None} else None
    whole = [*_instructions(attributes.get(told)), *talk] if talk else None
    return Meaning(
        input=whole or unwrapped_input(attributes.get(asked)),
        output=unwrapped_output(attributes.get(said)),
        sources={"input": frozenset({asked, told} if whole else {asked}), "output": frozenset({said})},
    )


def _instructions(value: JSON) -> list[Message]:
    """System instructions come as parts, without a role."""
    value = decoded(value)
    parts = items(value) or ([value] if value else [])
    return messages([{"role": "system", "content": parts}]) or [] if parts else []
