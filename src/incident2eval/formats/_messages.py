"""Conversations, whoever wrote them down: OpenAI chat, GenAI parts, LangChain objects, Gemini contents.

The neutral message is `{"role", "content"}`, with `name`, `tool_calls`, `tool_call_id` and `parts` (whatever
is no text) where there are any.
"""

import json
from collections.abc import Mapping

from incident2eval.formats._shape import decoded, first, items, mapping, text
from incident2eval.model import JSON

Message = dict[str, JSON]

_ROLES: Mapping[str, str] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "gpt": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
}

_REQUEST = frozenset(
    {
        *("messages", "contents", "model", "system", "instructions", "tools", "tool_choice", "tool_config"),
        *("temperature", "top_p", "top_k", "n", "seed", "stop", "stop_sequences", "stream", "stream_options"),
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "response_format", "reasoning_effort"),
        *("config", "generation_config", "safety_settings", "labels", "user"),
    }
)
"""What a request to a model consists of; an object with any other key is the workflow's own."""


def role_of(value: JSON) -> str | None:
    """The neutral role that a word stands for, or None."""
    return _ROLES.get(value.lower()) if isinstance(value, str) else None


def messages(value: JSON) -> list[Message] | None:
    """The value as a conversation, or None where it is none.

    Args:
        value: A list of messages, a list that holds such a list, or an object with `messages` or `contents`.
    """
    value = decoded(value)
    if isinstance(value, dict):
        value = decoded(first(value, "messages", "contents"))
    if not isinstance(value, list) or not value:
        return None
    if len(value) == 1 and isinstance(value[0], list):
        return messages(value[0])
    found = [message(item) for item in value]
    return [each for each in found if each] if all(found) else None


def conversation(value: JSON) -> list[Message] | None:
    """The value as a conversation where it is nothing else: a list of messages, or a request to a model."""
    value = decoded(value)
    return None if isinstance(value, dict) and not value.keys() <= _REQUEST else messages(value)


def message(value: JSON) -> Message | None:
    """The value as one neutral message, or None where it is none."""
    source = _opened(mapping(value))
    role = role_of(first(source, "role", "type"))
    if role is None or not source.keys() & {"content", "parts", "text", "contents", "tool_calls"}:
        return None
    result: Message = {"role": role}
    words: list[str] = []
    others: list[JSON] = []
    calls = [_call(call) for call in items(decoded(source.get("tool_calls")))]
    for part in _parts(first(source, "content", "contents", "parts", "text")):
        _sort_part(part, words=words, calls=calls, others=others, result=result)
    result["content"] = "\n".join(words)
    extra = {
        "name": text(source.get("name")),
        "tool_calls": [call for call in calls if call],
        "tool_call_id": text(source.get("tool_call_id")) or result.get("tool_call_id"),
        "parts": others,
    }
    return {key: item for key, item in (result | extra).items() if item or key == "content"}


def answer(value: JSON) -> JSON:
    """What a conversation or a provider's response says in the end: its text, decoded where that is JSON.

    A message that calls tools, and several choices, come back as neutral messages; anything else as it is.
    """
    value = decoded(value)
    if not isinstance(value, (dict, list)):
        return value
    talk = conversation(_choices(value)) or messages([value])
    if talk is None:
        return value
    spoken = [each for each in talk if each["role"] == "assistant"]
    if len(talk) > 1 and len(spoken) in {0, len(talk)}:
        return talk
    last = (spoken or talk)[-1]
    return decoded(last["content"]) if last.keys() <= {"role", "content", "name", "tool_call_id"} else last


def request(value: JSON) -> JSON:
    """What a conversation asks: the first user message, decoded where it is JSON; anything else as it is."""
    talk = conversation(value)
    asked = next((each for each in talk or () if each["role"] == "user" and each["content"]), None)
    return decoded(asked["content"]) if asked else value


def words_of(value: JSON) -> JSON:
    """What an assistant's message says, its calls and its reasoning left aside; anything else as it is."""
    said = message(value) if isinstance(value, dict) and value.get("role") == "assistant" else None
    return decoded(said["content"]) if said and said["content"] else value


def _opened(source: dict[str, JSON]) -> dict[str, JSON]:
    """A message out of the box that LangChain's serializer or a choice puts it in."""
    kwargs = mapping(source.get("kwargs"))
    if source.get("lc") and kwargs:
        return {"type": _class_role(source.get("id")), **kwargs}
    inner = source.get("message")
    return _opened(inner) if isinstance(inner, dict) and "role" not in source else source


def _class_role(path: JSON) -> str:
    name = str(items(path)[-1]) if items(path) else ""
    return name.removesuffix("Chunk").removesuffix("Message").lower()


def _choices(value: JSON) -> JSON:
    """The messages inside a provider's or LangChain's response object."""
    source = mapping(value)
    candidates = [mapping(item).get("content") for item in items(source.get("candidates"))]
    generations = items(source.get("generations"))
    if generations and isinstance(generations[0], list):
        generations = generations[0]
    return (
        candidates
        or [_generation(mapping(each)) for each in generations]
        or items(source.get("choices"))
        or value
    )


def _generation(source: dict[str, JSON]) -> JSON:
    return source.get("message") or {"role": "assistant", "content": source.get("text")}


def _parts(content: JSON) -> list[JSON]:
    return content if isinstance(content, list) else [content] if content is not None else []


def _sort_part(
    part: JSON, *, words: list[str], calls: list[Message | None], others: list[JSON], result: Message
) -> None:
    """Put one part of a message where it belongs."""
    source = mapping(part)
    kind = text(source.get("type"))
    if isinstance(part, str):
        words.append(part)
    elif kind in {"tool_call", "tool_use"}:
        calls.append(_call(part))
    elif kind in {"tool_call_response", "tool_result"}:
        said = first(source, "response", "result", "content")
        words.append(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
        result |= {"role": "tool", "tool_call_id": text(first(source, "id", "tool_use_id"))}
    elif kind in {None, "text", "input_text", "output_text"} and text(first(source, "text", "content")):
        words.append(str(first(source, "text", "content")))
    elif part not in (None, {}):
        others.append(part)


def _call(value: JSON) -> Message | None:
    source = mapping(value)
    function = mapping(source.get("function")) or source
    name = text(function.get("name"))
    if name is None:
        return None
    call = {
        "id": text(source.get("id")),
        "name": name,
        "arguments": decoded(first(function, "arguments", "args", "input")),
    }
    return {key: item for key, item in call.items() if item is not None}
