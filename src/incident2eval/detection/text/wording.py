"""Text as a reader takes it: words freed from case, accents, width, zero-width characters and markup."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from incident2eval.model import JSON

Span = tuple[int, int]

INVISIBLE = "\u00ad\u0300-\u036f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
"""Soft hyphen, combining accents, zero-width characters: parts of a word that a reader does not see."""

WORD = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]\.){2,8}(?:[^\W\d_](?![^\W_]))?"  # N.G.L.
    rf"|[^\W_]+(?:[{INVISIBLE}]+[^\W_]*)*(?:['\u2019\uff07][sS\uff53](?![^\W_]))?"
    r"|[&+\uff06\uff0b]"
)
"""One word, a possessive 's included; `&` and `+` are words too."""

POSSESSIVE = re.compile(r"['\u2019\uff07][sS\uff53]\Z")

_KEY_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n\s*\n|\n(?=\s*[-*|#\u2022])")
_OTHER_DIGIT = re.compile(r"(?<=.)[^\x00-\x7f]")
"""Not at the start of a line, where a circled number is a list's."""
_SPELLINGS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "œ": "oe"})
"""Letters that stand for others without being accented ones."""
_LONGEST = 60
"""No name holds a longer word; what is longer is folded to nothing, so that hostile text costs nothing."""


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(words.split())


def said(value: JSON) -> Iterator[tuple[str, str]]:
    """Every text of an output with its path: values, keys of objects, and what JSON written as a text holds.

    Numbers and truth values name nobody and are left out.
    """
    pending: list[tuple[str, JSON]] = [("", value)]
    while pending:
        path, inner = pending.pop()
        if isinstance(inner, str):
            yield path, inner
            pending += [(path, parsed)] if (parsed := embedded(inner)) is not None else []
        elif isinstance(inner, Mapping):
            yield from ((path, str(key)) for key in inner)
            pending += [(f"{path}.{key}".lstrip("."), one) for key, one in reversed(list(inner.items()))]
        elif isinstance(inner, (list, tuple)):
            pending += [(f"{path}.{at}".lstrip("."), one) for at, one in reversed(list(enumerate(inner)))]


def leaves(value: JSON) -> Iterator[tuple[str, JSON]]:
    """Every value in a JSON value that is neither an object nor a list, with its path, in order."""
    pending: list[tuple[str, JSON]] = [("", value)]
    while pending:
        path, inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += [(f"{path}.{key}".lstrip("."), one) for key, one in reversed(list(inner.items()))]
        elif isinstance(inner, (list, tuple)):
            pending += [(f"{path}.{at}".lstrip("."), one) for at, one in reversed(list(enumerate(inner)))]
        else:
            yield path, inner


@lru_cache(maxsize=4096)
def key_words(path: str) -> tuple[str, ...]:
    """The words of a path's last key, in lower case: (account, id) for `filter.accountId`."""
    keys = [key for key in path.split(".") if not key.isdigit()]
    return tuple(word.casefold() for word in _KEY_WORD.findall(keys[-1])) if keys else ()


def embedded(text: str) -> JSON:
    """The object or list that a text spells out as JSON, or None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def with_plain_digits(text: str) -> str:
    """The text with digits of any kind (`⑥⓪`) as plain ones; raised ones and list numbers stay."""
    return text if text.isascii() else _OTHER_DIGIT.sub(_digits, text)


def _digits(other: re.Match[str]) -> str:
    number = unicodedata.numeric(other[0], 0.5)
    raised = unicodedata.decomposition(other[0]).startswith(("<super>", "<sub>"))
    category = unicodedata.category(other[0])
    return str(int(number)) if category in {"Nd", "No"} and number.is_integer() and not raised else other[0]


def fold(word: str) -> str:
    """A word as it is compared: no case, accents or possessive 's, `&` as and, initials without dots."""
    return _folded(word) if len(word) <= _LONGEST else ""


def shape(word: str) -> str:
    """A word as it is compared where its case matters."""
    return _shaped(word) if len(word) <= _LONGEST else ""


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    return _shaped(POSSESSIVE.sub("", word)).casefold()


@lru_cache(maxsize=2_000)
def _shaped(word: str) -> str:
    if word.isascii():
        plain = word
    else:
        decomposed = unicodedata.normalize("NFKD", word)
        seen = (char for char in decomposed if unicodedata.category(char) not in {"Mn", "Cf"})
        plain = "".join(seen).translate(_SPELLINGS)
    plain = plain.replace(".", "").replace("'", "").replace("\u2019", "")
    return "and" if plain in {"&", "+"} else plain


def sentence(text: str, start: int, end: int, *, reach: int = 160) -> str:
    """The sentence or line around a span as it stands, at most `reach` characters to either side."""
    low, high = max(0, start - reach), min(len(text), end + reach)
    before = [match.end() for match in _SENTENCE_END.finditer(text, low, start)]
    after = _SENTENCE_END.search(text, end, high)
    begin = before[-1] if before else _whole_word(text, low)
    stop = (after.end() if after[0] in ".!?" else after.start()) if after else high
    return text[begin:stop].strip()


def _whole_word(text: str, low: int) -> int:
    """The next place where a word begins, so that no quotation starts with half of one."""
    if low == 0 or not (text[low].isalnum() and text[low - 1].isalnum()):
        return low
    return next((at for at in range(low, min(low + 30, len(text))) if not text[at].isalnum()), low)
