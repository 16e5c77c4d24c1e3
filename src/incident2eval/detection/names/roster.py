"""The names of the roster, found in text whatever their dress: an index over words, built once a roster."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import accumulate

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.typos import Typos
from incident2eval.detection.names.use import CALENDAR, LEGAL_FORM, is_address, reads_as_name
from incident2eval.detection.text.views import View, plain, views
from incident2eval.detection.text.wording import (
    INVISIBLE,
    POSSESSIVE,
    WORD,
    Span,
    fold,
    shape,
    vocabulary,
)
from incident2eval.model import Customers

_BETWEEN = re.compile(rf"[\s{INVISIBLE}*_~`\"'\u2018\u2019\u201c\u201d\-\u2010-\u2013>]{{0,40}}")
"""What may stand between two words of one name: spaces, line breaks, hyphens, quotes, emphasis."""

_LEGAL_FORMS = """
ltd limited llp llc lp plc inc incorporated corp corporation gmbh kgaa pty pte pvt cic cio sarl srl ulc sas
AG SA SE AB AS KG NV BV OY UG SL SPA ASA APS SIA
"""
_LEGAL = vocabulary(_LEGAL_FORMS)
"""Legal forms; the short ones count in capitals only."""


_WORDS_FOR_FIRM = {"co", "company", "group", "holding", "holdings"}
"""Last words of a name that people leave out, as they do a legal form."""


class Use(Enum):
    """How a name must be used in a text to be a mention of the customer."""

    ANYHOW = auto()
    """In any case: nothing else is called that."""
    AS_WRITTEN = auto()
    """In the very case it is written in: short forms in capitals."""
    AS_A_NAME = auto()
    """Not as the ordinary word that it is as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name or alias of a customer, without its legal form."""

    customer: str
    words: tuple[str, ...]
    written: tuple[str, ...]
    between: tuple[str, ...]
    """What stands between its words, spaces left out: `.` in `booking.com`."""
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text that names a customer."""

    customer: str
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    """Where a name may go on, word by word, and the names that end here."""

    next: dict[str, "_Node"] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)


Candidate = tuple[Name, int, int]
"""A name where its words stand."""


class Names:
    """All names of a roster, ready to be found."""

    def __init__(self, customers: Customers) -> None:
        self._root = _Node()
        self._owners: dict[tuple[str, ...], set[str]] = {}
        self._words: dict[str, set[str]] = defaultdict(set)
        shouted = len(customers) > 1 and all(row.name.isupper() for row in customers)
        names = [
            name for row in customers for text in row.names for name in _names(row.id, text, shouted=shouted)
        ]
        for name in names:
            self._add(name)
            self._words[name.customer].update(name.words)
        self._typos = Typos(tuple(self._owners))
        self._spelt = {"".join(words): ids for words, ids in self._owners.items()}
        taken = frozenset(self._owners)
        for several in filter(None, map(_plural, names)):
            if several.words not in taken:
                self._add(several)

    def owners(self, text: str) -> frozenset[str]:
        """Ids of the customers that a text as a whole names, in whatever case."""
        words = [shape(word).casefold() for word in WORD.findall(plain(text))]
        return frozenset(self._owners.get(tuple(words[: _without_legal_form(words)]), ()))

    def foreign(self, text: str, customer: str) -> Iterator[Mention]:
        """Mentions of any customer but `customer`, in order; the longest name wins.

        A name that the customer bears too is no mention, nor is one that is part of the customer's own name
        there.
        """
        own: list[Span] = []
        found: list[tuple[View, list[Candidate]]] = []
        for view in views(text):
            others: list[Candidate] = []
            for name, start, end in self._candidates(view.text):
                if name.customer == customer:
                    own.append(view.span(start, end))
                elif customer not in self._owners[name.words]:
                    others.append((name, start, end))
            found.append((view, others))
        covered, seen = _Spans(own), set[Span]()
        for view, others in found:
            yield from self._longest(view, others, covered, seen)

    def misspelt(self, text: str, customer: str) -> Iterator[Mention]:
        """Places that are one letter from a name of another customer, and no name as they stand."""
        for name, start, end in self._typos.find(text):
            owners = self._spelt[name]
            if customer not in owners:
                yield Mention(customer=min(owners), start=start, end=end)

    def _add(self, name: Name) -> None:
        node = self._root
        for word in name.words:
            node = node.next.setdefault(word, _Node())
        node.names.append(name)
        self._owners.setdefault(name.words, set()).add(name.customer)

    def _candidates(self, text: str) -> Iterator[Candidate]:
        """Every place where the words of a name stand in a row, the longest first at each place."""
        spans = [match.span() for match in WORD.finditer(text)]
        for at, (start, end) in enumerate(spans):
            if (node := _step(self._root, text[start:end])) is None:
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
            if not _is_used(name, view.text, start, bare, self._words[name.customer]):
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


