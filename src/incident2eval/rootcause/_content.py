"""What a text says, in a form in which two texts can be compared: its figures, dates, ids and words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import embedded
from incident2eval.model import JSON

MOST_TEXT = 200_000
"""Characters of a text that are compared; what is longer is compared by its beginning."""

_TOKEN = re.compile(r"[^\W_](?:[\w:/.,'\u2019@-]*[^\W_])?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")
_DECIMAL = re.compile(r"\d{1,18}(?:[.,]\d{1,9})?")
_WORD = re.compile(r"[^\W\d_]+")
LINES = re.compile(r"(?<=[.!?])\s|\n")
"""Ends of sentences and rows."""
_NEGATION = re.compile(r"\b(?:not|no|never|nobody|nothing|none|cannot|without)\b|n['\u2019]t\b")
_SAME_SENTENCE = 0.5
"""From which share of common words on two sentences say the same, or its opposite."""
_LONG_FIELD = 80
"""Characters from which on a field of an object is a text of its own."""
_SHORTEST_WORD = 4
_PARAPHRASED = 0.8
"""Which share of a sentence's telling words a text must hold to say the same."""
_FEWEST_WORDS = 4
"""Fewer telling words are no sentence that could be told again in other words."""
_WEAK = 100
"""A whole number below this stands in many texts by chance."""
_NEAR = 0.5
"""Which share of the words around makes a row be about the same."""
_BESIDE_WEAK = 0.3
"""Which share of the telling words must stand beside a weak figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A text taken apart."""

    flat: str
    """Its words in lower case, one blank between them."""
    values: frozenset[str]
    """Dates, figures, times, addresses and ids in one spelling each."""
    words: frozenset[str]
    """Words of four letters and more."""
    sentences: tuple[frozenset[str], ...] = ()
    """Words and values of each of its sentences or rows."""

    def repeats(self, said: "Content") -> bool:
        """Whether this text holds another one word for word."""
        return bool(said.flat) and f" {said.flat} " in f" {self.flat} "

    def states(self, values: frozenset[str], beside: frozenset[str]) -> bool:
        """Whether it holds all of these values; a small number counts only beside alike words."""
        if not values or not values <= self.values:
            return False
        return any(not is_weak(value) for value in values) or self.tells(beside, _BESIDE_WEAK)

    def tells(self, words: frozenset[str], least: float = _PARAPHRASED) -> bool:
        """Whether one sentence, or two side by side, hold at least that share of the words."""
        return any(share(words, one) >= least for one in (*self.sentences, *_pairs(self.sentences)))

    def says_near(self, terms: frozenset[str], beside: frozenset[str]) -> bool:
        """Whether one sentence or row holds all of these terms, and half of the words around them."""
        known = beside & self.words
        return bool(terms) and any(
            terms <= one and (not beside or share(known, one) >= _NEAR) for one in self.sentences
        )

    def holds(self, said: "Content") -> bool:
        """Whether this text says what another one says: word for word, by its figures, or by its words."""
        if self.repeats(said) or said.values:
            return self.repeats(said) or self.states(said.values, said.words)
        return len(said.words) >= _FEWEST_WORDS and self.tells(said.words)

    def share_of(self, said: "Content") -> float:
        """Which part of the figures and words of this text another one makes up."""
        return len(said.values | said.words) / max(len(self.values | self.words), 1)


@lru_cache(maxsize=4_000)
def content(text: str) -> Content:
    """Take a text apart."""
    lower = text[:MOST_TEXT].casefold()
    return Content(
        flat=" ".join(re.findall(r"\w+", lower)),
        values=frozenset(token for token in tokens(text) if _is_value(token)),
        words=_words(lower),
        sentences=tuple(filter(None, map(_terms, LINES.split(text[:MOST_TEXT])))),
    )


def rows(value: JSON) -> str:
    """A JSON value as text, one row a line: what stands in one object belongs together, with its keys."""
    if isinstance(value, str):
        parsed = embedded(value)
        return value if parsed is None else rows(parsed)
    if isinstance(value, Mapping):
        flat = {key: one for key, one in value.items() if not isinstance(one, (Mapping, list, tuple))}
        long = [
            one for one in flat.values() if isinstance(one, str) and (len(one) > _LONG_FIELD or "\n" in one)
        ]
        row = " ".join(f"{key} {one}" for key, one in flat.items() if one is not None and one not in long)
        inner = (rows(one) for key, one in value.items() if key not in flat)
        return "\n".join(filter(None, (row, *(rows(one) for one in long), *inner)))
    if isinstance(value, (list, tuple)):
        return "\n".join(filter(None, map(rows, value)))
    return "" if value is None else str(value)


def tokens(text: str) -> tuple[str, ...]:
    """The words, figures and dates of a text in order, each value in one spelling."""
    text = text[:MOST_TEXT]
    found: list[str] = []
    reached = 0
    for day in days(text):
        whole = day.complete
        if whole is not None:
            found += (_spelt(token) for token in _TOKEN.findall(text[reached : day.start].casefold()))
            found.append(whole.isoformat())
            reached = day.end
    found += (_spelt(token) for token in _TOKEN.findall(text[reached:].casefold()))
    return tuple(found)


def is_weak(value: str) -> bool:
    """Whether a value is a small whole number, which says little by itself."""
    return value.isdigit() and int(value) < _WEAK


def share(of: frozenset[str], among: frozenset[str]) -> float:
    """Which part of one set stands in another, 0 to 1; 0 of an empty one."""
    return len(of & among) / len(of) if of else 0.0


def _is_value(token: str) -> bool:
    return "@" in token or any(char.isdigit() for char in token)


def _spelt(token: str) -> str:
    """A figure without its grouping and closing noughts; everything else as it stands."""
    if _GROUPED.fullmatch(token):
        token = token.replace(",", "")
    elif _GROUPED_BY_DOTS.fullmatch(token):
        token = token.replace(".", "").replace(",", ".")
    return f"{Decimal(token.replace(',', '.')).normalize():f}" if _DECIMAL.fullmatch(token) else token


def _terms(sentence: str) -> frozenset[str]:
    return _words(sentence.casefold()).union(token for token in tokens(sentence) if _is_value(token))


def _words(lower: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(lower) if len(word) >= _SHORTEST_WORD)


def _pairs(sentences: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Every two sentences that stand side by side: one may be told again in two."""
    return (one | other for one, other in pairwise(sentences))


def negation_turned(text: str, other: str) -> str:
    """The first sentence that another text words alike but for a `not`; empty where there is none."""
    theirs = [(_NEGATION.search(one) is not None, frozenset(_WORD.findall(one))) for one in _sentences(other)]
    for mine in _sentences(text):
        words, negated = frozenset(_WORD.findall(mine)), _NEGATION.search(mine) is not None
        for other_negated, said in theirs:
            alike = len(words & said) / max(len(words | said), 1)
            if alike >= _SAME_SENTENCE and negated is not other_negated:
                return mine
    return ""


def _sentences(text: str) -> list[str]:
    return [
        one for one in LINES.split(text[:MOST_TEXT].casefold()) if len(_WORD.findall(one)) >= _FEWEST_WORDS
    ]
