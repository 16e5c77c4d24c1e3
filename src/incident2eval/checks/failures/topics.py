"""What a call was about: the telling words of its tool's name, and the values that it was asked with."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import embedded, fold, key_words, leaves, vocabulary
from incident2eval.model import JSON, Step

_WORD = re.compile(r"[^\W_]+")
_GENERIC = vocabulary(
    "get fetch lookup look up search query check find list read call api apis service services tool tools "
    "client request http https rest data info information detail details db database run execute retrieve "
    "retriever retrieval load by for of the to in on from and or id ids my agent external internal v1 v2 v3 "
    "function functions mcp server step task do new all a an with web remote live current show pull invoke "
    "endpoint provider vendor system gateway fallback backup secondary mirror replica alternative"
)
_STANDS_IN = vocabulary("fallback backup secondary mirror replica alternative alternate standby failover")
_SIDE = vocabulary(
    "telemetry metric metrics logger logging analytics heartbeat statsd beacon spellcheck spelling cache "
    "caching prefetch warmup"
)
"""Words of tools that a run can do without: what they would have said is in no output."""
_VOLATILE = vocabulary(
    "attempt attempts try tries retry retries timeout timeout_s timeout_ms request_id trace_id call_id "
    "idempotency_key nonce timestamp ts requested_at page_token session_id"
)
_LONGEST_VALUE = 60


def name_words(name: str) -> tuple[str, ...]:
    """The words of a tool's name: (sanctions, lookup) for `registers.sanctionsLookup`."""
    return tuple(fold(word) for part in _WORD.findall(plain(name)[:200]) for word in key_words(part))


def topics(name: str) -> frozenset[str]:
    """What a tool's name says that it is about."""
    return frozenset(word for word in name_words(name) if word not in _GENERIC and len(word) > 1)


def is_side_show(name: str) -> bool:
    """Whether a tool is plainly of no account for what a run says: telemetry, a cache, a spell check."""
    words = name_words(name)
    return not _SIDE.isdisjoint(words) or words[:1] == ("log",) or words[:2] == ("spell", "check")


def stands_in(name: str) -> bool:
    """Whether a tool says of itself that it answers in place of another."""
    return not _STANDS_IN.isdisjoint(name_words(name))


def value_words(step: Step) -> frozenset[str]:
    """The words of the short values that a call was asked with: names, ids, places."""
    values = (str(leaf) for _, leaf in leaves(_parsed(step.input)) if leaf is not None)
    short = [value for value in values if len(value) <= _LONGEST_VALUE][:40]
    return frozenset(word for value in short for word in words(value) if len(word) > 2)


def words(text: str) -> Iterator[str]:
    """The words of a text as they are compared."""
    return (fold(word) for word in _WORD.findall(text))


def speak_alike(some: Iterable[str], others: Collection[str]) -> bool:
    """Whether two lots of words share one, whatever its ending: fares and fare, insolvency and insolvent."""
    return any(word in others or any(_same_word(word, other) for other in others) for word in some)


def _same_word(one: str, other: str) -> bool:
    stem = max(4, min(len(one), len(other)) - 2)
    return abs(len(one) - len(other)) <= 4 and one[:stem] == other[:stem]


def arguments(step: Step) -> dict[str, str]:
    """What tells one call from another: path of an argument -> its value in one case.

    What differs from attempt to attempt is left out.
    """
    given = _parsed(step.input)
    found = {path: str(leaf).strip().casefold() for path, leaf in leaves(given) if leaf not in (None, "")}
    return {path: text for path, text in found.items() if "_".join(key_words(path)) not in _VOLATILE}


def same_target(asked: Mapping[str, str], again: Mapping[str, str]) -> bool:
    """Whether two calls with these arguments ask about the same thing, in whatever words."""
    shared = asked.keys() & again.keys()
    if not asked or not again:
        return True
    if not shared:
        return not set(asked.values()).isdisjoint(again.values())
    return all(asked[key] == again[key] or _rephrased(asked[key], again[key]) for key in shared)


def _rephrased(one: str, other: str) -> bool:
    """Whether two questions in words are the same question, going by the words that they share."""
    some, others = set(_WORD.findall(one[:2_000])), set(_WORD.findall(other[:2_000]))
    return min(len(some), len(others)) >= 3 and len(some & others) >= 0.5 * max(len(some), len(others))


def _parsed(value: JSON) -> JSON:
    return (embedded(value) or value) if isinstance(value, str) else value


def holds_text(value: JSON | Mapping[str, JSON], text: str) -> bool:
    """Whether a value holds a text, give or take white space."""
    wanted = " ".join(text.split())
    return bool(wanted) and any(wanted in " ".join(str(leaf).split()) for _, leaf in leaves(value))
