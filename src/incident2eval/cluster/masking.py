"""Texts without what differs from incident to incident: names, people, figures, dates, ids, addresses."""

import re
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

from incident2eval.detection.names.forms import names_in
from incident2eval.detection.names.roster import names_of
from incident2eval.detection.people import short_names
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import fold
from incident2eval.model import Customers
from incident2eval.model.customer import Use

LONGEST = 4_000
"""So many characters of a text are compared: what failed is said early, and 1 MB costs no more than this."""

_VALUE = re.compile(
    r"(?:https?|ftp|file)://[^\s\"'<>]*+"
    # A word with a digit, an @ or a backslash in it, or with two slashes: ids, figures, addresses, paths.
    r"|(?<![\w@/\\.%+~#$&-])(?:[A-Za-z_.%+~#$&-]*+(?:[\d@\\]|/[A-Za-z_.%+~#$&-]*+/)|[~.]*+/)"
    r"[\w@/\\.%+~#$&-]*+"
)
_QUOTED = re.compile(r"\"[^\"\n]{1,60}\"|`[^`\n]{1,60}`|(?<!\w)'[^'\n]{1,60}'(?!\w)")
_CAPITALISED = re.compile(
    r"[A-Z\u00c0-\u00de](?<=[^\W\d_A-Z]\ .|[,;:]\ .)[^\W\d_A-Z]++(?:\ (?:(?:&|and|van|von|de)\ )?"
    r"[A-Z\u00c0-\u00de][^\W\d_A-Z]++)*+(?![A-Z])"
)
"""Capitalised words in the middle of a sentence; none with a capital inside, which technical names have."""
_WORD = re.compile(r"[^\W\d_]+|&")
_WORD_OR_FIGURE = re.compile(r"\w+|&")
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a3\u20ac\u00a0", "''\"\"--$$ ")
"""What stands in ordinary English and would call for a closer look at every letter."""
_SIGNS = {"&": "and"}
_ENDS = frozenset(("", ",", ".", ";", ":", ")"))
"""What stands behind a value and is no word."""
_DIGIT = re.compile(r"\d")
_MOST_TOKENS, _LONGEST_TOKEN = 100_000, 40
"""So many tokens are remembered, none longer than this."""


class _Rest(NamedTuple):
    """How a name of the roster goes on behind its first word, and how it must be written."""

    words: tuple[str, ...]
    use: Use
    written: str


class _Tokens(dict[str, tuple[str, ...]]):
    """What stands between two blanks -> the words in it, without values: most come again and again."""

    def __missing__(self, token: str) -> tuple[str, ...]:
        value = _VALUE.match(token)
        if value and token[value.end() :] in _ENDS:
            return ()
        words = tuple(map(_folded, _WORD.findall(_VALUE.sub(" ", token))))
        # What holds digits hardly ever comes again.
        if len(self) < _MOST_TOKENS and len(token) <= _LONGEST_TOKEN and not _DIGIT.search(token):
            self[token] = words
        return words


class Mask:
    """The words of a text that tell what failed, whoever it befell."""

    def __init__(self, customers: Customers | None = None) -> None:
        self._customers = customers or Customers()
        self._names: dict[str, list[_Rest]] = defaultdict(list)
        self._is_name: dict[str, bool] = {}
        self._tokens = _Tokens()
        for name in names_in(self._customers):
            self._add(
                tuple(word for word in name.words if word == "&" or word.isalpha()), name.use, name.written
            )
        for row in self._customers:
            self._add((row.id.casefold(),), Use.ANYHOW, ())
        for rests in self._names.values():
            rests.sort(key=lambda rest: -len(rest.words))

    def __call__(self, text: str) -> list[str]:
        """The words that are left, in order and in lower case."""
        text = _left(_CAPITALISED, self._stranger, self._opened(text))
        if '"' in text or "'" in text or "`" in text:
            text = _left(_QUOTED, " ", text)
        words = list(chain.from_iterable(map(self._tokens.__getitem__, text.split())))
        if self._names.keys().isdisjoint(words):
            return words
        return self._without_roster(_WORD.findall(_VALUE.sub(" ", text)))

    def unnamed(self, text: str) -> list[str]:
        """All words and figures of a text but the names of the roster."""
        return self._without_roster(_WORD_OR_FIGURE.findall(self._opened(text)))

    def _opened(self, text: str) -> str:
        text = text[:LONGEST]
        if not text.isascii() and not (text := text.translate(_TYPOGRAPHY)).isascii():
            text = plain(text)
        return names_of(self._customers).hidden(text) if self._customers.key is not None else text

    def _add(self, words: tuple[str, ...], use: Use, written: tuple[str, ...]) -> None:
        if words and words[0].isalpha():
            self._names[words[0]].append(_Rest(words[1:], use, written[0] if written else ""))

    def _stranger(self, found: re.Match[str]) -> str:
        """Nothing in the place of a name that no roster holds; words of the language stay."""
        return " " if any(map(self._names_somebody, _WORD.findall(found[0]))) else found[0]

    def _names_somebody(self, word: str) -> bool:
        if word not in self._is_name:
            self._is_name[word] = bool(short_names(word))
        return self._is_name[word]

    def _without_roster(self, words: list[str]) -> list[str]:
        folded = [*map(_folded, words)]
        if self._names.keys().isdisjoint(folded):
            return folded
        shouted = not any(word.islower() for word in words)
        kept, at = [], 0
        while at < len(folded):
            length = next(
                (
                    len(rest.words) + 1
                    for rest in self._names.get(folded[at], ())
                    if tuple(folded[at + 1 : at + 1 + len(rest.words)]) == rest.words
                    and _is_used(rest, words[at], shouted=shouted)
                ),
                0,
            )
            if not length:
                kept.append(folded[at])
            at += length or 1
        return kept


def _folded(word: str) -> str:
    return _SIGNS.get(word) or (word.lower() if word.isascii() else fold(word))


def _left(pattern: re.Pattern[str], by: str | Callable[[re.Match[str]], str], text: str) -> str:
    """The text without what matches; all of it where too little would be left to be compared by."""
    left = pattern.sub(by, text)
    return left if 2 * len(left) >= len(text) else text


def _is_used(rest: _Rest, word: str, *, shouted: bool) -> bool:
    """Whether a word is written as the name that it begins, where it is an ordinary word as well."""
    if rest.use is Use.ANYHOW:
        return True
    return word == rest.written if rest.use is Use.AS_WRITTEN else shouted or word[:1].isupper()
