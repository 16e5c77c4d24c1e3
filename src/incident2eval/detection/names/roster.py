"""The names of the roster, found in text whatever their dress: an index over words, built once a roster."""

import re
from bisect import bisect_right
from collections.abc import Container, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate

from incident2eval.detection.names.forms import Form, without_legal_form
from incident2eval.detection.names.hashed_index import HashedIndex, HashedNode
from incident2eval.detection.names.index import Index, Node, Rest, Root
from incident2eval.detection.names.use import LEGAL_FORM, is_address, reads_as_name
from incident2eval.detection.text.views import View, plain, views
from incident2eval.detection.text.wording import INVISIBLE, POSSESSIVE, WORD, Span, fold, shape
from incident2eval.model import Customers
from incident2eval.model.customer import Use

_BETWEEN = re.compile(rf"[\s{INVISIBLE}*_~`\"'\u2018\u2019\u201c\u201d\-\u2010-\u2013>]{{0,40}}")
"""What may stand between two words of one name: spaces, line breaks, hyphens, quotes, emphasis."""


_REMEMBERED = 20_000
"""So many words of texts are remembered, and whether a name begins with them: texts repeat themselves."""
_POSSESSIVE_ENDS = "sS\uff53"
"""What a possessive ends in: asked first, as few words do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text that names a customer."""

    customer: str
    start: int
    end: int


Candidate = tuple[Form, int, int]
"""A name where its words stand."""


class Names:
    """All names of a roster, ready to be found."""

    def __init__(self, customers: Customers) -> None:
        self._index: Index | HashedIndex = (
            Index(customers) if customers.key is None else HashedIndex(customers, customers.key)
        )
        self._begin = lru_cache(maxsize=_REMEMBERED)(partial(_step, self._index.root))
        self._owners = lru_cache(maxsize=_REMEMBERED)(self._whose)

    def owners(self, text: str) -> frozenset[str]:
        """Ids of the customers that a text as a whole names, in whatever case."""
        return self._owners(text)

    def _whose(self, text: str) -> frozenset[str]:
        text = plain(text)
        first = WORD.search(text)
        if first is None or self._index.root.get(shape(first[0]).casefold()) is None:
            return frozenset()
        words = [shape(word).casefold() for word in WORD.findall(text)]
        return frozenset(self._index.owners(tuple(words[: without_legal_form(words)])))

    def foreign(self, text: str, customer: str) -> Iterator[Mention]:
        """Mentions of any customer but `customer`, in order; the longest name wins.

        A name that the customer bears too is no mention, nor is one that is part of the customer's own name
        there.
        """
        if not self._index.may_name_other(text, customer):
            return
        own: list[Span] = []
        found: list[tuple[View, list[Candidate]]] = []
        for view in views(text):
            others: list[Candidate] = []
            for name, start, end in self._candidates(view.text):
                if name.customer == customer:
                    own.append(view.span(start, end))
                elif not self._index.bears(customer, name):
                    others.append((name, start, end))
            found.append((view, others))
        covered, seen = _Spans(own), set[Span]()
        for view, others in found:
            yield from self._longest(view, others, covered, seen)

    def hidden(self, text: str) -> str:
        """The text with `[id]` in the place of every customer's name."""
        pieces, done = [], 0
        for mention in sorted(self.foreign(text, ""), key=lambda mention: mention.start):
            if mention.start >= done:
                pieces += [text[done : mention.start], f"[{mention.customer}]"]
            done = max(done, mention.end)
        return "".join((*pieces, text[done:]))

    def misspelt(self, text: str, customer: str) -> Iterator[Mention]:
        """Places that are one letter from a name of another customer, and no name as they stand."""
        if not _WITH_TYPOS.get():
            return
        for owners, start, end in self._index.misspelt(text, customer):
            yield Mention(customer=min(owners), start=start, end=end)

    def _candidates(self, text: str) -> Iterator[Candidate]:
        """Every place where the words of a name stand in a row, the longest first at each place."""
        spans = [match.span() for match in WORD.finditer(text)]
        for at, (start, end) in enumerate(spans):
            if (node := self._begin(text[start:end])) is None:
                continue
            ends = [(node, at)]
            for after in range(at + 1, len(spans)):
                if (node := _step(node, text[slice(*spans[after])])) is None:
                    break
                ends.append((node, after))
            for node, last in reversed(ends):
                yield from (
                    (name, start, spans[last][1])
                    for name in node.names
                    if _holds_together(name, text, spans[at : last + 1])
                )

    def _longest(
        self, view: View, found: list[Candidate], own: "_Spans", seen: set[Span]
    ) -> Iterator[Mention]:
        """The candidates that are mentions, none within another one, none that was seen before."""
        reached = 0
        for name, start, end in found:
            bare = end - _possessive(view.text[start:end])
            span = view.span(start, end)
            if end <= reached or span in seen or own.hold(*view.span(start, bare)):
                continue
            if not _is_used(name, view.text, start, bare, self._index.words_of(name.customer)):
                continue
            reached = end
            seen.add(span)
            legal = LEGAL_FORM.match(view.text, end)
            whole = view.span(start, legal.end() if legal else end)
            yield Mention(customer=name.customer, start=whole[0], end=whole[1])


