"""Who approved: a person, or a machine that calls itself something."""

import re
from collections.abc import Iterator, Mapping

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import JSON, Run, StepKind

_WHO_KEYS = ("by", "reviewer", "approver", "approved_by", "reviewed_by", "decided_by")
_NAME_KEYS = ("name", "display_name", "user", "username", "login", "email", "id", "user_id")
_KIND_KEYS = ("type", "kind")
_TOKEN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[^\W\d_][a-z\u00e0-\u00ff]*|\d+\w*")
_MACHINES = vocabulary(
    "agent agents bot bots robot chatbot system svc service daemon crond scheduler llm pipeline "
    "workflow script webhook autopilot copilot chatgpt gpt api backend"
)
"""Nobody is called that, nor is anybody called it beside another name."""
_PERHAPS_MACHINES = vocabulary(
    "ai assistant judge job model policy rule rules engine function lambda machine process runner worker "
    "evaluator classifier gateway user account cron self"
)
_NOBODY = vocabulary("na none null nobody unknown")
"""Machines beside ordinary words only: `review judge`, not `Judge Ferreira` or `Li Ai`."""
_MODELS = vocabulary(
    "claude gpt chatgpt gemini llama mistral mixtral qwen deepseek grok opus sonnet haiku anthropic openai"
)
_EDITIONS = vocabulary("mini nano turbo pro flash large small medium preview latest instruct chat v")
_OWNED = vocabulary("service system workflow model policy process account")
_ROLES = vocabulary("owner lead officer director head analyst manager desk")
"""People: a workflow owner, a service manager."""


def approver(*values: JSON) -> str | None:
    """Who decided, as the first of some values that says it does; None where none of them does."""
    for value in values:
        said = value if isinstance(value, Mapping) else {}
        holder = {"_".join(key_words(key)): inner for key, inner in said.items()}
        for key in _WHO_KEYS:
            if who := next(_names(holder.get(key)), None):
                return who
    return None


def _names(who: JSON) -> Iterator[str]:
    """What a value calls somebody: a machine's kind before its name."""
    if isinstance(who, Mapping):
        kinds = [kind for key in _KIND_KEYS if isinstance(kind := who.get(key), str) and is_machine(kind)]
        named = [str(who[key]) for key in _NAME_KEYS if isinstance(who.get(key), (str, int))]
        yield from kinds
        yield from (name for name in named if is_machine(name))
        who = next((name for name in named if name.strip()), None)
    if isinstance(who, str) and any(char.isalnum() for char in plain(who)):
        yield who.strip()


def machines_of(run: Run) -> frozenset[str]:
    """What the agents, the models and the workflow of a run are called, letters and digits only."""
    made = {StepKind.AGENT, StepKind.MODEL}
    names = {step.name for step in run.steps if step.kind in made} | {step.agent for step in run.steps}
    return frozenset(_bare(name) for name in (*names, run.model, run.workflow) if name)


def is_machine(who: str, machines: frozenset[str] = frozenset()) -> bool:
    """Whether nobody but a machine is called that.

    Args:
        who: The name; of an e-mail address, only what stands before the @ counts.
        machines: What the run's own machines are called.
    """
    name = plain(who).partition("@")[0]
    if _bare(who) in machines or _bare(name) in machines | _NOBODY:
        return True
    words = _words(name)
    if any(_is_machines_word(word) for word in words):
        return True
    rest = [word for word in words if not (word in _PERHAPS_MACHINES | _MODELS or _is_version(word))]
    if len(rest) == len([word for word in words if not _is_version(word)]):
        return False
    if not _PERHAPS_MACHINES.isdisjoint(words):
        shouted = "AI" in _TOKEN.findall(name) and not name.isupper()
        return shouted or all(is_ordinary(word) for word in rest)
    return not rest


def _words(name: str) -> list[str]:
    """The words of a name in lower case, those of `ReviewBot` too, without those of a person's role."""
    words = [word.casefold() for token in _TOKEN.findall(name) for word in _WORD.findall(token)]
    return [
        word
        for word, behind in zip(words, [*words, ""][1:], strict=True)
        if not (word in _OWNED and behind in _ROLES)
    ]


def _is_machines_word(word: str) -> bool:
    stem = word.removesuffix("bot")
    return (
        word in _MACHINES or word.startswith("auto") or (stem != word and len(stem) > 3 and is_ordinary(stem))
    )


def _is_version(word: str) -> bool:
    return word[0].isdigit() or word in _EDITIONS


def _bare(name: str) -> str:
    return "".join(char for char in plain(name).casefold() if char.isalnum())
