"""The traits of a run: which model, prompt, permissions, data and tools it had, as its own trace says."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from incident2eval.model import JSON, ChangeKind, Run, Status, Step, StepKind, flat_text, texts


class Trait(NamedTuple):
    """One thing that should be the same in every run of a workflow until somebody changes it."""

    kind: ChangeKind
    name: str
    """In words, such as `search_notes scope`."""


class Argument(NamedTuple):
    """Where a trait stands that is an argument of a call: it may be missing on purpose."""

    step: str
    key: str


@dataclass(slots=True, kw_only=True)
class Traits:
    """What one run says of itself."""

    said: dict[Trait, str] = field(default_factory=dict)
    """A trait and its value; what is the run's own (customer, input, dates) is masked."""
    records: dict[str, str] = field(default_factory=dict)
    """Id of a record that was read -> its text."""
    calls: dict[Trait, str] = field(default_factory=dict)
    """A step that stands in the run, by its trait -> its name."""
    arguments: dict[Trait, Argument] = field(default_factory=dict)
    free: set[Trait] = field(default_factory=set)
    """Traits that may follow the input: they count only beside several good runs, or the same input."""
    given: dict[str, frozenset[str]] = field(default_factory=dict)
    """Name of a step -> the names of the arguments that it was given."""
    failed: bool = False
    """Whether a step failed: what is missing after it is no change."""


_VERSION = re.compile(r"(?:^|_)(?:version|revision|release|commit|build)(?:_id)?$")
_KINDS = (
    (ChangeKind.PROMPT, "prompt prompts"),
    (ChangeKind.PERMISSION, "permission permissions acl role roles scope access"),
    (ChangeKind.MODEL, "model models scorecard"),
    (ChangeKind.DATA, "data dataset index corpus mapping map policy catalog catalogue kb knowledge snapshot"),
)
"""What a version is a version of, by the words of its key."""

_PERMISSION = frozenset(
    "scope scopes workspace role roles permission permissions acl filter filters access access_level "
    "service_account run_as".split()
)
_DATA = frozenset(
    "index index_name collection collection_name namespace corpus dataset knowledge_base database table "
    "data_source vector_store vector_store_id".split()
)
_SETTINGS = frozenset("temperature top_p max_tokens max_output_tokens reasoning_effort".split())
_MODEL = (
    "gen_ai.response.model",
    "llm.model_name",
    "model",
    "gen_ai.request.model",
    "ai.model.id",
    "invocation_params.model",
)
_PROMPT = frozenset(
    "system system_prompt system_message system_instruction system_instructions instructions "
    "prompt_template template".split()
)
_TOOLS = frozenset("tools tool_definitions definitions functions available_tools allowed_tools".split())
_NOISE = re.compile(
    r"^(?:telemetry|otel|events|runtime|process|http|url|usage)\b|(?:^|[._])(?:sdk|schema|python|os)(?:[._]|$)"
)
"""Attributes of the tracing tool and of the machine."""

_DATE = re.compile(
    r"\b\d{4}-\d\d(?:-\d\d)?(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b"
    r"|\b(?:\d{1,2}(?:st|nd|rd|th)? )?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{4}\b"
)
_LONG_ID = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{16,})\b")
_CALLS = frozenset(
    {
        StepKind.TOOL,
        StepKind.RETRIEVAL,
        StepKind.OUTPUT,
        StepKind.REVIEW,
        StepKind.GUARDRAIL,
        StepKind.HANDOFF,
    }
)
_ASKED = frozenset("query question q search text message prompt input body subject content".split())
"""Arguments that say what is asked for, not how."""
_CHOICE = re.compile(r"(?=.*[a-zA-Z])\S+(?: \S+){0,2}")
"""A value that somebody chose from a few: short, and no mere figure."""

_OWN_WORDS = 40
"""How many values of its input are masked in a run; an input of thousands of lines is no argument."""