class _Spans:
    """Spans, asked whether one of them holds another span."""

    def __init__(self, spans: list[Span]) -> None:
        spans = sorted(spans)
        self._starts = [start for start, _ in spans]
        self._reached = list(accumulate((end for _, end in spans), max))

    def hold(self, start: int, end: int) -> bool:
        before = bisect_right(self._starts, start)
        return before > 0 and self._reached[before - 1] >= end


def _possessive(words: str) -> int:
    """How many characters a possessive 's takes at the end."""
    match = POSSESSIVE.search(words)
    return len(match[0]) if match else 0


def _step(node: Root | Node | Rest | HashedNode, word: str) -> Node | Rest | HashedNode | None:
    """The next node for a word; a word with 's may also be a name that ends in s."""
    found = node.get(fold(word))
    if found is None and word[-1] in _POSSESSIVE_ENDS and POSSESSIVE.search(word):
        found = node.get(shape(word).casefold())
    return found


def _holds_together(name: Form, text: str, spans: list[Span]) -> bool:
    """Whether nothing stands between the words that would not stand inside a name."""
    for at, own in enumerate(name.between):
        between = text[spans[at][1] : spans[at + 1][0]]
        initial = between.strip() == "." and spans[at][1] - spans[at][0] == 1
        if not (_BETWEEN.fullmatch(between) or initial or between.strip() == own):
            return False
    return True


def _is_used(name: Form, text: str, start: int, end: int, own_words: Container[str]) -> bool:
    """Whether the words at that span mean the customer, whose names are made of `own_words`."""
    if name.is_one_word and is_address(text, start, end):
        return False
    if name.use is Use.ANYHOW:
        return True
    words = [shape(POSSESSIVE.sub("", word)) for word in WORD.findall(text[start:end])]
    if name.use is Use.AS_WRITTEN:
        if text[start].isupper() and LEGAL_FORM.match(text, end):
            return True
        return name.is_written(words)
    last = WORD.findall(text[start:end])[-1]
    return reads_as_name(text, end - len(last), end, own_words)


_WITH_TYPOS: ContextVar[bool] = ContextVar("typos", default=True)


@contextmanager
def without_typos() -> Iterator[None]:
    """Let no name be looked for with a letter wrong in this block: that takes as long as all the rest."""
    token = _WITH_TYPOS.set(False)
    try:
        yield
    finally:
        _WITH_TYPOS.reset(token)


_LAST_BUILT: list[tuple[Customers, Names]] = []


def names_of(customers: Customers) -> Names:
    """The names of a roster; the index of the last one is kept, as many runs are judged with one roster."""
    if not _LAST_BUILT or _LAST_BUILT[0][0] is not customers:
        _LAST_BUILT[:] = [(customers, Names(customers))]
    return _LAST_BUILT[0][1]