def _step(node: _Node, word: str) -> _Node | None:
    """The next node for a word; a word with 's may also be a name that ends in s."""
    found = node.next.get(fold(word))
    if found is None and POSSESSIVE.search(word):
        found = node.next.get(shape(word).casefold())
    return found


def _holds_together(name: Name, text: str, spans: list[Span]) -> bool:
    """Whether nothing stands between the words that would not stand inside a name."""
    for at, own in enumerate(name.between):
        between = text[spans[at][1] : spans[at + 1][0]]
        initial = between.strip() == "." and spans[at][1] - spans[at][0] == 1
        if not (_BETWEEN.fullmatch(between) or initial or between.strip() == own):
            return False
    return True


def _is_used(name: Name, text: str, start: int, end: int, own_words: Collection[str]) -> bool:
    """Whether the words at that span mean the customer, whose names are made of `own_words`."""
    if len(name.words) == 1 and is_address(text, start, end):
        return False
    if name.use is Use.ANYHOW:
        return True
    words = [shape(POSSESSIVE.sub("", word)) for word in WORD.findall(text[start:end])]
    if name.use is Use.AS_WRITTEN:
        if text[start].isupper() and LEGAL_FORM.match(text, end):
            return True
        return all(own in {word, "and"} for word, own in zip(words, name.written, strict=False))
    last = WORD.findall(text[start:end])[-1]
    return reads_as_name(text, end - len(last), end, own_words)


def _names(customer: str, text: str, *, shouted: bool) -> Iterator[Name]:
    """A name as it is looked for: without its legal form, without a leading `The`, written as one word."""
    text = plain(text)
    spans = [match.span() for match in WORD.finditer(text)]
    tokens = [text[start:end] for start, end in spans]
    kept = _without_legal_form(tokens)
    between = tuple(text[spans[at][1] : spans[at + 1][0]].strip() for at in range(kept - 1))
    written = tuple(shape(token) for token in tokens[:kept])
    words = tuple(word.casefold() for word in written)
    if not words or all(word.isdigit() for word in words) or (len(words) == 1 and words[0] in CALENDAR):
        return
    use = _use(words, written, shouted=shouted)
    yield Name(customer=customer, words=words, written=written, between=between, use=use)
    if words[0] == "the" and len(words) > 2:
        yield Name(customer=customer, words=words[1:], written=written[1:], between=between[1:], use=use)
    if words[-1] in _WORDS_FOR_FIRM and (len(words) > 2 or (len(words) == 2 and not is_ordinary(words[0]))):
        use = _use(words[:-1], written[:-1], shouted=shouted)
        yield Name(customer=customer, words=words[:-1], written=written[:-1], between=between[:-1], use=use)
    joined = "".join(words)
    if len(words) > 1 and len(joined) >= 8 and not is_ordinary(joined):
        yield Name(customer=customer, words=(joined,), written=(joined,), between=(), use=Use.ANYHOW)


def _plural(name: Name) -> Name | None:
    """What several of a name's bearers would be called (`the Eastfields`), if the name is nothing else."""
    if name.use is not Use.ANYHOW or len(name.words) > 1:
        return None
    word = name.words[0] + ("es" if name.words[0].endswith(("s", "x", "z", "ch", "sh")) else "s")
    return None if is_ordinary(word) else replace(name, words=(word,), written=(word,))


def _without_legal_form(tokens: list[str]) -> int:
    """How many of the words are the name itself."""
    kept = len(tokens)
    while kept > 1 and not _LEGAL.isdisjoint({fold(tokens[kept - 1]), shape(tokens[kept - 1])}):
        kept -= 1
    return kept


def _use(words: tuple[str, ...], written: tuple[str, ...], *, shouted: bool) -> Use:
    """How a name must be used; a roster all in capitals says nothing about the case of its names."""
    telling = [(word, own) for word, own in zip(words, written, strict=True) if word not in {"and", "the"}]
    if all(len(word) == 1 for word, _ in telling) or (len(telling) == 1 and len(telling[0][0]) < 3):
        return Use.AS_WRITTEN
    if len(telling) > 1 or not telling:
        return Use.ANYHOW
    word, own = telling[0]
    if own.isupper() and (len(word) == 3 or (not shouted and is_ordinary(word))):
        return Use.AS_WRITTEN if not (shouted and is_ordinary(word)) else Use.AS_A_NAME
    return Use.AS_A_NAME if len(word) == 3 or is_ordinary(word) else Use.ANYHOW


_LAST_BUILT: list[tuple[Customers, Names]] = []


def names_of(customers: Customers) -> Names:
    """The names of a roster; the index of the last one is kept, as many runs are judged with one roster."""
    if not _LAST_BUILT or _LAST_BUILT[0][0] is not customers:
        _LAST_BUILT[:] = [(customers, Names(customers))]
    return _LAST_BUILT[0][1]
