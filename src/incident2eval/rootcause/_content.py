"""What a text says, in a form in which two texts can be compared: its figures, dates, ids and words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from incident2eval.detection.dates import days

MOST_TEXT = 200_000
"""Characters of a text that are compared; what is longer is compared by its beginning."""

_TOKEN = re.compile(r"[^\W_](?:[\w:/.,'\u2019@-]*[^\W_])?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")
_DECIMAL = re.compile(r"\d{1,18}(?:[.,]\d{1,9})?")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
_SHORTEST_WORD = 4
_PARAPHRASED = 0.8
"""Which share of a sentence's telling words a text must hold to say the same."""
_FEWEST_WORDS = 4
"""Fewer telling words are no sentence that could be told again in other words."""
_WEAK = 100
"""A whole number below this stands in many texts by chance."""
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
    """The same for each of its sentences."""

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
        sentences=tuple(filter(None, map(_words, _SENTENCE.split(lower)))),
    )


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


def _words(lower: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(lower) if len(word) >= _SHORTEST_WORD)


def _pairs(sentences: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Every two sentences that stand side by side: one may be told again in two."""
    return (one | other for one, other in pairwise(sentences))