def traits(run: Run) -> Traits:
    """Everything that a run's trace says about model, prompt, permissions, data and tools."""
    found = Traits(failed=any(step.status is Status.ERROR for step in run.steps))
    own = _own(run)
    if run.model:
        found.said[Trait(ChangeKind.MODEL, "model")] = run.model
    if run.version:
        found.said[Trait(ChangeKind.INTEGRATION, "version of the workflow")] = run.version
    for key, text in _versions(run.input):
        found.said.setdefault(Trait(_kind_of(key), key), text)
    _read_attributes(found, run.attributes, "", own)
    for step in run.steps:
        _read_step(found, step, own)
    return found


def _read_step(found: Traits, step: Step, own: Iterable[tuple[str, str]]) -> None:
    for record in step.records:
        if record.id:
            version = record.metadata.get("version")
            text = f"{record.text}\nversion: {version}" if version is not None else record.text
            found.records.setdefault(record.id, text)
    if step.kind in _CALLS:
        found.calls[Trait(ChangeKind.INTEGRATION, f"{step.kind} step {step.name}")] = step.name
    if step.kind in {StepKind.MODEL, StepKind.AGENT}:
        _read_model(found, step, own)
    elif isinstance(step.input, Mapping):
        _read_arguments(found, step.name, step.input, own, reads=step.kind is StepKind.RETRIEVAL)
    _read_attributes(found, step.attributes, f"{_plain(step.name)} ", own)


def _read_arguments(
    found: Traits, step: str, given: Mapping[str, JSON], own: Iterable[tuple[str, str]], *, reads: bool
) -> None:
    found.given[step] = found.given.get(step, frozenset()) | frozenset(given)
    for key, value in given.items():
        name = _snake(key)
        if name in _PERMISSION or (name in _DATA and isinstance(value, str)):
            kind = ChangeKind.PERMISSION if name in _PERMISSION else ChangeKind.DATA
            trait = Trait(kind, f"{step} {key}")
            found.arguments[trait] = Argument(step, key)
            _add(found, trait, _masked(_flat(value), own))
        elif _VERSION.search(name) and isinstance(value, (str, int, float)):
            _add(found, Trait(_kind_of(name), f"{step} {key}"), str(value))
        elif name not in _ASKED and isinstance(value, str) and _CHOICE.fullmatch(value):
            kind = _kind_of(name)
            trait = Trait(
                ChangeKind.DATA if reads and kind is ChangeKind.INTEGRATION else kind, f"{step} {key}"
            )
            found.free.add(trait)
            _add(found, trait, _masked(value, own))


def _read_model(found: Traits, step: Step, own: Iterable[tuple[str, str]]) -> None:
    name = _plain(step.name)
    if prompt := "\n".join(filter(None, map(str.strip, _system_texts(step)))):
        found.said.setdefault(Trait(ChangeKind.PROMPT, f"prompt of {name}"), _masked(prompt, own))
    flat = {path: text for path, text in texts(step.attributes) if len(text) < 200}
    if model := next((flat[key] for key in _MODEL if flat.get(key)), None):
        found.said.setdefault(Trait(ChangeKind.MODEL, f"model of {name}"), model)
    if tools := dict(_tools(step)):
        offered = ", ".join(sorted(tools))
        found.said.setdefault(Trait(ChangeKind.INTEGRATION, f"tools offered to {name}"), offered)
        for tool, definition in tools.items():
            if definition:
                found.said.setdefault(Trait(ChangeKind.INTEGRATION, f"definition of {tool}"), definition)


def _read_attributes(
    found: Traits, attributes: Mapping[str, JSON], prefix: str, own: Iterable[tuple[str, str]]
) -> None:
    """Versions, permissions, sources and settings of the model in what the trace says besides."""
    for path, text in texts(attributes):
        key = _snake(re.sub(r"(?:\.\d+)+$", "", path).rpartition(".")[2])
        if len(text) > 500 or _NOISE.search(path) or "messages" in path:
            continue
        if _VERSION.search(key):
            kind = _kind_of(_snake(path))
            # Every tracing tool has another key for the version of a prompt.
            named = "prompt version" if kind is ChangeKind.PROMPT else path
            _add(found, Trait(kind, f"{prefix}{named}"), text)
        elif key in _PERMISSION and not _is_speaker(key, text):
            _add(found, Trait(ChangeKind.PERMISSION, f"{prefix}{key}"), _masked(text, own))
        elif key in _DATA and not text.lstrip("-").isdigit():
            _add(found, Trait(ChangeKind.DATA, f"{prefix}{key}"), _masked(text, own))
        elif key in _SETTINGS:
            _add(found, Trait(ChangeKind.MODEL, f"{prefix}{key}"), text)


