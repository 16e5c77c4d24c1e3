"""What a text says, in a form in which two texts can be compared: its figures, dates, ids and words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from incident2eval.detection.dates import days

MOST_TEXT = 200_000
"""Characters of a text that are compared; what is longer is compared by its beginning."""

_TOKEN = re.compile(r"[^\W_](?:[\w:/.,'\u2019-]*[^\W_])?")
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
    """Dates, figures, times and ids in one spelling each."""
    words: frozenset[str]
    """Words of four letters and more."""
    sentences: tuple[frozenset[str], ...] = ()
    """The same for each of its sentences."""

    def holds(self, said: "Content") -> bool:
        """Whether this text says what another one says: word for word, or its figures, or its words."""
        return self.quotes(said) or (not said.values and self.retells(said))

    def retells(self, said: "Content") -> bool:
        """Whether a sentence of this text says the same in other words."""
        return len(said.words) >= _FEWEST_WORDS and any(
            _share(said.words, one) >= _PARAPHRASED for one in (*self.sentences, *_pairs(self.sentences))
        )

    def quotes(self, said: "Content") -> bool:
        """Whether this text holds the very words of another one, or its figures, dates and ids.

        A small number stands in many texts by chance: the words around it must be alike as well.
        """
        if not said.flat:
            return False
        if f" {said.flat} " in f" {self.flat} ":
            return True
        if not said.values or not said.values <= self.values:
            return False
        return any(not _is_weak(value) for value in said.values) or any(
            _share(said.words, one) >= _BESIDE_WEAK for one in self.sentences
        )

    def share_of(self, said: "Content") -> float:
        """Which part of the figures and words of this text another one makes up."""
        return len(said.values | said.words) / max(len(self.values | self.words), 1)

    def without(self, known: frozenset[str]) -> "Content":
        """The same with only those values that are not known from elsewhere, where any is left."""
        rest = self.values - known
        return replace(self, values=rest or self.values)


@lru_cache(maxsize=2_000)
def content(text: str) -> Content:
    """Take a text apart."""
    text = text[:MOST_TEXT]
    values: set[str] = set()
    rest: list[str] = []
    reached = 0
    for day in days(text):
        whole = day.complete
        if whole is not None:
            rest.append(text[reached : day.start])
            values.add(whole.isoformat())
            reached = day.end
    rest.append(text[reached:])
    for token in _TOKEN.findall(" ".join(rest).casefold()):
        value = _value(token)
        if value:
            values.add(value)
    lower = text.casefold()
    return Content(
        flat=" ".join(re.findall(r"\w+", lower)),
        values=frozenset(values),
        words=_words(lower),
        sentences=tuple(filter(None, map(_words, _SENTENCE.split(lower)))),
    )


def _words(lower: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(lower) if len(word) >= _SHORTEST_WORD)


def _pairs(sentences: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Every two sentences that stand side by side: one may be told again in two."""
    return (one | other for one, other in pairwise(sentences))


def _value(token: str) -> str | None:
    """A figure without its grouping and closing noughts; an id or a time as it stands; None for a word."""
    if not any(char.isdigit() for char in token):
        return None
    if _GROUPED.fullmatch(token):
        token = token.replace(",", "")
    elif _GROUPED_BY_DOTS.fullmatch(token):
        token = token.replace(".", "").replace(",", ".")
    if not _DECIMAL.fullmatch(token):
        return token
    number = Decimal(token.replace(",", "."))
    return f"{number.normalize():f}"


def _is_weak(value: str) -> bool:
    return value.isdigit() and int(value) < _WEAK


def _share(of: frozenset[str], among: frozenset[str]) -> float:
    return len(of & among) / len(of) if of else 0.0
