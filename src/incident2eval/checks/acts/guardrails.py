"""What a guardrail said of a draft, and what it left open."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON

_PASSED = ("passed", "ok", "pass", "valid", "safe", "compliant", "success", "clean")
_STOPPED = ("flagged", "blocked", "failed")
_LISTS = ("findings", "flags", "violations", "errors", "issues", "problems")
_VERDICTS = ("verdict", "result", "status", "outcome", "decision", "action")
_BAD = vocabulary(
    "fail fails failed block blocked reject rejected flag flagged violation violations deny denied"
)
_GOOD = vocabulary("pass passes passed ok clean allow allowed accept accepted approve approved none success")
_SETTLED = vocabulary("resolved closed fixed waived dismissed mended done")
_MILD = vocabulary("info information notice hint none")
_LABELS = ("rule", "name", "code", "type", "category", "title", "message", "detail", "description", "reason")
_QUOTES = ("text", "quote", "excerpt", "match", "snippet", "span", "words", "value")
_CHECKS = vocabulary("check checks guardrail guardrails guard validation lint qa precheck screening")
_WORD = re.compile(r"[^\W\d_]+")
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One thing that a guardrail found and nobody answered."""

    label: str
    """What it says of it."""
    quotes: tuple[str, ...] = ()
    """Words of the draft that it points at, or what else it says."""


def left_open(output: JSON) -> tuple[Open, ...] | None:
    """What a guardrail's output leaves open: nothing where it passed, None where it says neither.

    It is open where the output says that it did not pass, or lists findings, flags, violations or errors;
    those that it calls settled or no more than a notice are none.
    """
    said = embedded(output) or output if isinstance(output, str) else output
    if isinstance(said, str):
        return _in_words(said)
    if isinstance(said, (list, tuple)):
        return tuple(_items("finding", said))
    if not isinstance(said, Mapping):
        return None
    spelt = {"_".join(key_words(str(key))): value for key, value in said.items()}
    inner = next((spelt[key] for key in _VERDICTS if isinstance(spelt.get(key), Mapping)), None)
    if inner is not None:
        return left_open(inner)
    listed = tuple(one for key in _LISTS for one in _items(key, spelt.get(key)))
    verdicts = [_is_good(spelt[key]) for key in (*_PASSED, *_VERDICTS) if key in spelt]
    verdicts += [not spelt[key] for key in _STOPPED if isinstance(spelt.get(key), bool)]
    if listed or False in verdicts:
        return listed or (Open(label="it did not pass"),)
    return () if True in verdicts or any(key in spelt for key in _LISTS) else None


def shown_open(value: JSON) -> tuple[Open, ...]:
    """What a reviewer was shown as open: findings beside the draft, or the output of a check."""
    if not isinstance(value, Mapping):
        return ()
    found: list[Open] = []
    for key, inner in value.items():
        words = key_words(str(key))
        if words[-1:] and words[-1] in _LISTS:
            found += _items(words[-1], inner)
        elif not _CHECKS.isdisjoint(words) and isinstance(inner, (Mapping, list, tuple)):
            found += left_open(inner) or ()
    return tuple(found)


def _in_words(said: str) -> tuple[Open, ...] | None:
    first = next(iter(_WORD.findall(said[:200].casefold())), "")
    if first in _BAD:
        return (Open(label=said.strip()[:200]),)
    return () if first in _GOOD else None


def _is_good(value: JSON) -> bool | None:
    """Whether a verdict is a good one; None where it is neither."""
    if isinstance(value, bool):
        return value
    words = _WORD.findall(value[:200].casefold()) if isinstance(value, str) else []
    if not words:
        return None
    if words[0] in _BAD | {"false", "no"}:
        return False
    return True if words[0] in _GOOD | {"true", "yes"} else None


def _items(name: str, value: JSON) -> Iterator[Open]:
    """What a list of findings holds, in whatever shape: objects, texts, a count, flags by name."""
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield from [Open(label=f"{value} {name}")] if value > 0 else []
    elif isinstance(value, str):
        yield from [Open(label=value, quotes=(value,))] if value.strip() and not _is_good(value) else []
    elif isinstance(value, Mapping):
        yield from (Open(label=str(key)) for key, inner in list(value.items())[:_MOST] if inner)
    elif isinstance(value, (list, tuple)):
        for one in value[:_MOST]:
            yield from [found] if isinstance(one, Mapping) and (found := _item(one)) else []
            yield from [] if isinstance(one, Mapping) else _items(name, one)


def _item(said: Mapping[str, JSON]) -> Open | None:
    """One finding that is an object, or None if it is settled or no more than a notice."""
    spelt = {"_".join(key_words(str(key))): value for key, value in said.items()}
    status = str(spelt.get("status") or spelt.get("state") or "").casefold()
    level = str(spelt.get("severity") or spelt.get("level") or "").casefold()
    if not said or status in _SETTLED or level in _MILD or spelt.get("resolved") is True:
        return None
    texts = [
        str(spelt[key]) for key in (*_LABELS, *_QUOTES) if isinstance(spelt.get(key), str) and spelt[key]
    ]
    texts = texts or [str(leaf) for _, leaf in leaves(said) if isinstance(leaf, str) and leaf]
    quotes = [str(spelt[key]) for key in _QUOTES if isinstance(spelt.get(key), str) and spelt[key]]
    return Open(label=": ".join(texts[:3])[:200] or "a finding", quotes=tuple(quotes or texts))