def _add(found: Traits, trait: Trait, text: str) -> None:
    """Note a value beside those that the trait has in the same run."""
    values = found.said.get(trait, "").split(" | ") if trait in found.said else []
    found.said[trait] = " | ".join(sorted({*values, text}))


def _versions(value: JSON) -> Iterator[tuple[str, str]]:
    """The versions among the arguments of a call or in the input of a run."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, (str, int, float)) and _VERSION.search(_snake(key)):
                yield key, str(inner)


@lru_cache(maxsize=4096)
def _kind_of(key: str) -> ChangeKind:
    words = set(re.split(r"[^a-z]+", key.lower()))
    return next((kind for kind, names in _KINDS if words & set(names.split())), ChangeKind.INTEGRATION)


def _system_texts(step: Step) -> Iterator[str]:
    """What the workflow, not its user, tells the model: system messages and templates."""
    given = step.input
    if isinstance(given, Mapping):
        yield from (flat_text(value) for key, value in given.items() if _snake(key) in _PROMPT)
        given = given.get("messages")
    if isinstance(given, (list, tuple)):
        for message in given:
            if isinstance(message, Mapping) and message.get("role") in {"system", "developer"}:
                yield flat_text(message.get("content", message.get("parts")))
    for path, text in texts(step.attributes):
        if _snake(path.rpartition(".")[2]) in _PROMPT and " " in text:
            yield text


def _tools(step: Step) -> Iterator[tuple[str, str]]:
    """The tools that a model was offered, each with its definition where the trace holds it."""
    places = [step.attributes, step.input if isinstance(step.input, Mapping) else {}]
    for place in [*places, *(inner for each in places for inner in each.values())]:
        if isinstance(place, Mapping):
            for key, value in place.items():
                if _snake(str(key).rpartition(".")[2]) in _TOOLS:
                    yield from _named(_parsed(value))


def _named(listed: JSON) -> Iterator[tuple[str, str]]:
    for tool in listed if isinstance(listed, (list, tuple)) else ():
        function = tool.get("function", tool) if isinstance(tool, Mapping) else None
        if isinstance(function, Mapping) and isinstance(function.get("name"), str):
            yield str(function["name"]), json.dumps(tool, sort_keys=True, default=str)
        elif isinstance(tool, str):
            yield tool, ""


def _parsed(value: JSON) -> JSON:
    if isinstance(value, str) and value[:1] == "[":
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def _own(run: Run) -> list[tuple[str, str]]:
    """Words of a run's own subject and input, which differ between any two runs, and what stands for them."""
    subject = [run.subject.customer, run.subject.customer_id] if run.subject else []
    own = [(word, "<customer>") for word in subject if word]
    for path, text in texts(run.input):
        key = _snake(path.rpartition(".")[2])
        if len(own) >= _OWN_WORDS:
            break
        if 1 < len(text) < 200 and not (key in _PERMISSION | _DATA | _PROMPT or _VERSION.search(key)):
            own.append((text, "<input>"))
    return own


def _masked(text: str, own: Iterable[tuple[str, str]]) -> str:
    for word, shown in own:
        if word in text:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", shown, text)
    return _LONG_ID.sub("<id>", _DATE.sub("<date>", text))


def _flat(value: JSON) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return str(value)


def _is_speaker(key: str, text: str) -> bool:
    """Whether a role is the one that a message has in a conversation."""
    return key == "role" and text in {"system", "user", "assistant", "tool", "developer", "function"}


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """A step's name without the model that instrumentations put into it: `chat` of `chat m-4.1`."""
    words = [word for word in name.split() if not any(char.isdigit() for char in word)]
    return " ".join(words) or name


@lru_cache(maxsize=4096)
def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key)).replace("-", "_").lower()
