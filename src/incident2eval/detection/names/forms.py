"""The forms in which a customer's name is looked for: words, how they are used, what stands between."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import intern
from typing import Protocol

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.use import CALENDAR
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import WORD, fold, shape, vocabulary
from incident2eval.model import Customer, Customers
from incident2eval.model.customer import Use

_LEGAL_FORMS = """
ltd limited llp llc lp plc inc incorporated corp corporation gmbh kgaa pty pte pvt cic cio sarl srl ulc sas
AG SA SE AB AS KG NV BV OY UG SL SPA ASA APS SIA
"""
_LEGAL = vocabulary(_LEGAL_FORMS)
"""Legal forms; the short ones count in capitals only."""

_WORDS_FOR_FIRM = {"co", "company", "group", "holding", "holdings"}
"""Last words of a name that people leave out, as they do a legal form."""

_SIMPLE = re.compile(r"(?=.{1,60}\Z)(?:[0-9A-Za-z]+|&)(?: (?:[0-9A-Za-z]+|&))*")
"""Names that are words with one space between them, none too long to be compared."""


class Form(Protocol):
    """A form of a customer's name as the search needs it, in clear or hashed."""

    @property
    def customer(self) -> str:
        """Whose name it is."""

    @property
    def key(self) -> Hashable:
        """What two names have in common that are the same words."""

    @property
    def is_one_word(self) -> bool:
        """Whether it is a single word."""

    @property
    def between(self) -> Sequence[str]:
        """What stands between its words, spaces left out."""

    @property
    def use(self) -> Use:
        """How it must be used in a text to mean the customer."""

    def is_written(self, words: Sequence[str]) -> bool:
        """Whether words of a text stand in the case that the name is written in; `and` may be shouted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name or alias of a customer, without its legal form."""

    customer: str
    words: tuple[str, ...]
    written: tuple[str, ...]
    """The words in their case, where the name counts in this case only."""
    between: tuple[str, ...]
    """What stands between its words, spaces left out: `.` in `booking.com`."""
    use: Use

    @property
    def key(self) -> tuple[str, ...]:
        """What two names have in common that are the same words."""
        return self.words

    @property
    def is_one_word(self) -> bool:
        """Whether it is a single word."""
        return len(self.words) == 1

    def is_written(self, words: Sequence[str]) -> bool:
        """Whether words of a text stand in the case that the name is written in; `and` may be shouted."""
        return all(own in {word, "and"} for word, own in zip(words, self.written, strict=False))


def names_in(customers: Customers) -> tuple[Name, ...]:
    """Every form of every name that the roster holds in clear."""
    shouted = is_shouted(customers)
    return tuple(name for row in customers for name in forms_of(row, shouted=shouted))


def is_shouted(customers: Customers) -> bool:
    """Whether a roster is all in capitals, which says nothing about the case of its names."""
    return len(customers) > 1 and all(row.name.isupper() for row in customers)


def forms_of(row: Customer, *, shouted: bool) -> Iterator[Name]:
    """Every form of every name that a customer of the roster has in clear."""
    return (name for text in row.names for name in _names(row.id, text, shouted=shouted))


def plurals(names: Sequence[Name]) -> tuple[Name, ...]:
    """What several bearers of a name would be called (`the Eastfields`), if nobody has that for a name."""
    taken = {name.words for name in names}
    return tuple(several for several in filter(None, map(plural, names)) if several.words not in taken)


def without_legal_form(tokens: Sequence[str]) -> int:
    """How many of the words are the name itself."""
    kept = len(tokens)
    while kept > 1 and not _LEGAL.isdisjoint({fold(tokens[kept - 1]), shape(tokens[kept - 1])}):
        kept -= 1
    return kept


def _names(customer: str, text: str, *, shouted: bool) -> Iterator[Name]:
    """A name as it is looked for: without its legal form, without a leading `The`, written as one word."""
    written, between = _read_simple(text) if _SIMPLE.fullmatch(text) else _read(text)
    words = tuple(word.casefold() for word in written)
    if not words or all(word.isdigit() for word in words) or (len(words) == 1 and words[0] in CALENDAR):
        return
    yield _name(customer, words, written, between, _use(words, written, shouted=shouted))
    if words[0] == "the" and len(words) > 2:
        use = _use(words, written, shouted=shouted)
        yield _name(customer, words[1:], written[1:], between[1:], use)
    if words[-1] in _WORDS_FOR_FIRM and (len(words) > 2 or (len(words) == 2 and not is_ordinary(words[0]))):
        use = _use(words[:-1], written[:-1], shouted=shouted)
        yield _name(customer, words[:-1], written[:-1], between[:-1], use)
    joined = "".join(words)
    if len(words) > 1 and len(joined) >= 8 and not is_ordinary(joined):
        yield _name(customer, (joined,), (), (), Use.ANYHOW)


def _read_simple(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same of a name in which that is quickly said: most are such, and a roster may hold millions."""
    words = text.split(" ")
    kept = without_legal_form(words)
    return tuple("and" if word == "&" else word for word in words[:kept]), ("",) * (kept - 1)


def _read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a name in their case, and what stands between them."""
    text = plain(text)
    spans = [match.span() for match in WORD.finditer(text)]
    tokens = [text[start:end] for start, end in spans]
    kept = without_legal_form(tokens)
    between = tuple(text[spans[at][1] : spans[at + 1][0]].strip() for at in range(kept - 1))
    return tuple(shape(token) for token in tokens[:kept]), between


def _name(
    customer: str, words: tuple[str, ...], written: tuple[str, ...], between: tuple[str, ...], use: Use
) -> Name:
    """A name that shares with others what is equal: a roster may hold millions."""
    words = tuple(map(intern, words)) if len(words) > 1 else words
    written = written if use is Use.AS_WRITTEN else words
    return Name(customer=customer, words=words, written=written, between=_shared(between), use=use)


@lru_cache(maxsize=1_000)
def _shared(between: tuple[str, ...]) -> tuple[str, ...]:
    return between


def plural(name: Name) -> Name | None:
    """What several bearers of a name of one word would be called, where that is no ordinary word."""
    if name.use is not Use.ANYHOW or len(name.words) > 1:
        return None
    word = name.words[0] + ("es" if name.words[0].endswith(("s", "x", "z", "ch", "sh")) else "s")
    return None if is_ordinary(word) else replace(name, words=(word,), written=(word,))


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
